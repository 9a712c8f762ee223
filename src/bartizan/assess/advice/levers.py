"""The four levers of a path: earlier detection, more delay after it, faster response, lower consequence.

Each lever is pulled alone, and the amount is the least that brings P_I to what is wanted: first on the worst path,
then on the site, where another path may become the worst while one is mended.

- **Detection** at a place: noticed at the beginning of every task there with probability q, in the place of what it
  has now, and never with less. P_I of a path is linear in q, so the least q is exact.
- **Delay** at a place: so many seconds more on average in every task there, at equal spread. P_I never falls with it
  (x = w m + M - RFT rises with every mean), so the least is found by bracketing.
- **Response**: so many seconds faster on average, at equal spread; monotone likewise.
- **Consequence** stands outside P_I: the conditional risk is (1 - P_E) C, so what a lower C must make up is the
  ratio of 1 - P_E wanted and 1 - P_E now.

On the site a lever is pulled for all paths at once, and those that stand in its way are collected one by one: pull
as far as the known ones need, let the exact engine find the worst path then, and go on until there is none below
what is wanted. As each path asks for a least amount, the greatest of them is the least for the site. Under EASI more
detection can lower P_I where spreads are large. Such a path bounds q from above, less detection is never advised,
and where no q suits all paths the lever does not reach.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scipy.optimize import brentq

from bartizan.assess.advice.altered import Change, Place, Tasks, Worst, at, faster, longer, noticed, value, worst
from bartizan.assess.advice.result import Kind, Lever, steps_of
from bartizan.assess.problem import Problem
from bartizan.errors import InputError

FAR = 1e7  # seconds: four months, beyond which more delay changes nothing
CLOSE = 1e-9  # of P_I: reached
SECOND = 1e-6  # to which an amount of time is found [s]
MOST_TURNS = 200  # of the adversary's choice; each brings a path that was not known

Span = tuple[float, float]  # the least amount of a lever that a path needs, and the most that suits it
NEVER: Span = (float("inf"), float("-inf"))


def levers(problem: Problem, want: float, p_neutralization: float | None = None) -> tuple[Lever, ...]:
    """How much of each lever brings P_I to `want`, on the worst path and on the site?

    `want` in [0, 1]; `p_neutralization` is P_N where it is known. Returns one lever per place of the worst path for
    detection and for delay, one for the response, one for the consequence; none where no path leads to the target or
    P_I is enough already. An amount of None means: it cannot reach it alone. Raises InputError for a want that is no
    probability. Source: the four levers of timely detection (Garcia); EASI for the amounts. Not modelled: levers
    together (`harden` weighs sets of upgrades), what an amount costs, the spread that a new obstacle brings.
    """
    if not 0.0 <= want <= 1.0:
        raise InputError(f"the wanted P_I is {want!r}. Give a number from 0 to 1")
    now = worst(problem)
    if now is None or now.p_interruption >= want - CLOSE:
        return ()
    places = list(dict.fromkeys(Place.of(task) for task in now.tasks))
    return (
        *(_detection(problem, want, place, now) for place in places),
        *(_delay(problem, want, place, now) for place in places),
        _response(problem, want, now),
        _consequence(now.p_interruption, want, p_neutralization),
    )


def _detection(problem: Problem, want: float, place: Place, now: Worst) -> Lever:
    def change(q: float) -> Change:
        # never less than there is
        return at(place, lambda task: noticed(max(q, task.p_detection))(task))

    def need(tasks: Tasks) -> Span:
        return _enough_detection(lambda q: value(problem, tasks, change(q)), want)

    has = max(task.p_detection for task in now.tasks if place.holds(task))
    pull = _Pull("detection", place, has, 1.0, need, lambda q: worst(problem, change(q)))
    return pull.lever(want, now, least=has)


def _delay(problem: Problem, want: float, place: Place, now: Worst) -> Lever:
    def change(seconds: float) -> Change:
        return at(place, longer(seconds))

    def need(tasks: Tasks) -> Span:
        return _enough_time(lambda seconds: value(problem, tasks, change(seconds)), want, FAR)

    has = sum(task.delay_mean for task in now.tasks if place.holds(task))
    pull = _Pull("delay", place, has, FAR, need, lambda seconds: worst(problem, change(seconds)))
    return pull.lever(want, now)


def _response(problem: Problem, want: float, now: Worst) -> Lever:
    def need(tasks: Tasks) -> Span:
        return _enough_time(lambda s: value(faster(problem, s), tasks), want, problem.response_mean)

    all_of_it = problem.response_mean
    pull = _Pull("response", None, all_of_it, all_of_it, need, lambda s: worst(faster(problem, s)))
    return pull.lever(want, now)


def _consequence(p_interruption: float, want: float, p_neutralization: float | None) -> Lever:
    stopped = 1.0 if p_neutralization is None else p_neutralization
    risk, wanted = 1.0 - p_interruption * stopped, 1.0 - want * stopped
    left = wanted / risk
    return Lever(kind="consequence", place=None, now=risk, path=left, site=left, most=None, hindrance=None)


def _enough_detection(p_interruption: Callable[[float], float], want: float) -> Span:
    """Between which probabilities of being noticed P_I of a path is enough; linear but where a place comes twice."""
    none, certain = p_interruption(0.0), p_interruption(1.0)
    if none >= want - CLOSE and certain >= want - CLOSE:
        return 0.0, 1.0
    if max(none, certain) < want - CLOSE:
        return NEVER
    if min(abs(none - want), abs(certain - want)) <= CLOSE:
        edge = 0.0 if abs(none - want) <= CLOSE else 1.0
    else:
        edge = float(brentq(lambda q: p_interruption(q) - want, 0.0, 1.0, xtol=1e-14))
    return (edge, 1.0) if certain > none else (0.0, edge)


def _enough_time(p_interruption: Callable[[float], float], want: float, most: float) -> Span:
    """From how many seconds on P_I of a path is enough; it never falls with them."""
    if p_interruption(0.0) >= want - CLOSE:
        return 0.0, most
    if p_interruption(most) < want - CLOSE:
        return NEVER
    low, high = 0.0, min(1.0, most)
    while p_interruption(high) < want - CLOSE:
        low, high = high, min(2.0 * high, most)
    # bisection: P_I may be a step, and its upper side is what is wanted
    while high - low > SECOND:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if p_interruption(middle) >= want - CLOSE else (middle, high)
    return high, most


@dataclass(frozen=True, slots=True)
class _Pull:
    """One lever: what there is now, the most it can be pulled, what a path needs of it, the site with it pulled."""

    kind: Kind
    place: Place | None
    now: float
    most: float
    need: Callable[[Tasks], Span]
    pulled: Callable[[float], Worst | None]

    def lever(self, want: float, now: Worst, least: float = 0.0) -> Lever:
        """The amounts that the path and the site need; `least`: no amount below this is ever given."""
        on_path = self.need(now.tasks)
        reached = on_path[0] <= on_path[1]
        fully = self.pulled(self.most)
        on_site, hindrance = self._on_site(want, now.tasks, on_path)
        return Lever(
            kind=self.kind,
            place=self.place,
            now=self.now,
            path=max(on_path[0], least) if reached else None,
            site=None if on_site is None else max(on_site, least),
            most=None if fully is None else fully.p_interruption,
            hindrance=None if hindrance is None else steps_of(hindrance),
        )

    def _on_site(self, want: float, tasks: Tasks, span: Span) -> tuple[float | None, Tasks | None]:
        """The least amount for all paths; or None, and a path that stands in its way."""
        low, high = span
        for _ in range(MOST_TURNS):
            if low > high:
                return None, tasks
            found = self.pulled(low)
            if found is None or found.p_interruption >= want - CLOSE:
                return low, None
            tasks = found.tasks
            least, most = self.need(tasks)
            if least <= low <= most:  # nothing more can be asked of this path, and it is not enough
                return None, tasks
            low, high = max(low, least), min(high, most)
        return None, tasks
