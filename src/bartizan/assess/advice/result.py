"""Advice as frozen results: levers, importance, layers, and their JSON form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from bartizan.assess.advice.altered import Place
from bartizan.assess.task import Task

Kind = Literal["detection", "delay", "response", "consequence"]
Thing = Literal["element", "sensor"]
Steps = tuple[str, ...]


def steps_of(tasks: Iterable[Task]) -> Steps:
    """The names of tasks as the site's file has them: element/way, target/way or area."""
    return tuple(task.id if task.way is None else f"{task.id}/{task.way}" for task in tasks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One lever: what there is `now`, and what the worst `path` and the whole `site` need; None: cannot reach it.

    Of detection: probabilities of being noticed at the beginning. Of delay: seconds more, `now` the seconds there.
    Of the response: seconds faster, `now` its mean. Of the consequence: `now` is the conditional risk 1 - P_E (with
    P_N unknown 1 - P_I), the others the share of the consequence that may remain for the risk to be as with the
    wanted P_I. `most` is P_I of the site with the lever pulled as far as it goes, `hindrance` the path that keeps the
    site from what is wanted.
    """

    kind: Kind
    place: Place | None
    now: float
    path: float | None
    site: float | None
    most: float | None
    hindrance: Steps | None

    def to_json(self) -> dict[str, Any]:
        """The lever as an object."""
        return {
            "kind": self.kind,
            "place": None if self.place is None else f"{self.place.kind}/{self.place.id}",
            "now": self.now,
            "path": self.path,
            "site": self.site,
            "most": self.most,
            "hindrance": None if self.hindrance is None else list(self.hindrance),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """One element or sensor: P_I of the site with it `lost` and with it `perfect`; None: no path is left.

    An element lost is passed at once and unseen by anybody; perfect, it cannot be passed. A sensor lost notices
    nothing; perfect, it notices at the beginning whatever it covers. `artefact`: P_I rises with the loss or falls
    with perfection, which EASI may do where spreads are large, and from which nothing follows.
    """

    kind: Thing
    id: str
    lost: float | None
    perfect: float | None
    artefact: bool

    def to_json(self) -> dict[str, Any]:
        """The importance as an object."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """One element of a layer: the least P_I over the paths that break the layer here alone; None: there is none."""

    id: str
    p_interruption: float | None

    def to_json(self) -> dict[str, Any]:
        """The strength as an object."""
        return {"id": self.id, "p_interruption": self.p_interruption}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer, counted from outside: a least set of elements that every path must break, the weakest first."""

    number: int
    strengths: tuple[Strength, ...]

    @property
    def _known(self) -> list[float]:
        return [one.p_interruption for one in self.strengths if one.p_interruption is not None]

    @property
    def weakest(self) -> float | None:
        """The least P_I over the layer."""
        return min(self._known, default=None)

    @property
    def spread(self) -> float | None:
        """How much stronger its strongest element is than its weakest: 0 is a layer in balance."""
        return max(self._known) - min(self._known) if self._known else None

    def to_json(self) -> dict[str, Any]:
        """The layer as an object."""
        return {
            "number": self.number,
            "weakest": self.weakest,
            "spread": self.spread,
            "elements": [one.to_json() for one in self.strengths],
        }
