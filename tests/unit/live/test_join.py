"""Reports of several cameras in the order of time, with a bounded wait."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bartizan.app.live.join import Join
from bartizan.app.live.wire import Ended, Report, Told


def report(camera: str, t: float, number: int = 1) -> Report:
    return Report(sender=camera, number=number, site="ab", camera=camera, t=t)


def ended(camera: str, t: float) -> Ended:
    return Ended(sender=camera, number=99, site="ab", camera=camera, t=t, why="over")


def told(found: tuple[Told, ...]) -> list[tuple[str, float]]:
    return [(one.camera, one.t) for one in found]


def test_a_report_goes_when_no_camera_can_tell_of_an_earlier_time() -> None:
    join = Join(["a", "b"], wait=2.0)
    assert told(join.put(report("a", 1.0), 10.0)) == []
    assert told(join.put(report("a", 2.0), 10.1)) == []
    assert told(join.put(report("b", 1.5), 10.2)) == [("a", 1.0), ("b", 1.5)]
    assert told(join.put(report("b", 2.0), 10.3)) == [("a", 2.0), ("b", 2.0)]
    assert join.counts.joined == 4


def test_a_silent_camera_holds_the_others_up_for_one_wait_and_once() -> None:
    join = Join(["a", "b"], wait=2.0)
    assert told(join.put(report("a", 1.0), 10.0)) == []
    assert join.next_due() == 12.0
    assert told(join.put(report("a", 1.8), 10.8)) == []
    assert told(join.put(report("a", 2.6), 11.6)) == []
    assert told(join.due(11.99)) == []
    assert told(join.due(12.0)) == [("a", 1.0)]
    assert join.counts.stalls == {"b": 1}
    assert told(join.due(12.05)) == [("a", 1.8), ("a", 2.6)]
    # from now on nobody waits for b
    assert told(join.put(report("a", 3.0), 12.1)) == [("a", 3.0)]
    # what b still has of the past is late; once it has caught up it is waited for again
    assert told(join.put(report("b", 2.0), 12.2)) == []
    assert join.counts.late == {"b": 1}
    assert told(join.put(report("a", 3.2), 12.25)) == [("a", 3.2)]
    assert told(join.put(report("b", 3.5), 12.3)) == []
    assert told(join.put(report("a", 3.6), 12.4)) == [("b", 3.5)]
    assert told(join.put(report("b", 3.7), 12.5)) == [("a", 3.6)]


def test_after_silence_of_all_nobody_is_left_behind() -> None:
    """A broker that was away: each machine tells of the meantime when it is back, one after the other."""
    join = Join(["a", "b"], wait=2.0)
    join.put(report("a", 1.0), 10.0)
    join.due(12.0)
    assert join.counts.stalls == {"b": 1}
    assert [told(join.put(report("a", 2.0 + n), 30.0 + n / 100)) for n in range(3)] == [[], [], []]
    assert told(join.put(report("b", 1.5), 30.5)) == [("b", 1.5)]
    assert told(join.put(report("b", 4.5), 30.6)) == [("a", 2.0), ("a", 3.0), ("a", 4.0)]
    assert join.counts.dropped == 0


def test_a_camera_that_is_over_is_not_waited_for() -> None:
    join = Join(["a", "b"], wait=2.0)
    assert told(join.put(ended("b", 0.5), 10.0)) == []
    assert told(join.put(report("a", 1.0), 10.1)) == [("b", 0.5), ("a", 1.0)]
    # an end that comes late is told all the same
    assert told(join.put(ended("a", 0.9), 10.2)) == [("a", 0.9)]
    assert join.over


def test_a_camera_that_comes_back_is_waited_for() -> None:
    join = Join(["a", "b"], wait=2.0)
    join.put(ended("b", 0.5), 10.0)
    join.put(report("a", 1.0), 10.1)
    assert told(join.put(report("b", 2.0), 10.2)) == []
    assert not join.over
    assert told(join.put(report("a", 3.0), 10.3)) == [("b", 2.0)]


def test_a_time_that_is_none_is_dropped_and_counted() -> None:
    join = Join(["a"], wait=2.0)
    for t in (math.nan, math.inf, -math.inf):
        assert join.put(report("a", t), 10.0) == ()
    assert join.counts.unusable == {"a": 3}
    assert told(join.put(report("a", 1.0), 10.0)) == [("a", 1.0)]


def test_too_many_are_let_go_before_their_time_and_counted() -> None:
    join = Join(["a", "b"], wait=math.inf, most=10)
    gone = [one for n in range(25) for one in told(join.put(report("a", float(n)), 10.0))]
    assert gone == [("a", float(n)) for n in range(15)]
    assert join.counts.hurried == 15


def test_without_a_bound_the_order_is_the_same_whatever_the_arrivals() -> None:
    rng = np.random.default_rng(7)
    streams = {camera: [0.3 * n + phase for n in range(40)] for camera, phase in (("a", 0.0), ("b", 0.1), ("c", 0.3))}
    orders = set()
    for _ in range(20):
        join = Join(streams, wait=math.inf)
        left = {camera: list(times) for camera, times in streams.items()}
        gone: list[tuple[str, float]] = []
        while left:
            camera = str(rng.choice(sorted(left)))
            gone += told(join.put(report(camera, left[camera].pop(0)), 0.0))
            if not left[camera]:
                del left[camera]
        gone += told(join.finish())
        orders.add(tuple(gone))
    assert len(orders) == 1
    (order,) = orders
    assert [t for _, t in order] == sorted(t for times in streams.values() for t in times)


@pytest.mark.parametrize("seed", range(5))
def test_nothing_waits_longer_than_the_wait_and_all_is_in_order(seed: int) -> None:
    """Cameras that stall, die, jump and come back: each report is out within one wait, or counted."""
    rng = np.random.default_rng(seed)
    join = Join(["a", "b", "c"], wait=2.0)
    now, put, gone = 0.0, {}, []
    stalled: dict[str, float] = {}
    for number in range(3000):
        now += rng.uniform(0.0, 0.1)
        camera = str(rng.choice(["a", "b", "c"]))
        if rng.random() < 0.003:
            stalled[camera] = now + rng.uniform(0.0, 20.0)
        if stalled.get(camera, 0.0) > now:
            found = join.due(now)
        else:
            one = report(camera, now - rng.uniform(0.0, 1.0), number + 1)
            put[number + 1] = now
            found = join.put(one, now)
        for out in found:
            gone.append(out)
            assert now - put[out.number] <= 2.0 + 0.1 + 1e-9
    gone += join.finish()
    assert [one.t for one in gone] == sorted(one.t for one in gone)
    assert len(gone) + join.counts.dropped == len(put)
    assert join.counts.joined == len(gone)
