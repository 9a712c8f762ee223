"""An upright person as joints in space, and their picture: limbs, torso, head, a soft shadow at the feet."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.drill.play import Figure
from bartizan.geometry.projection import CameraModel

Floats = NDArray[np.float64]
Image = NDArray[np.uint8]

_SHIFT = 4  # drawing routines take coordinates in 1/16 pixel
_FINE = 1 << _SHIFT

# lengths as shares of a person's height, after common proportion tables of figure drawing
_HIP, _ANKLE, _SHOULDER, _HEAD, _HEAD_RADIUS = 0.52, 0.035, 0.815, 0.925, 0.068
_HIP_HALF, _SHOULDER_HALF = 0.055, 0.115
_STEP, _LIFT = 0.21, 0.07  # half the distance between the feet; how high a swinging foot is carried
_ARM_SWING = 0.17
# widths of limbs and torso in metres
_THIGH, _SHIN, _SLEEVE, _FOREARM, _FOOT = 0.17, 0.13, 0.12, 0.09, 0.10
_DEPTH = 0.30  # of the torso, front to back
_REACH = 6000.0  # pixels: somebody that large in the picture is passing under the camera, not before it
_SKIN = (112, 132, 158)  # one mid tone for everybody: nothing here depends on appearance


@dataclass(frozen=True, slots=True)
class _Side:
    shoulder: Floats
    elbow: Floats
    hand: Floats
    hip: Floats
    knee: Floats
    ankle: Floats
    toe: Floats


def _side(figure: Figure, forward: Floats, left: Floats, sign: float) -> _Side:
    """The joints of one side [m]; `sign` is +1 for the left."""
    tall, base = figure.height, np.array([*figure.at, 0.0])
    up = np.array([0.0, 0.0, 1.0])
    going = sign * math.sin(figure.phase) * figure.swing
    lift = max(0.0, sign * math.cos(figure.phase)) * figure.swing
    hip = base + tall * (_HIP * up + sign * _HIP_HALF * left)
    ankle = base + tall * ((_ANKLE + _LIFT * lift) * up + _STEP * going * forward + sign * (_HIP_HALF + 0.01) * left)
    knee = 0.5 * (hip + ankle) + tall * (0.02 + 0.05 * lift) * forward
    toe = ankle + tall * (0.09 * forward - 0.01 * up)
    shoulder = base + tall * (_SHOULDER * up + sign * _SHOULDER_HALF * left)
    if figure.busy:
        reach = 0.22 + 0.05 * sign * math.sin(figure.phase)
        elbow = shoulder + tall * (-0.14 * up + 0.08 * forward)
        hand = base + tall * ((0.60 + 0.03 * math.cos(figure.phase)) * up + reach * forward + sign * 0.05 * left)
    else:
        elbow = shoulder + tall * (-0.17 * up - 0.5 * _ARM_SWING * going * forward + sign * 0.02 * left)
        hand = shoulder + tall * (-0.33 * up - _ARM_SWING * going * forward + sign * 0.03 * left)
    return _Side(shoulder, elbow, hand, hip, knee, ankle, toe)


def _shadow(figure: Figure) -> Floats:
    angles = np.linspace(0.0, 2.0 * math.pi, 12, endpoint=False)
    ring = np.column_stack([np.cos(angles), np.sin(angles), np.zeros(12)])
    return np.array([*figure.at, 0.0]) + 0.22 * ring


@dataclass(frozen=True, slots=True)
class Sketch:
    """A person in pixels: joints of the near and the far side, torso, head, shadow, pixels per metre, colours."""

    near: Floats
    far: Floats
    head: Floats
    shadow: Floats
    scale: float
    breadth: float
    jacket: tuple[int, int, int]
    trousers: tuple[int, int, int]
    skin: tuple[int, int, int]
    bounds: tuple[int, int, int, int]


def sketch(figure: Figure, model: CameraModel, eye: Floats, lit: float) -> Sketch | None:
    """Where a figure's parts are in the picture; None where it has no pixels: behind the camera, or right under it.

    `eye` is the camera's place (x, y, z) [m], `lit` how well the place is lit, 0 to 1.
    """
    forward = np.array([math.cos(figure.heading), math.sin(figure.heading), 0.0])
    left = np.array([-forward[1], forward[0], 0.0])
    sides = [_side(figure, forward, left, sign) for sign in (1.0, -1.0)]
    to_eye = eye[:2] - np.array(figure.at)
    if to_eye @ left[:2] < 0.0:
        sides.reverse()
    near, far = ([s.shoulder, s.elbow, s.hand, s.hip, s.knee, s.ankle, s.toe] for s in sides)
    head = np.array([*figure.at, _HEAD * figure.height])
    foot = np.array([*figure.at, 0.0])
    pixels = model.to_image(np.vstack([near, far, head, foot, _shadow(figure)]))
    if not np.all(np.isfinite(pixels)) or np.abs(pixels).max() > _REACH:
        return None
    scale = float(np.hypot(*(pixels[14] - pixels[15]))) / (_HEAD * figure.height)
    side_on = abs(float(forward[:2] @ to_eye)) / max(1e-9, float(np.hypot(*to_eye)))
    breadth = math.hypot(
        2.0 * _SHOULDER_HALF * figure.height * side_on, _DEPTH * math.sqrt(1.0 - min(1.0, side_on) ** 2)
    )
    margin = 0.18 * scale + 3.0
    low, high = pixels.min(axis=0) - margin, pixels.max(axis=0) + margin
    tone = 255.0 * figure.shade
    return Sketch(
        near=pixels[:7],
        far=pixels[7:14],
        head=pixels[14],
        shadow=pixels[16:],
        scale=scale,
        breadth=breadth,
        jacket=_tint((tone * 1.04, tone * 0.97, tone * 0.95), lit),
        trousers=_tint((tone * 0.72 + 12.0, tone * 0.66 + 8.0, tone * 0.62 + 6.0), lit),
        skin=_tint(_SKIN, lit),
        bounds=(math.floor(low[0]), math.floor(low[1]), math.ceil(high[0]), math.ceil(high[1])),
    )


def _tint(colour: tuple[float, float, float], lit: float) -> tuple[int, int, int]:
    blue, green, red = (round(max(0.0, min(255.0, part * lit))) for part in colour)
    return blue, green, red


def draw(person: Sketch, image: Image, corner: tuple[int, int] = (0, 0)) -> None:
    """Draw the person, shadow first, the far limbs, the torso, the head, the near limbs.

    `image` may be a window of the picture; `corner` is then its left and top in the picture [pixels].
    """
    offset = np.array(corner)
    person = replace(
        person,
        near=person.near - offset,
        far=person.far - offset,
        head=person.head - offset,
        shadow=person.shadow - offset,
    )
    _cast(image, person.shadow)
    dark = _darker(person.trousers)
    _leg(image, person, person.far, dark)
    _arm(image, person, person.far, _darker(person.jacket))
    _leg(image, person, person.near, person.trousers)
    _torso(image, person)
    _head(image, person)
    _arm(image, person, person.near, person.jacket)


def _darker(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    blue, green, red = (int(0.78 * part) for part in colour)
    return blue, green, red


def _points(places: Floats) -> NDArray[np.int32]:
    return np.round(places * _FINE).astype(np.int32)


def _stroke(image: Image, start: Floats, stop: Floats, colour: tuple[int, int, int], width: float) -> None:
    (x0, y0), (x1, y1) = _points(np.array([start, stop])).tolist()
    cv2.line(image, (x0, y0), (x1, y1), colour, max(1, round(width)), cv2.LINE_AA, _SHIFT)


def _cast(image: Image, ring: Floats) -> None:
    middle = ring.mean(axis=0)
    left, top = np.floor(ring.min(axis=0)).astype(int)
    right, bottom = np.ceil(ring.max(axis=0)).astype(int) + 1
    height, width = image.shape[:2]
    left, top, right, bottom = max(0, left), max(0, top), min(width, right), min(height, bottom)
    if left >= right or top >= bottom:
        return
    shade = np.full((bottom - top, right - left), 255, np.uint8)
    for size, depth in ((1.0, 236), (0.75, 214), (0.5, 190)):
        shape = _points(middle + size * (ring - middle) - np.array([left, top]))
        cv2.fillConvexPoly(shade, shape, depth, cv2.LINE_AA, _SHIFT)
    part = image[top:bottom, left:right]
    cv2.multiply(part, cv2.merge([shade, shade, shade]), part, scale=1.0 / 255.0)


def _leg(image: Image, person: Sketch, side: Floats, colour: tuple[int, int, int]) -> None:
    _stroke(image, side[3], side[4], colour, _THIGH * person.scale)
    _stroke(image, side[4], side[5], colour, _SHIN * person.scale)
    _stroke(image, side[5], side[6], _darker(_darker(colour)), _FOOT * person.scale)


def _arm(image: Image, person: Sketch, side: Floats, colour: tuple[int, int, int]) -> None:
    _stroke(image, side[0], side[1], colour, _SLEEVE * person.scale)
    _stroke(image, side[1], side[2], colour, _FOREARM * person.scale)


def _torso(image: Image, person: Sketch) -> None:
    chest = 0.5 * (person.near[0] + person.far[0])
    pelvis = 0.5 * (person.near[3] + person.far[3])
    axis = chest - pelvis
    length = max(1e-6, float(np.hypot(*axis)))
    aside = np.array([-axis[1], axis[0]]) / length
    half = 0.5 * person.breadth * person.scale
    shape = [
        chest + 0.72 * half * aside + 0.10 * axis,
        chest - 0.72 * half * aside + 0.10 * axis,
        chest - half * aside,
        pelvis - 0.82 * half * aside - 0.12 * axis,
        pelvis + 0.82 * half * aside - 0.12 * axis,
        chest + half * aside,
    ]
    cv2.fillConvexPoly(image, _points(np.array(shape)), person.jacket, cv2.LINE_AA, _SHIFT)


def _head(image: Image, person: Sketch) -> None:
    neck = 0.5 * (person.near[0] + person.far[0])
    _stroke(image, neck, person.head, person.skin, 0.10 * person.scale)
    radius = _HEAD_RADIUS * 1.75 * person.scale
    (x, y), tall, wide = _points(person.head[None])[0].tolist(), round(radius * _FINE), round(0.8 * radius * _FINE)
    cv2.ellipse(image, (x, y), (wide, tall), 0.0, 0.0, 360.0, person.skin, -1, cv2.LINE_AA, _SHIFT)
    hair = _darker(_darker(person.trousers))
    cv2.ellipse(image, (x, y), (wide, tall), 0.0, 180.0, 360.0, hair, -1, cv2.LINE_AA, _SHIFT)
