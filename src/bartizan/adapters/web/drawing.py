"""The site as the page draws it: shapes in metres, names, cameras, and each zone as each camera sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from bartizan.geometry.projection import CameraModel
from bartizan.site.model import Camera, Shape, Zone
from bartizan.site.site import Site

OUTLINE_STEP = 0.5  # metres between the points of a zone's outline: lenses bend straight lines
MARGIN = 0.04  # of the plan's longer side, so that nothing touches the frame
FAR = 4.0  # picture sizes off the picture beyond which a point is nonsense of the horizon
VIEW_STEPS = 12  # points along each side of the picture when a camera's view is laid on the ground
VIEW_REACH = 40.0  # metres; farther ground is in the picture, but nobody is recognised on it


def drawing(site: Site) -> dict[str, Any]:
    """Everything of the site that the page shows, as plain JSON values; places in metres, x east, y north."""
    return {
        "name": site.name,
        "time_zone": site.time_zone,
        "bounds": bounds(site),
        "drawings": [{"kind": kind, "shape": _shape(shape)} for kind, shape in site.plan.drawings] if site.plan else [],
        "areas": [_named(area, outside=area.outside) for area in site.areas],
        "elements": [
            _named(element, kind=element.kind, ways={way.id: way.name or way.id for way in element.ways})
            for element in site.elements
        ],
        "zones": [_named(zone) | {"shape": _shape(zone.polygon)} for zone in site.zones],
        "targets": [
            _named(target, ways={way.id: way.name or way.id for way in target.ways}) for target in site.targets
        ],
        "sensors": [_named(sensor, kind=sensor.kind) for sensor in site.sensors],
        "responses": [_named(response) for response in site.responses],
        "cameras": [_camera(camera, site.zones) for camera in site.cameras],
    }


def bounds(site: Site) -> list[float] | None:
    """[left, bottom, width, height] in metres round the site; None where nothing has a place.

    What is only drawn (the houses opposite) does not count, unless nothing else has a place: the page shows of it
    what fits.
    """
    things: Iterable[Any] = (*site.areas, *site.elements, *site.targets, *site.sensors, *site.cameras)
    shapes = [thing.shape for thing in things if thing.shape is not None] + [zone.polygon for zone in site.zones]
    if not shapes and site.plan is not None:
        shapes = [shape for _, shape in site.plan.drawings]
    if not shapes:
        return None
    corners = np.array([shape.bounds for shape in shapes])
    left, bottom = corners[:, :2].min(axis=0)
    right, top = corners[:, 2:].max(axis=0)
    margin = MARGIN * max(right - left, top - bottom, 1.0)
    return [float(v) for v in (left - margin, bottom - margin, right - left + 2 * margin, top - bottom + 2 * margin)]


def zone_outline(model: CameraModel, polygon: Polygon, size: tuple[int, int]) -> list[list[list[float]]]:
    """The outline of a zone in a camera's picture: pieces of (x, y) pixels, broken where the ground is not seen."""
    ring = np.asarray(polygon.segmentize(OUTLINE_STEP).exterior.coords, dtype=np.float64)[:, :2]
    pixels = model.to_image(ring)
    width, height = size
    with np.errstate(invalid="ignore"):
        near = (np.abs(pixels[:, 0] - width / 2) < FAR * width) & (np.abs(pixels[:, 1] - height / 2) < FAR * height)
    inside = (pixels[:, 0] >= 0) & (pixels[:, 0] < width) & (pixels[:, 1] >= 0) & (pixels[:, 1] < height)
    if not np.any(inside & near):
        return []
    return [piece for piece in _pieces(pixels, near) if len(piece) > 1]


def ground_view(model: CameraModel, at: Sequence[float] | None, size: tuple[int, int]) -> list[list[float]] | None:
    """The ground that a camera sees, as the corners of a polygon in metres; None where it sees none.

    Cut at VIEW_REACH metres from the camera, or from the nearest ground seen where its place is not known.
    """
    width, height = size
    across, down = np.linspace(0, width, VIEW_STEPS), np.linspace(0, height, 4 * VIEW_STEPS)
    grid = np.stack(np.meshgrid(across, down), axis=-1)
    ground = model.to_ground(grid.reshape(-1, 2)).reshape(*grid.shape)
    foot = np.asarray(at, dtype=np.float64) if at is not None else ground[-1, VIEW_STEPS // 2]
    with np.errstate(invalid="ignore"):
        seen = np.hypot(*(np.moveaxis(ground - foot, -1, 0))) <= VIEW_REACH
    near: list[list[float]] = []
    far: list[list[float]] = []
    for column in range(VIEW_STEPS):
        rows = np.flatnonzero(seen[:, column])
        if rows.size:
            near.append([round(float(v), 2) for v in ground[rows[-1], column]])
            far.append([round(float(v), 2) for v in ground[rows[0], column]])
    return near + far[::-1] if len(near) > 1 else None


def _named(thing: Any, **more: Any) -> dict[str, Any]:
    """What every thing of the site has, and more of it."""
    return {"id": thing.id, "name": thing.name or thing.id, "shape": _shape(getattr(thing, "shape", None)), **more}


def _camera(camera: Camera, zones: Sequence[Zone]) -> dict[str, Any]:
    outlines: list[dict[str, Any]] = []
    view = None
    at = None if camera.shape is None else [float(v) for v in camera.shape.centroid.coords[0]]
    if camera.model is not None and camera.size is not None:
        for zone in zones:
            pieces = zone_outline(camera.model, zone.polygon, camera.size)
            if pieces:
                outlines.append({"zone": zone.id, "pieces": pieces})
        view = ground_view(camera.model, at, camera.size)
    return {
        "id": camera.id,
        "name": camera.name or camera.id,
        "size": None if camera.size is None else list(camera.size),
        "at": at,
        "view": view,
        "zones": outlines,
    }


def _pieces(pixels: np.ndarray[Any, Any], near: np.ndarray[Any, Any]) -> Iterator[list[list[float]]]:
    piece: list[list[float]] = []
    for pixel, kept in zip(pixels, near, strict=True):
        if kept:
            piece.append([round(float(pixel[0]), 1), round(float(pixel[1]), 1)])
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _shape(shape: Shape | BaseGeometry | None) -> dict[str, Any] | None:
    if isinstance(shape, Polygon):
        rings = [shape.exterior, *shape.interiors]
        return {"type": "polygon", "rings": [_places(ring) for ring in rings]}
    if isinstance(shape, LineString):
        return {"type": "line", "points": _places(shape)}
    if isinstance(shape, Point):
        return {"type": "point", "at": _places(shape)[0]}
    return None


def _places(shape: BaseGeometry) -> list[list[float]]:
    return [[round(float(x), 3), round(float(y), 3)] for x, y, *_ in shape.coords]
