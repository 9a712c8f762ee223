"""What notices somebody on the ground: the hazard of each cell, from cameras and sensors that reach it.

A coverage notices with a probability p within one second, seconds being independent: in t seconds with
1 - (1 - p)^t, a hazard of -log(1 - p) a second. p is the site's figure, times transmitted and assessed where it takes
them from a sensor. At one place the best of one device counts, and of sensors with one common cause the best alone;
the rest are independent, and their hazards add. Nobody is alarmed by people in an outside area: there none counts.

A camera covers a place that lies in its picture, is not hidden, and where a person who stands there is shown with the
pixels per metre asked for. Classes and their pixels are those of IEC 62676-4:2014. Not modelled: light, weather,
contrast, how somebody moves, an operator who looks elsewhere, a fault that lasts: these are in the figure, or nowhere.
"""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely import Point, Polygon

from bartizan.assess.terrain.network import Flags, Floats, Ints
from bartizan.assess.terrain.raster import Raster
from bartizan.errors import MissingPartError
from bartizan.geometry.sight import seen
from bartizan.site.model import Camera, Coverage
from bartizan.site.sight import eye_of, pictured, walls_of
from bartizan.site.site import Site


def hazard_a_second(site: Site, ground: Raster, slow: Floats, p_heard: float = 1.0) -> Floats:
    """The hazard of each cell [1/s], shape (cells,): -log of the probability to pass a second there unnoticed.

    `slow` is inf where nobody walks; `p_heard` is the chance that one alarm gets through, where each has its own.
    Raises MissingPartError where a coverage has no place to see from, or its camera no model or size.
    """
    inside = np.array([not site.area(name).outside for name in ground.areas] + [False])
    cells = np.flatnonzero(inside[ground.area] & (slow < np.inf))
    places = ground.middles(cells)
    walls = walls_of(site)
    groups: dict[str, Floats] = {}
    for coverage in site.coverages:
        reached = covered(site, coverage, places, walls)
        p = coverage.per_second.value * p_heard
        group = coverage.camera or coverage.sensor or coverage.id
        if coverage.sensor is not None:
            sensor = site.sensor(coverage.sensor)
            p *= sensor.p_transmitted.value * sensor.p_assessed.value
            group = sensor.common_cause or group
        rate = math.inf if p >= 1.0 else -math.log1p(-p)
        best = groups.setdefault(group, np.zeros(len(cells)))
        best[reached] = np.maximum(best[reached], rate)
    hazard = np.zeros(ground.cells)
    for best in groups.values():
        hazard[cells] += best
    return hazard


def covered(site: Site, coverage: Coverage, places: Floats, walls: Floats) -> Flags:
    """Whether a coverage reaches each place [m], shape (n, 2); `walls` [m], shape (k, 4), block sight."""
    if coverage.camera is not None:
        reached, eyes = _pictured(site.camera(coverage.camera), coverage, places)
    else:
        reached, eyes = _near(site, coverage, places)
    chosen: Ints = np.flatnonzero(reached)
    if coverage.sight and len(walls) and len(chosen):
        if eyes is None:
            raise MissingPartError(
                f"coverage '{coverage.id}' needs to know where its camera '{coverage.camera}' hangs, for obstacles "
                "hide what lies behind them. Give the camera at = [x, y]"
            )
        reached[chosen] = seen(places[chosen], eyes if len(eyes) == 1 else eyes[chosen], walls)
    return reached


def _pictured(camera: Camera, coverage: Coverage, places: Floats) -> tuple[Flags, Floats | None]:
    if camera.model is None or camera.size is None:
        lacks = "model" if camera.model is None else "size"
        raise MissingPartError(
            f"coverage '{coverage.id}' cannot be placed: camera '{camera.id}' has no {lacks}. Give it one, or give "
            "the coverage a polygon instead of the camera"
        )
    eye, reached = eye_of(camera), pictured(camera, places)
    if coverage.pixels is not None and reached.any():
        chosen = np.flatnonzero(reached)
        with np.errstate(invalid="ignore"):
            reached[chosen] = camera.model.height_scale(places[chosen]) >= coverage.pixels
    if coverage.within is not None:
        if eye is None:
            raise MissingPartError(
                f"coverage '{coverage.id}' reaches {coverage.within:g} m from camera '{camera.id}', which has no "
                "place. Give the camera at = [x, y]"
            )
        reached &= np.hypot(*(places - eye).T) <= coverage.within
    return reached, eye


def _near(site: Site, coverage: Coverage, places: Floats) -> tuple[Flags, Floats]:
    shape = coverage.shape
    if shape is None and coverage.sensor is not None:
        shape = site.sensor(coverage.sensor).shape
    if shape is None or (coverage.within is None and not isinstance(shape, Polygon)):
        cure = "polygon, line or at" if shape is None else "within = metres"
        raise MissingPartError(f"coverage '{coverage.id}' does not say where it reaches. Give it {cure}")
    if isinstance(shape, Point):
        eye = np.array([[shape.x, shape.y]])
        return np.hypot(*(places - eye).T) <= (coverage.within or 0.0), eye
    points = shapely.points(places)
    shapely.prepare(shape)
    reached = np.asarray(shapely.dwithin(shape, points, coverage.within or 0.0))
    if coverage.sensor is not None and isinstance(stand := site.sensor(coverage.sensor).shape, Point):
        return reached, np.array([[stand.x, stand.y]])
    # from the nearest place of the shape, which for what lies in a polygon is that very place
    eyes = shapely.get_coordinates(shapely.get_point(shapely.shortest_line(shape, points), 0))
    return reached, eyes.reshape(-1, 2)
