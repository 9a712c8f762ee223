"""What a camera is worth on the ground: its error and detail over the picture and the plan, and what it covers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, contains_xy
from shapely.geometry import MultiPoint

from bartizan.app.calibration.classes import EDITIONS
from bartizan.errors import MissingPartError
from bartizan.geometry.plane_fit import PointFit
from bartizan.geometry.projection import CameraModel, Points
from bartizan.site.model import Camera, Zone
from bartizan.site.sight import NOTHING, eye_of, unhidden, walls_of
from bartizan.site.site import Site
from bartizan.watch.detection.observe import ObserveParams

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyParams:
    """What counts as seen, and what a good view is.

    `observe` says how well a foot is placed and how far a place may be off. A person is `person` [m] tall. Shapes on
    the plan are made from `columns` by `rows` pixels of the picture; zones are asked at about `samples` places.
    """

    observe: ObserveParams = field(default_factory=ObserveParams)
    person: float = 1.75
    columns: int = 49
    rows: int = 193
    samples: int = 600


@dataclass(frozen=True, slots=True)
class Field:
    """What holds at pixels of the picture: `x`, shape (c,), and `y`, shape (r,) [pixels]; the rest has shape (r, c).

    `error` [m] is one standard deviation of a person's place along its worst direction, NaN where no ground is seen;
    `density` the pixels per metre of a person who stands there; `ground` [m], shape (r, c, 2), where it is.
    """

    x: Floats
    y: Floats
    ground: Floats
    error: Floats
    density: Floats


@dataclass(frozen=True, slots=True)
class Reach:
    """Ground on which a class of detail is reached: `area` [m²] and its shape on the plan, None where nowhere."""

    name: str
    least: float
    shape: Polygon | None

    @property
    def area(self) -> float:
        """Square metres."""
        return 0.0 if self.shape is None else float(self.shape.area)


@dataclass(frozen=True, slots=True)
class Cover:
    """What one camera sees of one zone.

    `share` of the zone where a foot is placed well enough; `whole`: where the head is in the picture too; `beyond`:
    in the picture, but too near the horizon to be placed; `hidden`: in the picture, but behind what blocks sight.
    `error` [m] and `density` [pixels per metre] are (middle,
    worst of 95 %) over what is seen, None where nothing is. `steepest` [degrees] below the horizontal at which the
    zone is looked at, None where the camera's height is unknown. `narrow` [m] is the shortest way across what is
    seen; `outside` the share of it outside the points that the model was made from, None without points.
    """

    zone: Zone
    camera: str
    share: float
    whole: float
    beyond: float
    error: tuple[float, float] | None
    density: tuple[float, float] | None
    steepest: float | None
    narrow: float
    outside: float | None
    hidden: float = 0.0


@dataclass(frozen=True, slots=True)
class Survey:
    """One camera, surveyed.

    `fit` is how well its points fit, None where it was not made from points; `known` whether the error of the
    calibration itself is in the errors. `reach` is the ground where people are placed well enough, and `editions`
    the ground of each class of detail in it. `past`: whether the site has obstacles that block sight, and what lies
    behind them is taken out; None where nobody knows from where the camera looks.
    """

    camera: Camera
    model: CameraModel
    size: tuple[int, int]
    fps: float | None
    fit: PointFit | None
    known: bool
    raster: Field
    reach: Polygon | None
    editions: Mapping[str, tuple[Reach, ...]]
    covers: tuple[Cover, ...]
    params: SurveyParams
    past: bool | None


def survey(site: Site, camera: Camera, fps: float | None = None, params: SurveyParams | None = None) -> Survey:
    """The survey of one camera of a site; `fps` overrides the camera's own pictures a second.

    Ground behind obstacles that block sight is not seen, where it is known from where the camera looks. Raises
    MissingPartError for a camera without a model or a picture size. Not modelled: heights (a wall hides all that lies
    behind it), what stands in the way and is no obstacle of the site.
    """
    p = params or SurveyParams()
    model, size = modelled(camera)
    walls = walls_of(site)
    seen = _past(camera, walls, field_of(model, size, p))
    fit = getattr(model, "fit", None)
    # a false comparison with NaN is False: no ground, no place
    good = seen.error <= p.observe.farthest
    editions = {
        year: tuple(
            Reach(one.name, one.least, _shape(seen, good & (seen.density >= one.least))) for one in edition.classes
        )
        for year, edition in EDITIONS.items()
    }
    return Survey(
        camera,
        model,
        size,
        fps or camera.fps,
        fit,
        _knows(model),
        seen,
        _shape(seen, good),
        editions,
        tuple(cover(camera, zone, p, walls) for zone in site.zones),
        p,
        None if len(walls) and eye_of(camera) is None else len(walls) > 0,
    )


def _past(camera: Camera, walls: Floats, seen: Field) -> Field:
    """The field without the ground that lies behind walls."""
    clear = unhidden(camera, seen.ground.reshape(-1, 2), walls).reshape(seen.error.shape)
    return replace(seen, error=np.where(clear, seen.error, np.nan), density=np.where(clear, seen.density, np.nan))


def modelled(camera: Camera) -> tuple[CameraModel, tuple[int, int]]:
    """The model and size of a camera, or a MissingPartError that names what is missing."""
    if camera.model is None:
        raise MissingPartError(
            f"camera '{camera.id}' has no model: nothing that it sees has a place. "
            "Give point pairs on its page (--page), or --from-walkers"
        )
    if camera.size is None:
        raise MissingPartError(f"camera '{camera.id}' has no size. Add size = [width, height] in pixels")
    return camera.model, camera.size


def covers(site: Site, params: SurveyParams | None = None) -> tuple[Cover, ...]:
    """What every camera with a model sees of every zone: which zones are covered by whom, and how well."""
    p = params or SurveyParams()
    able = [camera for camera in site.cameras if camera.model is not None and camera.size is not None]
    walls = walls_of(site)
    return tuple(cover(camera, zone, p, walls) for zone in site.zones for camera in able)


def field_of(model: CameraModel, size: tuple[int, int], p: SurveyParams) -> Field:
    """Error and detail over the picture."""
    x = np.linspace(0.0, size[0], p.columns)
    y = np.linspace(0.0, size[1], p.rows)
    across, down = np.meshgrid(x, y)
    pixels = np.column_stack([across.ravel(), down.ravel()])
    ground = model.to_ground(pixels)
    density, error = detail(model, pixels, ground, p)
    shape = across.shape
    return Field(x, y, ground.reshape(*shape, 2), error.reshape(shape), density.reshape(shape))


def detail(model: CameraModel, pixels: Points, ground: Points, p: SurveyParams) -> tuple[Floats, Floats]:
    """Pixels per metre and the error of a place [m], each shape (n,), of people whose feet are at pixels."""
    density = np.full(len(pixels), np.nan)
    error = np.full(len(pixels), np.nan)
    placed = np.isfinite(ground).all(axis=1)
    if placed.any():
        with np.errstate(invalid="ignore"):
            density[placed] = model.height_scale(ground[placed])
            tall = np.nan_to_num(density[placed] * p.person)
            sigma = np.maximum(p.observe.foot * tall, p.observe.least)
            error[placed] = worst_axis(model.ground_covariance(pixels[placed], sigma))
    return density, error


def worst_axis(covariance: Points) -> Floats:
    """The standard deviation along the worst direction, shape (n,), of covariances, shape (n, 2, 2)."""
    a, b, c = covariance[:, 0, 0], covariance[:, 0, 1], covariance[:, 1, 1]
    with np.errstate(invalid="ignore"):
        return np.asarray(np.sqrt((a + c) / 2.0 + np.sqrt(((a - c) / 2.0) ** 2 + b**2)))


def cover(camera: Camera, zone: Zone, p: SurveyParams, walls: Floats = NOTHING) -> Cover:
    """What one camera sees of one zone past `walls` [m], shape (k, 4)."""
    model, size = modelled(camera)
    places = sample(zone.polygon, p.samples)
    feet = model.to_image(places)
    pictured = _inside(feet, size)
    inside = pictured & unhidden(camera, places, walls)
    density, error = np.full(len(places), np.nan), np.full(len(places), np.nan)
    if inside.any():
        density[inside], error[inside] = detail(model, feet[inside], places[inside], p)
    seen = error <= p.observe.farthest
    heads = model.to_image(np.column_stack([places, np.full(len(places), p.person)]))
    fit: PointFit | None = getattr(model, "fit", None)
    return Cover(
        zone,
        camera.id,
        float(seen.mean()),
        float((seen & _inside(heads, size)).mean()),
        float((inside & ~seen).mean()),
        _spread(error[seen], 95.0),
        _spread(density[seen], 5.0),
        _steepest(model, places[seen]),
        _narrow(places[seen]),
        None if fit is None or not seen.any() else _outside(fit, places[seen]),
        float((pictured & ~inside).mean()),
    )


def sample(polygon: Polygon, about: int) -> Points:
    """Places on a square grid in a polygon, shape (n, 2), some `about` of them and one at least."""
    west, south, east, north = polygon.bounds
    step = math.sqrt(max(polygon.area, 1e-9) / about)
    x = np.arange(west + step / 2.0, east, step)
    y = np.arange(south + step / 2.0, north, step)
    if len(x) * len(y) and len(x) * len(y) <= 400 * about:
        across, up = np.meshgrid(x, y)
        kept = contains_xy(polygon, across, up)
        if kept.any():
            return np.column_stack([across[kept], up[kept]])
    inside = polygon.representative_point()
    return np.array([[inside.x, inside.y]])


def camera_place(model: CameraModel) -> tuple[float, float, float] | None:
    """Where a camera stands [m], where its model knows it."""
    pose = getattr(model, "camera", None)
    centre = getattr(model, "centre", None) if pose is None else pose.centre
    return None if centre is None else (float(centre[0]), float(centre[1]), float(centre[2]))


def _knows(model: CameraModel) -> bool:
    """Does the model carry the error of its own calibration?"""
    own = getattr(model, "calibration_covariance", None)
    return own is not None and own(np.zeros((1, 2))) is not None


def _inside(pixels: Points, size: tuple[int, int]) -> NDArray[np.bool_]:
    x, y = pixels[:, 0], pixels[:, 1]
    return np.asarray((x >= 0.0) & (x <= size[0]) & (y >= 0.0) & (y <= size[1]))


def _spread(values: Floats, worst: float) -> tuple[float, float] | None:
    known = values[np.isfinite(values)]
    return None if not len(known) else (float(np.median(known)), float(np.percentile(known, worst)))


def _steepest(model: CameraModel, places: Points) -> float | None:
    centre = camera_place(model)
    if centre is None or not len(places):
        return None
    away = np.hypot(places[:, 0] - centre[0], places[:, 1] - centre[1])
    return float(np.degrees(np.percentile(np.arctan2(centre[2], away), 95)))


def _narrow(places: Points) -> float:
    """The shortest way across the places [m]: the shorter side of the smallest box round them."""
    if len(places) < 3:
        return 0.0
    box: Any = MultiPoint(places).minimum_rotated_rectangle
    if box.geom_type != "Polygon":
        return 0.0
    corners = list(box.exterior.coords)
    return min(math.dist(corners[0], corners[1]), math.dist(corners[1], corners[2]))


def _outside(fit: PointFit, places: Points) -> float:
    hull = MultiPoint([(x, y) for _, _, x, y in fit.pairs]).convex_hull
    # within a tenth of the hull's own size a point is still as good as inside
    wide = hull.buffer(0.1 * math.sqrt(max(hull.area, 0.0)))
    return float(1.0 - contains_xy(wide, places[:, 0], places[:, 1]).mean())


def _shape(seen: Field, good: NDArray[np.bool_]) -> Polygon | None:
    """The ground of the good pixels: in each column from the lowest good one up, as far as all are good."""
    near: list[Sequence[float]] = []
    far: list[Sequence[float]] = []
    for column, ends in enumerate(_runs(good)):
        if ends is not None:
            near.append(seen.ground[ends[0], column])
            far.append(seen.ground[ends[1], column])
    if len(near) < 2:
        return None
    ring = Polygon([*near, *far[::-1]])
    # a ring that crosses itself falls into parts
    whole: Any = ring if ring.is_valid else ring.buffer(0.0)
    parts = [part for part in getattr(whole, "geoms", (whole,)) if part.area > 0.0]
    return max(parts, key=lambda part: part.area) if parts else None


def _runs(good: NDArray[np.bool_]) -> Iterator[tuple[int, int] | None]:
    for column in good.T:
        rows = np.flatnonzero(column)
        if not rows.size:
            yield None
            continue
        lowest = int(rows[-1])
        above = np.flatnonzero(~column[:lowest])
        yield lowest, int(above[-1]) + 1 if above.size else 0


def point_of(camera: Camera) -> tuple[float, float] | None:
    """The camera's place on the plan as the site gives it."""
    if camera.shape is None:
        return None
    middle = camera.shape.centroid
    return (float(middle.x), float(middle.y))
