"""Ids of tracks: they come once, say nothing of their order, and are the same again for the same run."""

from __future__ import annotations

import itertools
import re

import numpy as np

from bartizan.watch.tracking.names import TrackNames


def first(count: int, run: str = "monday", seed: int = 0) -> list[str]:
    return list(itertools.islice(TrackNames(run, seed), count))


def test_a_name_is_the_run_and_a_token_that_spells_no_word() -> None:
    assert all(re.fullmatch("monday-[bcdfghjkmnpqrstvwxz2-9]{6}", name) for name in first(500))


def test_no_name_comes_twice() -> None:
    names = first(100_000)
    assert len(set(names)) == len(names)


def test_the_same_run_and_seed_give_the_same_names() -> None:
    assert first(50) == first(50)
    assert not set(first(50)) & set(first(50, seed=1))
    assert not {name[-6:] for name in first(50)} & {name[-6:] for name in first(50, run="tuesday")}


def test_a_name_does_not_tell_how_many_came_before() -> None:
    # of uniformly drawn tokens neighbours stand in order as often as not; 6 standard deviations of a fair coin
    names = first(4000)
    rising = sum(one < other for one, other in itertools.pairwise(names))
    assert abs(rising - 2000) < 6.0 * np.sqrt(4000 / 4.0)
    # and every letter of the alphabet stands at the last place about as often
    counts = np.unique([name[-1] for name in names], return_counts=True)[1]
    assert len(counts) == 27
    assert counts.max() < 4000 / 27 + 6.0 * np.sqrt(4000 / 27)


def test_after_the_last_token_a_letter_comes_in_front() -> None:
    names = TrackNames("run")
    names._count = 2**28 - 1
    last, onward = next(names), next(names)
    assert len(last) == len("run-") + 6
    assert onward == "run-c" + next(TrackNames("run"))[4:]
