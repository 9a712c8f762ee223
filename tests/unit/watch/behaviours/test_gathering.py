"""Gathering: who stands together, by definition and against an oracle that tries every disc."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yards import play, raised, watch_for

from bartizan.watch.batch import Batch
from bartizan.watch.behaviours.event import Behaviour, BehaviourEvent
from bartizan.watch.behaviours.parts.discs import together
from bartizan.watch.point import TrackPoint

FIELD = [(-100.0, -100.0), (100.0, -100.0), (100.0, 100.0), (-100.0, 100.0)]
Place = tuple[float, float]


def a_rule(**settings: Any) -> Behaviour:
    return watch_for("gathering", zone=FIELD, **settings)


def stand(places: dict[str, tuple[Place, float, float]], fps: float = 5.0) -> list[TrackPoint]:
    """Everybody where and from when to when [s] it is said."""
    return [
        TrackPoint(t=n / fps, track=name, at=at, cameras=("north",))
        for name, (at, begin, end) in places.items()
        for n in range(math.ceil(begin * fps), int(end * fps) + 1)
    ]


def square(half: float, count: int = 4) -> list[Place]:
    return [(half, half), (-half, half), (-half, -half), (half, -half)][:count]


def together_for(seconds: float, half: float = 1.0, count: int = 4) -> list[BehaviourEvent]:
    people = {f"p{n}": (at, 0.0, seconds) for n, at in enumerate(square(half, count))}
    # a clock goes on after them
    return play(a_rule(), stand(people) + stand({"far": ((50.0, 50.0), 0.0, seconds + 20.0)}))


def test_four_within_three_metres_for_half_a_minute() -> None:
    events = together_for(40.0)
    assert [event.phase for event in events] == ["raised", "ended"]
    assert events[0].t == pytest.approx(30.0, abs=1.0)
    assert (events[0].since, events[0].tracks) == (0.0, ("p0", "p1", "p2", "p3"))
    assert events[0].at == pytest.approx((0.0, 0.0), abs=1e-9)
    assert events[0].figures == {
        "people": 4,
        "most": 4,
        "seconds": events[0].t,
        "within": pytest.approx(math.sqrt(2.0), abs=0.01),
        "radius": 3.0,
    }
    assert events[0].text == "4 people together for 30 s, 4 at most; all within 1.4 m of their middle"
    assert events[0].cameras == ("north",)
    # their tracks are over with the last sighting; the grace, and 5 s in which newcomers could have shown to stay
    assert events[1].t == pytest.approx(40.0 + 5.0 + 5.0, abs=2.5)


def test_too_few_too_short_or_too_wide_is_none() -> None:
    assert together_for(60.0, count=3) == []
    assert together_for(28.0) == []
    # corners of a square on a circle of the radius are just within, beyond it they are not
    assert len(raised(together_for(40.0, half=3.0 / math.sqrt(2.0)))) == 1
    assert together_for(40.0, half=3.01 / math.sqrt(2.0)) == []


def test_members_may_change() -> None:
    # every 10 s one goes and another comes; nobody is there for longer than 40 s
    places = square(1.0)
    people = {f"p{n}": (places[n % 4], 10.0 * (n - 3), 10.0 * (n - 3) + 39.0) for n in range(14)}
    seen = [point for point in stand(people) if 0.0 <= point.t <= 100.0]
    events = play(a_rule(), seen)
    assert len(raised(events)) == 1
    assert [event.phase for event in events[-2:]] == ["updated", "updated"]
    assert (events[-1].since, events[-1].tracks) == (0.0, ("p10", "p11", "p12", "p9"))
    # updates come every 15 s, as looks find the group whole; a newcomer counts after 5 s
    assert 85.0 <= events[-1].t <= 100.0


def test_who_walks_past_together_gathers_nowhere() -> None:
    def walking(speed: float) -> list[TrackPoint]:
        return [
            TrackPoint(t=n / 5.0, track=f"p{k}", at=(x + speed * n / 5.0 - 60.0, y))
            for n in range(400)
            for k, (x, y) in enumerate(square(1.0))
        ]

    # three metres take 5 s at 0.6 m/s; slower people stand about
    assert play(a_rule(), walking(0.65)) == []
    assert raised(play(a_rule(), walking(0.15)))[0].since == 0.0


def test_a_stream_of_people_past_one_corner_gathers_nowhere() -> None:
    # one every two seconds, each at 1 m/s: six of them within six metres at any time
    passing = [
        TrackPoint(t=2.0 * k + n / 5.0, track=f"p{k:02}", at=(n / 5.0 - 20.0, 0.0))
        for k in range(40)
        for n in range(200)
    ]
    assert play(a_rule(radius=6.0), passing) == []


def test_a_crowd_that_grows_is_the_group_it_began_as() -> None:
    places = [(1.5 * (n % 5), 1.5 * (n // 5)) for n in range(30)]
    people = {f"p{n:02}": (at, 2.0 * n, 90.0) for n, at in enumerate(places)}
    events = play(a_rule(), stand(people))
    assert [event.phase for event in events if event.phase != "updated"] == ["raised"]
    # the fourth came after six seconds; the look is once a second
    assert events[0].since == pytest.approx(6.0, abs=1.0)
    assert events[-1].figures["most"] == 30


def test_two_groups_are_two_signals() -> None:
    people = {f"a{n}": ((x - 20.0, y), 0.0, 50.0) for n, (x, y) in enumerate(square(1.0))}
    people |= {f"b{n}": ((x + 20.0, y), 0.0, 50.0) for n, (x, y) in enumerate(square(1.0))}
    found = raised(play(a_rule(), stand(people)))
    assert sorted(event.tracks[0][0] for event in found) == ["a", "b"]
    assert len({event.about for event in found}) == 2


@pytest.mark.parametrize(("gap", "groups"), [(4.0, 1), (12.0, 2)])
def test_an_interruption_within_the_grace_keeps_the_group(gap: float, groups: int) -> None:
    people = {f"p{n}": (at, 0.0, 40.0) for n, at in enumerate(square(1.0))}
    later = {f"p{n}": (at, 40.0 + gap, 80.0 + gap) for n, at in enumerate(square(1.0))}
    far = stand({"far": ((50.0, 50.0), 0.0, 100.0)})
    seen = stand(people) + stand(later) + far
    found: list[BehaviourEvent] = []
    rule = a_rule()
    for t, moment in itertools.groupby(sorted(seen, key=lambda point: point.t), key=lambda point: point.t):
        found += rule.step(Batch.of(list(moment), t))
        found += rule.pass_time(t)
    assert len(raised(found)) == groups


def test_predicted_places_are_nobody() -> None:
    seen = [
        TrackPoint(t=n / 5.0, track=f"p{k}", at=at, observed=k < 3)
        for n in range(300)
        for k, at in enumerate(square(1.0))
    ]
    assert play(a_rule(), seen) == []


def test_progress() -> None:
    rule = a_rule()
    people = {f"p{n}": (at, 0.0, 21.0) for n, at in enumerate(square(1.0))}
    for t, moment in itertools.groupby(sorted(stand(people), key=lambda point: point.t), key=lambda point: point.t):
        rule.step(Batch.of(list(moment), t))
        rule.pass_time(t)
    found = rule.progress("p1")
    assert found is not None
    assert [(one.name, one.measured, one.met) for one in found.conditions] == [
        ("together", 4, True),
        ("for", pytest.approx(21.0, abs=1.0), False),
    ]
    assert rule.progress("nobody") is None


# ---------------------------------------------------------------- discs


def fullest(places: list[Place], radius: float) -> int:
    """The most that a disc of the radius holds: middles are each place and both circles through each pair."""
    middles = list(places)
    for (ax, ay), (bx, by) in itertools.combinations(places, 2):
        far = math.hypot(bx - ax, by - ay)
        if 0.0 < far <= 2.0 * radius:
            high = math.sqrt(max(0.0, radius**2 - far**2 / 4.0))
            ux, uy = (by - ay) / far, -(bx - ax) / far
            middles += [
                ((ax + bx) / 2.0 + sign * high * ux, (ay + by) / 2.0 + sign * high * uy) for sign in (1.0, -1.0)
            ]
    slack = radius * (1.0 + 1e-7)
    return max(sum(math.hypot(x - mx, y - my) <= slack for x, y in places) for mx, my in middles)


spots = st.tuples(st.floats(-6.0, 6.0), st.floats(-6.0, 6.0))


@settings(max_examples=200)
@given(st.lists(spots, min_size=1, max_size=14), st.integers(2, 6), st.sampled_from([1.0, 2.0, 3.0]))
def test_a_group_is_found_if_and_only_if_a_disc_holds_enough(places: list[Place], people: int, radius: float) -> None:
    groups, most = together(np.array(places), people, radius)
    assert (groups >= 0).any() == (fullest(places, radius) >= people)
    assert most.max() >= min(people, fullest(places, radius))
    for number in range(groups.max() + 1):
        assert (groups == number).sum() >= people


@given(st.lists(spots, min_size=1, max_size=14), st.floats(-50.0, 50.0), st.floats(0.0, 6.28), st.randoms())
def test_moving_turning_and_shuffling_change_no_group(
    places: list[Place], shift: float, angle: float, random: object
) -> None:
    was = np.round(np.array(places), 3)  # ties at the edge of a disc would turn with the last digit
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    order = np.random.default_rng(1).permutation(len(was))
    now = (was @ turn.T + shift)[order]
    gap = np.hypot(*(was[:, None] - was[None]).transpose(2, 0, 1))
    if ((abs(gap - 4.0) < 1e-6) | (abs(gap - 2.0) < 1e-6)).any():
        return
    groups, _ = together(was, 3, 2.0)
    turned, _ = together(now, 3, 2.0)
    members = {frozenset(np.flatnonzero(groups == n).tolist()) for n in range(groups.max() + 1)}
    assert members == {frozenset(order[turned == n].tolist()) for n in range(turned.max() + 1)}


def test_a_dense_crowd_is_quick_and_one_group() -> None:
    rng = np.random.default_rng(2)
    groups, _ = together(rng.uniform(0.0, 60.0, (10_000, 2)), 4, 3.0)
    assert (groups == 0).all()
    assert together(np.zeros((0, 2)), 4, 3.0)[0].tolist() == []
    assert together(np.zeros((5, 2)), 4, 3.0)[0].tolist() == [0] * 5
