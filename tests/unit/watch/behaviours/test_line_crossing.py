"""Line crossing: who came through, which way, and who only seemed to."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from yards import a_site, along, phases, play, points, raised, watch_for

from bartizan.watch.behaviours import BEHAVIOURS
from bartizan.watch.behaviours.event import BehaviourEvent

# drawn from west to east: its left is the north
LINE = [(0.0, 0.0), (10.0, 0.0)]
Corners = list[tuple[float, float]]


def crossed(corners: Corners, sigma: float = 0.0, every: float = 0.1, **settings: Any) -> list[str]:
    events = play(watch_for("line-crossing", line=LINE, **settings), points(along(corners, every=every), sigma=sigma))
    assert phases(events) == ["raised", "ended"] * (len(events) // 2)
    return [event.figures["direction"] for event in raised(events)]


def test_forward_is_from_left_to_right_and_each_way_can_be_asked_alone() -> None:
    south, north = [(5.0, 4.0), (5.0, -4.0)], [(5.0, -4.0), (5.0, 4.0)]
    assert crossed(south) == ["forward"]
    assert crossed(north) == ["backward"]
    assert crossed([*south, *north]) == ["forward", "backward"]
    assert crossed([*south, *north], direction="forward") == ["forward"]
    assert crossed([*south, *north], direction="backward") == ["backward"]


def test_what_is_told() -> None:
    events = play(watch_for("line-crossing", line=LINE), points(along([(5.0, 4.0), (5.0, -4.0)], speed=1.0, every=0.2)))
    event = events[0]
    assert event.since == pytest.approx(4.0, abs=1e-6)
    # the second sighting at half a metre beyond the line or more
    assert event.t == pytest.approx(4.8 if event.figures["beyond"] > 0.7 else 4.6, abs=0.2 + 1e-6)
    assert event.figures["crossed_at"] == [5.0, 0.0]
    assert event.text.startswith("crossed fence forward (from left to right), now 0.")
    assert event.cameras == ("north",)


@pytest.mark.parametrize("x", [-0.3, 10.3])
def test_around_an_end_is_no_crossing(x: float) -> None:
    assert crossed([(5.0, 4.0), (x, 4.0), (x, -4.0), (5.0, -4.0)]) == []
    # and who comes back through it after that, does cross
    assert crossed([(5.0, 4.0), (x, 4.0), (x, -4.0), (5.0, -4.0), (5.0, 4.0)]) == ["backward"]


def test_a_flicker_is_no_crossing_in_either_direction() -> None:
    for deep in (-0.3, -2.0, -20.0):
        walk = along([(1.0, 2.0), (9.0, 2.0)])
        walk[30] = (walk[30][0], walk[30][1], deep)
        assert not play(watch_for("line-crossing", line=LINE), points(walk)), deep


def test_along_the_line_and_not_deep_enough() -> None:
    assert crossed([(1.0, 2.0), (2.0, -0.4), (8.0, -0.4), (8.0, 2.0)]) == []
    assert crossed([(1.0, 2.0), (2.0, -0.4), (8.0, -0.4), (8.0, -1.0)]) == ["forward"]
    assert crossed([(1.0, 2.0), (2.0, -0.4), (8.0, -0.4), (8.0, 2.0)], depth=0.2) == ["forward", "backward"]


def test_born_beyond_the_line() -> None:
    assert crossed([(5.0, -1.0), (5.0, -8.0)]) == []
    assert crossed([(5.0, -8.0), (5.0, -1.0)]) == []


def test_not_deeper_than_two_sigma_is_not_across() -> None:
    assert crossed([(5.0, 8.0), (5.0, -1.9)], sigma=1.0) == []
    lingers = [(5.0, 8.0), (5.0, -2.2), (6.5, -2.2), (8.0, -2.2)]
    assert crossed(lingers, sigma=1.0) == ["forward"]
    # who is first seen nearer to it than that has no side yet
    assert crossed([(5.0, 1.5), (5.0, -8.0)], sigma=1.0) == []
    assert crossed([(5.0, 1.5), (5.0, -8.0)], sigma=0.1) == ["forward"]


def test_who_stands_on_the_line_does_not_cross_it_all_the_time() -> None:
    """The error of a filtered place fades in a second (Ornstein-Uhlenbeck); ten minutes, as an hour of most guards."""
    rng = np.random.default_rng(3)
    keep, sigma, at = np.exp(-0.1), 0.5, np.zeros(2)
    way = []
    for n in range(6000):
        at = keep * at + rng.normal(0.0, sigma * np.sqrt(1.0 - keep**2), 2)
        way.append((0.1 * n, 5.0 + at[0], at[1]))
    sides = [y > 0.0 for _, _, y in way]
    assert sum(a != b for a, b in itertools.pairwise(sides)) > 500
    assert len(raised(play(watch_for("line-crossing", line=LINE), points(way, sigma=sigma)))) <= 2


def test_two_things_under_one_id_cross_nothing() -> None:
    here, there = along([(5.0, 2.0), (6.0, 2.0)]), along([(5.0, -100.0), (6.0, -100.0)], start=0.8)
    assert not play(watch_for("line-crossing", line=LINE), points([*here, *there]))


def test_out_of_sight_while_it_was_crossed_is_said() -> None:
    way = [point for point in along([(5.0, 6.0), (5.0, -6.0)], speed=1.0) if abs(point[2]) > 4.0]
    events = play(watch_for("line-crossing", line=LINE), points(way))
    assert events[0].figures["unseen"] == pytest.approx(8.1, abs=0.2)
    assert events[0].text.endswith("; out of sight for 8 s as it was crossed")


@pytest.mark.parametrize("every", [0.04, 0.1, 0.5, 1.0, 2.0])
def test_the_rate_of_sightings_changes_nothing(every: float) -> None:
    walk = [(5.0, 6.0), (5.0, -6.0), (3.0, -6.0), (3.0, 6.0), (14.0, 6.0), (14.0, -6.0)]
    assert crossed(walk, every=every) == ["forward", "backward"]


def test_a_predicted_place_crosses_nothing() -> None:
    way = points(along([(5.0, 4.0), (5.0, -4.0)]), observed=False)
    assert not play(watch_for("line-crossing", line=LINE), way)


def test_a_closed_line_is_crossed_in_and_out() -> None:
    ring = [(0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (0.0, 20.0), (0.0, 0.0)]
    events = play(watch_for("line-crossing", line=ring), points(along([(-5.0, 10.0), (10.0, 10.0), (10.0, 25.0)])))
    assert [event.figures["direction"] for event in raised(events)] == ["backward", "forward"]


def test_a_gate_drawn_as_a_box_is_gone_through_once() -> None:
    box = {"polygon": [[0.0, 0.0], [4.0, 0.0], [4.0, 0.4], [0.0, 0.4]]}
    site = a_site({"id": "r", "kind": "line-crossing", "element": "fence"}, box)
    events = play(BEHAVIOURS["line-crossing"](site.rules[0], site), points(along([(2.0, 5.0), (2.0, -5.0)])))
    assert len(raised(events)) == 1


def test_a_rule_may_bring_its_own_line() -> None:
    rule = {"id": "r", "kind": "line-crossing", "line": [[0.0, 0.0], [4.0, 0.0]]}
    site = a_site(rule)
    events = play(BEHAVIOURS["line-crossing"](site.rules[0], site), points(along([(2.0, 5.0), (2.0, -5.0)])))
    assert raised(events)[0].text.startswith("crossed the line forward")


def test_two_at_once_are_two() -> None:
    here = points(along([(3.0, 4.0), (3.0, -4.0)]), "a")
    there = points(along([(7.0, -4.0), (7.0, 4.0)]), "b")
    events: list[BehaviourEvent] = raised(play(watch_for("line-crossing", line=LINE), [*here, *there]))
    assert {(event.tracks, event.figures["direction"]) for event in events} == {
        (("a",), "forward"),
        (("b",), "backward"),
    }
