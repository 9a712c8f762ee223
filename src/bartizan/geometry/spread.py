"""A camera whose calibration is itself uncertain: the model, and others that it might as well be."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bartizan.errors import CalibrationError
from bartizan.geometry.pinhole import Pinhole
from bartizan.geometry.plane_fit import PointFit
from bartizan.geometry.pose import Vector
from bartizan.geometry.projection import Points, Sigma


@dataclass(frozen=True, slots=True)
class Spread:
    """The `model`, with `others` that show how uncertain it is; `fit` where it was made from points.

    The covariance that the calibration brings to a place is `share` times the sum, over the others, of the squared
    distances from where the model puts it. So the others may be draws (a bootstrap; `share` is one by their number)
    or a step of one standard deviation each way along every axis of the parameters' error (the delta method; 1/2).
    A pixel that sees no ground in one of the others has an unbounded error, which is NaN. Source: Efron and
    Tibshirani, An Introduction to the Bootstrap (1993). Not modelled: errors that are not small beside the distance.
    """

    model: Pinhole
    others: tuple[Pinhole, ...]
    share: float
    fit: PointFit | None = field(default=None, compare=False)
    _flat: Points | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.others or not 0.0 < self.share <= 1.0:
            raise CalibrationError("an uncertain camera needs other cameras that it might be, and a share of each")
        bent = any(any(other.distortion) for other in self.others)
        # without a bending lens each is a homography, and all are asked at once: this is done for every picture
        object.__setattr__(self, "_flat", None if bent else np.array([_to_plan(other) for other in self.others]))

    @property
    def centre(self) -> Vector:
        """The camera's place [m]."""
        return self.model.centre

    def moved(self, shift: tuple[float, float] = (0.0, 0.0), turn: float = 0.0) -> Spread:
        """The same camera on the plan: places turned by `turn` degrees counter-clockwise, then shifted [m]."""
        others = tuple(other.moved(shift, turn) for other in self.others)
        return Spread(self.model.moved(shift, turn), others, self.share, self.fit)

    def to_ground(self, pixels: Points) -> Points:
        """Places on the ground [m], shape (n, 2), of pixels, shape (n, 2)."""
        return self.model.to_ground(pixels)

    def to_image(self, places: Points) -> Points:
        """Pixels, shape (n, 2), of places [m], shape (n, 2) on the ground or (n, 3) with a height."""
        return self.model.to_image(places)

    def ground_covariance(self, pixels: Points, sigma: Sigma) -> Points:
        """Covariance [m²], shape (n, 2, 2), of the ground places: of the foot, `sigma` pixels each way, and our own."""
        return self.model.ground_covariance(pixels, sigma) + self.calibration_covariance(pixels)

    def calibration_covariance(self, pixels: Points) -> Points:
        """The part [m²], shape (n, 2, 2), of the ground places' covariance that the calibration brings."""
        middle = self.model.to_ground(pixels)
        away = self._places(np.asarray(pixels, dtype=np.float64)) - middle
        return np.asarray(self.share * np.einsum("kni,knj->nij", away, away))

    def height_scale(self, places: Points) -> NDArray[np.float64]:
        """Pixels per metre, shape (n,), of an upright person's height who stands at each place."""
        return self.model.height_scale(places)

    def _places(self, pixels: Points) -> Points:
        """Where each of the others puts pixels [m], shape (k, n, 2)."""
        if self._flat is None:
            return np.array([other.to_ground(pixels) for other in self.others])
        lifted = np.einsum("kij,nj->kni", self._flat, np.column_stack([pixels, np.ones(len(pixels))]))
        with np.errstate(divide="ignore", invalid="ignore"):
            # above 0 where the ground is ahead of the camera
            return np.asarray(lifted[..., :2] / np.where(lifted[..., 2:] > 0.0, lifted[..., 2:], np.nan))


def _to_plan(camera: Pinhole) -> Points:
    """The homography, shape (3, 3), from pixels to the ground of a camera whose lens does not bend."""
    turn = np.array(camera.rotation)
    seen = np.column_stack([turn[:, 0], turn[:, 1], np.array(camera.translation)])
    return np.asarray(np.linalg.inv(np.array(camera.camera_matrix) @ seen))
