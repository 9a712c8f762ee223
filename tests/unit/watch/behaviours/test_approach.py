"""Approach: who comes to the gate, and who merely passes it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from yards import along, phases, play, points, raised, watch_for

GATE = [(0.0, 0.0), (4.0, 0.0)]
Corners = list[tuple[float, float]]


def came(corners: Corners, sigma: float = 0.0, every: float = 0.1, speed: float = 1.4, **settings: Any) -> int:
    way = along(corners, every=every, speed=speed)
    return len(raised(play(watch_for("approach", line=GATE, **settings), points(way, sigma=sigma))))


@pytest.mark.parametrize("every", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("start", [(2.0, 25.0), (-15.0, 20.0), (20.0, 15.0), (2.0, -25.0)])
def test_who_walks_up_to_the_gate_comes_to_it(start: tuple[float, float], every: float) -> None:
    assert came([start, (2.0, 0.3 if start[1] > 0 else -0.3)], every=every) == 1


@pytest.mark.parametrize("beside", [0.6, 1.0, 2.0, 2.9])
@pytest.mark.parametrize("every", [0.1, 0.5, 1.0])
def test_who_merely_passes_parallel_does_not(beside: float, every: float) -> None:
    assert came([(-30.0, beside), (34.0, beside)], every=every) == 0
    assert came([(34.0, -beside), (-30.0, -beside)], every=every) == 0


def test_nor_who_is_seen_close_by_only_when_abreast() -> None:
    # a sighting every ten seconds: 12 m before the gate, then beside it, then 12 m on
    assert came([(-26.0, 0.45), (34.0, 0.45)], every=10.0) == 0


@pytest.mark.parametrize("drift", [-0.08, 0.08])
def test_nor_who_passes_almost_parallel(drift: float) -> None:
    # five degrees towards the gate or away from it, two metres off as it is abreast
    assert came([(-30.0, 2.0 + 32.0 * drift), (34.0, 2.0 - 32.0 * drift)]) == 0


def test_who_comes_along_the_pavement_and_turns_in() -> None:
    assert came([(-30.0, 2.0), (2.0, 2.0), (2.0, 0.5)]) == 1


def test_who_comes_along_the_pavement_and_stands_there() -> None:
    assert came([(-30.0, 2.0), (2.0, 2.0)]) == 0
    way = along([(-30.0, 2.0), (2.0, 2.0)])
    way += [(way[-1][0] + 0.1 * n, *way[-1][1:]) for n in range(1, 50)]
    (event, *_) = events = play(watch_for("approach", line=GATE), points(way))
    assert len(raised(events)) == 1
    assert event.text.endswith("stands there")
    # 3 s after the last step of more than 0.9 m about the place where the walker came to rest
    assert event.t == pytest.approx(32.0 / 1.4 + 3.0, abs=0.9)


def test_what_is_told_and_when_it_is_over() -> None:
    events = play(watch_for("approach", line=GATE), points(along([(2.0, 20.0), (2.0, 1.0), (2.0, 20.0)], 1.0, 0.5)))
    assert phases(events) == ["raised", "ended"]
    assert events[0].t == 17.0
    assert events[0].figures["closer"] == 17.0
    assert events[0].figures["distance"] == 3.0
    assert events[0].since == 0.0
    assert events[0].text == "came 17 m closer to fence in 17 s, now 3.0 m away; heads for it"
    # a metre further off than near: 4 m on the way back, seen at the next sighting
    assert events[1].t == 19.0 + 3.5
    assert events[1].figures["nearest"] == 1.0


def test_what_was_come_closer_is_spent_with_the_alarm() -> None:
    # to the gate, four and a half metres off, and there again: the second time is no new approach
    assert came([(2.0, 20.0), (2.0, 1.0), (2.0, 5.5), (2.0, 1.0)], speed=3.0) == 1
    assert came([(2.0, 20.0), (2.0, 1.0), (2.0, 13.0), (2.0, 1.0)]) == 2


def test_closer_by_too_little_or_too_slowly_or_not_near_enough() -> None:
    assert came([(2.0, 12.0), (2.0, 0.5)]) == 1
    assert came([(2.0, 9.0), (2.0, 0.1)]) == 0
    assert came([(2.0, 40.0), (2.0, 0.5)], speed=0.2) == 0
    assert came([(2.0, 40.0), (2.0, 3.2)]) == 0
    assert came([(2.0, 40.0), (2.0, 3.2)], near=4) == 1


def test_who_begins_near_the_gate_did_not_come_to_it() -> None:
    assert came([(2.0, 1.0), (2.0, 2.5), (1.0, 1.0), (3.0, 0.5)]) == 0


def test_through_the_gate_between_two_sightings() -> None:
    assert came([(2.0, 30.0), (2.0, -4.0)], every=4.0) >= 1


def test_along_a_fence_and_from_beyond_its_end() -> None:
    fence = [(0.0, 0.0), (60.0, 0.0)]
    way = points(along([(-30.0, 1.5), (90.0, 1.5)]))
    assert not play(watch_for("approach", line=fence), way)


def test_a_zone_is_neared_by_coming_in() -> None:
    yard = [(0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (0.0, 20.0)]
    assert raised(play(watch_for("approach", zone=yard), points(along([(10.0, -20.0), (10.0, 10.0)]))))
    assert not play(watch_for("approach", zone=yard), points(along([(-20.0, -2.0), (40.0, -2.0)])))


def test_who_stands_in_the_noise_beside_the_gate_does_not_come_to_it() -> None:
    rng = np.random.default_rng(3)
    keep, sigma, at = np.exp(-0.1), 2.0, np.zeros(2)
    way = []
    for n in range(6000):
        at = keep * at + rng.normal(0.0, sigma * np.sqrt(1.0 - keep**2), 2)
        way.append((0.1 * n, 2.0 + at[0], 4.0 + at[1]))
    assert not play(watch_for("approach", line=GATE, closing=5), points(way, sigma=sigma))


def test_a_place_of_one_point_can_be_neared() -> None:
    from yards import a_site  # noqa: PLC0415

    from bartizan.watch.behaviours import BEHAVIOURS  # noqa: PLC0415

    site = a_site({"id": "r", "kind": "approach", "element": "fence"}, {"at": [0.0, 0.0]})
    rule = BEHAVIOURS["approach"](site.rules[0], site)
    assert len(raised(play(rule, points(along([(20.0, 0.0), (0.4, 0.0)]))))) == 1
    assert not play(BEHAVIOURS["approach"](site.rules[0], site), points(along([(20.0, 1.5), (-20.0, 1.5)])))


def test_progress_says_how_far_it_is() -> None:
    from bartizan.watch.batch import Batch  # noqa: PLC0415

    rule = watch_for("approach", line=GATE)
    for point in points(along([(2.0, 20.0), (2.0, 8.0)])):
        rule.step(Batch.of([point], point.t))
    progress = rule.progress("a")
    assert progress is not None
    measured: dict[str, Any] = {one.name: (one.measured, one.met) for one in progress.conditions}
    assert measured["distance"] == (pytest.approx(8.0, abs=0.2), False)
    assert measured["closer"] == (pytest.approx(12.0, abs=0.2), True)
