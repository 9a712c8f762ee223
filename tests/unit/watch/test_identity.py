"""Which tracks are one person: the limits of `double_of` that hold whatever the doubt is."""

from __future__ import annotations

import numpy as np

from bartizan.watch.tracking.gate import Gate
from bartizan.watch.tracking.identity import Bridge, Track, are_apart, close_by, double_of, go_on, merge
from bartizan.watch.tracking.motion import MotionLaw, begin
from bartizan.watch.tracking.reach import straight

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


def test_of_two_that_are_one_the_later_sighting_counts() -> None:
    elder, younger = a_track(1, 0.0, sd=0.2, seen=10.0), a_track(2, 0.5, sd=0.2, seen=10.4)
    younger.last_camera = "south"
    merge(elder, younger)
    assert (elder.seen_t, elder.seen_at[0], elder.state.t, elder.last_camera) == (10.4, 0.5, 10.4, "south")
    elder, younger = a_track(1, 0.0, sd=0.2, seen=10.4), a_track(2, 0.5, sd=0.2, seen=10.0)
    younger.last_camera = "south"
    merge(elder, younger)
    assert (elder.seen_t, elder.seen_at[0], elder.state.t, elder.last_camera) == (10.4, 0.0, 10.4, "north")


def test_who_was_beside_the_younger_is_beside_the_elder() -> None:
    elder, younger, other = a_track(1, 0.0, sd=0.2), a_track(2, 0.1, sd=0.2), a_track(3, 0.1, sd=0.2)
    younger.apart.add(3)
    assert is_double(elder, other)
    merge(elder, younger)
    assert not is_double(elder, other)
    assert not is_double(other, elder)


def test_who_goes_on_as_another_is_beside_those_that_knew_it() -> None:
    lost, track, other = a_track(1, 0.0, sd=0.2), a_track(2, 0.1, sd=0.2), a_track(3, 0.1, sd=0.2)
    other.apart.add(1)
    lost.apart.add(3)
    lost.since, track.id = 3.0, None
    go_on(lost, track)
    assert [track.id, track.since, track.lost_t] == ["run-1", 3.0, 10.0]
    assert are_apart(track, other)
    assert are_apart(other, track)
    assert not is_double(other, track)


def test_kinds_are_never_doubles_of_one_another() -> None:
    one, other = a_track(1, 0.0, sd=0.2), a_track(2, 0.1, sd=0.2)
    one.looks.add("person", None)
    other.looks.add("animal", None)
    assert is_double(one, other)
    other.looks.add("object", None)
    other.looks.add("object", None)
    assert not is_double(one, other)


def test_nobody_who_could_be_a_double_is_passed_over() -> None:
    rng = np.random.default_rng(1)
    tracks = [a_track(n, float(x), sd=0.3, seen=10.0 + n % 3 * 0.3) for n, x in enumerate(rng.uniform(0.0, 30.0, 40))]
    for track in tracks[::3]:
        track.apart |= {1, 2, 3}
    found = dict(close_by(tracks, tracks, same=SAME, within=0.5))
    for track in tracks:
        everybody = double_of(track, tracks, law=LAW, same=SAME, within=0.5)
        assert double_of(track, found.get(track, []), law=LAW, same=SAME, within=0.5) is everybody
    assert sum(len(others) for others in found.values()) < 40 * 39 / 2


def bridge(gap: float = 6.0) -> Bridge:
    return Bridge(LAW, Gate(16.0, 3.0, 2.0), gap, 4.0, straight)


def test_who_left_a_picture_is_not_stitched_to_who_begins_in_it() -> None:
    lost, track = a_track(1, 0.0, sd=0.2, seen=10.0), a_track(2, 1.0, sd=0.2, seen=13.0)
    assert bridge().stitch(track, [lost], []) is lost
    lost.left = "north"
    assert bridge().stitch(track, [lost], []) is None
    track.camera = "south"
    assert bridge().stitch(track, [lost], []) is lost


def test_a_stitch_needs_an_order_in_time() -> None:
    lost = a_track(1, 0.0, sd=0.2, seen=10.0)
    assert bridge().cost(lost, a_track(2, 0.5, sd=0.2, seen=10.0)) is None
    assert bridge().cost(lost, a_track(2, 0.5, sd=0.2, seen=9.0)) is None
    assert bridge().cost(lost, a_track(2, 0.5, sd=0.2, seen=16.0)) is not None
    assert bridge().cost(lost, a_track(2, 0.5, sd=0.2, seen=16.1)) is None
