"""Areas and elements laid out as layers, from outside to the target: where each stands in the diagram."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bartizan.assess.result import Path, Step
from bartizan.site.model import Element, Target
from bartizan.site.site import Site

BAND = 46.0  # height of an area's band
BOX = 50.0  # height of an element's box
BOX_WIDTH = 184.0
GAP = 120.0  # height between two bands, which holds one row of boxes
SIDE = 18.0  # least room between two boxes
LEAST_WIDTH = 760.0
MOST_IN_GAP = 6  # boxes in one row; those off the worst paths beyond it are counted in words

Place = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle of the diagram with its upper left corner at (x, y)."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """The x of its middle."""
        return self.x + self.width / 2.0

    def nearest(self, x: float, margin: float = 24.0) -> float:
        """The x inside it, `margin` from its ends, that is nearest to `x`."""
        low, high = self.x + margin, self.x + self.width - margin
        return self.middle if low > high else min(max(x, low), high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where every area, every shown element and the target stand; `hidden` counts elements not shown, per gap."""

    width: float
    height: float
    depth: Mapping[str, int]
    areas: Mapping[str, Box]
    elements: Mapping[str, Box]
    target: Box
    hidden: tuple[tuple[Box, int], ...]


def lay_out(site: Site, target: Target, paths: Sequence[Path]) -> Layout:
    """The layout of a site for one target; elements on `paths` (worst first) are always shown."""
    depth = _depths(site)
    gaps: dict[int, list[Element]] = {}
    for element in site.elements:
        gaps.setdefault(min(depth[area] for area in element.between), []).append(element)
    rank = _ranks(paths)
    shown = {gap: _shown(elements, rank, gap == depth[target.area]) for gap, elements in gaps.items()}
    most = max((len(boxes) for boxes in shown.values()), default=1) + 1
    width = max(LEAST_WIDTH, most * (BOX_WIDTH + SIDE))
    areas = _bands(site, depth, width)
    elements: dict[str, Box] = {}
    hidden = []
    target_box = Box(x=0.0, y=0.0, width=BOX_WIDTH, height=BOX)
    for gap in range(max(depth.values()) + 1):
        things = _row(shown.get(gap, []), areas, target if gap == depth[target.area] else None)
        missing = len(gaps.get(gap, [])) - len(shown.get(gap, []))
        count = len(things) + (1 if missing else 0)
        for index in range(count):
            box = _slot(index, count, width, gap)
            if index == len(things):
                hidden.append((box, missing))
            elif isinstance(things[index], Target):
                target_box = box
            else:
                elements[things[index].id] = box
    last = max([gap for gap, boxes in shown.items() if boxes] + [depth[target.area]])
    height = max((last + 1) * (BAND + GAP), (max(depth.values()) + 1) * (BAND + GAP) - GAP) + 8.0
    return Layout(
        width=width,
        height=height,
        depth=depth,
        areas=areas,
        elements=elements,
        target=target_box,
        hidden=tuple(hidden),
    )


def areas_along(site: Site, steps: Sequence[Step]) -> tuple[str, ...]:
    """The areas a path is in, from the outside area it starts in: one more than it has elements."""
    elements = [site.element(step.id) for step in steps if step.kind == "element"]
    for start in (area.id for area in site.areas if area.outside):
        walk = _walk(start, elements)
        if len(walk) == len(elements) + 1:
            return walk
    return ()


def _walk(start: str, elements: Sequence[Element]) -> tuple[str, ...]:
    walk = [start]
    for element in elements:
        if walk[-1] not in element.between:
            break
        one, other = element.between
        walk.append(other if walk[-1] == one else one)
    return tuple(walk)


def _depths(site: Site) -> dict[str, int]:
    """How many elements lie between each area and the outside, at least; areas out of reach come last."""
    depth = {area.id: 0 for area in site.areas if area.outside} or {site.areas[0].id: 0}
    queue = deque(depth)
    while queue:
        here = queue.popleft()
        for there in _next(site, here):
            if there not in depth:
                depth[there] = depth[here] + 1
                queue.append(there)
    last = max(depth.values()) + 1
    return {area.id: depth.get(area.id, last) for area in site.areas}


def _next(site: Site, here: str) -> Iterator[str]:
    for element in site.elements:
        one, other = element.between
        if here == one:
            yield other
        elif here == other and element.direction == "both":
            yield one


def _ranks(paths: Sequence[Path]) -> dict[str, int]:
    rank: dict[str, int] = {}
    for place, path in enumerate(paths):
        for step in path.steps:
            if step.kind == "element":
                rank.setdefault(step.id, place)
    return rank


def _shown(elements: Sequence[Element], rank: Mapping[str, int], with_target: bool) -> list[Element]:
    room = MOST_IN_GAP - with_target
    if len(elements) <= room:
        return list(elements)
    first = sorted(elements, key=lambda element: rank.get(element.id, len(rank)))[: room - 1]
    worst = [element for element in elements if rank.get(element.id) == 0]
    return [element for element in elements if element in first or element in worst]


def _bands(site: Site, depth: Mapping[str, int], width: float) -> dict[str, Box]:
    bands: dict[str, Box] = {}
    for row in range(max(depth.values()) + 1):
        here = [area.id for area in site.areas if depth[area.id] == row]
        above = {area: _mean([bands[n].middle for n in _neighbours(site, area) if n in bands], width) for area in here}
        here.sort(key=lambda area: (above[area], area))
        # a share of the row by the number of elements, so that boxes stand under the area they belong to
        weights = [1.0 + sum(area in element.between for element in site.elements) for area in here]
        x = 0.0
        for area, weight in zip(here, weights, strict=True):
            share = width * weight / sum(weights)
            inner = 6.0 if len(here) > 1 else 0.0
            bands[area] = Box(x=x + inner, y=row * (BAND + GAP) + 4.0, width=share - 2.0 * inner, height=BAND)
            x += share
    return bands


def _neighbours(site: Site, area: str) -> list[str]:
    return [other for element in site.elements if area in element.between for other in element.between if other != area]


def _row(elements: Sequence[Element], areas: Mapping[str, Box], target: Target | None) -> list[Element | Target]:
    def wanted(thing: Element | Target) -> float:
        around = (thing.area,) if isinstance(thing, Target) else thing.between
        return sum(areas[area].middle for area in around) / len(around)

    things: list[Element | Target] = [*elements, *([target] if target else [])]
    return sorted(things, key=wanted)


def _slot(index: int, count: int, width: float, gap: int) -> Box:
    middle = width * (index + 0.5) / count
    y = gap * (BAND + GAP) + 4.0 + BAND + (GAP - BOX) / 2.0
    return Box(x=middle - BOX_WIDTH / 2.0, y=y, width=BOX_WIDTH, height=BOX)


def _mean(values: Sequence[float], width: float) -> float:
    return sum(values) / len(values) if values else width / 2.0
