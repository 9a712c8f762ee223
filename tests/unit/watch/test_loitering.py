"""What a stay says of itself, and the cases that its definition decides."""

from __future__ import annotations

import math

import numpy as np
import pytest
from shapely import box

from bartizan.watch.behaviours import intrusion, loitering
from bartizan.watch.behaviours.stay import Stay
from bartizan.watch.behaviours.zone import StayEvent, StayParams, ZoneState
from bartizan.watch.point import TrackPoint

ZONE = box(0.0, 0.0, 20.0, 20.0)
Path = list[tuple[float, float, float]]


def follow(path: Path, rule: StayParams) -> list[StayEvent]:
    state: ZoneState | None = None
    events: list[StayEvent] = []
    for t, x, y in path:
        state, new = loitering.step(state, TrackPoint(t=t, track="a", at=(x, y), cameras=("north",)), rule)
        events += new
    return [*events, *loitering.end(state)[1]]


def standing(since: float, until: float, x: float = 10.0, step: float = 0.5) -> Path:
    return [(since + n * step, x, 10.0) for n in range(round((until - since) / step) + 1)]


RULE = loitering.params(ZONE, after=60.0, grace=5.0)


def test_raised_on_the_second_and_not_before() -> None:
    assert not [e for e in follow(standing(0.0, 59.5), RULE) if e.phase == "raised"]
    events = follow(standing(0.0, 60.0), RULE)
    assert [event.phase for event in events] == ["raised", "ended"]
    assert events[0].stay.seconds == 60.0


@pytest.mark.parametrize(("gap", "alarms"), [(4.9, 1), (5.0, 1), (5.1, 0)])
def test_the_grace_is_counted_from_sighting_to_sighting(gap: float, alarms: int) -> None:
    path = standing(0.0, 40.0) + standing(40.0 + gap, 70.0 + gap)
    assert sum(event.phase == "raised" for event in follow(path, RULE)) == alarms


def test_a_visit_outside_within_the_grace_counts_and_is_told() -> None:
    path = [*standing(0.0, 30.0), (31.0, 30.0, 10.0), (33.0, 30.0, 10.0), *standing(34.0, 70.0)]
    last = follow(path, RULE)[-1].stay
    assert last.entered == 0.0
    assert last.seconds == 70.0
    assert last.interrupted == 4.0


def test_the_time_since_the_last_sighting_does_not_count() -> None:
    path = [*standing(0.0, 58.0), (62.9, 30.0, 10.0)]
    assert follow(path, RULE) == []


def test_updates_come_now_and_then() -> None:
    phases = [(event.phase, event.stay.seconds) for event in follow(standing(0.0, 100.0), RULE)]
    assert phases == [("raised", 60.0), ("updated", 75.0), ("updated", 90.0), ("ended", 100.0)]


def test_standing_walking_and_net_distance() -> None:
    # 12 m there at 1.2 m/s, 40 s of standing, 9 m back: the truth by construction
    path: Path = []
    t, x = 0.0, 3.0
    while x < 15.0:
        path.append((t, x, 5.0))
        t, x = t + 0.2, x + 0.24
    path += [(t + n * 0.2, 15.0, 5.0) for n in range(201)]
    t += 40.0
    while x > 6.0:
        t, x = t + 0.2, x - 0.24
        path.append((t, x, 5.0))
    stay = follow(path, loitering.params(ZONE, after=30.0, grace=5.0))[-1].stay
    # a rest begins and ends within its radius of 0.9 m, which takes 0.75 s at this speed
    assert stay.standing == pytest.approx(40.0, abs=2.0)
    assert stay.moving == pytest.approx(stay.seconds - 40.0, abs=2.0)
    assert stay.walked == pytest.approx(21.0, abs=1.0)
    assert stay.net == pytest.approx(3.0, abs=0.3)
    because = loitering.because(stay, "12:00:05 UTC")
    assert because["text"].startswith(f"in the zone {stay.seconds:.0f} s since 12:00:05 UTC; standing ")
    assert because["walked"] == round(stay.walked, 2)


@pytest.mark.parametrize("fps", [2.0, 5.0, 25.0])
def test_jitter_on_the_spot_is_no_walk_at_any_frame_rate(fps: float) -> None:
    rng = np.random.default_rng(3)
    path = [(n / fps, *(10.0 + rng.normal(0.0, 0.08, 2))) for n in range(int(70 * fps))]
    stay = follow(path, RULE)[-1].stay
    assert stay.walked < 1.0
    assert stay.standing == pytest.approx(stay.seconds, abs=1.0)


@pytest.mark.parametrize("fps", [2.0, 5.0, 25.0])
def test_a_walk_is_as_long_at_any_frame_rate(fps: float) -> None:
    def round_walk(t: float) -> tuple[float, float, float]:
        return t, 10.0 + 6.0 * math.cos(t / 5.0), 10.0 + 6.0 * math.sin(t / 5.0)

    stay = follow([round_walk(n / fps) for n in range(int(75 * fps))], RULE)[-1].stay
    assert stay.walked == pytest.approx(6.0 / 5.0 * stay.seconds, rel=0.03)
    assert stay.standing < 1.0


def test_points_that_repeat_or_go_back_change_nothing() -> None:
    path = standing(0.0, 50.0)
    assert follow([*path, (30.0, 10.0, 10.0), (50.0, 10.0, 10.0)], RULE) == []
    assert follow([*path, (30.0, 30.0, 10.0), *standing(50.5, 60.0)], RULE)[0].stay.interrupted == 0.0


def test_the_edge_belongs_to_the_zone() -> None:
    assert RULE.holds((0.0, 10.0))
    assert not RULE.holds((-1e-9, 10.0))


def test_intrusion_needs_two_sightings() -> None:
    rule = intrusion.params(ZONE, grace=5.0)
    assert follow([(0.0, 30.0, 0.0), (0.2, 5.0, 5.0), (0.4, 30.0, 0.0)], rule) == []
    # two cameras at one moment are one sighting: both may be wrong about the same shadow
    assert follow([(0.2, 5.0, 5.0), (0.2, 5.1, 5.0), (0.4, 30.0, 0.0)], rule) == []
    events = follow([(0.0, 30.0, 0.0), (0.2, 5.0, 5.0), (0.4, 5.5, 5.0)], rule)
    assert [event.phase for event in events] == ["raised", "ended"]
    because = intrusion.because(events[0].stay, "0.2 s of the stream")
    assert because["entered_at"] == [5.0, 5.0]
    assert "came into the zone at (5.0, 5.0) m" in because["text"]


def test_a_stitch_within_the_stay_is_told() -> None:
    state: ZoneState | None = None
    for point in (
        TrackPoint(t=0.0, track="a", at=(5.0, 5.0)),
        TrackPoint(t=4.0, track="a", at=(6.0, 5.0), bridged=4.0),
        TrackPoint(t=4.5, track="a", at=(6.0, 5.0)),
    ):
        state, _ = loitering.step(state, point, RULE)
    assert state is not None
    stay: Stay = state.stay
    assert (stay.bridged, stay.interrupted) == (1, 4.0)
    assert loitering.because(stay, "")["stitches"] == 1
