"""Whose frames are taken: lateness, repeats, and a clock that jumps must not blind the others."""

from __future__ import annotations

import math

import pytest

from bartizan.watch.tracking.turn import MOST_CAMERAS, Turn


def a_turn() -> Turn:
    return Turn(late=1.0, ahead=5.0)


def test_a_little_late_is_taken_and_more_is_not() -> None:
    turn = a_turn()
    assert turn.take(10.0, "north") == "taken"
    assert turn.take(9.0, "south") == "taken"
    assert turn.now == 10.0
    assert turn.take(8.9, "east") == "late"


def test_a_camera_does_not_go_back_or_stand_still() -> None:
    turn = a_turn()
    assert turn.take(10.0, "north") == "taken"
    assert turn.take(10.0, "north") == "repeated"
    assert turn.take(9.5, "north") == "repeated"
    assert turn.take(10.0, "south") == "taken"


@pytest.mark.parametrize("t", [math.nan, math.inf, -math.inf])
def test_a_time_that_is_none_is_never_taken(t: float) -> None:
    turn = a_turn()
    assert turn.take(t, "north") == "late"
    assert turn.take(0.0, "north") == "taken"


def test_one_camera_alone_may_jump() -> None:
    turn = a_turn()
    turn.take(0.0, "north")
    assert turn.take(3600.0, "north") == "taken"


def test_one_clock_that_jumps_does_not_make_the_others_late() -> None:
    turn = a_turn()
    for n in range(200):
        t = n / 10.0
        assert turn.take(t, "north") == "taken"
        verdict = turn.take(t + (3600.0 if n > 50 else 0.0), "south")
        assert verdict == ("ahead" if n > 50 else "taken")
    assert turn.now == 19.9


def test_two_that_jump_together_are_believed() -> None:
    turn = a_turn()
    for camera in ("north", "south", "east"):
        turn.take(0.0, camera)
    assert turn.take(60.0, "north") == "ahead"
    assert turn.take(60.1, "south") == "taken"
    assert turn.take(60.2, "north") == "taken"


def test_two_in_different_futures_are_not() -> None:
    turn = a_turn()
    for camera in ("north", "south", "east"):
        turn.take(0.0, camera)
    assert turn.take(60.0, "north") == "ahead"
    assert turn.take(600.0, "south") == "ahead"
    assert turn.take(0.1, "east") == "taken"


def test_who_speaks_alone_for_a_second_is_believed() -> None:
    turn = a_turn()
    turn.take(0.0, "north")
    turn.take(0.0, "south")
    verdicts = [turn.take(100.0 + n / 5.0, "north") for n in range(7)]
    assert verdicts == ["ahead"] * 5 + ["taken"] * 2


def test_a_clock_that_runs_away_in_leaps_is_never_believed() -> None:
    turn = a_turn()
    turn.take(0.0, "north")
    turn.take(0.0, "south")
    assert {turn.take(100.0 * n, "north") for n in range(1, 50)} == {"ahead"}


def test_no_flood_of_names_is_remembered() -> None:
    turn = a_turn()
    verdicts = [turn.take(0.0, str(n)) for n in range(MOST_CAMERAS + 5)]
    assert verdicts.count("stranger") == 5
    assert len(turn.last) == MOST_CAMERAS
    assert turn.take(0.1, "0") == "taken"
