"""From a site and a problem to the network that is searched: ground, elements where they stand, and targets."""

from __future__ import annotations

# ruff: noqa: PLR0917 - a kernel takes its numbers in a row
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from bartizan.assess.problem import Problem
from bartizan.assess.task import WEIGHT, Task
from bartizan.assess.terrain.barriers import blocked_steps
from bartizan.assess.terrain.coverage import hazard_a_second
from bartizan.assess.terrain.network import Floats, Ints, Network
from bartizan.assess.terrain.raster import Raster, polygons_of, raster, seconds_a_cell
from bartizan.errors import InputError, MissingPartError
from bartizan.geometry.shapes import segments_of
from bartizan.site.model import Shape, Target
from bartizan.site.site import Site

# people draw an element beside or through a wall: from this far [m] it is still stood at
BESIDE = 2.0


class Passage(NamedTuple):
    """A task between two nodes of the ground: from `tail` to `head`, `metres` apart."""

    tail: int
    head: int
    task: Task
    metres: float


@dataclass(frozen=True, slots=True)
class Ground:
    """The network with what its numbers mean: the raster, and the passages in the network's order.

    `slow` [s] and `hazard` [1/s], shape (cells,).
    """

    raster: Raster
    slow: Floats
    hazard: Floats
    network: Network
    passages: tuple[Passage, ...]


def ground_of(
    site: Site, problem: Problem, *, resolution: float | None, speed: float, walk_spread: float, pace: float
) -> Ground:
    """The ground of a site (in the state of `problem`) as it lies before the threat of `problem`.

    `resolution` [m] is the side of a cell, None for a usual one; `speed` [m/s] that of the threat; a walk of `pace`
    seconds has a standard deviation of `walk_spread` times its mean, and its variance grows with its time. Elements
    stand where they are drawn, `BESIDE` metres off at most; a target is acted on from the cells in which it lies.

    Raises MissingPartError where an area has no polygon, or an element or target no place; InputError where one
    stands off its ground, or there would be too many cells.
    """
    if len(problem.targets) > 1:
        raise InputError(f"the terrain is searched for one target at a time, not for {problem.target}. Name one")
    if any(arc.needs_open is not None for arc in problem.graph.arcs):
        raise InputError("over the ground nobody follows what was left open. Ask with what is forced closing again")
    routes = _routes(problem)
    names = dict.fromkeys(
        [*(area.id for area in site.areas if area.outside), site.target(problem.target).area]
        + [name for route in routes for name in (route.left, route.entered)]
    )
    polygons = polygons_of(site, [area.id for area in site.areas if area.id in names])
    _require_shapes(site, routes)
    drawn = {area.id: area.shape for area in site.areas if isinstance(area.shape, Polygon)}
    cut = raster({**drawn, **polygons}, resolution)
    slow = seconds_a_cell(site, cut, speed)
    hazard = hazard_a_second(site, cut, slow, problem.p_communication if problem.communication == "per-alarm" else 1.0)
    walls = [one.shape for one in site.obstacles if "walking" in one.blocks]
    lines = [element.shape for element in site.elements if isinstance(element.shape, LineString | Polygon)]
    blocked = blocked_steps(cut, slow, segments_of([*drawn.values(), *lines, *walls]))
    passages = _passages(site, problem, cut, slow, routes, shapely.union_all(walls))
    network = _network(site, problem, cut, slow, hazard, blocked, passages, walk_spread**2 * pace)
    return Ground(cut, slow, hazard, network, tuple(passages))


class _Route(NamedTuple):
    element: str
    left: str
    entered: str
    task: Task
    leg: int
    ends: bool  # whether the way out is over once it was gone


def _routes(problem: Problem) -> list[_Route]:
    """What passes what on which leg, each once however many crossings lead there."""
    found: dict[tuple[str, str, str, str | None, int], _Route] = {}
    nodes = problem.graph.nodes
    for arc in problem.graph.arcs:
        if arc.through is not None:
            leg = nodes[arc.tail].stage
            (task,) = problem.heard((arc.task,))
            key = (*arc.through, arc.task.way, leg)
            found.setdefault(key, _Route(*arc.through, task, leg, nodes[arc.head].area is None))
    return list(found.values())


def _require_shapes(site: Site, routes: list[_Route]) -> None:
    bare = [name for name in dict.fromkeys(route.element for route in routes) if site.element(name).shape is None]
    if bare:
        raise MissingPartError(
            f"nobody can say where one passes: element {', '.join(repr(name) for name in bare)} has no place on the "
            "plan. Give each line = [[x, y], ...] or a feature"
        )


def _passages(
    site: Site, problem: Problem, cut: Raster, slow: Floats, routes: list[_Route], walls: BaseGeometry
) -> list[Passage]:
    shapely.prepare(walls)
    number = {name: index for index, name in enumerate(cut.areas)}
    stands: dict[tuple[str, str], Ints] = {}
    places: dict[str, Floats] = {}
    off: list[str] = []
    passages: list[Passage] = []
    for route in routes:
        shape = site.element(route.element).shape
        if shape is None:
            continue
        along = places.setdefault(route.element, _along(shape, cut.cell))
        for name in (route.left, route.entered):
            if (route.element, name) not in stands:
                stands[route.element, name] = _stands(cut, slow, along, number[name], walls)
                if (stands[route.element, name] < 0).all():
                    off.append(f"element '{route.element}' and area '{name}'")
        tails, heads = stands[route.element, route.left], stands[route.element, route.entered]
        both = np.flatnonzero((tails >= 0) & (heads >= 0))
        metres = np.hypot(*(along[both] - cut.middles(tails[both])).T) + np.hypot(
            *(along[both] - cut.middles(heads[both])).T
        )
        if not len(both) and not off:
            off.append(f"element '{route.element}' and both its areas at one place")
        base = route.leg * cut.cells
        # of several places on the element that join the same two cells, the nearest
        nearest: dict[tuple[int, int], float] = {}
        for tail, head, far in zip(tails[both].tolist(), heads[both].tolist(), metres.tolist(), strict=True):
            nearest[tail, head] = min(far, nearest.get((tail, head), np.inf))
        for (tail, head), far in nearest.items():
            passages.append(Passage(base + tail, -1 if route.ends else base + head, route.task, far))
    if off:
        raise InputError(
            f"nobody could stand within {BESIDE:g} m of: {'; '.join(off)}. Draw them where they meet, or give a finer "
            "resolution"
        )
    return passages + _acts(site, problem, cut, slow, number)


def _along(shape: Shape, spacing: float) -> Floats:
    """Places [m] along a shape, no farther apart than `spacing`, its ends and corners among them; shape (n, 2)."""
    line = shape.exterior if isinstance(shape, Polygon) else shape
    # off the ends by a hair, where a neighbour begins
    dense = shapely.segmentize(line, spacing) if isinstance(line, LineString) else line
    ends = shapely.get_coordinates(dense)
    return np.asarray(ends if len(ends) < 2 else np.concatenate((0.5 * (ends[:-1] + ends[1:]), ends)))


def _stands(cut: Raster, slow: Floats, along: Floats, area: int, walls: BaseGeometry) -> Ints:
    """For each place the nearest cell of an area from which it can be reached straight, -1 where there is none."""
    reach = max(BESIDE, 1.5 * cut.cell)
    span = int(np.ceil(reach / cut.cell)) + 1
    offsets = np.arange(-span, span + 1)
    found = np.full(len(along), -1, dtype=np.int64)
    for place, (x, y) in enumerate(along):
        column, row = int((x - cut.west) // cut.cell), int((y - cut.south) // cut.cell)
        rows, columns = row + offsets, column + offsets
        rows, columns = rows[(rows >= 0) & (rows < cut.rows)], columns[(columns >= 0) & (columns < cut.columns)]
        cells = (rows[:, None] * cut.columns + columns[None, :]).ravel()
        cells = cells[(cut.area[cells] == area) & (slow[cells] < np.inf)]
        if not len(cells):
            continue
        far = np.hypot(*(cut.middles(cells) - (x, y)).T)
        for index in np.argsort(far, kind="stable")[:4]:
            if far[index] > reach:
                break
            middle = cut.middles(cells[index : index + 1])[0]
            if walls.is_empty or not walls.intersects(LineString([middle, (x, y)])):
                found[place] = cells[index]
                break
    return found


def _acts(site: Site, problem: Problem, cut: Raster, slow: Floats, number: dict[str, int]) -> list[Passage]:
    """The ways of acting on the target, from each cell in which it lies."""
    target = site.target(problem.target)
    nodes = problem.graph.nodes
    passages = []
    for arc in problem.graph.arcs:
        if arc.through is None:
            (task,) = problem.heard((arc.task,))
            leg, onward = nodes[arc.tail].stage, nodes[arc.head].area is not None
            for cell in _cells_of(target, cut, slow, number[target.area]):
                tail = leg * cut.cells + cell
                passages.append(Passage(tail, (leg + 1) * cut.cells + cell if onward else -1, task, 0.0))
    return passages


def _cells_of(target: Target, cut: Raster, slow: Floats, area: int) -> list[int]:
    """The cells in which a target lies, or the nearest of its area where its own is none."""
    if target.shape is None:
        raise MissingPartError(f"target '{target.id}' has no place on the plan. Give it at = [x, y] or a polygon")
    inside = cut.inside(target.shape) if isinstance(target.shape, Polygon) else np.empty(0, dtype=np.int64)
    cells = [int(cell) for cell in inside if cut.area[cell] == area and slow[cell] < np.inf]
    if cells:
        return cells
    place = np.array([[target.shape.representative_point().x, target.shape.representative_point().y]])
    own = cut.cell_at(*place[0])
    ground = np.flatnonzero((cut.area == area) & (slow < np.inf))
    if own is None or not len(ground):
        raise InputError(
            f"target '{target.id}' at {place[0].round(2).tolist()} lies off the ground of its area '{target.area}'. "
            "Check its place, and that of the area"
        )
    far = np.hypot(*(cut.middles(ground) - place).T)
    if far.min() > max(BESIDE, 1.5 * cut.cell):
        raise InputError(
            f"target '{target.id}' at {place[0].round(2).tolist()} lies {far.min():.1f} m off the ground of its area "
            f"'{target.area}'. Check its place, and that of the area"
        )
    return [int(ground[far.argmin()])]


def _network(
    site: Site, problem: Problem, cut: Raster, slow: Floats, hazard: Floats, blocked: np.ndarray,
    passages: list[Passage], spread: float,
) -> Network:  # fmt: skip
    legs = 1 + max((passage.tail // cut.cells for passage in passages), default=0)
    done = legs * cut.cells
    passages[:] = [one._replace(head=done if one.head < 0 else one.head) for one in passages]
    passages.sort(key=lambda one: one.head)
    heads = np.array([one.head for one in passages], dtype=np.int64)
    tails = np.array([one.tail for one in passages], dtype=np.int64)
    tasks = [one.task for one in passages]
    metres = np.array([one.metres for one in passages], dtype=np.float64)
    walk, seen = _walks(cut, slow, hazard, tails, np.where(heads == done, tails, heads), metres)
    a_cell = np.zeros(cut.cells)
    walked = (slow < np.inf) & (hazard > 0.0)
    a_cell[walked] = slow[walked] * hazard[walked]
    outside = [index for index, name in enumerate(cut.areas) if site.area(name).outside]
    begins = np.zeros(done, dtype=np.bool_)
    begins[: cut.cells] = np.isin(cut.area, outside) & (slow < np.inf)
    return Network(
        rows=cut.rows,
        columns=cut.columns,
        legs=legs,
        slow=slow,
        hazard=a_cell,
        blocked=blocked,
        first=np.searchsorted(heads, np.arange(done + 2)).astype(np.int64),
        tail=tails,
        p=np.array([task.p_detection for task in tasks], dtype=np.float64),
        weight=np.array([WEIGHT[task.detect_at] for task in tasks], dtype=np.float64),
        mean=np.array([task.delay_mean for task in tasks], dtype=np.float64),
        variance=np.array([task.delay_sd**2 for task in tasks], dtype=np.float64),
        walk=walk,
        walk_hazard=seen,
        begins=begins,
        spread=spread,
        response_mean=problem.response_mean,
        response_variance=problem.response_sd**2,
    )


def _walks(
    cut: Raster, slow: Floats, hazard: Floats, tails: Ints, heads: Ints, metres: Floats
) -> tuple[Floats, Floats]:
    """Time [s] and hazard of the walk over each passage: half of it on either side."""
    one = tails % cut.cells
    other = heads % cut.cells
    half = 0.5 * metres / cut.cell
    with np.errstate(invalid="ignore"):
        seen = half * (
            np.where(hazard[one] > 0.0, slow[one] * hazard[one], 0.0)
            + np.where(hazard[other] > 0.0, slow[other] * hazard[other], 0.0)
        )
    return half * (slow[one] + slow[other]), np.where(half > 0.0, seen, 0.0)
