"""The still picture of one camera: textured ground, boxes with true occlusion, light by day or by lamps at night."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, contains_xy, prepare
from shapely.geometry.base import BaseGeometry

from bartizan.drill.scenario import Light
from bartizan.drill.scenery import Scenery
from bartizan.geometry.projection import CameraModel

Floats = NDArray[np.float64]
Picture = NDArray[np.float32]
Colour = tuple[float, float, float]

OVERSAMPLED = 2  # edges of boxes are drawn twice as fine, then averaged
PATCH = 0.4  # m: walls are drawn in patches this large, so that each hides what is behind it
NOBODY = 255  # "no box here" in the map of boxes

# blue, green, red by kind; and how strongly the surface is mottled
_GROUND: dict[str, tuple[Colour, float]] = {
    "earth": ((104, 114, 118), 0.10),
    "carriageway": ((88, 86, 84), 0.10),
    "footway": ((150, 154, 158), 0.07),
    "paving": ((132, 140, 150), 0.08),
    "grass": ((62, 108, 84), 0.22),
}
_FACE: dict[str, Colour] = {
    "wall": (128, 142, 152),
    "fence": (90, 96, 92),
    "gate": (62, 66, 64),
    "door": (58, 74, 104),
    "window": (96, 84, 72),
    "building": (172, 190, 204),
    "house": (120, 138, 164),
    "gatehouse": (160, 172, 182),
    "guard-post": (150, 158, 150),
    "lamp": (70, 72, 72),
    "bollard": (84, 88, 90),
}
_GLASS: Colour = (82, 74, 66)
_SKY = {"day": (228, 208, 184), "night": (46, 34, 26)}
_SUN = np.array([-0.45, -0.89])  # towards the sun, from south-south-west
_NIGHT_AMBIENT = 0.15
_LAMP_STRENGTH = 0.60
_LAMP_REACH = 4.5  # m: at this distance from its foot a lamp gives half its light


@dataclass(frozen=True, slots=True)
class _Stage:
    """The scenery, its light, and a table of noise that mottles its surfaces."""

    scenery: Scenery
    light: Light
    table: NDArray[np.float32]

    def lit(self, places: Floats) -> Floats:
        return lamplight(places, self.scenery, self.light)


class StandingCamera(CameraModel, Protocol):
    """A camera model that knows where it stands: needed to draw what is behind what."""

    @property
    def centre(self) -> tuple[float, float, float]:
        """The camera's place [m]."""
        ...


@dataclass(frozen=True, slots=True)
class Backdrop:
    """The still picture and what stands where in it.

    `clean` (height, width, 3) uint8 BGR without noise; `boxes` (height, width) uint8 holds the index of the box seen
    at each pixel, or NOBODY.
    """

    clean: NDArray[np.uint8]
    boxes: NDArray[np.uint8]


def lamplight(places: Floats, scenery: Scenery, light: Light) -> Floats:
    """How well places [m], shape (n, 2), are lit: 1 by day; by night the rest of the sky and the lamps, up to 1."""
    if light == "day":
        return np.ones(len(places))
    lit = np.full(len(places), _NIGHT_AMBIENT)
    for lamp in scenery.lamps:
        squared = np.sum((places - np.array(lamp)) ** 2, axis=1)
        lit += _LAMP_STRENGTH / (1.0 + squared / _LAMP_REACH**2)
    return np.asarray(np.minimum(lit, 1.0))


def draw_backdrop(
    model: StandingCamera, size: tuple[int, int], scenery: Scenery, light: Light, rng: np.random.Generator
) -> Backdrop:
    """The still picture of a camera of `size` (width, height) pixels. `rng` mottles the surfaces."""
    table = rng.random((256, 256)).astype(np.float32)
    stage = _Stage(scenery, light, table)
    fine = (size[0] * OVERSAMPLED, size[1] * OVERSAMPLED)
    canvas = np.asarray(cv2.resize(_ground(model, size, stage), fine, interpolation=cv2.INTER_LINEAR), np.float32)
    seen = np.full((fine[1], fine[0]), NOBODY, np.uint8)
    _draw_boxes(canvas, seen, model, stage)
    clean = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
    boxes = cv2.resize(seen, size, interpolation=cv2.INTER_NEAREST)
    return Backdrop(np.clip(clean, 0.0, 255.0).astype(np.uint8), np.asarray(boxes, dtype=np.uint8))


def _mottle(table: NDArray[np.float32], places: Floats, grain: float) -> Floats:
    """Smooth noise in [-1, 1] over the plan, of features about `grain` metres wide."""
    u = np.mod(places[:, 0] / grain, 255.0).astype(np.float32)
    v = np.mod(places[:, 1] / grain, 255.0).astype(np.float32)
    values: list[NDArray[np.float32]] = []
    step = 30_000  # cv2.remap takes pictures of less than 32767 a side
    for begin in range(0, len(u), step):
        part = slice(begin, begin + step)
        values.append(cv2.remap(table, u[None, part], v[None, part], cv2.INTER_LINEAR)[0])
    return np.asarray(np.concatenate(values), dtype=np.float64) * 2.0 - 1.0


def _ground(model: StandingCamera, size: tuple[int, int], stage: _Stage) -> Picture:
    width, height = size
    columns, rows = np.meshgrid(np.arange(width) + 0.0, np.arange(height) + 0.0)
    places = model.to_ground(np.column_stack([columns.ravel(), rows.ravel()]))
    reach = np.hypot(*(places - np.array(model.centre[:2])).T)
    on_ground = np.isfinite(reach) & (reach < 400.0)
    picture = np.empty((width * height, 3), np.float64)
    picture[:] = _SKY[stage.light]
    spots = places[on_ground]
    picture[on_ground] = _paint(spots, reach[on_ground], stage) * stage.lit(spots)[:, None]
    return picture.reshape(height, width, 3).astype(np.float32)


def _paint(spots: Floats, reach: Floats, stage: _Stage) -> Floats:
    colour = np.empty((len(spots), 3))
    grain = np.empty(len(spots))
    colour[:], grain[:] = _GROUND["earth"]
    # detail finer than a pixel would only shimmer along edges: it fades with distance
    near = 1.0 / (1.0 + (reach / 18.0) ** 2)
    for kind, polygon in stage.scenery.grounds:
        inside = _inside(polygon, spots)
        colour[inside], grain[inside] = _GROUND[kind]
        if kind == "carriageway":
            colour[inside & _dashes(polygon, spots)] = (190, 196, 198)
        elif kind != "grass":
            joints = inside & np.any(np.mod(spots + 1000.0, 0.9) < 0.05, axis=1)
            colour[joints] *= 1.0 - 0.22 * near[joints, None]
            kerb = inside & ~_inside(polygon.buffer(-0.22), spots)
            colour[kerb] = 0.5 * colour[kerb] + 88.0
    mottled = 0.6 * _mottle(stage.table, spots, 1.7) + 0.4 * near * _mottle(stage.table, spots[:, ::-1], 0.16)
    return np.asarray(colour * (1.0 + grain * mottled)[:, None])


def _inside(shape: BaseGeometry, spots: Floats) -> NDArray[np.bool_]:
    """Which spots lie inside a shape; most lie outside its bounds, which is cheaper to tell."""
    west, south, east, north = shape.bounds
    x, y = spots.T
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    # a rectangle along the axes is its own bounds
    if shape.area < (1.0 - 1e-9) * (east - west) * (north - south):
        prepare(shape)
        near = np.flatnonzero(inside)
        inside[near] = contains_xy(shape, x[near], y[near])
    return np.asarray(inside)


def _dashes(polygon: Polygon, spots: Floats) -> NDArray[np.bool_]:
    """The broken line along the middle of a carriageway, taken along the longer side of its bounds."""
    west, south, east, north = polygon.bounds
    along, aside = (0, 1) if east - west >= north - south else (1, 0)
    middle = 0.5 * ((south + north) if aside == 1 else (west + east))
    return np.asarray((np.abs(spots[:, aside] - middle) < 0.08) & (np.mod(spots[:, along] + 1000.0, 6.0) < 3.0))


@dataclass(frozen=True, slots=True)
class _Patches:
    corners: Floats  # (n, 4, 3) metres
    colours: Floats  # (n, 3)
    box: NDArray[np.int64]  # (n,)


def _draw_boxes(canvas: Picture, seen: NDArray[np.uint8], model: StandingCamera, stage: _Stage) -> None:
    eye = np.array(model.centre)
    boxes = stage.scenery.boxes
    faces = [patches for index in range(len(boxes)) for patches in _patches(index, eye, stage)]
    if not faces:
        return
    corners = np.concatenate([face.corners for face in faces])
    colours = np.concatenate([face.colours for face in faces])
    owner = np.concatenate([face.box for face in faces])
    pixels = model.to_image(corners.reshape(-1, 3)).reshape(-1, 4, 2)
    height, width = seen.shape
    with np.errstate(invalid="ignore"):
        # far outside the picture coordinates overflow the drawing routines and nothing would be seen anyway
        sane = np.all(np.isfinite(pixels) & (np.abs(pixels) < 8.0 * width), axis=(1, 2))
    fine = pixels * OVERSAMPLED + 0.5 * (OVERSAMPLED - 1)
    with np.errstate(invalid="ignore"):
        sane &= (fine[..., 0].max(axis=1) >= 0) & (fine[..., 0].min(axis=1) < width)
        sane &= (fine[..., 1].max(axis=1) >= 0) & (fine[..., 1].min(axis=1) < height)
    distance = np.linalg.norm(corners.mean(axis=1) - eye, axis=1)
    # a door lies on its wall: half a patch nearer, so that a patch of the wall never covers it
    distance -= np.array([PATCH if boxes[index].kind in ("door", "window") else 0.0 for index in owner])
    order = np.argsort(-distance[sane], kind="stable")
    shapes = np.round(fine[sane][order] * 16.0).astype(np.int32)
    for shape, colour, box in zip(shapes, colours[sane][order], owner[sane][order], strict=True):
        cv2.fillConvexPoly(canvas, shape, colour.tolist(), shift=4)
        cv2.fillConvexPoly(seen, shape, int(box), shift=4)


def _patches(index: int, eye: Floats, stage: _Stage) -> list[_Patches]:
    """The sides (and the roof) of one box that face the eye, cut into patches."""
    box = stage.scenery.boxes[index]
    towards = np.einsum("ij,ij->i", box.outward(), eye[:2] - box.footprint)
    found = [_side(index, int(side), stage) for side in np.flatnonzero(towards > 0.0)]
    if eye[2] > box.top and len(box.footprint) == 4:
        found.append(_roof(index, stage))
    return found


def _cuts(length: float) -> Floats:
    return np.linspace(0.0, 1.0, max(1, round(length / PATCH)) + 1)


def _side(index: int, side: int, stage: _Stage) -> _Patches:
    box = stage.scenery.boxes[index]
    start, stop = box.footprint[side], box.footprint[(side + 1) % len(box.footprint)]
    length, rise = float(np.hypot(*(stop - start))), box.top - box.base
    across, up = _cuts(length), _cuts(rise)
    a, z = np.meshgrid(across, box.base + up * rise, indexing="ij")
    points = np.concatenate([start + a[..., None] * (stop - start), z[..., None]], axis=2)
    corners = np.stack([points[:-1, :-1], points[1:, :-1], points[1:, 1:], points[:-1, 1:]], axis=2).reshape(-1, 4, 3)
    middle = corners.mean(axis=1)
    along = (middle[:, :2] - start) @ ((stop - start) / length)
    colours = np.empty((len(middle), 3))
    colours[:] = _FACE[box.kind]
    if box.kind in ("building", "house"):
        _glaze(colours, along, middle[:, 2], length)
    if box.kind == "gate":
        colours[np.mod(along, 0.8) < 0.4] *= 0.7
    mottled = _mottle(stage.table, np.column_stack([along, middle[:, 2]]), 0.5)
    sunlit = 1.0 if stage.light == "night" else 0.80 + 0.20 * float(box.outward()[side] @ _SUN)
    lit = stage.lit(middle[:, :2]) * sunlit
    colours *= ((1.0 + 0.06 * mottled) * lit)[:, None]
    return _Patches(corners, colours, np.full(len(corners), index))


def _glaze(colours: Floats, along: Floats, height: Floats, length: float) -> None:
    """Rows of windows, one every 3.2 m, on storeys of 3 m; none near the corners."""
    inside = (along > 1.0) & (along < length - 1.0)
    window = inside & (np.mod(along, 3.2) > 1.1) & (np.mod(along, 3.2) < 2.5)
    window &= (np.mod(height, 3.0) > 1.0) & (np.mod(height, 3.0) < 2.4) & (height < 8.4)
    colours[window] = _GLASS
    colours[height < 0.5] *= 0.8


def _roof(index: int, stage: _Stage) -> _Patches:
    box = stage.scenery.boxes[index]
    first, second, _, last = box.footprint
    a, b = np.meshgrid(
        _cuts(float(np.hypot(*(second - first)))), _cuts(float(np.hypot(*(last - first)))), indexing="ij"
    )
    flat = first + a[..., None] * (second - first) + b[..., None] * (last - first)
    points = np.concatenate([flat, np.full((*a.shape, 1), box.top)], axis=2)
    corners = np.stack([points[:-1, :-1], points[1:, :-1], points[1:, 1:], points[:-1, 1:]], axis=2).reshape(-1, 4, 3)
    middle = corners.mean(axis=1)
    lit = stage.lit(middle[:, :2])
    return _Patches(corners, 1.06 * np.array(_FACE[box.kind]) * lit[:, None], np.full(len(corners), index))
