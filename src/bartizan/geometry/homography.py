"""A camera known only by points: where some pixels lie on the plan."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bartizan.errors import CalibrationError
from bartizan.geometry.plane_fit import PointFit, direct_linear, solve
from bartizan.geometry.pose import Matrix, Pose, as_matrix, foot_covariance, height_by_projection, plane_motion
from bartizan.geometry.projection import Points, Sigma

# a point this close to the line through two others, as a share of their distance, counts as on it
_THIN = 1e-3
# pixels or metres beyond which a number is no place of a plan
_FURTHEST = 1e7
# of many points, lines through this many stand for all: one that holds all points but one holds most of these
_LINES = 30
# focal lengths of real cameras lie within these multiples of the picture's width (field of view 136 to 3 degrees)
_SHORTEST, _LONGEST = 0.2, 20.0


@dataclass(frozen=True, slots=True)
class Homography:
    """A flat ground seen in a picture without lens distortion: plan = H pixel in homogeneous coordinates.

    `matrix` takes (pixel x, pixel y, 1) to (w X, w Y, w) with w above 0 for pixels that see ground; `residuals` [m]
    are the distances of the given points from where the model puts their pixels, None where nothing is left over to
    check (exactly four points); `size` is the picture's width and height [pixels], where known; `fit` says more of
    the points that it was made from, None where it was given as it is; `covariance`, shape (9, 9), is that of the
    matrix' entries row by row, None where it is unknown (exactly four points).

    **Height of people.** A homography holds only the ground. With `size` the camera is recovered from it, taking
    square pixels, no skew and the principal point in the middle of the picture; `camera` is then its pose. Where
    that is not well posed (a camera that looks straight down, a cropped picture), and without `size`, the scale of a
    person is taken as that of the ground along the picture's rows, which is right for a level picture and too large
    by 1 / cos(tilt) for a camera that looks down by `tilt`.

    Source: Hartley and Zisserman, Multiple View Geometry (2004), sections 4.1 and 4.4 (normalised DLT), 8.8.
    """

    matrix: Matrix
    residuals: tuple[float, ...] | None = None
    size: tuple[int, int] | None = None
    # what follows is drawn from the points, and no part of what the camera is
    fit: PointFit | None = field(default=None, compare=False)
    covariance: Points | None = field(default=None, repr=False, compare=False)
    focal: float | None = field(init=False, compare=False)
    camera: Pose | None = field(init=False, compare=False)
    _plan: Points = field(init=False, repr=False, compare=False)
    _image: Points = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        plan = np.array(as_matrix(self.matrix, "the homography"))
        if abs(np.linalg.det(plan / np.abs(plan).max(initial=1e-300))) < 1e-14:
            raise CalibrationError("the homography is singular: its points lie on a line. Spread them over the ground")
        image = np.linalg.inv(plan)
        found = None if self.size is None else _recover(image, self.size)
        object.__setattr__(self, "focal", None if found is None else found[0])
        object.__setattr__(self, "camera", None if found is None else found[1])
        object.__setattr__(self, "_plan", plan)
        object.__setattr__(self, "_image", image)

    @classmethod
    def from_points(cls, pairs: Sequence[Sequence[float]], size: tuple[int, int] | None = None) -> Homography:
        """The model from four or more points (pixel x, pixel y, plan x [m], plan y [m]), by robust least squares.

        Raises a CalibrationError where points are missing, repeated, on a line, mirrored, or cannot all be seen by
        one camera.
        """
        points = _checked(pairs)
        pixels, places = points[:, :2], points[:, 2:]
        plan = direct_linear(pixels, places)
        plan = _sensible(plan, pixels)
        solved = solve(points, plan)
        plan = _sensible(solved.plan, pixels)
        # the sign of a homography means nothing, and a covariance knows none
        return cls(as_matrix(plan, "the homography"), solved.fit.misses, size, solved.fit, solved.covariance)

    def moved(self, shift: tuple[float, float] = (0.0, 0.0), turn: float = 0.0) -> Homography:
        """The same camera on the plan: places turned by `turn` degrees counter-clockwise, then shifted [m]."""
        motion = plane_motion(shift, turn)
        rows = np.kron(motion, np.eye(3))
        covariance = None if self.covariance is None else rows @ self.covariance @ rows.T
        matrix = as_matrix(motion @ self._plan, "the homography")
        return Homography(matrix, self.residuals, self.size, self.fit, covariance)

    def to_ground(self, pixels: Points) -> Points:
        """Places on the ground [m], shape (n, 2), of pixels, shape (n, 2)."""
        return _divide(_lift(pixels) @ self._plan.T)

    def to_image(self, places: Points) -> Points:
        """Pixels, shape (n, 2), of places [m], shape (n, 2) on the ground or (n, 3) with a height."""
        points = np.asarray(places, dtype=np.float64)
        if points.shape[1] == 2:
            return _divide(_lift(points) @ self._image.T)
        if self.camera is not None and self.focal is not None and self.size is not None:
            return np.asarray(self.camera.ideal(points) * self.focal + np.array(self.size) / 2.0)
        feet = _divide(_lift(points[:, :2]) @ self._image.T)
        up = self._row_scale(feet) * points[:, 2]
        return np.column_stack([feet[:, 0], feet[:, 1] - up])

    def ground_covariance(self, pixels: Points, sigma: Sigma) -> Points:
        """Covariance [m²], shape (n, 2, 2), of the ground places for pixel errors of `sigma` pixels each way.

        The calibration's own error is in it where it is known: the points' scatter, by the delta method.
        """
        points = np.asarray(pixels, dtype=np.float64)
        foot = foot_covariance(self._jacobian(points), sigma)
        own = self.calibration_covariance(points)
        return foot if own is None else foot + own

    def calibration_covariance(self, pixels: Points) -> Points | None:
        """The part [m²], shape (n, 2, 2), of the ground places' covariance that the calibration brings; None: unknown.

        It is one error shared by all pictures, and no noise: averaging over time does not lessen it.
        """
        if self.covariance is None:
            return None
        lifted = _lift(pixels)
        weighted = lifted @ self._plan.T
        weight = np.where(weighted[:, 2:] > 0.0, weighted[:, 2:], np.nan)
        places = weighted[:, :2] / weight
        slope = np.zeros((len(lifted), 2, 9))
        slope[:, 0, 0:3] = lifted / weight
        slope[:, 1, 3:6] = lifted / weight
        slope[:, :, 6:9] = -places[:, :, None] * (lifted / weight)[:, None, :]
        return np.asarray(slope @ self.covariance @ slope.transpose(0, 2, 1))

    def height_scale(self, places: Points) -> NDArray[np.float64]:
        """Pixels per metre, shape (n,), of an upright person's height who stands at each place."""
        return height_by_projection(self.to_image, places)

    def _jacobian(self, pixels: Points) -> Points:
        """Metres per pixel, shape (n, 2, 2): rows plan x and y, columns pixel x and y."""
        lifted = _lift(pixels) @ self._plan.T
        weight = np.where(lifted[:, 2] > 0.0, lifted[:, 2], np.nan)[:, None, None]
        places = (lifted[:, :2, None]) / weight
        return np.asarray((self._plan[None, :2, :2] - places * self._plan[None, 2:, :2]) / weight)

    def _row_scale(self, pixels: Points) -> NDArray[np.float64]:
        """Pixels per metre of the ground, shape (n,), along the picture's rows."""
        return np.asarray(1.0 / np.hypot(*self._jacobian(pixels)[:, :, 0].T))


def _lift(points: Points) -> Points:
    flat = np.asarray(points, dtype=np.float64)
    return np.column_stack([flat, np.ones(len(flat))])


def _divide(lifted: Points) -> Points:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        weight = np.where(lifted[:, 2] > 0.0, lifted[:, 2], np.nan)
        return np.asarray(lifted[:, :2] / weight[:, None])


def _sensible(plan: Points, pixels: Points) -> Points:
    """The homography with weights above 0 where the points are, or a CalibrationError where no camera gives it."""
    weights = _lift(pixels) @ plan[2]
    if not (np.all(weights > 0.0) or np.all(weights < 0.0)):
        raise CalibrationError(
            "the points cannot all be seen by one camera: some would lie above its horizon. Look for a point "
            "whose plan position belongs to another pixel"
        )
    plan = plan * np.sign(weights[0]) / np.linalg.norm(plan)
    if np.linalg.det(plan) > 0.0:
        raise CalibrationError(
            "the points are mirrored: the plan has x to the east and y to the north, the picture x to the right "
            "and y down, and no camera above the ground gives this order. Exchange or negate the plan's x or y"
        )
    return np.asarray(plan)


def _checked(pairs: Sequence[Sequence[float]]) -> Points:
    """The points as an array, shape (n, 4), or a CalibrationError that names the cure."""
    try:
        rows = [[float(value) for value in pair] for pair in pairs]
    except (TypeError, ValueError):
        rows = [[]]
    # a comparison with what is no number is False
    if not all(len(row) == 4 and all(abs(value) <= _FURTHEST for value in row) for row in rows):
        raise CalibrationError(
            "each point is four finite numbers: pixel x, pixel y, plan x, plan y; none is beyond ten million"
        )
    if len(rows) < 4:
        raise CalibrationError(f"a camera needs at least four points, not {len(rows)}. Give more places on the ground")
    points = np.array(rows)
    for name, flat in (("pixel", points[:, :2]), ("place", points[:, 2:])):
        for first, second in itertools.combinations(range(len(flat)), 2):
            if np.array_equal(flat[first], flat[second]):
                raise CalibrationError(
                    f"points {first + 1} and {second + 1} have the same {name} {flat[first].tolist()}. "
                    "Give each point once"
                )
        if not _spread(flat):
            raise CalibrationError(
                f"too many of the points lie on one line ({name}s): four must stand so that no three are in line. "
                "Spread them over the ground"
            )
    return points


def _spread(flat: Points) -> bool:
    """Does every line leave out at least two points? Only then are there four, no three of them on a line."""
    tried = flat[np.linspace(0, len(flat) - 1, min(len(flat), _LINES), dtype=int)]
    for first, second in itertools.combinations(tried, 2):
        along = second - first
        off = np.abs(along[0] * (flat[:, 1] - first[1]) - along[1] * (flat[:, 0] - first[0])) / (along @ along)
        if np.count_nonzero(off > _THIN) < 2:
            return False
    return True


def _recover(image: Points, size: tuple[int, int]) -> tuple[float, Pose] | None:
    """Focal length [pixels] and pose behind a plan-to-picture homography; None where not well posed.

    With the principal point at the origin, the first two columns h1, h2 obey h1·w h2 = 0 and h1·w h1 = h2·w h2,
    w = diag(1/f², 1/f², 1): two linear equations in 1/f², solved by least squares.
    """
    centred = np.array([[1.0, 0.0, -size[0] / 2.0], [0.0, 1.0, -size[1] / 2.0], [0.0, 0.0, 1.0]]) @ image
    h1, h2 = centred[:, 0], centred[:, 1]
    plane = np.array([h1[0] * h2[0] + h1[1] * h2[1], (h1[:2] @ h1[:2] - h2[:2] @ h2[:2]) / 2.0])
    depth = np.array([h1[2] * h2[2], (h1[2] ** 2 - h2[2] ** 2) / 2.0])
    inverse = float(-(plane @ depth) / max(float(plane @ plane), 1e-300))
    if inverse <= 0.0 or not _SHORTEST * size[0] < inverse**-0.5 < _LONGEST * size[0]:
        return None
    focal = inverse**-0.5
    columns = centred / np.array([[focal], [focal], [1.0]])
    scale = math.sqrt(float(np.linalg.norm(columns[:, 0]) * np.linalg.norm(columns[:, 1])))
    columns = columns / scale  # the weight is above 0 where ground is seen, so the depth is too
    turn = np.column_stack([columns[:, 0], columns[:, 1], np.cross(columns[:, 0], columns[:, 1])])
    left, spread, right = np.linalg.svd(turn)
    # rotation and scale disagree by more than a tenth: the picture does not fit such a camera
    if spread.max() > 1.1 or spread.min() < 0.9:
        return None
    rotation = left @ right
    pose = Pose(as_matrix(rotation, "the rotation"), (columns[0, 2], columns[1, 2], columns[2, 2]))
    return (focal, pose) if pose.centre[2] > 0.0 else None
