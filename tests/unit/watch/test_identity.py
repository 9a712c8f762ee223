"""Which tracks are one person: the limits of `double_of` that hold whatever the doubt is."""

from __future__ import annotations

import numpy as np

from bartizan.watch.identity import Track, double_of
from bartizan.watch.motion import MotionLaw, begin

LAW = MotionLaw(speed=0.8, memory=4.0)
SAME = 0.8


def a_track(serial: int, x: float, *, sd: float, seen: float = 10.0) -> Track:
    at, error = np.array([x, 0.0]), np.eye(2) * sd**2
    return Track(
        serial=serial,
        state=begin(seen, at, error, LAW),
        first_t=seen,
        first_at=at,
        first_error=error,
        seen_t=seen,
        seen_at=at,
        since=seen,
        camera="north",
        last_camera="north",
        id=f"run-{serial}",
    )


def is_double(one: Track, other: Track) -> bool:
    return double_of(one, [one, other], law=LAW, same=SAME, within=0.5) is other


def test_doubt_makes_nobody_the_double_of_somebody_far_off() -> None:
    # both are known so badly that the distance alone would tell nothing
    assert is_double(a_track(1, 0.0, sd=3.0), a_track(2, 2.0 * SAME - 0.01, sd=3.0))
    assert not is_double(a_track(1, 0.0, sd=3.0), a_track(2, 2.0 * SAME + 0.01, sd=3.0))


def test_a_double_is_seen_at_the_same_time() -> None:
    assert is_double(a_track(1, 0.0, sd=0.2), a_track(2, 0.1, sd=0.2, seen=10.5))
    assert not is_double(a_track(1, 0.0, sd=0.2), a_track(2, 0.1, sd=0.2, seen=10.6))


def test_who_were_in_one_picture_are_two() -> None:
    one, other = a_track(1, 0.0, sd=0.2), a_track(2, 0.1, sd=0.2)
    one.apart.add(2)
    assert not is_double(one, other)
