"""What-ifs: a figure changed by hand changes the site and nothing else, and the answer is that of the changed site."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bartizan.adapters.files.site import load_site
from bartizan.app.assessment import Edit, Question, answer, changes_of
from bartizan.app.study import study
from bartizan.errors import ChangeError, InputError
from bartizan.site.site import Site


@pytest.fixture(scope="module")
def site(chancery: Path) -> Site:
    return load_site(chancery)


def silent(*_: Any) -> None:
    """Nobody listens."""


def asked(site: Site, **more: Any) -> dict[str, Any]:
    question = Question(threats=("lone-intruder",), targets=("registry",), responses=("guard-force",), **more)
    (row,) = answer(site, question, silent)["results"]
    return dict(row)


def test_every_figure_that_is_shown_can_be_changed(site: Site) -> None:
    row = asked(site)["after"]
    figures = [one for step in row["figures"] for one in step] + row["response_figures"]
    assert len(figures) > 15
    for one in figures:
        value = 0.123 if "value" in one else 7.5
        changed = site.with_changes(changes_of(site, [Edit(at=one["at"], key=one["key"], value=value)]))
        assert changed.hash != site.hash, one


def test_the_answer_is_that_of_the_changed_site(site: Site) -> None:
    edits = (Edit(at="element/hard-line/way/force", key="delay", value=200.0, sd=60.0),)
    row = asked(site, edits=edits)
    by_hand = site.with_changes([{"at": "element/hard-line/way/force", "set": {"delay": {"mean": 200, "sd": 60}}}])
    chosen: dict[str, Any] = {"threats": ["lone-intruder"], "targets": ["registry"], "responses": ["guard-force"]}
    for side, told in ((site, row["before"]), (by_hand, row["after"])):
        (case,) = study(side, **chosen).cases
        assert told["p_interruption"] == case.result.p_interruption
    assert row["after"]["p_interruption"] > row["before"]["p_interruption"]


def test_two_figures_of_one_table_are_one_change(site: Site) -> None:
    edits = [
        Edit(at="area/forecourt", key="crossing.p_detection", value=0.9),
        Edit(at="area/forecourt", key="crossing.delay", value=60.0),
    ]
    changed = site.with_changes(changes_of(site, edits))
    crossing = changed.area("forecourt").crossing
    assert crossing is not None
    assert crossing.p_detection.value == 0.9
    # without a spread the time keeps its own in proportion: 2 of 6
    assert crossing.delay.mean == 60.0
    assert crossing.delay.sd == pytest.approx(20.0)


def test_the_site_stays_as_it_is(site: Site) -> None:
    before = site.hash
    asked(site, edits=(Edit(at="sensor/gate-beam", key="p_sensed", value=0.1),), upgrades=("turnstile",))
    assert site.hash == before


@pytest.mark.parametrize(
    ("at", "key", "value"),
    [
        ("sensor/none", "p_sensed", 0.5),
        ("sensor", "p_sensed", 0.5),
        ("sensor/gate-beam/way/x", "delay", 0.5),
        ("area/street", "crossing.delay", 5.0),
        ("sensor/gate-beam", "p_sensed", float("nan")),
        ("sensor/gate-beam", "p_sensed", -1.0),
    ],
)
def test_what_is_no_figure_is_refused_in_words(site: Site, at: str, key: str, value: float) -> None:
    with pytest.raises(ChangeError, match=r"page|number"):
        changes_of(site, [Edit(at=at, key=key, value=value)])


def test_a_probability_above_one_is_a_fault_of_the_changed_site(site: Site) -> None:
    with pytest.raises(ChangeError, match="p_sensed"):
        asked(site, edits=(Edit(at="sensor/gate-beam", key="p_sensed", value=1.5),))


def test_hardening_without_a_budget_is_refused(site: Site) -> None:
    with pytest.raises(InputError, match="needs a budget"):
        answer(site, Question(kind="harden"), silent)
