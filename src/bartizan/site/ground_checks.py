"""Checks of the ground: does what is drawn agree with what is written, and does a camera see it."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator

import numpy as np
import shapely
from shapely import Polygon, unary_union
from shapely.geometry.base import BaseGeometry

from bartizan.geometry.projection import Points
from bartizan.site.finding import Finding, Level
from bartizan.site.model import Area, Camera, Element, Sensor, Shape, Target
from bartizan.site.sight import sees, walls_of
from bartizan.site.site import Site

# people draw plans by hand: what disagrees by less than this [m] agrees
SLACK = 0.5
# an element is drawn as a line beside or through a wall; this far off [m] it stands elsewhere
BESIDE = 2.0
# a camera may hang on a neighbouring house, but not in another street [m]
AROUND = 50.0
# zones are sampled on a grid of so many points each way to see how much of them a camera sees
_GRID = 15
# below this share seen a zone is as good as unseen, and below the other it is worth a word
_UNSEEN, _HALF_SEEN = 0.05, 0.5


def ground_findings(site: Site) -> Iterator[Finding]:
    """Everything odd about shapes, zones, cameras and rules."""
    yield from _areas(site)
    yield from _placed(site)
    yield from _zones(site)
    yield from _cameras(site)
    yield from _views(site)


def _areas(site: Site) -> Iterator[Finding]:
    drawn = [(area.id, area.shape) for area in site.areas if isinstance(area.shape, Polygon)]
    for (one, ground), (other, more) in itertools.combinations(drawn, 2):
        # pulled in by the slack, so that neighbours drawn a little over one another do not count
        shared = ground.buffer(-SLACK).intersection(more.buffer(-SLACK)).area
        if shared > 0.0:
            message = f"overlaps area '{other}', so a place belongs to both"
            yield Finding("areas-overlap", "warning", f"area/{one}", message, "Draw them side by side")


def _placed(site: Site) -> Iterator[Finding]:
    ground = {area.id: area.shape for area in site.areas if area.shape is not None}
    for element in site.elements:
        for area in element.between:
            shape = ground.get(area)
            if element.shape is not None and shape is not None and element.shape.distance(shape) > BESIDE:
                message = f"stands {element.shape.distance(shape):.1f} m from '{area}', which it should join"
                yield Finding("element-off-area", "warning", f"element/{element.id}", message, "Check the drawing")
    for target in site.targets:
        shape = ground.get(target.area)
        if target.shape is not None and shape is not None and target.shape.distance(shape) > SLACK:
            message = f"stands outside its area '{target.area}'"
            yield Finding("target-off-area", "warning", f"target/{target.id}", message, "Check the drawing")


def _zones(site: Site) -> Iterator[Finding]:
    ground = {area.id: area.shape for area in site.areas if isinstance(area.shape, Polygon)}
    for zone in site.zones:
        about = f"zone/{zone.id}"
        if zone.area is None and not zone.elements:
            message = "speaks of no area and no element, so an alarm in it says only where"
            yield Finding("zone-of-nothing", "warning", about, message, "Add area = or elements =")
        area = ground.get(zone.area or "")
        if area is None:
            continue
        outside = zone.polygon.difference(area.buffer(SLACK)).area
        if outside > 0.0:
            apart = not zone.polygon.intersects(area)
            share = "wholly" if apart else f"by {outside / zone.polygon.area:.0%}"
            message = f"disagrees with its area: it lies {share} outside '{zone.area}'"
            level: Level = "error" if apart else "warning"
            yield Finding("zone-off-area", level, about, message, "Check the polygon, or name the area it lies in")


def _everything(site: Site) -> BaseGeometry | None:
    things: list[Area | Element | Target | Sensor] = [*site.areas, *site.elements, *site.targets, *site.sensors]
    shapes: list[BaseGeometry] = [thing.shape for thing in things if thing.shape is not None]
    shapes += [zone.polygon for zone in site.zones]
    shapes += [shape for _, shape in site.plan.drawings]
    return unary_union(shapes).convex_hull if shapes else None


def _cameras(site: Site) -> Iterator[Finding]:
    whole = _everything(site)
    for camera in site.cameras:
        about = f"camera/{camera.id}"
        if camera.model is None:
            level: Level = "warning" if site.rules else "note"
            message = "has no model, so what it sees cannot be placed on the ground"
            yield Finding("camera-uncalibrated", level, about, message, "Add model = { points = [...] } or a file")
        elif camera.size is None:
            message = "has no size, so nobody can say what it sees"
            yield Finding("camera-without-size", "note", about, message, "Add size = [width, height]")
        for place in _stands(camera) if whole is not None else ():
            distance = whole.distance(place) if whole is not None else 0.0
            if distance > AROUND:
                message = f"stands {distance:.0f} m off the plan"
                cure = "Check its place, the unit of its calibration and to_plan"
                yield Finding("camera-off-plan", "warning", about, message, cure)
                break


def _stands(camera: Camera) -> Iterator[Shape]:
    if camera.shape is not None:
        yield camera.shape
    centre = getattr(camera.model, "centre", None)
    if centre is not None:
        yield shapely.Point(centre[0], centre[1])


def _views(site: Site) -> Iterator[Finding]:
    watched = {rule.zone for rule in site.rules}
    seeing = [camera for camera in site.cameras if camera.model is not None]
    if not seeing:
        for rule in site.rules:
            message = "no camera has a model, so it can only watch tracks from elsewhere"
            yield Finding("rule-without-camera", "warning", f"rule/{rule.id}", message, "Add a camera with a model")
        return
    sized = [camera for camera in seeing if camera.size is not None]
    walls = walls_of(site)
    for zone in site.zones if len(sized) == len(seeing) else ():
        if zone.id not in watched:
            continue
        places = sampled(zone.polygon)
        share = float(np.mean(np.any([sees(camera, places, walls) for camera in sized], axis=0)))
        about = f"zone/{zone.id}"
        if share < _UNSEEN:
            message = "lies outside every camera's view, or behind obstacles, and a rule watches it"
            yield Finding("zone-unseen", "warning", about, message, "Turn a camera, or check the models")
        elif share < _HALF_SEEN:
            message = f"only {share:.0%} of it lies in a camera's view"
            yield Finding("zone-half-seen", "note", about, message, "Turn a camera, or cut the zone to what is seen")


def unseen(site: Site, cameras: Collection[str]) -> Iterator[str]:
    """The zones that rules watch and of which these cameras see as good as nothing; none where one has no size."""
    seeing = [camera for camera in site.cameras if camera.id in cameras and camera.model is not None]
    if not seeing or any(camera.size is None for camera in seeing):
        return
    watched, walls = {rule.zone for rule in site.rules}, walls_of(site)
    for zone in site.zones:
        places = sampled(zone.polygon)
        seen = np.any([sees(one, places, walls) for one in seeing], axis=0)
        if zone.id in watched and float(np.mean(seen)) < _UNSEEN:
            yield zone.id


def sampled(polygon: Polygon) -> Points:
    """Places [m], shape (n, 2), spread evenly over a polygon; at least one."""
    left, low, right, high = polygon.bounds
    # cell middles, so that no sample lies on the edge
    x = left + (right - left) * (np.arange(_GRID) + 0.5) / _GRID
    y = low + (high - low) * (np.arange(_GRID) + 0.5) / _GRID
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    inside = grid[shapely.contains_xy(polygon, grid)]
    if len(inside):
        return np.asarray(inside, dtype=np.float64)
    middle = polygon.representative_point()
    return np.array([[middle.x, middle.y]])
