"""What a track is taken for, and how tall: many sightings decide, and one box more or less does not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bartizan.watch.tracking.label import Looks, kind_of


def looks(labels: list[str], heights: list[float | None] | None = None) -> Looks:
    found = Looks()
    for label, height in zip(labels, heights or [None] * len(labels), strict=True):
        found.add(label, height)
    return found


def test_most_sightings_decide() -> None:
    assert looks([]).label == "person"
    assert looks(["animal", "person", "animal"]).label == "animal"
    assert looks(["animal", "person"]).label == "person"
    assert looks(["vehicle"]).label == "vehicle"


def test_a_person_may_be_taken_for_an_animal_and_for_nothing_else() -> None:
    assert kind_of("person") == kind_of("animal")
    assert len({kind_of(label) for label in ("person", "vehicle", "object")}) == 3


def test_height_is_the_mean_and_outliers_do_not_move_it() -> None:
    rng = np.random.default_rng(1)
    true = 1.78
    heights: list[float | None] = list(rng.normal(true, 0.06, 200))
    for n in range(0, 200, 10):
        heights[n] = 0.8  # half the body hidden
    found = looks(["person"] * 200, heights).height
    # 1 in 10 held back to 0.25 m off moves a mean by 0.025 m; the rest is the standard error of 100, six times
    assert found == pytest.approx(true, abs=0.025 + 6.0 * 0.06 / 10.0)
    assert looks(["person"] * 3, [0.8, 1.8, 1.7]).height == 1.7
    assert looks(["person"]).height is None


def test_a_thing_that_is_piled_higher_is_noticed_however_long_it_stood() -> None:
    found = looks(["object"] * 10_000, [1.0] * 10_000)
    for _ in range(300):
        found.add("object", 1.2)
    # the mean of the last hundred follows by 1 - (1 - 1/100)^300
    assert found.height == pytest.approx(1.2 - 0.2 * (1.0 - 1.0 / 100.0) ** 300, abs=1e-6)


@pytest.mark.parametrize("height", [math.nan, math.inf, -1.0, 0.0, 1e9])
def test_a_height_that_is_none_is_passed_over(height: float) -> None:
    assert looks(["person"] * 2, [1.7, height]).height == 1.7


def test_what_is_kept_does_not_grow() -> None:
    found = looks(["person", "animal"] * 5000, [1.7] * 10_000)
    assert len(found.votes) == 2
    assert len(found._first) == 5


def test_two_that_are_one_count_together() -> None:
    one, other = looks(["person"] * 3, [1.7] * 3), looks(["animal"] * 5, [0.6] * 5)
    one.join(other)
    assert (one.label, one.height) == ("animal", 0.6)
    other.join(looks(["person"], [1.9]))
    assert (other.label, other.height) == ("animal", 0.6)
