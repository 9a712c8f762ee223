"""Where over the ground is an intruder least likely to be stopped, and how likely from each place?

P_I of a path over the ground is that of the same closed form as everywhere (see `timeline`): each step of the raster
is a task, noticed if at all in its middle with 1 - exp(-hazard x time); each way through an element is its task, and
then the steps over it. What is found is exact on this raster where `exact` says so; else it is a real path, with a
bound that no path is below. The raster itself errs: a straight walk is told up to 2.8 % too long (`network`), a thing
narrower than a cell may be missed by coverage (never by walls), and a place is known to half a cell.

How the words of a site are read:

- One walks in the areas that have polygons, at the threat's speed or that of the surface; in no area nobody walks.
  Where polygons overlap, the smaller holds.
- An area's edge is passed only at an element that joins it to the next, by one of its ways; an element's line and an
  obstacle are not walked through elsewhere either.
- Crossings of areas, with their times and detection, are not used: the walk takes their place, with what `coverage`
  notices. A path may begin anywhere in an outside area, and being seen there is no alarm.
- A walk's variance grows with its time, so that it does not depend on the raster: one of PACE seconds has the spread
  that the site gives a walk, as if the pace were drawn anew every PACE seconds.
"""

from __future__ import annotations

# ruff: noqa: PLR0917 - a kernel takes its numbers in a row
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bartizan.assess.problem import Problem
from bartizan.assess.terrain.bound import bound, slack, variances
from bartizan.assess.terrain.crossing import Ground, ground_of
from bartizan.assess.terrain.labels import Found, label_search, least_hazard
from bartizan.assess.terrain.network import STEPS, Floats, Network, step_from
from bartizan.assess.terrain.result import Stretch, TerrainPath, TerrainResult
from bartizan.assess.terrain.trees import NOWHERE, WALKED, Tree, prepended, priced_tree, prices, sums, walked
from bartizan.errors import InputError, MissingPartError
from bartizan.site.site import Site

PACE = 30.0  # s that a pace is kept up; about the length of the walks for which a spread is guessed
TOLERANCE = 0.02  # of P_I: beyond it the search is gone on with
EXACT_NODES = 12_000  # up to so many every label is made, and the map is exact too
SOON_EXACT = 100_000  # up to so many the worst path is sought exactly
LABELS = 4_000_000  # some 300 MB
ROUNDS = 2  # of prices: each tree of paths gives the prices for the next

Progress = Callable[[str], None]
Steps = list[tuple[int, int]]  # node and arc that leaves it, in the order in which they are gone


def terrain(
    site: Site,
    problem: Problem,
    *,
    resolution: float | None = None,
    speed: float | None = None,
    walk_spread: float | None = None,
    progress: Progress | None = None,
) -> TerrainResult:
    """The worst path over the ground of a site, and for each place the least P_I of a path that begins there.

    `site` in the state of `problem`; `resolution` [m]: the side of a cell; `speed` [m/s] and `walk_spread` (standard
    deviation as a share of the mean of a walk of PACE seconds): the threat's and the site's own where not given.
    `progress` is told in words what is done now.

    Returns path, proved bound and map; no path: `worst` None. Raises MissingPartError where the site lacks speed,
    polygons or places, InputError for a resolution or a place that cannot be. Source: EASI as in `timeline`; search
    and bound are proved in `labels` and `bound`. Not modelled: heights, climbing but by an element's way, several
    targets, what a group does, an intruder who learns that he was seen.
    """
    pace = _speed(site, problem) if speed is None else speed
    spread = (site.default_sd or 0.0) if walk_spread is None else walk_spread
    for what, value, least in (("speed", pace, 1e-3), ("walking spread", spread, 0.0)):
        if not (math.isfinite(value) and least <= value <= 1e3):
            raise InputError(f"the {what} is {value!r}. Give a number from {least:g} to 1000")
    tell = progress or (lambda _: None)
    tell("cutting the ground into cells")
    ground = ground_of(site, problem, resolution=resolution, speed=pace, walk_spread=spread, pace=PACE)
    answer = search(ground.network, tell)
    return _result(site, problem, ground, answer)


def _speed(site: Site, problem: Problem) -> float:
    speed = None if problem.threat is None else site.threat(problem.threat).speed
    if speed is None:
        who = "an intruder without a name" if problem.threat is None else f"threat '{problem.threat}'"
        raise MissingPartError(f"{who} has no speed, and nobody can say how fast the ground is crossed. Give speed")
    return speed


class Answer(NamedTuple):
    """What the search found, in values (P_I without P_C): see TerrainResult. `steps` None: no path."""

    steps: Steps | None
    value: float
    lower_bound: float
    exact: bool
    least: Floats
    bound: Floats
    map_exact: bool
    labels: int


def search(network: Network, tell: Progress, exact_nodes: int = EXACT_NODES) -> Answer:
    """The worst path through a network, a proved bound, and the least value of a path from each node."""
    begins = np.flatnonzero(network.begins)
    tell(f"walking back from the target over {network.done:,} cells")
    fastest = sums(network, 1.0, 0.0)
    nothing = np.full(network.done + 1, np.nan)
    if not len(begins) or not np.isfinite(fastest[begins]).any():
        return Answer(None, math.nan, math.nan, True, nothing, nothing, True, 0)
    low, high, ratio = variances(network, fastest)
    made = 0
    if network.done <= exact_nodes:
        tell("making every label")
        found = label_search(network, np.zeros(network.done + 1), ratio, math.inf, LABELS, True)
        made = len(found.node)
        if found.best >= 0 and math.isinf(found.open_bound):
            least = np.full(network.done + 1, np.inf)
            np.minimum.at(least, found.node, found.value)
            value = float(found.value[found.best])
            return Answer(_walk(found), value, value, True, least, least, True, made)
    return _bounded(network, tell, fastest, low, high, ratio, made)


def _bounded(
    network: Network, tell: Progress, fastest: Floats, low: Floats, high: Floats, ratio: float, made: int
) -> Answer:
    begins = np.flatnonzero(network.begins)
    nothing = np.zeros(network.done + 1)
    tell("proving a bound")
    floor, finished = bound(network, fastest, low, high, ratio, nothing, nothing)
    if not finished:
        floor = nothing
    outward = np.argsort(network.tail, kind="stable")
    out_first = np.searchsorted(network.tail[outward], np.arange(network.done + 2)).astype(np.int64)
    tell("seeking the worst path")
    best = tree = priced_tree(network, fastest, nothing, True)
    least = tree.value
    proved = float(floor[begins].min())
    enough = 1e-9 if network.done <= SOON_EXACT else TOLERANCE
    for _ in range(ROUNDS):
        if best.value[begins].min() - proved <= enough:
            break
        price, _ = prices(network, best, outward, out_first)
        tree = priced_tree(network, fastest, price, False)
        least = np.minimum(least, tree.value)
        if tree.value[begins].min() < best.value[begins].min():
            best = tree
        if best.value[begins].min() - proved > TOLERANCE:
            better, finished = bound(network, fastest, low, high, ratio, price, floor)
            proved = max(proved, float(better[begins].min())) if finished else proved
    start = int(begins[best.value[begins].argmin()])
    value, steps, exact = float(best.value[start]), _branch(best, start), False
    proved = max(min(proved - slack(network), value), 0.0)
    if value - proved > enough:
        tell("closing the gap")
        limit = value if network.done <= SOON_EXACT else value - TOLERANCE
        found = label_search(network, least_hazard(network), ratio, limit, LABELS, False)
        made += len(found.node)
        if found.best >= 0:
            value, steps = float(found.value[found.best]), _walk(found)
        proved = max(proved, min(limit, value, found.open_bound))
    exact = value - proved <= 1e-9
    return Answer(steps, value, min(proved, value), exact, least, np.minimum(floor, least), False, made)


def _walk(found: Found) -> Steps:
    label, steps = found.best, []
    while found.after[label] >= 0:
        steps.append((int(found.node[label]), int(found.arc[label])))
        label = int(found.after[label])
    return steps


def _branch(tree: Tree, node: int) -> Steps:
    steps = []
    while tree.arc[node] != NOWHERE and tree.next[node] >= 0:
        steps.append((node, int(tree.arc[node])))
        node = int(tree.next[node])
    return steps


def _result(site: Site, problem: Problem, ground: Ground, answer: Answer) -> TerrainResult:
    cut = ground.raster
    shape = (cut.rows, cut.columns)

    def mapped(values: Floats) -> Floats:
        first = values[: cut.cells] * problem.p_outside
        return np.where(np.isfinite(first) & (ground.slow < np.inf), first, np.nan).reshape(shape)

    return TerrainResult(
        raster=cut,
        worst=None if answer.steps is None else _path(site, problem, ground, answer.steps),
        lower_bound=None if answer.steps is None else problem.p_outside * answer.lower_bound,
        exact=answer.exact,
        least=mapped(answer.least),
        bound=mapped(answer.bound),
        map_exact=answer.map_exact,
        slow=ground.slow.reshape(shape),
        hazard=ground.hazard.reshape(shape),
        labels=answer.labels,
    )


class _Point(NamedTuple):
    """A step of the path: its nodes, what it is, how long, how likely noticed; and mean and value before it."""

    node: int
    head: int
    arc: int
    time: float
    missed: float
    mean: float
    value: float


def step_between(network: Network, tail: int, head: int) -> tuple[float, float]:
    """Time [s] and hazard of the step from one node to the next."""
    cells = network.cells
    down = head % cells // network.columns - tail % cells // network.columns
    across = head % cells % network.columns - tail % cells % network.columns
    direction = int(np.flatnonzero((STEPS[:, 0] == down) & (STEPS[:, 1] == across))[0])
    _, time, hazard = step_from(
        network.rows, network.columns, network.slow, network.hazard, network.blocked, head % cells, direction
    )
    return time, hazard


def _points(network: Network, steps: Steps) -> tuple[list[_Point], float]:
    """The steps of a path with what is left before each, and the variance of the whole [s²]."""
    mean, variance, value = 0.0, 0.0, 0.0
    points = []
    heads = [node for node, _ in steps[1:]] + [network.done]
    for (node, arc), head in zip(reversed(steps), reversed(heads), strict=True):
        before = mean
        if arc == WALKED:
            time, hazard = step_between(network, node, head)
            mean, variance, value = walked(network, time, hazard, mean, variance, value)
            missed = math.exp(-hazard)
        else:
            mean, variance, value = prepended(network, arc, mean, variance, value)
            missed = (1.0 - float(network.p[arc])) * math.exp(-float(network.walk_hazard[arc]))
        points.append(_Point(node, head, arc, mean - before, missed, mean, value))
    return points[::-1], variance


def _path(site: Site, problem: Problem, ground: Ground, steps: Steps) -> TerrainPath:
    cut, network = ground.raster, ground.network
    points, variance = _points(network, steps)
    whole = points[0].mean
    while len(points) > 1 and network.begins[points[1].node] and points[1].value == points[0].value:
        # whoever may begin anywhere outside begins where it first matters
        del points[0]
    variance -= network.spread * (whole - points[0].mean)
    places = [tuple(place) for place in cut.middles(np.array([point.node for point in points]) % cut.cells).tolist()]
    stretches: list[Stretch] = []
    first = 0
    while first < len(points):
        last = first + 1
        walking = points[first].arc == WALKED
        while walking and last < len(points) and points[last].arc == WALKED:
            last += 1
        some = points[first:last]
        at = places[first : last + 1] if walking else places[first : first + 1]
        area = site.area(cut.areas[cut.area[some[0].node % cut.cells]])
        task = None if walking else ground.passages[some[0].arc].task
        stretches.append(
            Stretch(
                kind="walk" if task is None else task.kind,
                id=area.id if task is None else task.id,
                way=None if task is None else task.way,
                leg="in" if some[0].node < cut.cells else "out",
                at=tuple((float(x), float(y)) for x, y in at),
                delay_mean=sum(point.time for point in some),
                p_detection=1.0 - math.prod(point.missed for point in some),
                mean_after=some[0].mean,
                p_interruption=problem.p_outside * some[0].value,
            )
        )
        first = last
    return TerrainPath(
        p_interruption=problem.p_outside * points[0].value,
        delay_mean=points[0].mean,
        delay_sd=math.sqrt(variance),
        stretches=tuple(stretches),
    )
