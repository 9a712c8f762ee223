"""The worst paths once more, under the laws that their times have: does the normal model order them rightly?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from bartizan.assess.convolution import evaluate
from bartizan.assess.problem import Problem
from bartizan.assess.result import LawOrder, Path

MOST_PATHS = 100  # the rest of a long list keeps the normal model's figure alone


def under_laws(problem: Problem, paths: Sequence[Path]) -> tuple[tuple[Path, ...], LawOrder | None]:
    """The paths in the order given, each of the first MOST_PATHS with its P_I under any law, and their new order.

    `paths` worst first by the normal model. None as the order where there is no path. Paths that differ by no more
    than they can be off keep the order of the normal model.
    """
    if not paths:
        return (), None
    known = []
    for path in paths[:MOST_PATHS]:
        found = evaluate(problem.heard(path.tasks), problem.response_laws, problem.p_outside)
        known.append(replace(path, any_law=found.p_interruption, any_law_error=found.error))
    return (*known, *paths[MOST_PATHS:]), law_order(known)


def law_order(paths: Sequence[Path]) -> LawOrder:
    """The order of evaluated paths by P_I under any law, least first."""
    values = [(path.any_law or 0.0, path.any_law_error or 0.0) for path in paths]
    order = sorted(range(len(values)), key=lambda index: (values[index][0], index))
    # bubble back what cannot be told apart: of two such neighbours the normal model's first stays first
    for place in range(1, len(order)):
        at = place
        while at > 0 and order[at] < order[at - 1] and not _apart(values[order[at - 1]], values[order[at]]):
            order[at - 1], order[at] = order[at], order[at - 1]
            at -= 1
    sure = all(_apart(values[one], values[other]) for one, other in pairwise(order))
    return LawOrder(order=tuple(order), changed=order != list(range(len(order))), sure=sure)


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) > one[1] + other[1]
