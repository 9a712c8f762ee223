"""What a recipient may see: every field above the level is gone, and told to the sender."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from bartizan.desk.sharing.case import CaseEntry
from bartizan.desk.sharing.errors import SharingError
from bartizan.desk.sharing.release import FIELD_LEVELS, release
from bartizan.desk.sharing.tlp import LEVELS, Tlp
from shared_case import BEGAN, a_case


def words_of(case: Any) -> str:
    return json.dumps(dataclasses.asdict(case), default=str)


# by hand, from the table of the levels: what must be there, and what must not
SEEN: dict[Tlp, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "green": (
        ("tries <doors>", "pavement", "wandering"),
        ("Imogen", "Osric", "fortnight", "a bag", "turned back", "48.2", "med-1", "med-2", "first walk", "two men"),
    ),
    "amber": (
        ("fortnight", "a bag", "turned back", "48.2", "med-2", "first walk", "pedestrian-gate"),
        ("Imogen", "Osric", "med-1", "north", "two men", "stops", "to compare", "person 3"),
    ),
    "amber+strict": (("Imogen", "Osric", "med-1", "north", "stops", "to compare", "person 3"), ("two men",)),
    "red": (("Imogen", "two men"), ()),
}


@pytest.mark.parametrize("limit", SEEN)
def test_what_each_level_sees(limit: Tlp) -> None:
    seen = words_of(release(a_case(), limit).case)
    there, gone = SEEN[limit]
    for word in there:
        assert word in seen
    for word in gone:
        assert word not in seen


def test_what_was_taken_out_is_told_to_the_sender_with_its_place_and_level() -> None:
    removed = {one.words: (one.level, one.value) for one in release(a_case(), "amber").removed}
    assert removed["entries[0].by"] == ("amber+strict", "Imogen Guard")
    assert removed["entries[1]"][0] == "red"
    assert removed["lead"] == ("amber+strict", "Osric Lead")
    assert removed["media[0]"][0] == "amber+strict"
    assert removed["media[1].parent"] == ("amber", "med-1")
    assert removed["custody[0]"][0] == "amber"
    assert "custody[0].by" not in removed
    assert removed["records[2]"][0] == "amber+strict"


def test_the_recipient_is_told_kinds_and_numbers_alone() -> None:
    told = dict(release(a_case(), "amber").withheld)
    assert told["entries"] == 1
    assert told["entries.by"] == 1
    assert told["records"] == 3
    assert "Imogen" not in json.dumps(told)


def test_who_may_see_everything_gets_everything() -> None:
    whole = release(a_case(), "red")
    assert whole.case == a_case()
    assert whole.removed == ()
    assert whole.level == "red"


def test_an_incident_above_the_level_is_not_shared_at_all() -> None:
    with pytest.raises(SharingError, match="incident 7 is marked TLP amber and the recipient may see up to green"):
        release(a_case(tlp="amber"), "green")


def test_a_part_is_never_below_its_incident() -> None:
    cut = release(dataclasses.replace(a_case(tlp="amber+strict")), "amber+strict")
    assert cut.level == "amber+strict"
    entry = CaseEntry(at=BEGAN, what="note", text="open to all", tlp="clear")
    case = dataclasses.replace(a_case(tlp="amber"), entries=(entry,))
    assert release(case, "amber").case.entries == (entry,)


def test_the_package_is_marked_as_its_strictest_field() -> None:
    bare = dataclasses.replace(
        a_case(), alarms=(), entries=(), links=(), media=(), custody=(), records=(), stages=(), summary=None
    )
    assert release(bare, "red").level == "amber+strict"  # who leads it
    nobody = dataclasses.replace(bare, lead=None, opened_by=None)
    assert release(nobody, "red").level == "amber"  # where it is


def test_a_field_that_cannot_be_left_out_is_refused_rather_than_told() -> None:
    levels: dict[str, Tlp] = {**FIELD_LEVELS, "title": "red"}
    with pytest.raises(SharingError, match="title is marked red"):
        release(a_case(), "amber", levels)


@pytest.mark.parametrize("limit", LEVELS[1:])
def test_levels_of_the_table_hold_for_every_field(limit: Tlp) -> None:
    case = release(a_case(), limit).case
    for name, level in FIELD_LEVELS.items():
        if LEVELS.index(level) <= LEVELS.index(limit):
            continue
        first, _, second = name.partition(".")
        things: Any = getattr(case, first)
        if not second:
            assert things in (None, ())
        else:
            for thing in things if isinstance(things, tuple) else (things,):
                assert getattr(thing, second) in (None, ())
