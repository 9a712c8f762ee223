"""[[input]] of a site file: what is read, what is refused, and what it means to a site."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bartizan.errors import SiteFileError
from bartizan.site.document import build
from bartizan.site.inputs import Input

CONTACT: dict[str, Any] = {
    "id": "gate-in",
    "kind": "contact",
    "sensor": "gate-contact",
    "topic": "site/gate/contact",
    "field": "state",
    "on": "OPEN",
    "off": ["CLOSED", False],
    "held_after": 30,
}
BADGE: dict[str, Any] = {"id": "reader", "kind": "badge", "element": "gate", "granted": "ok", "denied": "no"}
SITE: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "Doors"},
    "area": [{"id": "street", "outside": True}, {"id": "yard", "crossing": {"detect_at": "begin"}}],
    "element": [
        {"id": name, "kind": "gate", "between": ["street", "yard"], "way": [{"id": "force", "detect_at": "begin"}]}
        for name in ("gate", "side")
    ],
    "sensor": [
        {"id": "gate-contact", "kind": "contact", "covers": ["gate/force"], "p_sensed": 0.9},
        {"id": "both", "kind": "contact", "covers": ["side", "yard"], "p_sensed": 0.9},
        {"id": "yard-pir", "kind": "pir", "covers": ["yard"], "p_sensed": 0.9},
    ],
}


def site_with(*inputs: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(SITE) | {"input": [copy.deepcopy(one) for one in inputs]}


def test_an_input_is_read_with_its_defaults() -> None:
    site = build(site_with(CONTACT, BADGE))
    assert site.input("gate-in") == Input(
        id="gate-in",
        kind="contact",
        sensor="gate-contact",
        topic="site/gate/contact",
        field="state",
        on=("OPEN",),
        off=(False, "CLOSED"),
        severity="high",
        held_after=30.0,
    )
    reader = site.input("reader")
    assert (reader.place, reader.severity, reader.passes_for) == (("element", "gate"), "medium", 10.0)


@pytest.mark.parametrize(
    ("change", "key", "told"),
    [
        ({"on": None}, "input[0]", "needs on"),
        ({"off": None}, "input[0]", "needs off"),
        ({"granted": "x"}, "input[0]", "has no granted"),
        ({"kind": "detector", "held_after": None, "off": None}, "input[0]", "never ends"),
        ({"kind": "detector"}, "input[0]", "has no held_after"),
        ({"kind": "badge", "on": None, "off": None, "held_after": None}, "input[0]", "needs granted"),
        ({"kind": "door"}, "input[0].kind", "is not one of"),
        ({"topic": "site/+/contact"}, "input[0].topic", "is no topic of one sensor"),
        ({"topic": "$SYS/x"}, "input[0].topic", "is no topic of one sensor"),
        ({"topic": "/site/x"}, "input[0].topic", "is no topic of one sensor"),
        ({"field": "a..b"}, "input[0].field", "is no key of a message"),
        ({"on": []}, "input[0].on", "is a list of 1 to 50 words"),
        ({"on": {"a": 1}}, "input[0].on", "is nothing that a message can say"),
        ({"on": float("nan")}, "input[0].on", "is nothing that a message can say"),
        ({"on": "x" * 201}, "input[0].on", "is nothing that a message can say"),
        ({"on": ["OPEN", "CLOSED"]}, "input[0]", "one word says two things"),
        ({"on": 1.0, "off": 1}, "input[0]", "one word says two things"),
        ({"field": None, "time": "at"}, "input[0]", "time stands in a JSON message"),
        ({"sensor": None}, "input[0]", "has no place"),
        ({"element": "gate", "area": "yard"}, "input[0]", "has more than one place"),
        ({"sensor": "nobody"}, "input[0].sensor", "no sensor has this id"),
        ({"element": "nobody"}, "input[0].element", "no element has this id"),
        ({"sensor": "both"}, "input[0].sensor", "covers several places"),
        ({"held_after": 0}, "input[0].held_after", "greater than 0"),
        ({"quiet_after": "long"}, "input[0].quiet_after", "valid number"),
        ({"colour": "red"}, "input[0].colour", "is not a key of this part"),
        ({"hours": [{"from": "22:00", "to": "06:00"}]}, "input[0].hours", "the site has no time_zone"),
    ],
)
def test_what_is_wrong_with_an_input_is_told_with_its_cure(change: dict[str, Any], key: str, told: str) -> None:
    entry = {name: value for name, value in (CONTACT | change).items() if value is not None}
    with pytest.raises(SiteFileError) as refused:
        build(site_with(entry))
    (fault,) = refused.value.faults
    assert fault.key == key
    assert told in fault.message
    assert fault.cure


def test_a_badge_belongs_to_a_door() -> None:
    entry = {"id": "r", "kind": "badge", "granted": "ok"}
    for place in ({"area": "yard"}, {"sensor": "yard-pir"}):
        with pytest.raises(SiteFileError, match="door"):
            build(site_with(entry | place))
    assert build(site_with(entry | {"sensor": "gate-contact"})).input("r").kind == "badge"


def test_two_inputs_do_not_read_one_word_of_one_message() -> None:
    other = CONTACT | {"id": "again"}
    with pytest.raises(SiteFileError, match="input 'gate-in' reads this word already"):
        build(site_with(CONTACT, other))
    build(site_with(CONTACT, other | {"field": "tamper"}))


def test_true_and_one_are_two_words() -> None:
    read = build(site_with(CONTACT | {"on": True, "off": [1, 0]})).input("gate-in")
    assert read.on == (True,)
    assert read.off == (0, 1)


def test_inputs_count_for_the_meaning_of_a_site_and_their_spelling_does_not() -> None:
    plain, with_input = build(SITE), build(site_with(CONTACT))
    assert plain != with_input
    spelt = CONTACT | {"name": "Gate", "severity": "high", "off": [False, "CLOSED"], "settle": 1, "on": ["OPEN"]}
    assert build(site_with(spelt)) == with_input
    assert build(site_with(CONTACT | {"held_after": 31})) != with_input
    assert [str(change.at) for change in with_input.diff(build(site_with(CONTACT | {"held_after": 31})))] == [
        "input/gate-in"
    ]
