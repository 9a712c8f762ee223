"""What changes to a site do to every answer of the assessment, in every state that the site knows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Any

from bartizan.app.compare import compare_sites
from bartizan.errors import MissingPartError
from bartizan.site.site import Site

MOST_STATES = 24  # combinations of states that are looked at: one of each axis


def effect_of(before: Site, after: Site) -> dict[str, Any]:
    """What do the changes from `before` to `after` do to P_I?

    Returns plain JSON values. `rows`: one per threat, target, state (the ids that hold, none: as the file is written)
    and response, with P_I `before` and `after`, in [0, 1] or None. `each_alone`: the states of several axes make more
    than MOST_STATES combinations, so each was looked at with the other axes as written. `reason`: why nothing can be
    assessed, None where something can; `changes` in words. Errors: ChangeError where a state has no place any more.
    """
    states, alone = _states(before, after)
    try:
        compared = compare_sites(before, after, count=1, states=states)
    except MissingPartError as error:
        return {"rows": [], "each_alone": alone, "reason": str(error), "changes": []}
    rows = [
        {
            "threat": pair.threat,
            "target": pair.target,
            "state": list(pair.state),
            "response": pair.response,
            "before": None if pair.left is None else pair.left.result.p_interruption,
            "after": None if pair.right is None else pair.right.result.p_interruption,
        }
        for pair in compared.pairs
    ]
    return {"rows": rows, "each_alone": alone, "reason": None, "changes": list(compared.changes)}


def _states(before: Site, after: Site) -> tuple[Sequence[tuple[str, ...]], bool]:
    """The states that both sites can be in, as written first, and whether each is taken alone."""
    there = {state.id for state in after.states}
    axes: dict[str, list[str]] = {}
    for state in before.states:
        if state.id in there:
            axes.setdefault(state.axis, []).append(state.id)
    if not axes:
        return [()], False
    if math.prod(map(len, axes.values())) <= MOST_STATES:
        return [(), *product(*axes.values())], False
    return [(), *((name,) for names in axes.values() for name in names)], True
