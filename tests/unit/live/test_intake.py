"""What comes from other machines: each kind of wrong message is refused, counted and told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.app.live.intake import MOST_MISSING, MOST_SENDERS, Intake
from bartizan.app.live.wire import Ended, Report, Tick, encode
from bartizan.signal import Observation

SITE = "ab" * 32
ZERO = datetime(2026, 3, 1, tzinfo=UTC)


def message(**changes: Any) -> bytes:
    head: dict[str, Any] = {"sender": "w1", "number": 1, "site": SITE, "camera": "north", "t": 1.0, "zero": ZERO}
    return encode(Report(**{**head, **changes}))


@pytest.fixture
def intake() -> Intake:
    return Intake(SITE, ["north", "south"], ZERO)


def test_a_message_is_let_in_once(intake: Intake) -> None:
    told, name = intake.read(message())
    assert isinstance(told, Report)
    assert name == ("w1", 1)
    assert intake.read(message()) == (None, ("w1", 1))
    assert intake.counts.taken == 1
    assert intake.counts.refused == {"twice": 1}


@pytest.mark.parametrize(
    ("data", "why", "words"),
    [
        (b"garbage", "not JSON", "not JSON"),
        (message(site="cd" * 32), "another site", "Give every machine the same site folder"),
        (message(camera="west"), "an unknown camera", "'west' is no camera of the site"),
        (message(t=200.0), "ahead of the clock", "90 s from now. Set the clock of its machine"),
        (encode(Tick(1.0)), "no report", "each run has its own clock"),
        (encode(Ended(sender="w1", number=1, site=SITE, camera="west", t=1.0, why="x")), "an unknown camera", "west"),
        (message().replace(b'"t":1.0', b'"t":NaN'), "a number", "t"),
    ],
)
def test_what_is_refused_is_counted_and_told(intake: Intake, data: bytes, why: str, words: str) -> None:
    assert intake.read(data, now=110.0)[0] is None
    assert dict(intake.counts.refused) == {why: 1}
    assert words in intake.counts.words()
    # and a good one passes all the same
    assert intake.read(message(number=2), now=110.0)[0] is not None


def test_an_hour_of_another_clock_is_refused_and_one_of_another_zero_is_moved(intake: Intake) -> None:
    assert intake.read(message(t=3600.0), now=1.0)[0] is None
    began = ZERO + timedelta(seconds=90)
    place = Observation(t=5.0, camera="north", at=(1.0, 2.0), covariance=(1.0, 0.0, 1.0))
    told, _ = intake.read(message(number=2, t=5.0, zero=began, observations=(place,)), now=100.0)
    assert isinstance(told, Report)
    assert (told.t, told.zero, told.observations[0].t) == (95.0, ZERO, 95.0)


def test_numbers_that_never_came_are_counted_until_they_come(intake: Intake) -> None:
    for number in (1, 2, 5, 9):
        assert intake.read(message(number=number))[0] is not None
    assert intake.missing == 5
    assert intake.read(message(number=4))[0] is not None
    assert intake.read(message(number=4))[0] is None
    assert intake.missing == 4


def test_whoever_joins_late_misses_nothing_of_before(intake: Intake) -> None:
    assert intake.read(message(number=1_000_000))[0] is not None
    assert intake.missing == 0


@given(st.lists(st.integers(1, 60), max_size=120))
@settings(max_examples=50)
def test_each_number_is_taken_at_most_once_in_any_order(numbers: list[int]) -> None:
    intake = Intake(SITE, ["north"])
    intake.read(message(number=1))
    taken = [number for number in numbers if intake.read(message(number=number))[0] is not None]
    assert sorted(taken) == sorted(set(numbers) - {1})


def test_memory_is_bounded_whatever_is_sent(intake: Intake) -> None:
    intake.read(message(number=1))
    intake.read(message(number=1 << 50))
    assert intake.missing == MOST_MISSING
    for n in range(MOST_SENDERS + 50):
        intake.read(message(sender=f"s{n}"))
    assert len(intake._numbers) == MOST_SENDERS


def test_the_report_of_nobody_is_no_report(intake: Intake) -> None:
    told = json.loads(message())
    del told["sender"]
    assert intake.read(json.dumps(told).encode()) == (None, None)


def test_what_was_told_before_we_listened_is_taken_when_it_is_sent_again(intake: Intake) -> None:
    taken = [intake.read(message(number=number), now=110.0)[0] for number in (4, 5, 1, 3, 1, 4)]
    assert [told is not None for told in taken] == [True, True, True, True, False, False]
    assert (intake.counts.refused, intake.missing) == ({"twice": 2}, 0)
