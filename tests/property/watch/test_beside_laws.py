"""Laws of the behaviours beside a line: frames and mirrors change nothing, reversing a line swaps in and out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import LineString, Polygon

from bartizan.site.model import Element, Rule, Zone
from bartizan.site.site import Site
from bartizan.watch.batch import Batch
from bartizan.watch.behaviours import BEHAVIOURS
from bartizan.watch.behaviours.event import BehaviourEvent
from bartizan.watch.point import TrackPoint

Places = NDArray[np.float64]

FENCE = np.array([[0.0, 0.0], [30.0, 0.0], [30.0, 20.0]])
HOUSE = np.array([[0.0, 0.0], [12.0, 0.0], [12.0, 8.0], [0.0, 8.0]])
SETTINGS: dict[str, dict[str, Any]] = {
    "pacing": {"reversals": 2, "within": 180.0, "span": 6.0, "hysteresis": 3.0, "band": 15.0},
    # a walk straight through the middle is up to half a lap, either way round: less than that is asked nowhere here
    "laps": {"laps": 0.7, "within": 1800.0, "band": 15.0},
    "repeated-pass": {"passes": 2, "within": 3600.0, "apart": 5.0, "band": 2.0},
    "approach": {"near": 3.0, "closing": 6.0, "within": 30.0},
    "line-crossing": {"direction": "both", "depth": 0.5},
    "tailgating": {"within": 6.0, "apart": 30.0, "direction": "both", "people": 2},
}
ON_A_LINE = ["pacing", "approach", "repeated-pass", "line-crossing", "tailgating"]
AROUND = ["laps", "pacing", "approach", "repeated-pass"]
# corners of walks beside the fence and the house, in whole half metres and well off what is drawn
spots = st.tuples(st.integers(-20, 80), st.integers(-20, 60)).map(lambda p: (p[0] / 2.0 + 0.27, p[1] / 2.0 + 0.19))
walks = st.lists(spots, min_size=2, max_size=6, unique=True)


def walked(corners: list[tuple[float, float]], every: float = 0.4, speed: float = 1.5) -> tuple[list[float], Places]:
    ends = np.array(corners)
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(ends, axis=0).T))])
    times = np.arange(0.0, lengths[-1] / speed + every, every)
    return times.tolist(), np.stack([np.interp(times * speed, lengths, ends[:, axis]) for axis in (0, 1)], axis=1)


def played(kind: str, drawn: Places, walk: Any, zone: bool = False, **more: Any) -> list[BehaviourEvent]:
    """All events of two walkers: the one of the walk, and one behind."""
    rule = Rule(id="r", kind=kind, settings=SETTINGS[kind] | more, **({"zone": "z"} if zone else {"element": "e"}))  # type: ignore[arg-type]
    if zone:
        site = Site(name="s", zones=(Zone(id="z", polygon=Polygon(drawn)),))
    else:
        site = Site(
            name="s", elements=(Element(id="e", kind="x", between=("a", "b"), ways=(), shape=LineString(drawn)),)
        )
    behaviour = BEHAVIOURS[kind](rule, site)
    events: list[BehaviourEvent] = []
    times, places = walk
    for n, t in enumerate(times):
        seen = [TrackPoint(t=t, track="a", at=(places[n][0], places[n][1]))]
        if n >= 6:
            seen.append(TrackPoint(t=t, track="b", at=(places[n - 6][0], places[n - 6][1])))
        events += behaviour.step(Batch.of(seen, t))
        events += behaviour.pass_time(t)
    return [*events, *behaviour.finish(times[-1] + 1.0)]


def told(events: list[BehaviourEvent]) -> list[tuple[str, str, float]]:
    return [(event.phase, event.about, round(event.t, 6)) for event in events]


def moved(places: Places, turn: float, shift: tuple[float, float], mirror: bool = False) -> Places:
    c, s = math.cos(turn), math.sin(turn)
    matrix = np.array([[c, -s], [s, c]]) @ np.diag([1.0, -1.0 if mirror else 1.0])
    return np.asarray(places @ matrix.T + shift)


@settings(max_examples=20)
@given(
    kind=st.sampled_from(ON_A_LINE),
    corners=walks,
    turn=st.floats(-3.0, 3.0),
    shift=st.tuples(st.integers(-500, 500), st.integers(-500, 500)),
)
def test_moving_and_turning_the_site_changes_nothing(kind: str, corners: Any, turn: float, shift: Any) -> None:
    times, places = walked(corners)
    here = played(kind, FENCE, (times, places))
    there = played(kind, moved(FENCE, turn, shift), (times, moved(places, turn, shift)))
    assert told(here) == told(there)
    assert [event.text for event in here if event.phase == "raised"] == [
        event.text for event in there if event.phase == "raised"
    ] or _rounding(here, there)


def _rounding(here: list[BehaviourEvent], there: list[BehaviourEvent]) -> bool:
    """Whether figures differ by no more than the last digit that is written."""
    for one, other in zip(here, there, strict=True):
        for key, value in one.figures.items():
            if isinstance(value, float) and abs(value - other.figures[key]) > 0.011:
                return False
    return True


@settings(max_examples=15)
@given(kind=st.sampled_from(AROUND), corners=walks, turn=st.floats(-3.0, 3.0))
def test_a_mirror_changes_nothing_but_the_sense(kind: str, corners: Any, turn: float) -> None:
    times, places = walked(corners)
    here = played(kind, HOUSE, (times, places), zone=True)
    there = played(kind, moved(HOUSE, turn, (0, 0), True), (times, moved(places, turn, (0, 0), True)), zone=True)
    assert told(here) == told(there)
    senses = {"clockwise": "anticlockwise", "anticlockwise": "clockwise"}
    for one, other in zip(here, there, strict=True):
        if kind == "laps":
            assert senses[one.figures["sense"]] == other.figures["sense"]


@settings(max_examples=20)
@given(kind=st.sampled_from(["line-crossing", "tailgating"]), corners=walks)
def test_reversing_a_line_or_a_mirror_swaps_forward_and_backward(kind: str, corners: Any) -> None:
    times, places = walked(corners)
    here = played(kind, FENCE, (times, places))
    other = {"forward": "backward", "backward": "forward"}
    swapped = [
        (phase, other[event.figures["direction"]], t) for event, (phase, _, t) in zip(here, told(here), strict=True)
    ]
    back = played(kind, FENCE[::-1], (times, places))
    seen = moved(places, 0.0, (0, 0), True)
    mirrored = played(kind, moved(FENCE, 0.0, (0, 0), True), (times, seen))
    for there in (back, mirrored):
        assert swapped == [(event.phase, event.figures["direction"], round(event.t, 6)) for event in there]


@settings(max_examples=20)
@given(kind=st.sampled_from(["pacing", "approach", "repeated-pass"]), corners=walks)
def test_reversing_a_line_changes_nothing_else(kind: str, corners: Any) -> None:
    walk = walked(corners)
    assert told(played(kind, FENCE, walk)) == told(played(kind, FENCE[::-1], walk))


@settings(max_examples=15)
@given(corners=walks)
def test_to_walk_back_in_time_swaps_the_direction_of_every_crossing(corners: Any) -> None:
    # who ends within half a metre of the line has not crossed it yet: both ends lie well off it
    corners = [(12.3, 9.1), *corners, (14.7, -8.3)]
    times, places = walked(corners)
    there = played("line-crossing", FENCE, (times, places), depth=0.0)
    back = played("line-crossing", FENCE, (times, places[::-1]), depth=0.0)

    def net(events: list[BehaviourEvent]) -> int:
        ways = [event.figures["direction"] for event in events if event.phase == "raised" and event.tracks == ("a",)]
        return ways.count("forward") - ways.count("backward")

    assert net(there) == -net(back)


@settings(max_examples=15)
@given(corners=walks, thin=st.sampled_from([2, 3, 4]))
def test_fewer_frames_give_the_same_turns_and_laps_within_a_step(corners: Any, thin: int) -> None:
    times, places = walked(corners, every=0.1)
    for kind, drawn, zone in (("pacing", FENCE, False), ("laps", HOUSE, True)):
        all_of_it = played(kind, drawn, (times, places), zone)
        fewer = played(kind, drawn, (times[::thin], places[::thin]), zone)
        step = 1.5 * 0.1 * (thin + 1)
        if kind == "laps":
            most = [max((event.figures["laps"] for event in events), default=0.0) for events in (all_of_it, fewer)]
            # what is told on the one hand and not on the other is at the limit
            assert abs(most[0] - most[1]) <= 2.0 * step / 40.0 or (min(most) == 0.0 and max(most) <= 0.7 + step / 10.0)
        else:
            spans = [max((event.figures["span"] for event in events), default=0.0) for events in (all_of_it, fewer)]
            assert abs(spans[0] - spans[1]) <= 4.0 * step or min(spans) == 0.0


@pytest.mark.parametrize("kind", sorted(SETTINGS))
@settings(max_examples=10)
@given(
    hostile=st.lists(
        st.tuples(
            st.floats(-1e9, 1e9) | st.sampled_from([0.0, 1.0, 1.0, 1e9, -1e9]),
            st.floats(-1e9, 1e9) | st.sampled_from([0.0, 30.0, 1e-300]),
            st.floats(-1e9, 1e9) | st.sampled_from([0.0, 20.0]),
            st.floats(0.0, 1e18) | st.sampled_from([0.0, math.inf, math.nan, -1.0]),
        ),
        max_size=30,
    )
)
def test_nothing_that_a_stream_says_stops_a_rule(kind: str, hostile: Any) -> None:
    zone = kind == "laps"
    about: Any = {"zone": "z"} if zone else {"element": "e"}
    rule = Rule(id="r", kind=kind, settings=SETTINGS[kind], **about)  # type: ignore[arg-type]
    shape = LineString(FENCE)
    site = Site(
        name="s",
        zones=(Zone(id="z", polygon=Polygon(HOUSE)),),
        elements=(Element(id="e", kind="x", between=("a", "b"), ways=(), shape=shape),),
    )
    behaviour = BEHAVIOURS[kind](rule, site)
    events: list[BehaviourEvent] = []
    for t, x, y, error in hostile:
        point = TrackPoint(t=t, track="a", at=(x, y), covariance=(error, 0.0, error))
        events += behaviour.step(Batch.of([point], t))
        events += behaviour.pass_time(t)
        behaviour.progress("a")
    events += behaviour.finish(2e9)
    open_now: set[str] = set()
    for event in events:
        assert math.isfinite(event.since)
        assert (event.about in open_now) == (event.phase != "raised")
        open_now = open_now - {event.about} if event.phase == "ended" else open_now | {event.about}
    assert not open_now
