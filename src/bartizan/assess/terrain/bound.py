"""A proved lower bound on the value of every path over the ground.

**What is bounded.** A way on from a node x is described by (M, S, V): mean and variance of the delay left, and the
value to go, P_I without P_C if nothing was noticed before. Let D(x) be the least M of all ways on from x and
e = M - D(x) >= 0 the excess of one. For any prices rho(x) >= 0 the kernel finds c(x) with

    V >= max(c(x) - rho(x) e, L(x))        for every way on from x                                          (1)

where L(x) is a bound that holds already (at first 0). Where paths begin, rho = 0, so V >= c there; the least c of all
beginnings, times P_C, bounds the P_I of every path.

**Proof**, by the number of steps of a way on. It holds at the end of every path, where M = V = 0 and c = L = 0. Let a
task come before: from x to y, noticed with p when D(y) + e + w m and a variance S + w^2 s^2 are left, of mean m. Then
e' = e + r with r = m + D(y) - D(x) >= 0 at x, and

    V' + rho(x) e' = p g + (1 - p) V + rho(x) (e + r) >= F(e) + rho(x) r
    F(e) = p g(D(y) + w m + e) + (1 - p) max(c(y) - rho(y) e, L(y)) + rho(x) e

where g is P(R|A). The kernel takes c(x) <= min over all tasks from x of rho(x) r + min over e >= 0 of F(e), which is
(1) for x. What remains is to bound min F from below. Let u = D(y) + w m - RFT be the margin without excess.

*Variance.* S lies between S_lo(y), the least variance of all ways on, and q M - B(y) = S_hi(y) + q e, where q is at
least the variance over mean of every task and B(y) is the least q M - S of all ways on. A negative margin is least
in time with the least variance, a positive one with the most. With S growing by q a second the standardised margin
(u + e) / sqrt(T + q e) of u >= 0 falls at most to its one minimum, at e = u - 2 T / q, which is known.

*Excess.* Let k = (1 - p) rho(y) - rho(x) and b = (c(y) - L(y)) / rho(y), beyond which L(y) takes over and F rises.
If k <= 0, F is at least its value at e = 0. Otherwise F on [0, b] is p g(u + e) - k e and a constant. Where the
margin is negative, g is convex, and the least lies at an end or where p g' = k; where it is positive, g is concave,
and the least lies at an end. So a handful of values decide.

Any prices give a bound; good ones are what a second is worth to the path that is worst. The work is that of Dijkstra's
algorithm, where a node is looked at again when its c falls by more than QUANTUM. Each step may so break (1) by a
QUANTUM, and a path has at most as many steps as there are nodes, which it enters once each: `slack` is the sum, and
is taken off. Where going round in a ring would lower c again and again towards g, c is set to g at once.

Source: the bound is our own; its form, a linear price on what a label has consumed, is Lagrange's. Holds for P(R|A)
of EASI, normal times; rounding is not modelled (some 1e-13).
"""

from __future__ import annotations

# ruff: noqa: PLR0917 - a kernel takes its numbers in a row
import math

import numpy as np

from bartizan.assess.terrain.heap import empty_heap, least, lower
from bartizan.assess.terrain.network import DIRECTIONS, Floats, Network, normal, step_from
from bartizan.assess.terrain.trees import sums
from bartizan.compiled import compiled

QUANTUM = 1e-13
# beyond so many looks a node the prices are of no use, and the bound without prices stands
LOOKS = 12


@compiled
def least_in_time(margin: float, low: float, high: float, ratio: float) -> float:
    """The least P(R|A) of all margins from this one up, of variances from `low` to `high` + ratio x excess."""
    if margin < 0.0:
        return normal(margin / math.sqrt(low)) if low > 0.0 else 0.0
    if high <= 0.0 and ratio <= 0.0:
        return 1.0 if margin > 0.0 else 0.0
    if margin == 0.0 and low <= 0.0:
        return 0.0
    if ratio > 0.0 and margin > 2.0 * high / ratio:
        return normal(2.0 * math.sqrt((margin - high / ratio) / ratio))
    return normal(margin / math.sqrt(high)) if high > 0.0 else 1.0


@compiled
def _least_value(
    p: float, margin: float, low: float, high: float, ratio: float,
    value: float, floor: float, price: float, price_before: float,
) -> float:  # fmt: skip
    """The least of F(e) over all e >= 0; see the module."""
    if p <= 0.0:
        kappa = price - price_before
        return value if kappa <= 0.0 else min(value, floor + price_before * (value - floor) / price)
    kappa = (1.0 - p) * price - price_before
    if kappa <= 0.0:
        timely = least_in_time(margin, low, high, ratio)
        return timely if timely < value else p * timely + (1.0 - p) * value
    last = (value - floor) / price
    base = (1.0 - p) * value
    # at the end, and beyond it
    best = base + p * least_in_time(margin + last, low, high + ratio * last, ratio) - kappa * last
    most = high + ratio * last
    if margin + last > 0.0:
        # the concave part: its left end
        left = max(margin, 0.0)
        timely = normal(left / math.sqrt(most)) if most > 0.0 else (1.0 if left > 0.0 else 0.0)
        if left == 0.0 and low <= 0.0:
            timely = 0.0
        best = min(best, base + p * timely - kappa * (left - margin))
    if margin < 0.0:
        # the convex part: its ends and where its slope is kappa
        if low > 0.0:
            sd = math.sqrt(low)
            best = min(best, base + p * normal(margin / sd))
            right = min(0.0, margin + last)
            best = min(best, base + p * normal(right / sd) - kappa * (right - margin))
            steepest = p * 0.3989422804014327 / (kappa * sd)
            if steepest > 1.0:
                root = -sd * math.sqrt(2.0 * math.log(steepest))
                if margin < root < right:
                    best = min(best, base + p * normal(root / sd) - kappa * (root - margin))
        else:
            best = min(best, base, base - kappa * (min(0.0, margin + last) - margin))
    else:
        best = min(best, base + p * least_in_time(margin, low, most, 0.0))
    return best


@compiled
def bound(
    network: Network, fastest: Floats, least_variance: Floats, most_variance: Floats, ratio: float,
    price: Floats, floor: Floats,
) -> tuple[Floats, bool]:  # fmt: skip
    """c(x) of the module for every node, shape (nodes + 1,), inf where nothing leads on; and whether it was finished.

    `fastest` D [s]; `least_variance` S_lo and `most_variance` S_hi [s²]; `ratio` q [s]; `price` rho; `floor` L.
    """
    n = network
    cells = n.rows * n.columns
    done = n.legs * cells
    bounds = np.full(done + 1, np.inf)
    bounds[done] = 0.0
    heap = empty_heap(done + 1)
    lower(heap, done, 0.0)
    looks = 0
    while heap.size[0] > 0:
        head = least(heap)
        looks += 1
        if looks > LOOKS * (done + 1):
            return bounds, False
        value = bounds[head]
        low, high = least_variance[head] + n.response_variance, most_variance[head] + n.response_variance
        for number in range(n.first[head], n.first[head + 1]):
            node = n.tail[number]
            walk = n.walk[number]
            p = -math.expm1(-n.walk_hazard[number])
            # between the walk and the task the price is as it comes out: there F is least without excess
            spread = 0.25 * n.spread * walk
            margin = fastest[head] + 0.5 * walk - n.response_mean
            seen = p * least_in_time(margin, low + spread, high + spread, ratio)
            between, ground = seen + (1.0 - p) * value, seen + (1.0 - p) * floor[head]
            weight = n.weight[number]
            more = n.spread * walk + weight * weight * n.variance[number]
            margin = fastest[head] + walk + weight * n.mean[number] - n.response_mean
            found = _least_value(
                n.p[number], margin, low + more, high + more, ratio,
                between, min(ground, between), (1.0 - p) * price[head], price[node],
            )  # fmt: skip
            found += price[node] * max(fastest[head] + walk + n.mean[number] - fastest[node], 0.0)
            found = max(found, floor[node])
            if found < bounds[node] - QUANTUM:
                bounds[node] = found
                lower(heap, node, found)
        if head == done:
            continue
        leg = head // cells * cells
        for direction in range(DIRECTIONS):
            cell, time, hazard = step_from(n.rows, n.columns, n.slow, n.hazard, n.blocked, head - leg, direction)
            if cell < 0:
                continue
            node = leg + cell
            excess = price[node] * max(time + fastest[head] - fastest[node], 0.0)
            p = -math.expm1(-hazard) if hazard > 0.0 else 0.0
            spread = 0.25 * n.spread * time
            found = excess + _least_value(
                p, fastest[head] + 0.5 * time - n.response_mean, low + spread, high + spread, ratio,
                value, floor[head], price[head], price[node],
            )  # fmt: skip
            found = max(found, floor[node])
            if found < bounds[node] - QUANTUM:
                bounds[node] = found
                lower(heap, node, found)
    return bounds, True


def slack(network: Network) -> float:
    """By how much the bound may be too high at most."""
    return QUANTUM * (network.done + 1)


def variances(network: Network, fastest: Floats) -> tuple[Floats, Floats, float]:
    """S_lo [s²], S_hi [s²] and q [s] of the module for every node."""
    tasks = network.mean > 0.0
    sure = network.variance[~tasks].max(initial=0.0)
    ratio = max(network.spread, float((network.variance[tasks] / network.mean[tasks]).max(initial=0.0)))
    if sure > 0.0:
        # a task without a mean has a spread: nothing bounds the variance by the mean
        return sums(network, 0.0, 1.0), np.full(len(fastest), np.inf), np.inf
    with np.errstate(invalid="ignore"):
        most = np.maximum(ratio * fastest - sums(network, ratio, -1.0), 0.0)
    return sums(network, 0.0, 1.0), most, ratio
