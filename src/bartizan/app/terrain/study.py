"""The terrain for every threat, target, state and response asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from typing_extensions import Unpack

from bartizan import __version__
from bartizan.app.study import Chosen, Selection, problems
from bartizan.app.study.head import head
from bartizan.assess.terrain import TerrainResult, terrain
from bartizan.site.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class TerrainCase:
    """One answer: for whom, to what, in which state and against whom; `site` as it is in that state."""

    threat: str | None
    target: str
    state: tuple[str, ...]
    response: str
    site: Site
    result: TerrainResult

    @property
    def reason(self) -> str | None:
        """Why there is no path, in words; None where there is one."""
        if self.result.worst is not None:
            return None
        who = "an intruder" if self.threat is None else f"threat '{self.threat}'"
        return (
            f"over the ground no way that {who} can use leads from an outside area to target '{self.target}'. "
            "Check that the elements on the way are drawn where their areas meet, and that no obstacle bars them"
        )

    def to_json(self) -> dict[str, Any]:
        """The case as a JSON object."""
        asked = {"threat": self.threat, "target": self.target, "state": list(self.state), "response": self.response}
        return asked | {"reason": self.reason} | self.result.to_json()


@dataclass(frozen=True, slots=True, kw_only=True)
class TerrainStudy:
    """What was asked, of which site, and every answer. Nothing here is drawn by chance: `seed` is None."""

    version: str
    site_name: str
    site_hash: str
    options: Mapping[str, Any]
    cases: tuple[TerrainCase, ...]
    seed: int | None = None

    @property
    def worst(self) -> TerrainCase | None:
        """The case of least P_I; None where no path leads anywhere."""
        open_ = [case for case in self.cases if case.result.worst is not None]
        return min(open_, key=lambda case: case.result.p_interruption or 0.0, default=None)

    def to_json(self) -> dict[str, Any]:
        """The study as a JSON object: absent is null, a key is never missing."""
        return {
            **head(self, self.seed),
            "results": [case.to_json() for case in self.cases],
        }


def terrain_study(
    site: Site,
    *,
    resolution: float | None = None,
    progress: Callable[[str], None] | None = None,
    **chosen: Unpack[Chosen],
) -> TerrainStudy:
    """Where over the ground would an intruder least likely be stopped in time, and how likely from each place?

    `chosen`: which threats, targets, states and responses, and under which reading. `resolution` [m]: the side of
    a cell, None for a usual one. `progress` is told in words what is done.

    Returns one case per question, in the order of the site's file. Raises MissingPartError where the site lacks
    targets, responses, speeds, polygons or places; UnknownIdError, ChangeError for ids and states; InputError for a
    resolution that makes too many cells, several targets at once, or what was forced left open. Not modelled: see
    `assess.terrain`.
    """
    cases = []
    selection = Selection(**chosen)
    for there, problem in problems(site, selection):
        if progress is not None:
            progress(f"{problem.threat or 'anybody'} to {problem.target} against {problem.response}")
        result = terrain(there, problem, resolution=resolution, progress=progress)
        cases.append(
            TerrainCase(
                threat=problem.threat,
                target=problem.target,
                state=problem.state,
                response=problem.response,
                site=there,
                result=result,
            )
        )
    return TerrainStudy(
        version=__version__,
        site_name=site.name,
        site_hash=site.hash,
        options=MappingProxyType(selection.to_json() | {"resolution": resolution}),
        cases=tuple(cases),
    )
