"""What an assessment says: steps, paths and results, frozen. Their JSON form is the contract of `bartizan assess`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bartizan.assess.shown import result_html, result_line
from bartizan.assess.task import Leg, StepKind, Task
from bartizan.site.model import DetectAt


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One task of a path with its figures and what they mean on this path.

    `p_detection` in [0, 1]; `delay_mean`, `delay_sd` in seconds; `mean_after`, `sd_after` the delay left at the
    moment of detection in this task (seconds); `p_timely` = P(R|A_i); `p_first` = probability that the first
    detection of the path happens here.
    """

    kind: StepKind
    id: str
    way: str | None
    leg: Leg
    p_detection: float
    detect_at: DetectAt | None
    delay_mean: float
    delay_sd: float
    mean_after: float
    sd_after: float
    p_timely: float
    p_first: float
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One path with its probability of interruption.

    `critical_detection_point` is the index of the last step with mean_after > response mean (strictly), or None;
    `last_detecting` that of the last step at or before it with any detection, or None. `nonnegative` is P_I with
    delays that cannot be negative, given where a spread exceeds half its mean (`wide_spread`), else None.
    `any_law` is P_I under the laws that the times have, none of them negative, and `any_law_error` how far it can be
    off; None where it was not asked for. `tasks` are those that the steps were worked out from.
    """

    p_interruption: float
    steps: tuple[Step, ...]
    critical_detection_point: int | None
    last_detecting: int | None
    wide_spread: tuple[int, ...] = ()
    nonnegative: float | None = None
    tasks: tuple[Task, ...] = ()
    any_law: float | None = None
    any_law_error: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Why the worst path is the worst: a proved lower bound on P_I that the path attains, and the work it took.

    `complete`: the search ended by itself, so that all the paths given with it are proved; else `gap` is what is
    proved of the worst. `more`: there are more paths within the distance asked for than were to be given.
    """

    lower_bound: float
    value: float
    labels: int
    rounds: int
    complete: bool = True
    more: bool = False

    @property
    def gap(self) -> float:
        """value - lower_bound; 0 where the path is proved worst."""
        return self.value - self.lower_bound

    @property
    def proved(self) -> bool:
        """Whether the path given as the worst is proved to be it."""
        return self.gap <= 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LawOrder:
    """The order of paths under the laws that their times have, beside the order of the normal model.

    `order`: indices into the result's paths, least P_I first. `changed`: whether that is another order. `sure`:
    whether each two neighbours lie further apart than both can be off. Only these paths were compared: a path
    that the normal model ranks lower may be worse than all of them, and nothing here bounds how much.
    """

    order: tuple[int, ...]
    changed: bool
    sure: bool

    def to_json(self) -> dict[str, Any]:
        """As in the JSON of a result."""
        return {"order": list(self.order), "changed": self.changed, "sure": self.sure}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer for one threat, target, state and response. `paths` worst first; none: `reason` says why.

    `target` holds several ids with commas between where all of them are wanted. `insider`: who helps from inside.
    """

    threat: str | None
    target: str | None
    state: tuple[str, ...]
    response: str | None
    p_interruption: float | None
    p_neutralization: float | None
    p_effectiveness: float | None
    critical_detection_point: int | None
    reason: str | None
    paths: tuple[Path, ...]
    certificate: Certificate | None = None
    insider: str | None = None
    law_order: LawOrder | None = None

    def __repr__(self) -> str:
        return result_line(self)

    def _repr_html_(self) -> str:
        return result_html(self)

    def to_json(self) -> dict[str, Any]:
        """The result as the JSON object of the contract."""
        return {
            "threat": self.threat,
            "target": self.target,
            "state": list(self.state),
            "response": self.response,
            "insider": self.insider,
            "p_interruption": self.p_interruption,
            "p_neutralization": self.p_neutralization,
            "p_effectiveness": self.p_effectiveness,
            "critical_detection_point": self.critical_detection_point,
            "reason": self.reason,
            "law_order": None if self.law_order is None else self.law_order.to_json(),
            "paths": [
                {
                    "p_interruption": path.p_interruption,
                    "any_law": path.any_law,
                    "any_law_error": path.any_law_error,
                    "steps": [
                        {
                            "kind": step.kind,
                            "id": step.id,
                            "way": step.way,
                            "leg": step.leg,
                            "p_detection": step.p_detection,
                            "detect_at": step.detect_at,
                            "delay_mean": step.delay_mean,
                            "delay_sd": step.delay_sd,
                            "mean_after": step.mean_after,
                            "sd_after": step.sd_after,
                            "p_timely": step.p_timely,
                            "p_first": step.p_first,
                        }
                        for step in path.steps
                    ],
                }
                for path in self.paths
            ],
        }
