"""Laws of a stay, whatever the sightings are."""

from __future__ import annotations

import math
from collections.abc import Iterable

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bartizan.site.document import build
from bartizan.watch.batch import Batch
from bartizan.watch.behaviours import BEHAVIOURS
from bartizan.watch.behaviours.event import BehaviourEvent
from bartizan.watch.point import TrackPoint

INSIDE, OUTSIDE = (10.0, 10.0), (30.0, 10.0)
AFTER, GRACE = 60.0, 5.0
SITE = build(
    {
        "schema": 1,
        "site": {"name": "A yard"},
        "plan": {"crs": "metres"},
        "zone": [{"id": "yard", "polygon": [[0, 0], [20, 0], [20, 20], [0, 20]]}],
        "rule": [{"id": "r", "kind": "loitering", "zone": "yard", "after": AFTER, "grace": GRACE}],
    }
)

Sightings = list[tuple[float, tuple[float, float]]]


def run(sightings: Iterable[tuple[float, tuple[float, float]]], *, observed: bool = True) -> list[BehaviourEvent]:
    """All events, the end of the track included; a stay that lapses is told when it does."""
    rule = BEHAVIOURS["loitering"](SITE.rules[0], SITE)
    found: list[BehaviourEvent] = []
    t = 0.0
    for t, at in sightings:
        found += rule.step(Batch.of([TrackPoint(t=t, track="a", at=at, observed=observed)], t))
    return [*found, *rule.end(["a"], t)]


def raised(events: Iterable[BehaviourEvent]) -> list[float]:
    return [event.t for event in events if event.phase == "raised"]


def seconds(event: BehaviourEvent) -> float:
    return float(event.figures["seconds"])


gaps = st.floats(0.05, 15.0)
places = st.sampled_from([INSIDE, OUTSIDE])


@st.composite
def anybody(draw: st.DrawFn) -> Sightings:
    steps = draw(st.lists(st.tuples(gaps, places), min_size=1, max_size=80))
    t, found = 0.0, []
    for gap, at in steps:
        t += gap
        found.append((t, at))
    return found


def stays_by_hand(sightings: Sightings) -> list[tuple[float, float]]:
    """First and last sighting inside of every stay, by splitting the list of times inside at gaps over the grace."""
    inside = [t for t, at in sightings if at == INSIDE]
    cuts = [n for n in range(1, len(inside)) if inside[n] - inside[n - 1] > GRACE]
    return [(part[0], part[-1]) for a, b in zip([0, *cuts], [*cuts, len(inside)], strict=True) if (part := inside[a:b])]


@given(anybody())
def test_a_stay_is_raised_if_and_only_if_it_is_long_enough(sightings: Sightings) -> None:
    times = [t for t, _ in sightings]
    # a gap of a grace to within a microsecond could fall on either side
    assume(all(abs(b - a - GRACE) > 1e-5 for a in times for b in times))
    assume(all(abs(end - start - AFTER) > 1e-5 for start, end in stays_by_hand(sightings)))
    due = [stay for stay in stays_by_hand(sightings) if stay[1] - stay[0] >= AFTER]
    events = run(sightings)
    ended = [(event.since, event.since + seconds(event)) for event in events if event.phase == "ended"]
    assert [since for since, _ in ended] == [since for since, _ in due]
    assert all(abs(a[1] - b[1]) < 0.001 for a, b in zip(ended, due, strict=True))
    assert len(raised(events)) == len(due)


@given(anybody())
def test_phases_come_in_order(sightings: Sightings) -> None:
    open_ = False
    last = -math.inf
    for event in run(sightings):
        assert event.t >= last
        last = event.t
        assert (event.phase == "raised") != open_
        open_ = event.phase != "ended"
    assert not open_


@settings(max_examples=60)
@given(
    st.floats(61.0, 100.0),
    st.lists(st.tuples(st.floats(0.0, 100.0), st.floats(0.1, 4.9), st.booleans()), max_size=8),
    st.floats(0.2, 0.5),
)
def test_interruptions_within_the_grace_never_shorten_a_stay(
    length: float, holes: list[tuple[float, float, bool]], step: float
) -> None:
    times = [n * step for n in range(int(length / step) + 1)]
    whole = run((t, INSIDE) for t in times)
    kept: Sightings = []
    busy_until = 1.0
    plan: list[tuple[float, float, bool]] = []
    for start, hole, outside in sorted(holes):
        # holes stand apart, so that none adds up with the next beyond the grace
        if start >= busy_until and start + hole < length - 1.0:
            plan.append((start, hole - 2.0 * step, outside))
            busy_until = start + hole + 1.0
    for t in times:
        around = next((one for one in plan if one[0] < t < one[0] + one[1]), None)
        if around is None:
            kept.append((t, INSIDE))
        elif around[2]:
            kept.append((t, OUTSIDE))
    split = run(kept)
    assert [seconds(event) for event in split if event.phase == "ended"] == [
        seconds(event) for event in whole if event.phase == "ended"
    ]
    assert len(raised(split)) == 1


@settings(max_examples=40)
@given(st.floats(2.0, 12.0), st.floats(2.0, 12.0), st.floats(0.0, 10.0), st.floats(61.0, 80.0))
def test_the_frame_rate_moves_an_alarm_by_a_frame_at_most(
    first: float, second: float, entered: float, length: float
) -> None:
    def at(t: float) -> tuple[float, float]:
        return INSIDE if entered <= t <= entered + length else OUTSIDE

    end = entered + length + 10.0
    alarms = [raised(run((n / fps, at(n / fps)) for n in range(int(end * fps)))) for fps in (first, second)]
    frame = 1.0 / min(first, second)
    if length > AFTER + 2.0 * frame:
        assert len(alarms[0]) == len(alarms[1]) == 1
        # entry and raise are each seen up to a frame late
        assert abs(alarms[0][0] - alarms[1][0]) <= 2.0 * frame + 1e-6


@given(st.floats(0.4, 3.0), st.floats(0.0, 2.0 * math.pi), st.floats(-5.0, 25.0), st.floats(2.0, 25.0))
def test_somebody_who_walks_through_never_alarms(speed: float, course: float, aim: float, fps: float) -> None:
    # the longest way through is the diagonal: 28.3 m, at 0.5 m/s not yet 57 s
    assume(speed >= 0.5)
    dx, dy = math.cos(course), math.sin(course)
    walk = [
        (t, (aim + dx * (speed * t - 40.0), 10.0 + dy * (speed * t - 40.0)))
        for t in (n / fps for n in range(int(80.0 / speed * fps)))
    ]
    assert run(walk) == []


@given(st.lists(st.booleans(), min_size=10, max_size=200), st.floats(0.05, 0.5))
def test_flicker_at_the_edge_does_not_restart_the_stay(flicker: list[bool], step: float) -> None:
    runs = max((len(part) for part in "".join("ox"[x] for x in flicker).split("x")), default=0)
    assume((runs + 2) * step <= GRACE)
    sightings = [(0.0, INSIDE)] + [(n * step, INSIDE if x else OUTSIDE) for n, x in enumerate(flicker, 1)]
    back = (len(flicker) + 1) * step
    sightings += [(back + n * step, INSIDE) for n in range(int(62.0 / step))]
    events = run(sightings)
    assert len(raised(events)) == 1
    assert {event.since for event in events} == {0.0}


@given(anybody())
def test_a_predicted_place_is_no_sighting(sightings: Sightings) -> None:
    assert run(sightings, observed=False) == []
