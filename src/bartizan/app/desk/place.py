"""Where on the site an alarm is, and how deep that lies.

The place is what the signal names: its element, else its area, else what its zone speaks of. Of somebody seen in a
zone it is the area first: who stands before a gate has not begun on it. Depth
counts the elements that still have to be passed to reach a target; an element itself lies half way between its two
sides.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.desk.alarms import Alarm
from bartizan.site.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An area or an element of the site. `depth`: elements left to pass (smaller is deeper; inf: no way onward)."""

    id: str
    outside: bool
    depth: float


class Places:
    """Places of alarms on one site, reckoned towards one target or, with None, towards the nearest."""

    def __init__(self, site: Site, target: str | None = None) -> None:
        self._site = site
        targets = [entry for entry in site.targets if target in (None, entry.id)]
        left = _elements_left(site, {entry.area for entry in targets})
        self._places: dict[str, Place] = {
            area.id: Place(id=area.id, outside=area.outside, depth=left.get(area.id, math.inf)) for area in site.areas
        }
        for element in site.elements:
            beyond = element.between if element.direction == "both" else element.between[1:]
            inner = min(left.get(side, math.inf) for side in beyond) if element.ways else math.inf
            self._places[element.id] = Place(id=element.id, outside=False, depth=inner + 0.5)

    def of(self, alarm: Alarm) -> Place | str:
        """The alarm's place, or in words why it has none."""
        signal: Mapping[str, Any] = alarm.signal
        seen_in_zone = signal.get("zone") is not None
        for kind in ("area", "element") if seen_in_zone else ("element", "area"):
            if signal.get(kind) is not None:
                return self._named(kind, signal[kind])
        if not seen_in_zone:
            return "The report names no element, area or zone."
        zone = next((zone for zone in self._site.zones if zone.id == signal["zone"]), None)
        if zone is None:
            return f"The site has no zone {signal['zone']!r:.60}."
        if zone.area is not None:  # who stands in a zone stands in its area, whatever elements are near
            return self._named("area", zone.area)
        if zone.elements:
            return self._deepest(zone.elements)
        return f"Zone {zone.id} speaks of no area and no element."

    def _named(self, kind: str, name: Any) -> Place | str:
        place = self._places.get(name) if isinstance(name, str) else None
        return place if place is not None else f"The site has no {kind} {name!r:.60}."

    def _deepest(self, elements: Iterable[str]) -> Place:
        return min((self._places[element] for element in elements), key=lambda place: (place.depth, place.id))


def _elements_left(site: Site, ends: Iterable[str]) -> dict[str, int]:
    """For each area the least number of elements to pass to one of `ends`; areas with no way there are missing."""
    before: dict[str, list[str]] = {}
    for element in site.elements:
        if not element.ways:
            continue  # nobody passes an element without a way through it
        first, second = element.between
        before.setdefault(second, []).append(first)
        if element.direction == "both":
            before.setdefault(first, []).append(second)
    left = dict.fromkeys(ends, 0)
    frontier = deque(left)
    while frontier:
        area = frontier.popleft()
        for outer in before.get(area, ()):
            if outer not in left:
                left[outer] = left[area] + 1
                frontier.append(outer)
    return left
