"""Where the layers are thin: what one change in one task of the worst path would be worth, by the same closed form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bartizan.assess.result import Path
from bartizan.assess.task import Task

MORE_DELAY = 60.0  # seconds: a yardstick that is the same for every task, not a proposal
LEAST_GAIN = 0.0005  # of P_I: less does not show in three decimals


@dataclass(frozen=True, slots=True, kw_only=True)
class Thin:
    """What one task of a path would give: the path's P_I if the task were always detected, or took longer.

    `index` is that of the step. `detected` is P_I with detection certain at the beginning of this task; `delayed` is
    P_I with `MORE_DELAY` seconds more in it at equal spread. Each is None where it would not raise P_I by
    `LEAST_GAIN`, nor at all by the artefact through which more detection or delay can seem to lower it.
    """

    index: int
    detected: float | None
    delayed: float | None


def thin_layers(path: Path, evaluate: Callable[[Sequence[Task]], float]) -> tuple[Thin, ...]:
    """What each task of `path` would give, in their order; a task that would give nothing is left out.

    `evaluate` gives P_I of a list of tasks under the response studied. What it does not model: another path may
    become the worst once this one is mended, so a gain here is an upper bound on the gain of the site.
    """
    tasks = path.tasks
    found = []
    for index, task in enumerate(tasks):
        seen = replace(task, p_detection=1.0, detect_at="begin")
        slowed = replace(task, delay_mean=task.delay_mean + MORE_DELAY)
        detected, delayed = (evaluate((*tasks[:index], changed, *tasks[index + 1 :])) for changed in (seen, slowed))
        found.append(
            Thin(
                index=index,
                detected=detected if detected - path.p_interruption >= LEAST_GAIN else None,
                delayed=delayed if delayed - path.p_interruption >= LEAST_GAIN else None,
            )
        )
    return tuple(thin for thin in found if (thin.detected, thin.delayed) != (None, None))
