"""P_I under doubt: its interval, the worst path chosen anew in every draw, what drives it, what to test first.

Every doubtful figure is drawn from what is known of it; in every draw the adversary takes the path that is worst
there. Where a problem has few paths all of them are weighed, and the answer in a draw is exact. Otherwise a pool of
paths stands for all: those that are worst at the points, and those that the exact engine finds in draws that are
solved outright, until a round of such draws brings nothing new. The pool's P_I is never below the true one; how often
and by how much it was above is checked on further draws, and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bartizan.assess.doubt.belief import Runs
from bartizan.assess.doubt.draws import Doubtful, Draws, parted
from bartizan.assess.doubt.everything import every_path
from bartizan.assess.doubt.ground import SAME, ground_of
from bartizan.assess.doubt.indices import CONFIDENCE, NOTHING, Indices, estimated
from bartizan.assess.doubt.pool import Box, Ground, Pool
from bartizan.assess.doubt.result import Checked, Doubt, Driver, Interval, Place, Share, Worth
from bartizan.assess.doubt.search import Progress, searched, tell
from bartizan.assess.doubt.trials import Kind, Sample, Tests
from bartizan.assess.figures import Figure
from bartizan.assess.problem import Problem
from bartizan.assess.task import Task
from bartizan.errors import InputError

LEVEL = 0.9
DRAWS = 4096
LEAST_DRAWS = 256  # of fewer, the ends of an interval say nothing
MOST_DRAWS = 2**20
TRIALS = 30  # of each test that is weighed against the others
MOST_PATHS = 3000  # up to here every path is weighed in every draw
WORK = 300_000_000  # tasks of paths worked out for the indices: some ten seconds
LOW_PATHS = 16  # of a larger pool, weighed again in each draw for each figure
QUANTILE_RESAMPLES = 200
TESTED_DRAWS = 4096  # draws that the worth of a test is worked out on
SHOWN_SHARES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of the doubt.

    `level` of the interval; `draws`, rounded up to a power of two; `trials` of each test weighed; `width`: the width
    of interval that is wanted, `require` the P_I that is enough, each None where not asked.
    """

    level: float = LEVEL
    draws: int = DRAWS
    trials: int = TRIALS
    width: float | None = None
    require: float | None = None

    def __post_init__(self) -> None:
        _need(0.0 < self.level < 1.0, f"the level of the interval is {self.level!r}. Give more than 0 and less than 1")
        _need(
            LEAST_DRAWS <= self.draws <= MOST_DRAWS,
            f"{self.draws!r} draws were asked for. Ask for {LEAST_DRAWS} to {MOST_DRAWS:,}",
        )
        _need(1 <= self.trials <= 10_000, f"{self.trials!r} trials were asked for. Ask for 1 to 10,000")
        if self.width is not None:
            _need(0.0 < self.width <= 1.0, f"the wanted width is {self.width!r}. Give more than 0, and at most 1")
        if self.require is not None:
            _need(0.0 <= self.require <= 1.0, f"the required P_I is {self.require!r}. Give a number from 0 to 1")

    @property
    def points(self) -> int:
        """The points of each of the two designs: a power of two."""
        return 1 << ((self.draws - 1) // 2).bit_length()


def doubt(problem: Problem, asked: Asked, rng: np.random.Generator, progress: Progress | None = None) -> Doubt | None:
    """How sure is P_I of a site, the adversary choosing his path anew whatever the figures are?

    `rng` is split by `spawn`: the same generator gives the same answer. `progress` is told what is done, how much and
    of how much. Returns None where no path leads to the target. Raises InputError for more doubtful figures than can
    be drawn at once. Source: Setiawan (2018) for Monte Carlo over the inputs of EASI; Saltelli et al. (2010). Not
    modelled: dependence between figures, doubt about laws, about the site's drawing or about the response's choice.
    """
    ground = ground_of(problem)
    # one stream for each use, so that more draws of one never move the others
    for_design, for_checks, for_bootstrap, for_tests = rng.spawn(4)
    draws = Draws(problem.figures, ground, asked.points, for_design)
    found = every_path(problem.graph, MOST_PATHS)
    if found is not None:
        pool, checked = Pool(ground, found), Checked(every_path=True, paths=len(found))
        pool = pool.only(_in_reach(pool, draws)) if found else pool
    else:
        pool, checked = searched(problem, ground, draws, for_checks, progress)
    if not len(pool):
        return None
    return _Answer(problem.figures, pool, draws, asked).given(checked, for_bootstrap, for_tests, progress)


def doubt_of_path(
    tasks: Sequence[Task], figures: Sequence[Figure], ground: Ground, asked: Asked, rng: np.random.Generator
) -> Doubt:
    """How sure is P_I of one path? As `doubt`, with `figures` those that the tasks and the ground name by number."""
    for_design, _, for_bootstrap, for_tests = rng.spawn(4)
    draws = Draws(figures, ground, asked.points, for_design)
    pool = Pool(ground, (tuple(tasks),))
    return _Answer(figures, pool, draws, asked).given(Checked(every_path=True, paths=1), for_bootstrap, for_tests)


def _in_reach(pool: Pool, draws: Draws) -> list[int]:
    """The paths that can be the worst in any draw: whose least is not above what another never exceeds."""
    both = draws.of(pool.used)
    everywhere = np.concatenate((both.first, both.second))
    low, high = everywhere.min(axis=0), everywhere.max(axis=0)
    half = len(pool.used)
    least, most = pool.bounds(Box(low[:half], high[:half], low[half:], high[half:]))
    return [int(number) for number in np.flatnonzero(least <= most.min() + SAME)]


class _Answer:
    """The answer from one pool of paths and one set of draws."""

    def __init__(self, figures: Sequence[Figure], pool: Pool, draws: Draws, asked: Asked) -> None:
        self._figures = figures
        self._pool = pool
        self._asked = asked
        self._doubtful = list(draws.doubtful.values())
        self._place = {int(figure): number for number, figure in enumerate(pool.used)}
        self._chosen = [one for one in self._doubtful if one.number in self._place]
        self._drawn = draws.of(pool.used)
        self._values = np.concatenate((self._drawn.first, self._drawn.second))
        self._answers, self._which = pool.least(*parted(self._values))
        self._moves = bool(np.ptp(self._answers) > NOTHING)

    def given(
        self,
        checked: Checked,
        for_bootstrap: np.random.Generator,
        for_tests: np.random.Generator,
        progress: Progress | None = None,
    ) -> Doubt:
        """All of it."""
        ground, used, answers = self._pool.ground, self._pool.used, self._answers
        point = self._pool.least(ground.points[used][None], ground.spreads[used][None])[0]
        indices = self._indices(for_bootstrap, progress) if self._moves else None
        return Doubt(
            p_interruption=float(point[0]),
            mean=float(answers.mean()),
            sd=float(answers.std()) if self._moves else 0.0,
            interval=self._interval(for_bootstrap),
            enough=None if self._asked.require is None else float((answers >= self._asked.require).mean()),
            draws=len(answers),
            figures=len(self._figures),
            doubtful=len(self._doubtful),
            checked=checked,
            drivers=self._drivers(indices),
            worths=self._worths(for_tests, progress) if self._moves else (),
            shares=self._shares(),
            reason=None if self._moves else _no_doubt(len(self._doubtful), bool(self._chosen)),
        )

    def _indices(self, rng: np.random.Generator, progress: Progress | None) -> Indices:
        """Of every figure that is used; in a large pool by the paths that are low in each draw."""
        first, second = self._drawn.first, self._drawn.second
        work = len(first) * len(self._chosen) * self._pool.nodes
        count = len(self._pool) if work <= WORK else LOW_PATHS
        at = self._pool.crossed(first, second, count)
        crossed = np.empty((len(self._chosen), len(first)))
        for number, one in enumerate(self._chosen):
            tell(progress, "figures weighed", number, len(self._chosen))
            crossed[number] = at(self._place[one.number])
        return estimated(self._answers[: len(first)], self._answers[len(first) :], crossed, rng)

    def _drivers(self, indices: Indices | None) -> tuple[Driver, ...]:
        place = {one.number: number for number, one in enumerate(self._chosen)}
        found = []
        for one in self._doubtful:
            figure = self._figures[one.number]
            low, high = one.belief.interval(self._asked.level)
            at = place.get(one.number)
            told: tuple[float | None, ...] = (None,) * 4
            if indices is not None and at is not None:
                columns = (indices.first, indices.first_error, indices.total, indices.total_error)
                told = tuple(float(column[at]) for column in columns)
            found.append(
                Driver(
                    at=figure.at,
                    key=figure.key,
                    known=one.belief.in_words(),
                    source=figure.source,
                    point=figure.point,
                    low=low,
                    high=high,
                    first=told[0],
                    first_error=told[1],
                    total=told[2],
                    total_error=told[3],
                )
            )
        return tuple(sorted(found, key=lambda driver: -1.0 if driver.total is None else driver.total, reverse=True))

    def _worths(self, rng: np.random.Generator, progress: Progress | None) -> tuple[Worth, ...]:
        """What testing each doubtful figure is worth, the most telling first."""
        found = []
        for number, (one, luck) in enumerate(zip(self._chosen, rng.spawn(len(self._chosen)), strict=True)):
            tell(progress, "tests weighed", number, len(self._chosen))
            found.append(self._worth(one, luck))
        return tuple(sorted(found, key=lambda worth: worth.width))

    def _worth(self, one: Doubtful, luck: np.random.Generator) -> Worth:
        asked, at = self._asked, self._place[one.number]
        step = max(1, len(self._answers) // TESTED_DRAWS)
        answers = self._answers[::step]
        spreads = self._values[::step, len(self._place) + at]
        if not isinstance(one.belief, Runs):
            spreads = np.full_like(spreads, one.belief.sd or 0.0)
        sample = Sample(_kind(one), self._values[::step, at], spreads, answers)
        tests = Tests(sample, asked.level, asked.require, luck)
        left = tests.after(asked.trials)
        variance = float(answers.var())
        figure = self._figures[one.number]
        return Worth(
            at=figure.at,
            key=figure.key,
            trials=asked.trials,
            width=left.width,
            variance=left.variance / variance if variance > 0.0 else 1.0,
            known=tests.known.width,
            settled=left.settled,
            trials_for_width=None if asked.width is None else tests.trials_for_width(asked.width),
            trials_to_settle=None if asked.require is None else tests.trials_to_settle(),
        )

    def _interval(self, rng: np.random.Generator) -> Interval:
        """The central interval of the draws, and how far its ends may lie off for want of draws (bootstrap)."""
        level, answers = self._asked.level, self._answers
        ends = ((1.0 - level) / 2.0, (1.0 + level) / 2.0)
        low, high = (float(end) for end in np.quantile(answers, ends))
        if not self._moves:
            return Interval(level=level, low=low, high=high)
        drawn = [np.quantile(rng.choice(answers, len(answers)), ends) for _ in range(QUANTILE_RESAMPLES)]
        errors = CONFIDENCE * np.array(drawn).std(axis=0)
        return Interval(level=level, low=low, high=high, low_error=float(errors[0]), high_error=float(errors[1]))

    def _shares(self) -> tuple[Share, ...]:
        """The paths that are the worst in some draw, the most frequent first."""
        numbers, counts = np.unique(self._which, return_counts=True)
        by_count = sorted(zip(counts.tolist(), numbers.tolist(), strict=True), key=lambda pair: -pair[0])
        return tuple(
            Share(places=tuple(Place.of(task) for task in self._pool.paths[number]), share=count / len(self._which))
            for count, number in by_count[:SHOWN_SHARES]
        )


def _kind(one: Doubtful) -> Kind:
    if isinstance(one.belief, Runs):
        return "runs"
    return "trials" if one.belief.sd is None else "runs, spread known"


def _no_doubt(doubtful: int, on_paths: bool) -> str:
    if not doubtful:
        return (
            "no figure carries any doubt, so the interval is the point: give figures as low, mode, high, as detected "
            "of trials, or times with their trials"
        )
    if not on_paths:
        return "no doubtful figure lies on a path that can be the worst, so the interval is the point"
    return "no doubtful figure moves P_I, so the interval is the point"


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise InputError(message)
