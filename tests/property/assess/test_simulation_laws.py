"""What holds for every simulated attack, whatever the figures: blocks compared draw by draw, not on average."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.assess.neutralize import Duel
from bartizan.assess.simulate import Attack, Force, simulate
from bartizan.assess.simulate import kernel as k
from bartizan.assess.simulate.run import BLOCK, Blocks
from bartizan.assess.task import Task
from bartizan.quantity import Duration

PROBABILITY = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0))
SECONDS = st.one_of(st.just(0.0), st.floats(1e-3, 1e6))


@st.composite
def durations(draw: Any) -> Duration:
    law = draw(st.sampled_from(["normal", "lognormal", "gamma", "fixed", "uniform", "triangular", "pert"]))
    if law == "fixed":
        return Duration.fixed(draw(SECONDS))
    if law in ("normal", "lognormal", "gamma"):
        mean = draw(st.floats(1e-3, 1e6))
        return Duration(mean, mean * draw(st.one_of(st.just(0.0), st.floats(0.0, 20.0))), law)
    low, mode, high = sorted(draw(st.tuples(SECONDS, SECONDS, SECONDS)))
    if law == "uniform":
        return Duration.uniform(low, high)
    return Duration.triangular(low, mode, high) if law == "triangular" else Duration.pert(low, mode, high)


@st.composite
def attacks(draw: Any) -> Attack:
    tasks = []
    for number in range(draw(st.integers(1, 6))):
        law = draw(durations())
        tasks.append(
            Task(
                kind="element",
                id=f"e{number}",
                p_detection=draw(PROBABILITY),
                detect_at=draw(st.sampled_from(["begin", "middle", "end"])),
                delay_mean=law.mean,
                delay_sd=law.sd,
                delay=law,
            )
        )
    law, pace = draw(st.sampled_from(["linear", "square"])), draw(st.sampled_from([None, 5.0]))
    forces = tuple(
        Force(
            id=f"f{number}",
            parts=tuple(draw(durations()) for _ in range(draw(st.integers(1, 3)))),
            p_called=draw(PROBABILITY),
            strength=draw(st.integers(1, 5)),
            duel=Duel(law, draw(PROBABILITY), pace),
        )
        for number in range(draw(st.integers(1, 3)))
    )
    strength = sum(force.strength for force in forces)
    return Attack(
        tasks=tuple(tasks),
        forces=forces,
        adversaries=draw(st.integers(1, 5)),
        communication=draw(st.sampled_from(["once", "per-alarm"])),
        need=draw(st.integers(1, strength)),
    )


@settings(max_examples=40)
@given(attacks(), st.integers(0, 2**32))
def test_what_must_come_first_comes_first(attack: Attack, seed: int) -> None:
    tally = Blocks(attack, seed)(0)
    detected, arrived, interrupted, won = tally.counts
    assert 0 <= won <= interrupted <= arrived <= detected <= BLOCK
    assert tally.there.sum() == BLOCK
    assert tally.there[attack.need :].sum() == interrupted
    assert tally.there[1:].sum() == arrived
    moments = tally.moments
    assert not np.isinf(moments).any()
    # what comes earlier is earlier, up to the rounding of differences of long times
    slip = 1e-12 * moments[:, k.COMPLETION]
    for before, after in (
        (k.DETECTION, k.COMPLETION),
        (k.DETECTION, k.ARRIVAL),
        (k.ARRIVAL, k.ASSEMBLY),
        (k.ASSEMBLY, k.DECISION),
    ):
        both = ~np.isnan(moments[:, before]) & ~np.isnan(moments[:, after])
        late = 1e-12 * np.abs(moments[both, after]) + slip[both]
        assert (moments[both, before] <= moments[both, after] + late).all()
    assert np.count_nonzero(~np.isnan(moments[:, k.DETECTION])) == detected
    assert np.count_nonzero(~np.isnan(moments[:, k.DECISION])) == interrupted


@settings(max_examples=15)
@given(attacks(), st.integers(0, 2**32))
def test_more_who_are_needed_are_there_less_often_draw_by_draw(attack: Attack, seed: int) -> None:
    """The same draws decide who comes when; only how many are waited for differs."""
    unfought = replace(attack, forces=tuple(replace(force, duel=None) for force in attack.forces))
    counts = [
        int(Blocks(replace(unfought, need=need), seed)(0).counts[k.INTERRUPTED])
        for need in range(1, unfought.strength + 1)
    ]
    assert counts == sorted(counts, reverse=True)


@settings(max_examples=10)
@given(attacks(), st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_simulation(attack: Attack, seed: int) -> None:
    once = simulate(attack, seed=seed, standard_error=5e-3)
    assert simulate(attack, seed=seed, standard_error=5e-3) == once
