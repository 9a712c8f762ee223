"""P_I of one path for any laws of its times, without sampling: how likely is the delay left longer than the response?

T, the delay left when task i is noticed, is the sum of the delays after it and of the share of its own that is left:
all of it at its begin, half at its middle (half of the same random time: twice as long a task has twice as long a
rest), none at its end. R, the response time, is the sum of its parts. All are independent and none is negative (a
normal time is cut at 0, see `laws`); a tie is not in time. With W = R - T, the chance of being late is P(W >= 0).

**The sum.** Take a > 0 and a period P that R does not exceed. The steps at 0, -P, -2P, .. with the weights 1,
e^(-aP), e^(-2aP), .. have a Fourier series once e^(aw) is divided out, so

    P(W >= 0) + e  =  1/P * sum over all k of M(s_k) / s_k
    s_k = a + 2 pi i k / P,   M(s) = E e^(sR) prod E e^(-sX_j)

with 0 <= e <= e^(-aP) / (1 - e^(-aP)): 1.5e-8, for aP = DAMPING = 18 (Abate and Whitt 1992). No grid of times is
made: M is a product of known transforms (`transforms`, `arrivals`). T may be as long as it likes, for e^(-sT) is small.

**What is left out.** The size of M(s) is at most the product of the factors' bounds, which fall along the line; so
the terms above K are together at most 1/pi times the integral of bound / omega from omega_K on, which is summed
over a ladder of omegas *before* any term is worked out. K is the least at which that is at most TRUNCATED.

**Steps and jumps.** A fixed time, or the mass of a cut normal time at 0, does not fall along the line. So the factors
are multiplied out by how many of them vary: none (a step, exact, where a tie is settled), one (a distribution
function, exact), and two or more, which alone go through the sum. Where all that varies is normal and all of it
together is cut less than once in 1e8, T - R is normal, however narrow.

**Where that would take more than MOST_TERMS**, as for two gamma times of small shape against a fixed response,
`bracket` gives two bounds, and the answer is their middle. The error given is then half their distance, and is shown
even where it exceeds ERROR.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from bartizan.assess.arrivals import Band, Part, pieces
from bartizan.assess.bracket import brackets
from bartizan.assess.laws import NEGLIGIBLE, Floats, at_zero, cdf, least, part_of, reach, spreads, survival
from bartizan.assess.task import WEIGHT, Task
from bartizan.assess.transforms import Line, envelope, normals, transform
from bartizan.errors import InputError
from bartizan.quantity import Duration

ERROR = 1e-6  # of a probability
DAMPING = 18.0  # a P: the error e^-18 against digits lost, for terms reach e^18 where R fills the period
TRUNCATED = 4e-7  # of the bound, for the terms left out
WORTH = 1e-8  # of the bound, for what is cut off a lognormal response
MOST_TERMS = 1 << 17
MOST_SUMS = 1 << 26  # points times terms, where a transform is itself a long sum: of a lognormal response
MOST_WORK = 1 << 24  # terms times tasks
# periods to choose from, in times the greatest response: a short one needs few terms where these fall fast, a long
# one keeps e^(aR) small, and with it the terms that fall slowly
_ROOMS = (1.0, 5.0)
_MANY_TERMS = 200  # from here on the long period is tried
_LADDER = math.sqrt(2.0)
_RUNGS = 64
_NEVER = 1e-8
_NUMERIC = 1e-10  # a transform's own error and what lies beyond a period, both measured far below
_NOTHING = 1e-13  # products of masses below it are dropped
_EPSILON = float(np.finfo(np.float64).eps)


Values = NDArray[np.inexact[Any]]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """P_I of a path under the laws of its times, and how far it can be off; both in [0, 1]."""

    p_interruption: float
    error: float


def p_interruption_of(tasks: Sequence[Task], response_laws: Sequence[Duration], p_communication: float) -> float:
    """P_I of one path under the laws of its times: `evaluate` without its error."""
    return evaluate(tasks, response_laws, p_communication).p_interruption


def evaluate(tasks: Sequence[Task], response_laws: Sequence[Duration], p_communication: float) -> Evaluated:
    """Would this path be interrupted in time, whatever the laws of its times?

    `tasks` in the order in which they are done, each with the law of its delay [s]; `response_laws`: the parts of the
    response time [s], independent, added; `p_communication` in [0, 1], counted once. Returns P_I with a bound on its
    error: at most ERROR, but for laws so rough that only a bracket helps.

    Raises InputError for no task, no response or a figure out of range. Source: EASI (Bennett 1977) with the sum of
    Abate and Whitt, "The Fourier-series method for inverting transforms of probability distributions" (1992). Not
    modelled: delays that depend on each other or on the response.
    """
    if not tasks:
        raise InputError("a path has at least one task, and this one has none. Add a task")
    if not response_laws:
        raise InputError("the response has no time. Give the law of at least one part of it")
    if not 0.0 <= p_communication <= 1.0:
        raise InputError(f"p_communication = {p_communication!r} is no probability. Give 0 to 1")
    share = np.array([WEIGHT[task.detect_at] for task in tasks])
    p = np.array([task.p_detection for task in tasks])
    timely, error = p_timely_under_laws([task.law for task in tasks], share, p > 0.0, response_laws)
    value, off = 0.0, 0.0
    for p_detection, in_time, wrong in zip(p[::-1], timely[::-1], error[::-1], strict=True):
        value = p_detection * in_time + (1.0 - p_detection) * value
        off = p_detection * wrong + (1.0 - p_detection) * off
    return Evaluated(float(p_communication * value), float(p_communication * off))


def p_timely_under_laws(
    delays: Sequence[Duration], share: Floats, wanted: NDArray[np.bool_], response: Sequence[Duration]
) -> tuple[Floats, Floats]:
    """P(R|A_i) of a path's tasks and bounds on their errors, each of shape (n,), 0 where not wanted.

    `delays`: the law of each task's time, in order; `share`: of shape (n,), 1, 1/2 or 0 for detection at the begin,
    middle or end; `wanted`: of shape (n,), bool; `response`: the parts of the response time, added.
    """
    numbers = np.flatnonzero(wanted)
    timely, error = np.zeros(len(delays)), np.zeros(len(delays))
    if numbers.size == 0:
        return timely, error
    first = int(numbers[0])
    path = _Path(delays[first:], share[first:], response)
    rough = []
    settled = {}
    never = path.never()
    for index in (numbers - first).tolist():
        uncut = path.uncut(index)
        if uncut is not None:
            timely[first + index], error[first + index] = uncut
        elif index >= never:
            error[first + index] = _NEVER
        else:
            settled[index] = path.settled(index)
    for index, result in path.late(sorted(settled)).items():
        if result is None:
            rough.append(index)
            continue
        late, off = result
        timely[first + index] = 1.0 - settled[index] - late
        error[first + index] = off
    if rough:
        deepest = min(rough)
        for index, pair in enumerate(brackets(path.delays[deepest:], path.share[deepest:], response), start=deepest):
            if index in rough:
                timely[first + index] = 0.5 * (pair.low + pair.high)
                error[first + index] = 0.5 * (pair.high - pair.low)
    return np.clip(timely, 0.0, 1.0), error


@dataclass(frozen=True, slots=True)
class _Plan:
    """How many terms are enough, and what those left out are worth together at most."""

    count: int
    rest: float


@dataclass(frozen=True, slots=True)
class _Product:
    """Factors multiplied out by how many of them vary: none, one, or more."""

    none: Values
    one: Values
    more: Values

    def times(self, still: Values | float, moving: Values) -> _Product:
        """With one factor more, which is still + moving."""
        return _Product(
            self.none * still, self.one * still + self.none * moving, self.more * (still + moving) + self.one * moving
        )

    def shifted(self, factor: Values | float) -> _Product:
        """With a fixed time more."""
        return _Product(self.none * factor, self.one * factor, self.more * factor)


_Times = Callable[[_Product, Duration], _Product]


class _Path:
    """The delays of a path against a response: what is exact, and what goes through the sum."""

    def __init__(self, delays: Sequence[Duration], share: Floats, response: Sequence[Duration]) -> None:
        self.delays = list(delays)
        self.share = share
        self.own = [part_of(delay, float(part)) for delay, part in zip(delays, share, strict=True)]
        self.parts = [time for time in response if spreads(time)]
        self.offset = sum(time.mean for time in response if not spreads(time))
        # for each time the chance that it is what it is without varying: of a fixed one 1
        self._still = np.array([_still(delay) for delay in self.delays])
        self._still_parts = np.array([_still(part) for part in self.parts])
        later = self.delays[:0:-1]
        self._fixed_after = _summed(0.0 if spreads(delay) else delay.mean for delay in later)
        self._mean_after = _summed(delay.mean for delay in later)
        self._variance_after = _summed(delay.sd * delay.sd if spreads(delay) else 0.0 for delay in later)
        self._cut_after = _summed(_cut(delay) for delay in later)

    def uncut(self, index: int) -> tuple[float, float] | None:
        """P(T > R) where all that varies is normal and next to never below 0, with its error; else None."""
        own = self.own[index]
        cut = _cut(own) + float(self._cut_after[index]) + sum(_cut(part) for part in self.parts)
        if cut > _NEVER:
            return None
        variance = sum(time.sd * time.sd for time in (own, *self.parts) if spreads(time)) + self._variance_after[index]
        if variance == 0.0:
            return None
        margin = own.mean + self._mean_after[index] - self.offset - sum(part.mean for part in self.parts)
        return float(ndtr(margin / math.sqrt(variance))), cut

    def settled(self, index: int) -> float:
        """P(R >= T and at most one of all times varies)."""
        own = self.own[index]
        still = np.concatenate(([_still(own)], self._still[index + 1 :], self._still_parts))
        certain = np.flatnonzero(still == 0.0)
        if certain.size > 1:
            return 0.0
        nothing_certain = certain.size == 0
        others = float(np.prod(still[still > 0.0])) / (still if nothing_certain else np.ones_like(still))
        fixed = float(self._fixed_after[index]) + (0.0 if spreads(own) else own.mean)
        margin = self.offset - fixed
        total = float(np.prod(still)) * float(margin >= 0.0)
        delays = len(self.delays) - index
        for number in np.flatnonzero((others >= _NOTHING) & (still < 1.0)) if nothing_certain else certain:
            if number < delays:
                time = own if number == 0 else self.delays[index + number]
                chance = float(cdf(time, np.array(margin))) - still[number] if margin >= 0.0 else 0.0
            else:
                part = self.parts[number - delays]
                chance = float(survival(part, np.array(-margin))) if margin <= 0.0 else 1.0 - still[number]
            total += float(others[number]) * chance
        return total

    def never(self) -> int:
        """From which task on what is left is over before the response can come, but for a chance of _NEVER."""
        share = 0.5 * _NEVER / (len(self.delays) + len(self.parts))
        earliest = self.offset + sum(least(part, share) for part in self.parts)
        after = 0.0
        for index in range(len(self.delays) - 1, -1, -1):
            after += reach(self.delays[index], share)
            if after >= earliest:
                return index + 1
        return 0

    def late(self, wanted: Sequence[int]) -> dict[int, tuple[float, float] | None]:
        """P(R >= T and two or more of all times vary) with its error, or None where the sum takes too long."""
        if not wanted:
            return {}
        scenarios, cut = pieces(self.parts, self.delays, WORTH)
        found: dict[int, tuple[float, float] | None] = dict.fromkeys(wanted, (0.0, _NUMERIC))
        for parts in scenarios:
            greatest = self.offset + sum(part.greatest for part in parts)
            if greatest <= NEGLIGIBLE:
                continue
            open_ones = [index for index in wanted if found[index] is not None]
            for index, result in self._on_best_lines(parts, greatest, 1.0 / len(scenarios), open_ones):
                before = found[index]
                if before is not None:
                    found[index] = None if result is None else (before[0] + result[0], before[1] + result[1])
        if cut > 0.0:
            for index, result in found.items():
                if result is not None:
                    found[index] = (result[0] + cut * self._varies(index), result[1] + WORTH * len(self.parts))
        return found

    def _on_best_lines(
        self, parts: Sequence[Part], greatest: float, share: float, wanted: Sequence[int]
    ) -> Iterator[tuple[int, tuple[float, float] | None]]:
        """Each wanted task's sum by the period that needs the fewest terms, or None."""
        short = _Scenario(self, parts, _ROOMS[0] * greatest, share)
        plans = short.plan(wanted)
        many = [index for index, plan in plans.items() if plan.count > _MANY_TERMS]
        if many:
            long = _Scenario(self, parts, _ROOMS[1] * greatest, share)
            better = {index: plan for index, plan in long.plan(many).items() if plan.count < plans[index].count}
            yield from long.late(better)
            plans = {index: plan for index, plan in plans.items() if index not in better}
        yield from short.late(plans)

    def _varies(self, index: int) -> float:
        """P(some time varies beside the one response part that is cut off)."""
        cut = next(number for number, part in enumerate(self.parts) if part.law == "lognormal")
        beside = np.concatenate(
            ([_still(self.own[index])], self._still[index + 1 :], np.delete(self._still_parts, cut))
        )
        return 1.0 - float(np.prod(beside))


def _summed(figures: Iterable[float]) -> Floats:
    """For each task the sum over those after it, from figures in the order from the last task to the second."""
    return np.cumsum([0.0, *figures])[::-1]


def _cut(time: Duration) -> float:
    """The chance that a normal time is cut; 0 of a fixed one, and 1 of any other, which is no normal time at all."""
    if not spreads(time):
        return 0.0
    return at_zero(time) if time.law == "normal" else 1.0


def _still(time: Duration) -> float:
    """The chance that a time takes its one certain value: a fixed one always, a cut normal one at 0."""
    return at_zero(time) if spreads(time) else 1.0


class _Scenario:
    """One alternative of the response time: its period, its line, and the sum along it."""

    def __init__(self, path: _Path, parts: Sequence[Part], period: float, share: float) -> None:
        self.path = path
        self.truncated = share * TRUNCATED
        self.aliased = math.prod(part.mass for part in parts) * math.exp(-DAMPING) / -math.expm1(-DAMPING)
        self.parts = parts
        self.period = period
        self.damping = DAMPING / period
        self.step = 2.0 * math.pi / period
        self._kept: dict[tuple[object, ...], Values] = {}

    def plan(self, wanted: Sequence[int]) -> dict[int, _Plan]:
        """For each wanted task how many terms are enough, and what the rest is worth at most."""
        if not wanted:
            return {}
        omega = self.step * _LADDER ** np.arange(float(_RUNGS))
        plans = {}
        for index, bound in self._bounds(omega, wanted).items():
            rungs = bound * math.log(_LADDER) / math.pi
            ratio = float(bound[-1] / bound[-2]) if bound[-2] > 0.0 else 0.0
            beyond = float(rungs[-1]) * ratio / (1.0 - ratio) if ratio < 1.0 else math.inf
            rest = np.cumsum(rungs[::-1])[::-1] + beyond
            enough = np.flatnonzero(rest <= self.truncated)
            # the term of an even rung is a power of two, and the last that is kept
            rung = 2 * ((int(enough[0]) + 1) // 2) if enough.size else _RUNGS
            plans[index] = _Plan(max(8, (1 << rung // 2) + 1), float(rest[min(rung, _RUNGS - 1)]))
        return plans

    def late(self, plans: dict[int, _Plan]) -> Iterator[tuple[int, tuple[float, float] | None]]:
        """For each planned task the sum and its error; None where too many terms are needed."""
        by_count: dict[int, list[int]] = {}
        for index, plan in plans.items():
            if plan.count > self._most(len(self.path.delays) - index):
                yield index, None
            else:
                by_count.setdefault(plan.count, []).append(index)
        # the most terms first: what fewer terms need is the beginning of it
        for count, indices in sorted(by_count.items(), reverse=True):
            for index, product in self._products(Line(self.damping, self.step, count), indices).items():
                yield index, self._sum(product.more, index, plans[index].rest)

    def _most(self, tasks: int) -> int:
        """The most terms that so many tasks are worth; a lognormal response costs a sum for every term."""
        most = min(MOST_TERMS, MOST_WORK // tasks)
        sums = sum(isinstance(part, Band) for part in self.parts)
        while sums and most > _MANY_TERMS and sum(self._sums(part, most) for part in self.parts) > MOST_SUMS:
            most //= 2
        return most

    def _sums(self, part: Part, count: int) -> int:
        return part.points(self.step * count) * count if isinstance(part, Band) else 0

    def _sum(self, transform: Values, index: int, rest: float) -> tuple[float, float]:
        """1/P times the sum of M(s) / s over the line and its mirror image, and its error."""
        s = self.damping + 1j * self.step * np.arange(float(transform.size))
        terms = transform / s
        value = (float(terms[0].real) + 2.0 * float(terms[1:].real.sum())) / self.period
        size = 2.0 * float(np.abs(terms).sum()) / self.period
        rounding = 4.0 * _EPSILON * (len(self.path.delays) - index + 8) * size
        return value, rest + rounding + self.aliased

    def _bounds(self, omega: Floats, wanted: Sequence[int]) -> dict[int, Floats]:
        """A bound on the size of the product's part that goes through the sum, at each omega."""
        ones = np.ones(omega.shape)
        start = _Product(ones * math.exp(self.damping * self.path.offset), 0.0 * ones, 0.0 * ones)
        for part in self.parts:
            start = start.times(part.mass_at_zero, part.envelope(self.damping, omega))

        kept: dict[tuple[object, ...], Floats] = {}

        def times(product: _Product, time: Duration) -> _Product:
            if not spreads(time):
                return product.shifted(math.exp(-self.damping * time.mean))
            key = _key(time)
            if key not in kept:
                kept[key] = envelope(time, self.damping, omega)
            return product.times(at_zero(time), kept[key])

        with np.errstate(under="ignore"):
            found = self._along(start, wanted, times)
        return {index: np.asarray(product.more, dtype=np.float64) for index, product in found.items()}

    def _products(self, line: Line, wanted: Sequence[int]) -> dict[int, _Product]:
        """The product of all transforms on the line, for what is left at each wanted task."""
        s = line.s
        zeros = np.zeros_like(s)
        start = _Product(np.exp(s * self.path.offset), zeros, zeros)
        for part in self.parts:
            start = start.times(part.mass_at_zero, part.transform(line))
        first = min(wanted)
        used = (*self.path.delays[first:], *(self.path.own[index] for index in wanted))
        normal = {_key(time): time for time in used if time.law == "normal" and spreads(time)}
        new = {key: time for key, time in normal.items() if key not in self._kept}
        if new:
            self._kept.update(zip(new, normals(list(new.values()), line), strict=True))

        def times(product: _Product, time: Duration) -> _Product:
            if not spreads(time):
                return product.shifted(np.exp(-s * time.mean))
            key = _key(time)
            if key not in self._kept:
                self._kept[key] = transform(time, line)
            return product.times(at_zero(time), self._kept[key][: line.count])

        with np.errstate(under="ignore"):
            return self._along(start, wanted, times)

    def _along(self, start: _Product, wanted: Sequence[int], times: _Times) -> dict[int, _Product]:
        """From the last task backwards, the product for what is left when each wanted task is noticed."""
        found = {}
        after = start
        last = min(wanted)
        for index in range(len(self.path.delays) - 1, last - 1, -1):
            delay, share = self.path.delays[index], float(self.path.share[index])
            before = times(after, delay) if index > last or share == 1.0 else after
            if index in wanted:
                found[index] = before if share == 1.0 else times(after, self.path.own[index])
            after = before
        return found


def _key(time: Duration) -> tuple[object, ...]:
    """What two times have in common whose transforms are the same."""
    return time.law, time.mean, time.sd, time.low, time.mode, time.high
