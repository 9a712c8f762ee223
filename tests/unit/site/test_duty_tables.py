"""What a site file says of its desk: escalation chains, tours of the guards, and what the desk minds by itself."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.errors import SiteFileError, UnknownIdError
from bartizan.site import build
from bartizan.site.duty import DutyRules
from bartizan.site.escalation import EscalationStep
from bartizan.site.site import Site

HEAD: dict[str, Any] = {"schema": 1, "site": {"name": "x", "time_zone": "Europe/Vienna"}}
STEP = {"after": 30, "who": ["on-duty"]}
STOP = {"id": "gate", "closes": 60}


def site(**more: Any) -> Site:
    return build(HEAD | more)


def faults(**more: Any) -> list[str]:
    with pytest.raises(SiteFileError) as caught:
        build(HEAD | more)
    return [str(one) for one in caught.value.faults]


def test_a_chain_is_read_whole() -> None:
    chain = site(
        area=[{"id": "yard", "outside": True}],
        escalation=[
            {
                "id": "night",
                "until": "assessed",
                "priorities": ["high", "medium"],
                "areas": ["yard"],
                "step": [STEP, {"after": 60, "who": ["role/supervisor", "person/Anna Huber", "everybody"]}],
                "again": 120,
            }
        ],
    ).escalation("night")
    assert chain.steps == (
        EscalationStep(after=30.0, who=("on-duty",)),
        EscalationStep(after=60.0, who=("role/supervisor", "person/Anna Huber", "everybody")),
    )
    assert (chain.until, chain.again, chain.areas) == ("assessed", 120.0, frozenset({"yard"}))
    assert chain.priorities == frozenset({"high", "medium"})


@pytest.mark.parametrize(
    ("chain", "words"),
    [
        ({"step": []}, "escalation[0].step"),
        ({"step": [STEP, STEP]}, "the steps do not rise"),
        ({"step": [{"after": -1, "who": ["on-duty"]}]}, "escalation[0].step[0].after"),
        ({"step": [{"after": 1, "who": []}]}, "escalation[0].step[0].who"),
        ({"step": [{"after": 1, "who": ["boss"]}]}, "does not say who is told"),
        ({"step": [{"after": 1, "who": ["person/"]}]}, "does not say who is told"),
        ({"step": [{"after": 1, "who": ["person/a\nb"]}]}, "does not say who is told"),
        ({"step": [{"after": 1, "who": ["role/superviser"]}]}, "Write role/ and one of guard, supervisor,"),
        ({"step": [{"after": 1, "who": ["role/partner"]}]}, "is no role that the desk tells"),
        ({"step": [STEP], "again": 1}, "escalation[0].again"),
        ({"step": [STEP], "zones": ["moon"]}, "no zone has this id"),
        ({"step": [STEP], "until": "lunch"}, "escalation[0].until"),
        ({"step": [STEP], "more": 1}, "escalation[0].more"),
    ],
)
def test_a_wrong_chain_is_named(chain: dict[str, Any], words: str) -> None:
    assert any(words in one for one in faults(escalation=[{"id": "a"} | chain]))


def test_a_tour_is_read_whole() -> None:
    tour = site(
        area=[{"id": "yard", "outside": True}],
        tour=[
            {
                "id": "round",
                "checkpoint": [STOP | {"area": "yard", "opens": 10}, {"id": "roof", "closes": 300}],
                "begins": [{"at": "22:30"}, {"days": ["sun", "mon"], "at": "02:00"}],
                "grace": 60,
                "severity": "high",
            }
        ],
    ).tour("round")
    gate = tour.checkpoint("gate")
    assert gate is not None
    assert (gate.opens, gate.closes, gate.area) == (10.0, 60.0, "yard")
    assert tour.checkpoint("cellar") is None
    assert [(begins.minute, begins.days) for begins in tour.begins] == [(120, (0, 6)), (1350, (0, 1, 2, 3, 4, 5, 6))]
    assert (tour.grace, tour.severity) == (60.0, "high")


@pytest.mark.parametrize(
    ("tour", "words"),
    [
        ({"checkpoint": []}, "tour[0].checkpoint"),
        ({"checkpoint": [STOP, STOP]}, "has the checkpoint 'gate' twice"),
        ({"checkpoint": [STOP | {"opens": 60}]}, "closes before it opens"),
        ({"checkpoint": [STOP | {"area": "moon"}]}, "no area has this id"),
        ({"checkpoint": [STOP | {"element": "moon"}]}, "no element has this id"),
        ({"checkpoint": [STOP], "begins": [{"at": "24:00"}]}, "a day does not begin at its end"),
        ({"checkpoint": [STOP], "begins": [{"at": "25:00"}]}, "is not a time of day"),
        ({"checkpoint": [STOP], "begins": [{"at": "20:00", "days": ["mon", "mon"]}]}, "names a day twice"),
    ],
)
def test_a_wrong_tour_is_named(tour: dict[str, Any], words: str) -> None:
    assert any(words in one for one in faults(tour=[{"id": "a"} | tour]))


def test_a_tour_with_a_timetable_needs_the_clock_of_the_site() -> None:
    head = {"schema": 1, "site": {"name": "x"}}
    tour = [{"id": "a", "checkpoint": [STOP], "begins": [{"at": "22:00"}]}]
    with pytest.raises(SiteFileError, match="the site has no time_zone"):
        build(head | {"tour": tour})


def test_what_the_desk_minds_is_nothing_unless_it_is_told() -> None:
    assert site().desk is None
    assert site(desk={}).desk == DutyRules()
    assert not DutyRules().minds
    for key in ("unmanned_after", "unwatched_after", "answer_every"):
        minded = site(desk={key: 60}).desk
        assert minded is not None
        assert minded.minds
    assert faults(desk={"answer_within": 30})[0].startswith("site.toml: desk")
    assert "unmanned_after" in faults(desk={"unmanned_after": 0})[0]


def test_they_count_as_meaning_and_an_older_site_keeps_its_hash() -> None:
    bare = site()
    tables: list[dict[str, Any]] = [
        {"escalation": [{"id": "a", "step": [STEP]}]},
        {"tour": [{"id": "a", "checkpoint": [STOP]}]},
        {"desk": {"unmanned_after": 60}},
    ]
    hashes = {bare.hash, *(site(**table).hash for table in tables)}
    assert len(hashes) == 4
    named = site(escalation=[{"id": "a", "name": "Night", "step": [STEP]}])
    assert named.hash == site(**tables[0]).hash
    with pytest.raises(UnknownIdError, match="no tour has the id 'b'"):
        site(**tables[1]).tour("b")
