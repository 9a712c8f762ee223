"""From people in a picture to places on the ground, with the error of each place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bartizan.geometry.projection import CameraModel
from bartizan.signal import Observation
from bartizan.watch.detection.detect import Detection


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveParams:
    """How well a foot is placed in the picture, and what still counts as a place.

    The foot's error is `foot` of the height of the person in the picture, each way, but at least `least` [pixels]:
    the lower edge of a silhouette moves with the stride, and the more the nearer the person is. A place whose error
    along its worst direction is above `farthest` [m] is no place: the pixel is too near the horizon.
    """

    foot: float = 0.05
    least: float = 1.5
    farthest: float = 10.0


def observe(
    camera: str, model: CameraModel, t: float, detections: Sequence[Detection], params: ObserveParams | None = None
) -> list[Observation]:
    """Where on the plan the detected people stand.

    `t` [s] of the picture of `camera`, whose `model` takes the middle of each box's lower edge to the ground. The
    covariance is that of the foot's error in the picture, taken to the ground to first order, with the calibration's
    own error where the model knows it. Detections whose foot has no place on the ground are left out: the caller
    counts what is missing. Not modelled: ground that is not flat, and that the calibration's error is one and the
    same in every picture.
    """
    p = params or ObserveParams()
    if not detections:
        return []
    boxes = np.array([detection.box for detection in detections], dtype=np.float64)
    feet = np.column_stack([boxes[:, 0] + boxes[:, 2] / 2.0, boxes[:, 1] + boxes[:, 3]])
    places = model.to_ground(feet)
    sigma = np.maximum(p.foot * boxes[:, 3], p.least)
    spread = model.ground_covariance(feet, sigma)
    scales = model.height_scale(places)
    observations = []
    for detection, place, covariance, scale in zip(detections, places, spread, scales, strict=True):
        if not (np.all(np.isfinite(place)) and np.all(np.isfinite(covariance))):
            continue
        if np.linalg.eigvalsh(covariance)[-1] > p.farthest**2:
            continue
        observations.append(
            Observation(
                t=t,
                camera=camera,
                at=(float(place[0]), float(place[1])),
                covariance=(float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1])),
                score=detection.score,
                box=detection.box,
                label=detection.label,
                height=_height(detection, float(scale)),
            )
        )
    return observations


def _height(detection: Detection, scale: float) -> float | None:
    """The height of an upright thing [m], where the camera's scale [pixels per metre] at its foot is known."""
    return detection.box[3] / scale if math.isfinite(scale) and scale > 0.0 else None
