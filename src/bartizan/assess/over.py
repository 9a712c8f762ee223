"""The worst paths over several cases: by P_I, or by P_E = P_N P_I where each case has its own P_N."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bartizan.assess.result import Certificate, Path
from bartizan.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """One path among those of all cases: the number of its case, its figure (P_I, or P_E), and the path."""

    case: int
    value: float
    path: Path


def worst_over(
    cases: Sequence[tuple[Sequence[Path], Certificate | None]], count: int, *, weights: Sequence[float] | None = None
) -> tuple[tuple[Ranked, ...], Certificate | None]:
    """Which paths are worst over several cases (threats, targets, states, responses), and what proves it?

    `cases`: what `worst_paths` gave for each, with at least `count` paths asked for; `weights`: P_N of each in [0, 1],
    then P_E = P_N P_I ranks, else P_I. A path's figure is its P_I times a constant of its case, so the `count` worst of
    each case hold the `count` worst of all. Returns them worst first, equal ones in the order of the cases, and the
    certificate of the worst: its lower bound is the least of the cases', each scaled. No path in any case: none.

    Raises InputError for a count below 1, or weights that are no probabilities or not one for each case.
    """
    if count < 1:
        raise InputError(f"{count} worst paths were asked for. Ask for 1 or more")
    scales = [1.0] * len(cases) if weights is None else list(weights)
    if len(scales) != len(cases) or not all(0.0 <= scale <= 1.0 for scale in scales):
        raise InputError(f"{len(scales)} weights for {len(cases)} cases. Give one probability, 0 to 1, for each case")
    ranked = [
        Ranked(case=number, value=scale * path.p_interruption, path=path)
        for number, ((paths, _), scale) in enumerate(zip(cases, scales, strict=True))
        for path in paths
    ]
    ranked.sort(key=lambda one: one.value)  # stable: equal ones in the order of the cases
    proofs = [(one, scale) for (_, one), scale in zip(cases, scales, strict=True) if one is not None]
    if not ranked or not proofs:
        return (), None
    return tuple(ranked[:count]), Certificate(
        lower_bound=min((scale * one.lower_bound for one, scale in proofs), default=math.inf),
        value=min(scale * one.value for one, scale in proofs),
        labels=sum(one.labels for one, _ in proofs),
        rounds=max(one.rounds for one, _ in proofs),
        complete=all(one.complete for one, _ in proofs),
        more=len(ranked) > count,
    )
