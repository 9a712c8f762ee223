"""What people call the things of a site."""

from __future__ import annotations

from bartizan.assess.result import Step
from bartizan.site.site import Site


class Names:
    """The names that people read for the ids of a site; without a site an id is its own name."""

    def __init__(self, site: Site | None) -> None:
        self._site = site

    def threat(self, name: str | None) -> str:
        """The name of a threat; without one it is any intruder."""
        if name is None or self._site is None:
            return "any intruder"
        return self._site.threat(name).name or name

    def target(self, name: str) -> str:
        """The name of a target; of several (ids with commas between) all the names."""
        if self._site is None:
            return name
        return " and ".join(self._site.target(one).name or one for one in name.split(","))

    def response(self, name: str) -> str:
        """The name of a response."""
        return name if self._site is None else self._site.response(name).name or name

    def state(self, names: tuple[str, ...]) -> str:
        """The names of the states that hold."""
        if not names or self._site is None:
            return "as written"
        return ", ".join(self._site.state(name).name or name for name in names)

    def thing(self, kind: str, name: str) -> str:
        """The name of an area, element, sensor or target."""
        if self._site is None:
            return name
        areas, elements, sensors, targets = (
            {thing.id: thing.name for thing in things}
            for things in (self._site.areas, self._site.elements, self._site.sensors, self._site.targets)
        )
        named = {"area": areas, "element": elements, "sensor": sensors, "target": targets}
        return named[kind].get(name) or name

    def step(self, step: Step) -> str:
        """The element, area or target with the way taken, for people."""
        site = self._site
        if site is None:
            return step.id
        if step.kind == "area":
            words = f"cross {site.area(step.id).name or step.id}"
        else:
            holder = site.element(step.id) if step.kind == "element" else site.target(step.id)
            way = next((way.name or way.id for way in holder.ways if way.id == step.way), step.way or "")
            words = f"{holder.name or holder.id} – {way or 'left open'}"
        return words if step.leg == "in" else f"{words} (way out)"

    def id(self, step: Step) -> str:
        """The step as the site's file names it, or empty where that says nothing new."""
        if self._site is None:
            return ""
        return step.id if step.way is None else f"{step.id}/{step.way}"
