"""Many attacks: in blocks of fixed size, until the standard error is small enough.

Block number n draws from its own generator, seeded as the n-th child of the seed, and blocks are added up in their
order. So the attack at which the run stops, and every figure, is the same for any number of workers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bartizan.assess.simulate import kernel
from bartizan.assess.simulate.attack import Attack
from bartizan.assess.simulate.outcome import Estimate, Moment, Simulation, Times, standard_error
from bartizan.errors import InputError

BLOCK = 32_768  # attacks: their arrays fit into a core's cache, and starting a block costs nothing beside it
TIMED = 2  # blocks whose times are kept: a quantile's share is then known to 0.2 %
LEAST, MOST = 1e-6, 0.5  # standard errors that can be asked for
AT_MOST = 2_000_000_000  # attacks
_MOMENTS: tuple[Moment, ...] = ("detection", "first_arrival", "assembly", "completion", "decision")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What one block came to: counts, how many were there in time, and times where they are kept."""

    counts: Ints
    there: Ints
    moments: Floats


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: attacks so far, the larger standard error of P_I and P_E, and the one wanted."""

    attacks: int
    standard_error: float
    wanted: float


# `map`, or one that works on several blocks at a time and hands them over in order; it must not run ahead without end
Mapper: TypeAlias = Callable[[Callable[[int], Tally], Iterable[int]], Iterator[Tally]]


class Blocks:
    """The blocks of an attack: `blocks(n)` gives the tally of block n, and any thread may ask.

    `negative`: normal times may be below 0, as EASI has it, to compare with its closed form. `every_draw`: every draw
    is made, also those that cannot matter, to compare with simulations that make them.
    """

    def __init__(self, attack: Attack, seed: int, *, negative: bool = False, every_draw: bool = False) -> None:
        self._seed = seed
        self._plan = attack.plan(negative=negative)
        self._fighting = attack.fighting()
        self._strength = attack.strength
        self._every_draw = every_draw

    def __call__(self, number: int) -> Tally:
        """The tally of one block."""
        timed = number < TIMED
        block = kernel.Block(
            left=np.empty(BLOCK),
            whole=np.empty(BLOCK),
            slack=np.full((BLOCK, len(self._plan.called)), kernel.NEVER),
            counts=np.zeros(kernel.KINDS, dtype=np.int64),
            there=np.zeros(self._strength + 1, dtype=np.int64),
            moments=np.empty((BLOCK if timed else 0, kernel.MOMENTS)),
        )
        words = generator(self._seed, number)
        if self._plan.per_alarm:
            kernel.all_called(self._plan, block, words)
        elif timed or self._every_draw:
            kernel.all_drawn(self._plan, block, words)
        else:
            kernel.needed_drawn(self._plan, block, words)
        kernel.answered(self._plan, self._fighting, block, words)
        return Tally(block.counts, block.there, block.moments)


def generator(seed: int, number: int) -> NDArray[np.uint64]:
    """The generator of block `number`: that of the child which `SeedSequence(seed).spawn` gives this number."""
    child = np.random.SeedSequence(seed, spawn_key=(number,))
    words = np.random.SFC64(child).state["state"]["state"]
    return np.array(words, dtype=np.uint64)


def simulate(
    attack: Attack,
    *,
    seed: int,
    standard_error: float = 1e-3,
    at_most: int = AT_MOST,
    workers: Mapper = map,
    progress: Callable[[Progress], None] | None = None,
) -> Simulation:
    """Is this attack stopped, by whom and when, if it is tried again and again?

    `seed`: 0 or more; the same seed gives the same answer, whatever `workers`. `standard_error`: that of P_I, and of
    P_E where there is a fight, at which to stop, LEAST to MOST. `at_most`: attacks after which to stop in any case,
    rounded up to whole blocks. `workers`: how blocks are worked on. `progress` is told after each block.

    Raises InputError for a figure out of range. Source: plain Monte Carlo; stopping on blocks biases by less than
    one standard error over the number of attacks. Not modelled: see `attack`.
    """
    check(seed, standard_error, at_most)
    counts = np.zeros(kernel.KINDS, dtype=np.int64)
    there = np.zeros(attack.strength + 1, dtype=np.int64)
    kept: list[Floats] = []
    attacks = 0
    reached = False
    for tally in workers(Blocks(attack, seed), count()):
        attacks += BLOCK
        counts += tally.counts
        there += tally.there
        if len(tally.moments):
            kept.append(tally.moments)
        error = _error(attack, counts, attacks)
        reached = error <= standard_error
        if progress is not None:
            progress(Progress(attacks, error, standard_error))
        if reached or attacks >= at_most:
            break
    return _summed(attack, counts, there, np.concatenate(kept), seed=seed, wanted=standard_error, reached=reached)


def check(seed: int, wanted: float, at_most: int) -> None:
    """Raise InputError for a seed, a standard error or a number of attacks out of range."""
    if seed < 0:
        raise InputError(f"the seed is {seed!r}. Give a whole number, 0 or more")
    if not LEAST <= wanted <= MOST:
        raise InputError(f"the standard error wanted is {wanted!r}. Give a number from {LEAST:g} to {MOST:g}")
    if not 1 <= at_most <= AT_MOST:
        raise InputError(f"at most {at_most!r} attacks were asked for. Give 1 to {AT_MOST:,}")


def _error(attack: Attack, counts: Ints, attacks: int) -> float:
    error = standard_error(int(counts[kernel.INTERRUPTED]), attacks)
    return max(error, standard_error(int(counts[kernel.WON]), attacks)) if attack.fought else error


def _summed(
    attack: Attack, counts: Ints, there: Ints, moments: Floats, *, seed: int, wanted: float, reached: bool
) -> Simulation:
    attacks = int(there.sum())
    detected, arrived, interrupted, won = (int(one) for one in counts)
    # k or more there: summed from the most downwards
    at_least = np.cumsum(there[::-1])[::-1] / attacks
    times = [Times.told(name, moments[:, column]) for column, name in enumerate(_MOMENTS)]
    return Simulation(
        attacks=attacks,
        seed=seed,
        wanted=wanted,
        reached=reached,
        need=attack.need,
        p_detection=Estimate.counted(detected, attacks),
        p_arrival=Estimate.counted(arrived, attacks),
        p_interruption=Estimate.counted(interrupted, attacks),
        p_neutralization=Estimate.counted(won, interrupted) if attack.fought and interrupted else None,
        p_effectiveness=Estimate.counted(won, attacks) if attack.fought else None,
        p_strength=tuple((k, float(at_least[k])) for k in range(1, len(there)) if there[k] > 0),
        times=tuple(one for one in times if one is not None),
    )
