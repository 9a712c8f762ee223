"""What hardening says: sets of upgrades with what they cost and leave, proved or with a gap; frozen."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from bartizan.assess.harden.choices import Clash, Never
from bartizan.assess.harden.excerpt import Question
from bartizan.assess.result import Path

Measure = Literal["p_interruption", "p_effectiveness"]

PROOF = 1e-9  # a gap below this is rounding: values are sums of some hundred products of probabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLeft:
    """What is left of one case: P_I, P_N and P_E of its worst path, None where unknown or where no path is left."""

    question: Question
    p_interruption: float | None
    p_neutralization: float | None
    path: Path | None

    @property
    def p_effectiveness(self) -> float | None:
        """P_I P_N; None where either is."""
        if self.p_interruption is None or self.p_neutralization is None:
            return None
        return self.p_interruption * self.p_neutralization

    def to_json(self) -> dict[str, Any]:
        """The case as a JSON object."""
        return {
            "threat": self.question.threat,
            "target": self.question.target,
            "state": list(self.question.state),
            "response": self.question.response,
            "p_interruption": self.p_interruption,
            "p_neutralization": self.p_neutralization,
            "p_effectiveness": self.p_effectiveness,
            "path": None
            if self.path is None
            else [step.id if step.way is None else f"{step.id}/{step.way}" for step in self.path.steps],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One set of upgrades: what it costs, and the least P_I (or P_E) over all cases that it leaves.

    `value` None: no case has a path left. No set within this cost, or within the next point's, gives more than
    `bound` (None: nothing is known but that no path may be left); `lower`: what the set is proved to give.
    """

    upgrades: tuple[str, ...]
    cost: Decimal
    value: float | None
    lower: float | None
    bound: float | None

    @property
    def gap(self) -> float | None:
        """How much more another set within the same budget may give; None where that cannot be said."""
        if self.value is None:
            return 0.0
        if self.bound is None or self.lower is None:
            return None
        gap = max(0.0, self.bound - self.lower)
        return gap if gap > PROOF else 0.0

    @property
    def proved(self) -> bool:
        """Whether no set within the same budget gives more."""
        return self.gap == 0.0

    def to_json(self) -> dict[str, Any]:
        """The point as a JSON object; money as a number."""
        return {
            "upgrades": list(self.upgrades),
            "cost": _number(self.cost),
            "value": self.value,
            "bound": self.bound,
            "gap": self.gap,
            "proved": self.proved,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardening:
    """The best set within a budget, what holds now, and the front of cost against effect.

    `measure`: P_E where P_N of every case is known, else P_I; the value of a set is the least of it over all cases,
    on the path that the adversary then chooses. `front`: cheapest first; no point costs more for less, and each is
    the best within its cost. `now` and `left`: the cases before and after. `asked`: how often the engine was asked,
    `nodes`: how many partial choices were weighed.
    """

    measure: Measure
    budget: Decimal
    best: Point
    now: tuple[CaseLeft, ...]
    left: tuple[CaseLeft, ...]
    front: tuple[Point, ...]
    never: tuple[Never, ...]
    clashes: tuple[Clash, ...]
    asked: int
    nodes: int

    def to_json(self) -> dict[str, Any]:
        """The answer as a JSON object."""
        return {
            "measure": self.measure,
            "budget": _number(self.budget),
            "best": self.best.to_json(),
            "now": [case.to_json() for case in self.now],
            "left": [case.to_json() for case in self.left],
            "front": [point.to_json() for point in self.front],
            "never": [{"upgrade": one.upgrade, "reason": one.reason} for one in self.never],
            "contradictions": [{"upgrades": list(one.upgrades), "reason": one.reason} for one in self.clashes],
            "asked": self.asked,
            "nodes": self.nodes,
        }


def step_names(path: Path) -> list[str]:
    """The steps of a path as the site's file names them: element/way, target/way or area."""
    return [step.id if step.way is None else f"{step.id}/{step.way}" for step in path.steps]


def _number(money: Decimal) -> int | float:
    return int(money) if money == money.to_integral_value() else float(money)
