"""Loitering and intrusion: what a stay says of itself, and the cases that its definition decides."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest

from bartizan.site.document import build
from bartizan.watch.batch import Batch
from bartizan.watch.behaviours import BEHAVIOURS
from bartizan.watch.behaviours.event import Behaviour, BehaviourEvent
from bartizan.watch.point import Link, TrackPoint

Path = list[tuple[float, float, float]]


def a_rule(kind: str, **settings: Any) -> Behaviour:
    """One rule in a square yard of 20 m."""
    site = build(
        {
            "schema": 1,
            "site": {"name": "A yard"},
            "plan": {"crs": "metres"},
            "zone": [{"id": "yard", "polygon": [[0, 0], [20, 0], [20, 20], [0, 20]]}],
            "rule": [{"id": "r", "kind": kind, "zone": "yard", **settings}],
        }
    )
    return BEHAVIOURS[kind](site.rules[0], site)


def loitering(**settings: Any) -> Behaviour:
    return a_rule("loitering", **{"after": 60, "grace": 5, **settings})


def step(rule: Behaviour, points: Sequence[TrackPoint], links: Iterable[Link] = ()) -> tuple[BehaviourEvent, ...]:
    return rule.step(Batch.of(points, max((point.t for point in points), default=0.0)), links)


def follow(path: Path, rule: Behaviour, track: str = "a", sigma: float = 0.0) -> list[BehaviourEvent]:
    """All events of one walker, who is gone at the end."""
    events: list[BehaviourEvent] = []
    square = (sigma**2, 0.0, sigma**2)
    for t, x, y in path:
        events += step(rule, [TrackPoint(t=t, track=track, at=(x, y), cameras=("north",), covariance=square)])
        events += rule.pass_time(t)
    return [*events, *rule.end([track], path[-1][0])]


def standing(since: float, until: float, x: float = 10.0, every: float = 0.5) -> Path:
    return [(since + n * every, x, 10.0) for n in range(round((until - since) / every) + 1)]


def raised(events: Iterable[BehaviourEvent]) -> list[float]:
    return [event.t for event in events if event.phase == "raised"]


def test_raised_on_the_second_and_not_before() -> None:
    assert follow(standing(0.0, 59.5), loitering()) == []
    events = follow(standing(0.0, 60.0), loitering())
    assert [event.phase for event in events] == ["raised", "ended"]
    assert events[0].figures["seconds"] == 60.0
    assert (events[0].t, events[0].since, events[0].at) == (60.0, 0.0, (10.0, 10.0))
    assert (events[0].tracks, events[0].cameras, events[0].about) == (("a",), ("north",), "a")


@pytest.mark.parametrize(("gap", "alarms"), [(4.9, 1), (5.0, 1), (5.1, 0)])
def test_the_grace_is_counted_from_sighting_to_sighting(gap: float, alarms: int) -> None:
    path = standing(0.0, 40.0) + standing(40.0 + gap, 70.0 + gap)
    assert len(raised(follow(path, loitering()))) == alarms


def test_a_visit_outside_within_the_grace_counts_and_is_told() -> None:
    path = [*standing(0.0, 30.0), (31.0, 30.0, 10.0), (33.0, 30.0, 10.0), *standing(34.0, 70.0)]
    last = follow(path, loitering())[-1]
    assert last.since == 0.0
    assert (last.figures["seconds"], last.figures["interrupted"]) == (70.0, 4.0)


def test_the_time_since_the_last_sighting_does_not_count() -> None:
    assert follow([*standing(0.0, 58.0), (62.9, 30.0, 10.0)], loitering()) == []


def test_updates_come_now_and_then() -> None:
    phases = [(event.phase, event.figures["seconds"]) for event in follow(standing(0.0, 100.0), loitering())]
    assert phases == [("raised", 60.0), ("updated", 75.0), ("updated", 90.0), ("ended", 100.0)]


def there_and_back(every: float) -> Path:
    """12 m there at 1.2 m/s, 40 s of standing, 9 m back."""
    path: Path = []
    t, x = 0.0, 3.0
    while x < 15.0:
        path.append((t, x, 5.0))
        t, x = t + every, x + 1.2 * every
    path += [(t + n * every, 15.0, 5.0) for n in range(round(40.0 / every) + 1)]
    t += 40.0
    while x > 6.0:
        t, x = t + every, x - 1.2 * every
        path.append((t, x, 5.0))
    return path


def test_standing_walking_and_net_distance() -> None:
    last = follow(there_and_back(0.2), loitering(after=30))[-1]
    found = last.figures
    # a rest begins and ends within its radius of 0.9 m, which takes 0.75 s at this speed
    assert found["standing"] == pytest.approx(40.0, abs=2.0)
    assert found["moving"] == pytest.approx(found["seconds"] - 40.0, abs=2.0)
    assert found["walked"] == pytest.approx(21.0, abs=1.0)
    assert found["net"] == pytest.approx(3.0, abs=0.3)
    assert (
        last.text == f"in the zone {found['seconds']:.0f} s; standing 41 s; net 3 m of {found['walked']:.0f} m walked"
    )


@pytest.mark.parametrize("fps", [2.0, 5.0, 25.0])
def test_jitter_on_the_spot_is_no_walk_at_any_frame_rate(fps: float) -> None:
    rng = np.random.default_rng(3)
    path = [(n / fps, *(10.0 + rng.normal(0.0, 0.08, 2))) for n in range(int(70 * fps))]
    found = follow(path, loitering())[-1].figures
    assert found["walked"] < 1.0
    assert found["standing"] == pytest.approx(found["seconds"], abs=1.0)


@pytest.mark.parametrize("sigma", [0.5, 1.0, 2.0])
def test_jitter_within_the_error_of_the_place_is_no_walk(sigma: float) -> None:
    rng = np.random.default_rng(4)
    # each place wrong by itself, one a second: a difference of two is beyond 2 sigma in one of seven (Rayleigh)
    path = [(float(n), *np.clip(10.0 + rng.normal(0.0, sigma, 2), 0.0, 20.0)) for n in range(100)]
    told = follow(path, loitering(), sigma=sigma)[-1].figures["walked"]
    certain = follow(path, loitering())[-1].figures["walked"]
    assert told < 0.4 * certain


@pytest.mark.parametrize("sigma", [0.0, 1.0])
def test_somebody_who_walks_does_not_stand_however_doubtful_the_places(sigma: float) -> None:
    path = [(n / 5.0, 10.0 + 8.0 * math.cos(n / 40.0), 10.0 + 8.0 * math.sin(n / 40.0)) for n in range(350)]
    assert follow(path, loitering(), sigma=sigma)[-1].figures["standing"] < 1.0


@pytest.mark.parametrize("fps", [2.0, 5.0, 25.0])
def test_a_walk_is_as_long_at_any_frame_rate(fps: float) -> None:
    def round_walk(t: float) -> tuple[float, float, float]:
        return t, 10.0 + 6.0 * math.cos(t / 5.0), 10.0 + 6.0 * math.sin(t / 5.0)

    found = follow([round_walk(n / fps) for n in range(int(75 * fps))], loitering())[-1].figures
    assert found["walked"] == pytest.approx(6.0 / 5.0 * found["seconds"], rel=0.03)
    assert found["standing"] < 1.0


def test_points_that_repeat_or_go_back_change_nothing() -> None:
    path = standing(0.0, 50.0)
    assert follow([*path, (30.0, 10.0, 10.0), (50.0, 10.0, 10.0)], loitering()) == []
    late = [*path, (30.0, 30.0, 10.0), *standing(50.5, 60.0)]
    assert follow(late, loitering())[0].figures["interrupted"] == 0.0


def test_a_track_that_was_believed_late_counts_from_its_first_sighting() -> None:
    early = [TrackPoint(t=n / 2, track="a", at=(2.0, 1.0)) for n in range(121)]
    (event,) = loitering().step(Batch.of(early, 60.5))
    assert (event.since, event.t, event.phase) == (0.0, 60.5, "raised")


def test_a_stitch_within_the_stay_is_told() -> None:
    path = [*standing(0.0, 30.0), *standing(34.0, 61.0)]
    rule = loitering()
    events: list[BehaviourEvent] = []
    for t, x, y in path:
        events += step(rule, [TrackPoint(t=t, track="a", at=(x, y), bridged=4.0 if t == 34.0 else None)])
    assert (events[0].figures["stitches"], events[0].figures["interrupted"]) == (1, 4.0)


def test_standing_alone_raises_where_it_is_asked() -> None:
    # 10 s of walking, then standing: the clock of standing counts from when the rest began
    path = [(n / 2, 1.0 + n / 2, 10.0) for n in range(20)] + standing(10.0, 60.0, x=11.0)
    assert raised(follow(path, loitering(standing=20.0))) == [pytest.approx(30.0, abs=1.0)]
    assert raised(follow(path, loitering())) == [60.0]


def test_stays_of_one_track_are_summed_within_the_window() -> None:
    visits = standing(0.0, 25.0) + standing(50.0, 75.0) + standing(100.0, 130.0)
    assert raised(follow(visits, loitering())) == []
    # 25 + 25 s before, so ten more
    events = follow(visits, loitering(sum_within=130.0))
    assert raised(events) == [110.0]
    assert events[0].text.startswith("in the zone 60 s of the last 110 s; standing 10 s")
    assert (events[0].figures["summed"], events[0].figures["summed_over"]) == (60.0, 110.0)
    # the first stay has left a window of 80 s by then: 25 + 30 s are too few
    assert raised(follow(visits, loitering(sum_within=80.0))) == []
    # a window of 100 s loses of the first stay what the third gains, until at 125 s nothing is left of it
    assert raised(follow(visits, loitering(sum_within=100.0, after=52.0))) == [127.0]


def link(earlier: str, later: str, t: float, rivals: int = 0) -> Link:
    return Link(t=t, earlier=earlier, later=later, gap=3.0, distance=1.0, speed=0.3, rivals=rivals)


@pytest.mark.parametrize("outside_first", [False, True])
@pytest.mark.parametrize("ended_first", [False, True])
def test_stays_of_a_chain_are_summed(*, outside_first: bool, ended_first: bool) -> None:
    rule = loitering(sum_within=200.0)
    events: list[BehaviourEvent] = []
    for t, x, y in standing(0.0, 40.0):
        events += step(rule, [TrackPoint(t=t, track="a", at=(x, y))])
    if ended_first:
        events += rule.end(["a"], 42.0)
    # in between a track that never came in, so that nothing is remembered of it itself
    step(rule, [TrackPoint(t=43.0, track="b", at=(30.0, 0.0))], [link("a", "b", 43.0)])
    links = [link("b", "c", 50.0)]
    if outside_first:
        events += step(rule, [TrackPoint(t=50.0, track="c", at=(30.0, 10.0))], links)
        links = []
    for t, x, y in standing(51.0, 80.0):
        events += step(rule, [TrackPoint(t=t, track="c", at=(x, y))], links)
        links = []
    assert raised(events) == [71.0]
    assert (events[0].tracks, events[0].linked) == (("c",), ("a",))
    assert events[0].figures["summed"] == 60.0


def test_a_link_with_a_rival_joins_nothing() -> None:
    rule = loitering(sum_within=200.0)
    follow(standing(0.0, 40.0), rule)
    step(rule, [TrackPoint(t=50.0, track="b", at=(9.0, 9.0))], [link("a", "b", 50.0, rivals=1)])
    assert raised(follow(standing(50.5, 90.0), rule, track="b")) == []


def test_two_tracks_of_one_walker_at_one_time_do_not_count_twice() -> None:
    rule = loitering(sum_within=300.0)
    for t in range(31):
        step(rule, [TrackPoint(t=float(t), track="a", at=(9.0, 9.0))])
    found: list[BehaviourEvent] = []
    for t in range(20, 70):
        points = [TrackPoint(t=float(t), track="b", at=(9.0, 9.0))]
        found += step(rule, points, [link("a", "b", 20.0)] if t == 20 else [])
    assert raised(found) == [60.0]


def test_intrusion_needs_two_sightings() -> None:
    def intrusion() -> Behaviour:
        return a_rule("intrusion")

    assert follow([(0.0, 30.0, 0.0), (0.2, 5.0, 5.0), (0.4, 30.0, 0.0)], intrusion()) == []
    # two cameras at one moment are one sighting: both may be wrong about the same shadow
    assert follow([(0.2, 5.0, 5.0), (0.2, 5.1, 5.0), (0.4, 30.0, 0.0)], intrusion()) == []
    events = follow([(0.0, 30.0, 0.0), (0.2, 5.0, 5.0), (0.4, 5.5, 5.0)], intrusion())
    assert [event.phase for event in events] == ["raised", "ended"]
    assert events[0].figures["entered_at"] == [5.0, 5.0]
    assert events[0].text == "came into the zone at (5.0, 5.0) m; there for 0 s"


def test_a_predicted_place_is_no_sighting() -> None:
    rule = loitering()
    for t, x, y in standing(0.0, 80.0):
        assert step(rule, [TrackPoint(t=t, track="a", at=(x, y), observed=False)]) == ()
    assert rule.progress("a") is None


def test_progress_says_how_far_somebody_is() -> None:
    rule = loitering(standing=50.0)
    for t, x, y in standing(0.0, 41.0):
        step(rule, [TrackPoint(t=t, track="a", at=(x, y))])
    progress = rule.progress("a")
    assert progress is not None
    assert [(one.name, one.measured, one.asked, one.unit, one.met) for one in progress.conditions] == [
        ("in the zone", 41.0, 60.0, "s", False),
        ("or standing", 41.0, 50.0, "s", False),
    ]
    assert rule.progress("nobody") is None


def test_cameras_are_those_that_saw_the_stay() -> None:
    rule = loitering()
    names = [f"camera-{n:03}" for n in range(200)]
    events: list[BehaviourEvent] = []
    for n, (t, x, y) in enumerate(standing(0.0, 60.0)):
        events += step(rule, [TrackPoint(t=t, track="a", at=(x, y), cameras=(names[n], names[0]))])
    assert events[0].cameras == tuple(names[:121])


def test_what_cannot_be_a_place_is_left_out_and_counted() -> None:
    bad = [(math.nan, (1.0, 1.0)), (1.0, (math.nan, 1.0)), (math.inf, (1.0, 1.0)), (1.0, (1e300, 1.0))]
    batch = Batch.of([TrackPoint(t=t, track="a", at=at) for t, at in bad], 1.0)
    assert (len(batch), batch.dropped) == (0, 4)
    rule = loitering()
    assert rule.step(batch) == ()
    for t, x, y in standing(0.0, 60.0):
        odd = TrackPoint(t=t, track="a", at=(x, y), covariance=(math.nan, math.inf, -1.0))
        events = step(rule, [odd])
    assert len(events) == 1
