"""An upright body in a picture: three rectangles at the scale of the camera, and how well they fill a foreground.

A body is five numbers in pixels of the map: foot x and y, height, lean (how far the head is to the right of the
foot) and pixels per metre across. The functions here are compiled, because a picture asks for some ten thousand
bodies.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled_for_threads
from bartizan.watch.detection.shine import Map

Bodies = NDArray[np.float64]
"""Shape (n, 5): foot x, foot y, height, lean, pixels per metre across."""

Body = tuple[float, float, float, float, float]
Window = tuple[int, int, int, int]
"""Left, top, right, bottom in whole pixels."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Prices(NamedTuple):
    """What an empty pixel costs in head, trunk and legs, and a foreground pixel in the rim; what a departure from the
    expected height costs per natural logarithm, and the multiples of it that are tried.
    """

    gap: NDArray[np.float64]
    spill: float
    doubt: float
    heights: NDArray[np.float64]


# a body as rectangles: from and to in heights above the feet, half the width in metres
PARTS = np.array([[0.86, 1.0, 0.11], [0.48, 0.86, 0.24], [0.0, 0.48, 0.19]])
# the rim reaches this far from the middle [m], and this far beyond in heights
HALF_WIDTH, RIM = 0.30, 0.10
# clothes, hair and swinging arms reach a little over the rectangles, in heights
OVER = 0.04
# the steps of a fit, coarse to fine, in heights
STEPS = (0.06, 0.02, 0.008)


def _within(value: float, limit: float) -> float:
    return min(max(value, 0.0), limit)


def _window(bodies: Bodies, width: int, height: int, margin: float) -> Window:
    """The smallest rectangle of whole pixels that holds the bodies with their rims, and `margin` heights more."""
    left, top, right, bottom = width, height, 0, 0
    for x, y, tall, lean, across in bodies:
        reach = HALF_WIDTH * across + (RIM + margin) * tall
        left = min(left, int(within(x + min(lean, 0.0) - reach, width)))
        right = max(right, int(np.ceil(within(x + max(lean, 0.0) + reach, width))))
        top = min(top, int(within(y - (1.0 + RIM + margin) * tall, height)))
        bottom = max(bottom, int(np.ceil(within(y + (RIM + margin) * tall, height))))
    return left, top, max(left, right), max(top, bottom)


def _integrals(strength: Map, claims: Map, window: Window) -> NDArray[np.float64]:
    """Sums over rectangles from the window's corner, shape (rows + 1, columns + 1, 2): foreground and all pixels.

    Pixels that somebody claims already count for nothing.
    """
    left, top, right, bottom = window
    total = np.zeros((bottom - top + 1, right - left + 1, 2))
    for row in range(bottom - top):
        lit = unclaimed = 0.0
        for column in range(right - left):
            if claims[top + row, left + column] == 0.0:
                lit += strength[top + row, left + column]
                unclaimed += 1.0
            total[row + 1, column + 1, 0] = total[row, column + 1, 0] + lit
            total[row + 1, column + 1, 1] = total[row, column + 1, 1] + unclaimed
    return total


def _part(part: int, body: Body, window: Window, over: float) -> Box:
    """One part of the body, counted from the window's corner and cut at its edges."""
    x, y, tall, lean, across = body
    low, high, half = PARTS[part]
    middle = x - window[0] + lean * (low + high) / 2.0
    reach = half * across + over * tall
    wide, deep = float(window[2] - window[0]), float(window[3] - window[1])
    return (
        within(middle - reach, wide),
        within(y - window[1] - (high + over) * tall, deep),
        within(middle + reach, wide),
        within(y - window[1] - (low - over) * tall, deep),
    )


def _whole(body: Body, window: Window) -> Box:
    """The body with its rim, counted from the window's corner and cut at its edges."""
    x, y, tall, lean, across = body
    middle = x - window[0] + lean / 2.0
    reach = HALF_WIDTH * across + RIM * tall
    wide, deep = float(window[2] - window[0]), float(window[3] - window[1])
    return (
        within(middle - reach, wide),
        within(y - window[1] - (1.0 + RIM) * tall, deep),
        within(middle + reach, wide),
        within(y - window[1] + RIM * tall, deep),
    )


def _at(total: NDArray[np.float64], x: float, y: float) -> tuple[float, float]:
    """The sums from the corner to (x, y), which may lie within a pixel: exact, as pixels are flat."""
    column, row = min(int(x), total.shape[1] - 2), min(int(y), total.shape[0] - 2)
    right, down = x - column, y - row
    first, second = (1.0 - right) * (1.0 - down), right * (1.0 - down)
    third, fourth = (1.0 - right) * down, right * down
    here, across = total[row, column], total[row, column + 1]
    below, beyond = total[row + 1, column], total[row + 1, column + 1]
    return (
        here[0] * first + across[0] * second + below[0] * third + beyond[0] * fourth,
        here[1] * first + across[1] * second + below[1] * third + beyond[1] * fourth,
    )


def _sum(total: NDArray[np.float64], box: Box) -> tuple[float, float]:
    """Foreground and pixels in the box that nobody claims."""
    if box[2] <= box[0] or box[3] <= box[1]:
        return 0.0, 0.0
    lit = unclaimed = 0.0
    for corner in range(4):
        right, bottom = corner // 2, corner % 2
        sign = 1.0 if right == bottom else -1.0
        one, other = sum_to(total, box[2] if right else box[0], box[3] if bottom else box[1])
        lit += sign * one
        unclaimed += sign * other
    return lit, unclaimed


def _score(total: NDArray[np.float64], window: Window, body: Body, prices: Prices) -> float:
    """How well the body fills the unclaimed foreground: 1 for a perfect silhouette, below 0 for an empty place."""
    gain = area = inside = around = 0.0
    for part in range(-1, 3):
        box = whole_of(body, window) if part < 0 else part_of(part, body, window, 0.0)
        lit, unclaimed = box_sum(total, box)
        if part < 0:
            around = lit
        else:
            gain += lit - prices.gap[part] * (unclaimed - lit)
            area += (box[2] - box[0]) * (box[3] - box[1])
            inside += lit
    return float((gain - prices.spill * (around - inside)) / max(area, 1.0))


def _scores(strength: Map, claims: Map, bodies: Bodies, prices: Prices) -> NDArray[np.float64]:
    """The score of each body, shape (n,)."""
    window = window_of(bodies, strength.shape[1], strength.shape[0], 0.0)
    total = integrals(strength, claims, window)
    found = np.empty(len(bodies))
    for place in range(len(bodies)):
        x, y, tall, lean, across = bodies[place]
        found[place] = score(total, window, (x, y, tall, lean, across), prices)
    return found


def _trunks(bodies: Bodies, width: int, height: int) -> NDArray[np.int64]:
    """Left, top, right, bottom of the trunks in whole pixels, shape (n, 4)."""
    boxes = np.empty((len(bodies), 4), np.int64)
    for place in range(len(bodies)):
        x, y, tall, lean, across = bodies[place]
        left, top, right, bottom = part_of(1, (x, y, tall, lean, across), (0, 0, width, height), 0.0)
        boxes[place, 0], boxes[place, 1] = int(np.rint(left)), int(np.rint(top))
        boxes[place, 2], boxes[place, 3] = int(np.rint(right)), int(np.rint(bottom))
    return boxes


def _filled(total: NDArray[np.float64], boxes: NDArray[np.int64], least: float) -> NDArray[np.intp]:
    """Which boxes are foreground by at least this share; `total` is the integral of the foreground."""
    chosen = np.empty(len(boxes), np.intp)
    count = 0
    for place in range(len(boxes)):
        left, top, right, bottom = boxes[place, 0], boxes[place, 1], boxes[place, 2], boxes[place, 3]
        lit = total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left]
        # both sides of 0 >= 0: a box without a pixel is not filled
        if lit > 0.0 and lit >= least * (right - left) * (bottom - top):
            chosen[count] = place
            count += 1
    return chosen[:count]


def _fit(strength: Map, claims: Map, start: NDArray[np.float64], prices: Prices) -> tuple[NDArray[np.float64], float]:
    """The best body near `start` and its score: the foot moved and the height changed, then the foot by finer steps."""
    window = window_of(start.reshape(1, 5), strength.shape[1], strength.shape[0], 0.35)
    total = integrals(strength, claims, window)
    x, y, tall, lean, across = start
    best, times, most = (x, y, tall, lean, across), 1.0, -np.inf
    for step in STEPS:
        x, y, base = best[0], best[1], best[2]
        tried = len(prices.heights) if step == STEPS[0] else 1
        for place in range(25 * tried):
            right, down, choice = place % 5 - 2, place // 5 % 5 - 2, place // 25
            stretch = prices.heights[choice] if tried > 1 else times
            moved = (x + right * step * base, y + down * step * base, tall * stretch, lean * stretch, across)
            value = score(total, window, moved, prices) - prices.doubt * abs(np.log(stretch))
            if value > most:
                best, times, most = moved, stretch, value
    return np.array(best), most + prices.doubt * abs(np.log(times))


def _claim(claims: Map, body: NDArray[np.float64], more: float) -> None:
    """Add `more` claims to the pixels of the body's parts and a little over."""
    x, y, tall, lean, across = body
    window = (0, 0, claims.shape[1], claims.shape[0])
    for part in range(3):
        left, top, right, bottom = part_of(part, (x, y, tall, lean, across), window, OVER)
        for row in range(int(np.rint(top)), int(np.rint(bottom))):  # a slice takes seconds longer to compile
            for column in range(int(np.rint(left)), int(np.rint(right))):
                claims[row, column] += more


# compiled in the order of use: a compiled function sees those above it by these names
within = compiled_for_threads(_within)
window_of = compiled_for_threads(_window)
integrals = compiled_for_threads(_integrals)
part_of = compiled_for_threads(_part)
whole_of = compiled_for_threads(_whole)
sum_to = compiled_for_threads(_at)
box_sum = compiled_for_threads(_sum)
score = compiled_for_threads(_score)
scores = compiled_for_threads(_scores)
trunks = compiled_for_threads(_trunks)
filled = compiled_for_threads(_filled)
fit = compiled_for_threads(_fit)
claim = compiled_for_threads(_claim)
