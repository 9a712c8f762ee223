"""What is odd in a site's procedures and escalations: waiting for what nobody tells, and standing behind another."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.site import build
from bartizan.site.checks import check

STEP = {"after": 30, "who": ["on-duty"]}
CHAIN = {"step": [STEP]}
HEAD: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "x"},
    "area": [{"id": "yard", "outside": True, "crossing": {"detect_at": "middle"}}],
    "sensor": [{"id": "beam", "kind": "beam", "covers": ["yard"], "p_sensed": {"value": 0.9, "source": "test"}}],
}


def procedure(*signals: str) -> dict[str, Any]:
    return {"id": "p", "kind": "p", "signals": list(signals), "step": [{"id": "look", "text": "Look"}]}


def found(**parts: Any) -> list[tuple[str, str, str]]:
    named = ("kind-of-nobody", "escalation-unreached")
    return [(one.name, one.about, one.cure) for one in check(build(HEAD | parts)) if one.name in named]


def test_kinds_of_ours_and_those_of_the_site_s_sensors_are_waited_for_in_peace() -> None:
    assert found(procedure=[procedure("door-forced", "loitering", "no-sign-of-life", "beam")]) == []
    assert found(escalation=[{"id": "e", "kinds": ["duress", "camera-health"], **CHAIN}]) == []


@pytest.mark.parametrize(
    ("word", "cure"),
    [("loitring", "Did you mean 'loitering'?"), ("forced-door", "The reference of the site file lists the kinds")],
)
def test_a_kind_that_nobody_raises_is_told(word: str, cure: str) -> None:
    assert found(procedure=[procedure("duress", word)]) == [("kind-of-nobody", "procedure/p", cure)]
    chain = {"id": "e", "kinds": [word, "duress"], **CHAIN}
    assert found(escalation=[chain]) == [("kind-of-nobody", "escalation/e", cure)]


def test_a_chain_behind_one_for_every_alarm_is_told() -> None:
    first, second = {"id": "all", **CHAIN}, {"id": "high", "priorities": ["high"], **CHAIN}
    assert found(escalation=[second, first]) == []
    assert found(escalation=[first, second]) == [
        ("escalation-unreached", "escalation/high", "Put it before that one"),
    ]
    # a chain until somebody has assessed is another question
    assert found(escalation=[first, second | {"until": "assessed"}]) == []
    for narrow in ({"kinds": ["duress"]}, {"areas": ["yard"]}):
        assert found(escalation=[first | narrow, second]) == []
