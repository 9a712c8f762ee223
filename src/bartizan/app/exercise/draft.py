"""A scenario as it is being written: its faults as one types, and where its people would walk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bartizan.app.exercise.references import check_references
from bartizan.app.exercise.rehearsals import Library
from bartizan.drill.play import figure
from bartizan.drill.scenario import Actor, Scenario, Scene
from bartizan.errors import Fault, ScenarioError, UnknownIdError
from bartizan.site.site import Site

SECOND = 1.0  # between two places of a walk that are shown
MOST = 2_000  # places of one walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a text comes to: its faults, and the scenario where it is one."""

    faults: tuple[Fault, ...]
    scenario: Scenario | None


def draft(text: str, library: Library, site: Site) -> Draft:
    """Every fault of a text as a scenario of a site, those of ids that the site lacks too (they have no line)."""
    try:
        scenario = library.check(text)
    except ScenarioError as error:
        return Draft(faults=error.faults, scenario=None)
    try:
        check_references(scenario, site)
    except UnknownIdError as error:
        lines = str(error).splitlines()
        return Draft(faults=tuple(Fault("scenario", 0, "", "", line, "") for line in lines), scenario=scenario)
    return Draft(faults=(), scenario=scenario)


def walks(scenario: Scenario) -> list[dict[str, Any]]:
    """The scenes as plain JSON values: each actor's walk, a place every second, and what fires and must come when."""
    return [
        {
            "id": scene.id,
            "name": scene.name,
            "length": scene.length,
            "actors": [{"id": actor.id, "walk": list(_walk(actor, scene))} for actor in scene.actors],
            "sensors": [{"t": one.t, "sensor": one.sensor, "at": one.at} for one in scene.sensors],
            "expected": [{"id": one.id, "by": one.by} for one in scene.expectations],
        }
        for scene in scenario.scenes
    ]


def _walk(actor: Actor, scene: Scene) -> Iterator[list[float]]:
    """[t, x, y] of each second in which the actor is there."""
    t = actor.enters
    for _ in range(MOST):
        if t > scene.length:
            return
        found = figure(actor, t)
        if found is None:
            return
        yield [round(t, 2), round(found.at[0], 2), round(found.at[1], 2)]
        t += SECOND
