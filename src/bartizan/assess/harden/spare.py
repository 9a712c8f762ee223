"""What could be spared: what can be taken away and lose nothing, though the adversary then chooses his path anew.

A thing is *free* where no case asked for has a worse path once it does nothing. A thing whose loss would *raise* P_I
of a case is not free: that is the artefact of normal delays, which may be negative, and no reason to take anything
away. Taken away is the effect alone: a sensor notices nothing, a way costs no time; the thing itself stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import Problem

Kind = Literal["sensor", "detection", "delay"]
Told = Callable[[int, int], None]

ROUNDING = 1e-12  # a worst path that changes by less has not changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What might be spared: a sensor, the detection of an element or an area of its own, or the delay of a way."""

    kind: Kind
    at: str

    def to_json(self) -> dict[str, Any]:
        """The item as a JSON object."""
        return {"kind": self.kind, "at": self.at}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """What could be taken away and lose nothing: each thing alone, and all of `together` at once.

    Nothing of `free` can be added to `together`; another choice might be larger. `raising`: things without which P_I
    of some case comes out higher, which is an artefact, and which are therefore not named free. `weighed`: how many
    things there were.
    """

    free: tuple[Item, ...]
    together: tuple[Item, ...]
    raising: tuple[Item, ...]
    weighed: int

    def to_json(self) -> dict[str, Any]:
        """The answer as a JSON object."""
        return {
            "free": [item.to_json() for item in self.free],
            "together": [item.to_json() for item in self.together],
            "raising": [item.to_json() for item in self.raising],
            "weighed": self.weighed,
        }


def spare(problems: Sequence[Problem], told: Told | None = None) -> Spared:
    """What could be taken away without a worse path for any of these cases?

    `problems`: the cases. `told` is called with how many things were weighed, and of how many. Returns what is free
    alone, in the order of the site's file, and a set of it that is free together, found thing by thing: sensors
    first, then detection, then delay. Not modelled: what a thing is good for beyond these cases.
    """
    cases = [_Case(problem) for problem in problems]
    items = _items(problems)
    free, raising = [], []
    for number, (item, figures) in enumerate(items.items()):
        verdict = _verdict(cases, figures)
        if verdict == "free":
            free.append(item)
        elif verdict == "raises":
            raising.append(item)
        if told is not None:
            told(number + 1, len(items))
    together: list[Item] = []
    gone: set[tuple[str, str]] = set()
    for item in free:
        if _verdict(cases, gone | items[item]) == "free":
            together.append(item)
            gone |= items[item]
    return Spared(free=tuple(free), together=tuple(together), raising=tuple(raising), weighed=len(items))


class _Case:
    """One problem, and the least that may be left of it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.numbers = {(figure.at, figure.key): number for number, figure in enumerate(problem.figures)}
        _, self.certificate = worst_paths(problem)

    def verdict(self, gone: set[tuple[str, str]]) -> Literal["free", "raises", "matters"]:
        """What becomes of the worst path when these figures do nothing."""
        here = [self.numbers[figure] for figure in gone if figure in self.numbers]
        if not here or self.certificate is None:
            return "free"
        values = self.problem.values.copy()
        for number in here:
            values[number] = 0.0
        _, after = worst_paths(self.problem.with_values(values))
        if after is None or after.lower_bound < self.certificate.value - ROUNDING:
            return "matters"
        return "raises" if after.value > self.certificate.value + ROUNDING else "free"


def _verdict(cases: Sequence[_Case], gone: set[tuple[str, str]]) -> str:
    raises = False
    for case in cases:
        verdict = case.verdict(gone)
        if verdict == "matters":
            return verdict
        raises = raises or verdict == "raises"
    return "raises" if raises else "free"


def _items(problems: Sequence[Problem]) -> dict[Item, set[tuple[str, str]]]:
    """What might be spared, each with its figures: sensors, then detection, then delay; those of 0 are nothing."""
    found: dict[Item, set[tuple[str, str]]] = {}
    for problem in problems:
        for figure in problem.figures:
            item = _item(figure.at, figure.key)
            if item is not None and figure.point > 0.0:
                found.setdefault(item, set()).add((figure.at, figure.key))
    order = {"sensor": 0, "detection": 1, "delay": 2}
    return dict(sorted(found.items(), key=lambda pair: order[pair[0].kind]))


def _item(at: str, key: str) -> Item | None:
    kind, _, rest = at.partition("/")
    if kind == "sensor" and key == "p_sensed":
        return Item(kind="sensor", at=rest)
    if kind in ("element", "area") and key.rpartition(".")[2] == "p_detection":
        return Item(kind="detection", at=rest.partition("/")[0])
    if kind == "element" and key == "delay":
        return Item(kind="delay", at=rest.replace("/way/", "/"))
    return None
