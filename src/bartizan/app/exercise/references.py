"""Whether a site has everything that a scenario speaks of."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bartizan.drill.scenario import Scenario, Scene
from bartizan.errors import UnknownIdError
from bartizan.site.site import Site


def check_references(scenario: Scenario, site: Site) -> None:
    """Raises one UnknownIdError with everything that the scenario names and the site lacks."""
    faults: list[str] = []
    for scene in scenario.scenes:
        for find, name in _named(scene, site):
            try:
                find(name)
            except UnknownIdError as error:
                faults.append(f"scenario {scenario.name}, scene {scene.id}: {error}")
    if faults:
        raise UnknownIdError("\n".join(dict.fromkeys(faults)))


def _named(scene: Scene, site: Site) -> Iterator[tuple[Callable[[str], object], str]]:
    """Every id of a scene with the look-up that must know it."""
    yield from ((site.state, state) for state in scene.states)
    yield from ((site.camera, camera) for camera in scene.seen_by)
    for event in scene.sensors:
        yield site.sensor, event.sensor
        if event.at is not None:
            yield _place(site, event.at), event.at
    for match in (*(one.match for one in scene.expectations), *scene.forbidden):
        if match.rule is not None:
            yield site.rule, match.rule
        if match.sensor is not None:
            yield site.sensor, match.sensor
    for order in scene.orders:
        named = ((site.response, order.response), (site.responder, order.responder), (site.partner, order.partner))
        yield from ((find, name) for find, name in named if name is not None)


def _place(site: Site, at: str) -> Callable[[str], object]:
    if "/" in at:
        return site.way
    return site.area if any(area.id == at for area in site.areas) else site.element
