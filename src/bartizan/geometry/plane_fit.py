"""The homography that fits point pairs best, robustly, with what the fit knows about its own error."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

from bartizan.errors import CalibrationError
from bartizan.geometry.projection import Points

CLICK = 1.5
"""Error [pixels] of a point clicked in the picture, each way: only its ratio to PLACE weighs the points."""
PLACE = 0.05
"""Error [m] of a place measured on the plan, each way."""

PARAMETERS = 8
# four points fix the homography; from seven on, a wrong one can be outvoted by two sound sets
_ENOUGH_TO_VOTE = 7
# Huber's constant: 95 % of the efficiency of least squares where errors are normal
_HUBER = 1.345
# subsets of four tried for the vote: all of them up to 12 points (495); 500 find a sound one among a third wrong
_ALL_SUBSETS = 12
_MOST_SUBSETS = 500
_ROUNDS = 4
# whitened misses below this are rounding, and have no scatter to speak of
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class PointFit:
    """How well a camera model fits the points that it was made from.

    `pairs` are the points (pixel x, pixel y, plan x [m], plan y [m]); `misses` [m] how far each place lies from where
    the model puts its pixel, None where nothing is left over to check (four points for a homography): the error is
    then *unknown*, not zero. `leverage` is each point's say in where the model puts it: 1 means that it is met
    whatever it says. `weights` are 1 for a point that is believed, less for one that disagrees with the others.
    `scale` is the scatter found, in units of the errors assumed (CLICK, PLACE), None where unknown; `freedom` is
    the number of measured numbers left over.
    """

    pairs: tuple[tuple[float, float, float, float], ...]
    misses: tuple[float, ...] | None
    leverage: tuple[float, ...]
    weights: tuple[float, ...]
    scale: float | None
    freedom: int


@dataclass(frozen=True, slots=True)
class Solved:
    """A fitted homography, shape (3, 3), pixels to plan; the covariance, shape (9, 9), of its entries row by row."""

    plan: Points
    covariance: Points | None
    fit: PointFit


def widened(freedom: int) -> float:
    """By how much a standard deviation found from `freedom` left-over numbers is widened to hold 68 %.

    Few numbers say little about their own scatter: Student's t instead of the normal law, matched at one sigma.
    Source: Student (1908).
    """
    one_sigma = float(ndtr(1.0))
    return float(stdtrit(freedom, one_sigma))


def solve(pairs: Points, start: Points) -> Solved:
    """The homography that fits the pairs, shape (n, 4), best, from the direct solution `start`, shape (3, 3).

    Misses are weighed by what a click and a measured place are worth there (CLICK, PLACE), so a point near the
    horizon, where a pixel covers metres, does not rule the rest. Large misses count by their size and not by its
    square (Huber); from seven points on, the start is the set of four that most points agree with (least quantile of
    squares), so that a point noted wrongly does not hide itself. Source: Huber, Robust Statistics (1981), chapter 7;
    Rousseeuw (1984). Not modelled: errors that points share.
    """
    problem = _Problem(pairs)
    count = len(pairs)
    if count == 4:
        leverage = (1.0,) * 4
        return Solved(start, None, PointFit(_rows(pairs), None, leverage, leverage, None, 0))
    starts = [one for one in problem.starts(start) if math.isfinite(problem.cost(one))]
    if not starts:
        raise CalibrationError(
            "the points fit no camera: one lies as good as on its horizon. Look for a point whose plan position "
            "belongs to another pixel"
        )
    found = min((problem.refined(one) for one in starts), key=problem.cost)
    misses = problem.misses(found)
    whitened, size = problem.whitened(found), problem.scatter(found)
    weights = _weights(whitened, size)
    freedom = 2 * count - PARAMETERS
    slope = problem.slope(found) * np.repeat(np.sqrt(weights), 2)[:, None]
    inner = np.linalg.pinv(slope.T @ slope, hermitian=True)
    leverage = np.einsum("ij,jk,ik->i", slope, inner, slope).reshape(-1, 2).mean(axis=1)
    # Huber's correction: a cut error looks smaller than it is, by the share of errors that are not cut
    uncut = max(float(np.mean(weights >= 1.0)), 0.5)
    scale = math.sqrt(float(weights**2 @ (whitened.reshape(-1, 2) ** 2).sum(axis=1)) / (freedom * uncut))
    plan, outward = problem.outward(found)
    spread = (scale * widened(freedom)) ** 2 * outward @ inner @ outward.T
    fit = PointFit(
        _rows(pairs), _floats(np.hypot(*misses.T)), _floats(leverage.clip(0.0, 1.0)), _floats(weights), scale, freedom
    )
    return Solved(plan, spread, fit)


class _Problem:
    """The pairs in normalised coordinates: about the origin, at mean distance √2; there the last entry can be 1."""

    def __init__(self, pairs: Points) -> None:
        self._pairs = pairs
        self._to_pixels, self._to_places = normaliser(pairs[:, :2]), normaliser(pairs[:, 2:])
        self._from_places = np.linalg.inv(self._to_places)
        self._pixels = _lift(pairs[:, :2]) @ self._to_pixels.T
        self._metres = 1.0 / self._to_places[0, 0]
        self._per_pixel = self._to_pixels[0, 0]

    def starts(self, plan: Points) -> Iterator[NDArray[np.float64]]:
        """Where the search begins: the direct solution, and the four points that most others agree with."""
        yield self._inward(plan)
        count = len(self._pairs)
        if count < _ENOUGH_TO_VOTE:
            return
        best, least = None, math.inf
        for chosen in _fours(count):
            four = direct_linear(self._pairs[chosen, :2], self._pairs[chosen, 2:])
            start = self._inward(four)
            held = self.cost(start)
            if held < least:
                best, least = start, held
        if best is not None:
            yield best

    def refined(self, start: NDArray[np.float64]) -> NDArray[np.float64]:
        """The best parameters near a start; the weights of the points are those of the round before."""
        from scipy.optimize import least_squares  # noqa: PLC0415 - half a second, for those alone who fit

        found = start
        for _ in range(_ROUNDS):
            fixed = self._whiteners(found)
            size = self.scatter(found)
            solved = least_squares(
                self._white,
                found,
                args=(fixed,),
                jac="3-point",
                loss="huber",
                f_scale=_HUBER * size,
                xtol=1e-14,
                ftol=1e-14,
                gtol=1e-14,
                max_nfev=60,
            )
            found = solved.x
        return np.asarray(found)

    def cost(self, parameters: NDArray[np.float64]) -> float:
        """How badly the pairs fit: the squared miss that just over half of them keep within, beside four that fit."""
        try:
            with np.errstate(all="ignore"):
                squares = np.sort((self.whitened(parameters).reshape(-1, 2) ** 2).sum(axis=1))
        except np.linalg.LinAlgError:
            # three of four points in a line make a homography that throws others to infinity
            return math.inf
        if not np.all(np.isfinite(squares)):
            return math.inf
        if len(squares) >= _ENOUGH_TO_VOTE:
            # four points always fit: the plain median of seven would say nothing of the other three
            return float(squares[(len(squares) + 4 + 1) // 2 - 1])
        return float(squares.sum())

    def misses(self, parameters: NDArray[np.float64]) -> Points:
        """Place minus where the model puts its pixel [m], shape (n, 2)."""
        plan, _ = self.outward(parameters)
        lifted = _lift(self._pairs[:, :2]) @ plan.T
        return np.asarray(self._pairs[:, 2:] - lifted[:, :2] / lifted[:, 2:])

    def scatter(self, parameters: NDArray[np.float64]) -> float:
        """The scatter of the whitened misses, by their median, so that a few wild ones do not count."""
        squares = (self.whitened(parameters).reshape(-1, 2) ** 2).sum(axis=1)
        # the median of a two-dimensional normal's squared length is 2 ln 2; few points left over fit too well
        freedom = 2 * len(squares) - PARAMETERS
        size = math.sqrt(float(np.median(squares)) / (2.0 * math.log(2.0)) * 2.0 * len(squares) / freedom)
        return max(size, _ROUNDING)

    def whitened(self, parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        """Misses in units of the assumed errors, shape (2 n,)."""
        return self._white(parameters, self._whiteners(parameters))

    def slope(self, parameters: NDArray[np.float64]) -> Points:
        """Derivative of the whitened misses by the parameters, shape (2 n, 8)."""
        whiteners = self._whiteners(parameters)
        places, weight = self._places(parameters)
        flat = np.zeros((len(places), 2, 9))
        flat[:, 0, 0:3] = self._pixels / weight
        flat[:, 1, 3:6] = self._pixels / weight
        flat[:, :, 6:9] = -places[:, :, None] * (self._pixels / weight)[:, None, :]
        return np.asarray((whiteners @ (flat[:, :, :8] * self._metres)).reshape(-1, 8))

    def outward(self, parameters: NDArray[np.float64]) -> tuple[Points, Points]:
        """The homography of pixels and metres, and its derivative, shape (9, 8), by the parameters."""
        plan = self._from_places @ np.append(parameters, 1.0).reshape(3, 3) @ self._to_pixels
        derivative = np.kron(self._from_places, self._to_pixels.T)[:, :8]
        size = float(np.linalg.norm(plan))
        return plan / size, derivative / size

    def _inward(self, plan: Points) -> NDArray[np.float64]:
        inner = self._to_places @ plan @ np.linalg.inv(self._to_pixels)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((inner / inner[2, 2]).ravel()[:8])

    def _places(self, parameters: NDArray[np.float64]) -> tuple[Points, Points]:
        lifted = self._pixels @ np.append(parameters, 1.0).reshape(3, 3).T
        weight = lifted[:, 2:]
        weight = np.where(np.abs(weight) < 1e-9, 1e-9, weight)
        return lifted[:, :2] / weight, weight

    def _white(self, parameters: NDArray[np.float64], whiteners: Points) -> NDArray[np.float64]:
        places, _ = self._places(parameters)
        target = (_lift(self._pairs[:, 2:]) @ self._to_places.T)[:, :2]
        return np.asarray((whiteners @ ((places - target) * self._metres)[:, :, None]).ravel())

    def _whiteners(self, parameters: NDArray[np.float64]) -> Points:
        """For each pair the matrix, shape (n, 2, 2), that brings its miss [m] to units of the assumed errors."""
        places, weight = self._places(parameters)
        inner = np.append(parameters, 1.0).reshape(3, 3)
        per_pixel = (inner[None, :2, :2] - places[:, :, None] * inner[None, 2:, :2]) / weight[:, :, None]
        metres = per_pixel * (self._metres * self._per_pixel)
        covariance = CLICK**2 * metres @ metres.transpose(0, 2, 1) + PLACE**2 * np.eye(2)
        return np.asarray(np.linalg.inv(np.linalg.cholesky(covariance)), dtype=np.float64)


def normaliser(flat: Points) -> Points:
    """The similarity, shape (3, 3), that brings points about the origin at mean distance √2."""
    centre = flat.mean(axis=0)
    scale = math.sqrt(2.0) / float(np.hypot(*(flat - centre).T).mean())
    return np.array([[scale, 0.0, -scale * centre[0]], [0.0, scale, -scale * centre[1]], [0.0, 0.0, 1.0]])


def direct_linear(pixels: Points, places: Points) -> Points:
    """The homography, shape (3, 3), pixels to plan, by the normalised direct linear transformation.

    Source: Hartley and Zisserman, Multiple View Geometry (2004), sections 4.1 and 4.4.
    """
    to_pixels, to_places = normaliser(pixels), normaliser(places)
    source = _lift(pixels) @ to_pixels.T
    target = _lift(places) @ to_places.T
    zero = np.zeros_like(source)
    first = np.hstack([source, zero, -target[:, :1] * source])
    second = np.hstack([zero, source, -target[:, 1:2] * source])
    *_, basis = np.linalg.svd(np.vstack([first, second]))
    solved = basis[-1].reshape(3, 3)
    return np.asarray(np.linalg.inv(to_places) @ solved @ to_pixels)


def _fours(count: int) -> Iterator[list[int]]:
    """Sets of four of `count` points: all, or of many points the same mixed choice every time."""
    if count <= _ALL_SUBSETS:
        yield from (list(chosen) for chosen in itertools.combinations(range(count), 4))
        return
    shuffled = np.random.default_rng(0)
    for _ in range(_MOST_SUBSETS):
        yield shuffled.choice(count, 4, replace=False).tolist()


def _weights(whitened: NDArray[np.float64], size: float) -> NDArray[np.float64]:
    """Huber's weight of each point: 1 up to _HUBER scatters of its larger part, then falling."""
    lengths = np.hypot(*whitened.reshape(-1, 2).T)
    return np.asarray(np.minimum(1.0, _HUBER * math.sqrt(2.0) * size / np.maximum(lengths, 1e-300)))


def _lift(points: Points) -> Points:
    return np.column_stack([points, np.ones(len(points))])


def _floats(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _rows(pairs: Points) -> tuple[tuple[float, float, float, float], ...]:
    return tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in pairs)
