"""Advice for every threat, target, state and response asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from typing_extensions import Unpack

from bartizan import __version__
from bartizan.app.study import Chosen, Selection, no_path, problems
from bartizan.app.study.head import head
from bartizan.assess.advice import Importance, Layer, Lever, balance, importance, levers
from bartizan.assess.advice.importance import Progress
from bartizan.assess.neutralize import neutralization
from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import Problem
from bartizan.assess.result import Path
from bartizan.errors import InputError
from bartizan.site.site import Site

Telling = Callable[[str], Progress]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceCase:
    """The advice for one threat, target, state and response; no path: `path` is None and `reason` says why.

    `p_neutralization` is P_N where it is known. `levers` is empty where nothing more is wanted.
    """

    threat: str | None
    target: str
    state: tuple[str, ...]
    response: str
    insider: str | None
    path: Path | None
    p_neutralization: float | None
    levers: tuple[Lever, ...]
    importance: tuple[Importance, ...]
    layers: tuple[Layer, ...]
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The case as a JSON object."""
        path = self.path
        return {
            "threat": self.threat,
            "target": self.target,
            "state": list(self.state),
            "response": self.response,
            "insider": self.insider,
            "p_interruption": None if path is None else path.p_interruption,
            "p_neutralization": self.p_neutralization,
            "steps": []
            if path is None
            else [{"kind": s.kind, "id": s.id, "way": s.way, "leg": s.leg} for s in path.steps],
            "levers": [lever.to_json() for lever in self.levers],
            "importance": [one.to_json() for one in self.importance],
            "layers": [layer.to_json() for layer in self.layers],
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What was asked, of which site, and every answer."""

    version: str
    site_name: str
    site_hash: str
    options: Mapping[str, Any]
    cases: tuple[AdviceCase, ...]

    def to_json(self) -> dict[str, Any]:
        """The advice as a JSON object: absent is null, a key is never missing."""
        return {
            **head(self),
            "results": [case.to_json() for case in self.cases],
        }


def advise_site(
    site: Site, *, want: float | None = None, telling: Telling | None = None, **chosen: Unpack[Chosen]
) -> Advice:
    """What is each part of a site worth, are its layers in balance, and what brings P_I to what is wanted?

    `want`: the wanted P_I, in [0, 1]; without it no levers are given. `selection`: which threats, targets, states and
    responses; all by default. `telling` gives, for the name of a case, somebody to tell how far it is. Returns one
    case per question, in the order of the site's file. Raises what a study raises. Not modelled: levers together, the
    loss of several things at once, costs: `harden` weighs those.
    """
    if want is not None and not 0.0 <= want <= 1.0:
        raise InputError(f"the wanted P_I is {want!r}. Give a number from 0 to 1")
    selection = Selection(**chosen)
    cases = tuple(_case(there, problem, want, telling) for there, problem in problems(site, selection))
    return Advice(
        version=__version__,
        site_name=site.name,
        site_hash=site.hash,
        options=MappingProxyType({**selection.to_json(), "want": want}),
        cases=cases,
    )


def _case(site: Site, problem: Problem, want: float | None, telling: Telling | None) -> AdviceCase:
    name = ", ".join(part for part in (problem.threat, problem.target, *problem.state, problem.response) if part)
    paths, _ = worst_paths(problem)
    p_neutralization = neutralization(site, problem.threat, problem.response)
    return AdviceCase(
        threat=problem.threat,
        target=problem.target,
        state=problem.state,
        response=problem.response,
        insider=problem.insider,
        path=paths[0] if paths else None,
        p_neutralization=p_neutralization,
        levers=() if want is None else levers(problem, want, p_neutralization),
        importance=importance(site, problem, None if telling is None else telling(name)),
        layers=balance(problem),
        reason=None if paths else no_path(site, problem.threat, problem.targets),
    )
