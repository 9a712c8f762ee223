"""P_I of one path of 20 tasks under any law, beside a vectorised Monte Carlo as sure as that; and 200 tasks.

Run: ``python -m benchmarks.path_laws``. The error of the sum is at most 1e-6, always; the peer is NumPy's own
generators at a standard error of 1e-3, and its time is scaled to a standard error of 1e-6 (the square), which flatters
it: a standard error is passed in every third run. Adaptive quadrature has one dimension per task, and stands beside for
two tasks alone. Times are of the process, the least of several runs; figures from a fixed seed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path as Folder

import numpy as np
from scipy import stats
from scipy.integrate import dblquad

from bartizan.assess.convolution import ERROR, p_timely_under_laws
from bartizan.quantity import Duration, Law
from benchmarks.table import Row, main

RUNS = 9
LAWS: tuple[Law, ...] = ("normal", "lognormal", "gamma", "triangular", "pert", "uniform")
DRAWN_ERROR = 1e-3
SHARES = (1.0, 0.5, 0.0)


def path(count: int, laws: tuple[Law, ...], spread: float, seed: int) -> tuple[list[Duration], np.ndarray]:
    """`count` delays whose laws take turns, means of 5 to 60 s, noticed at begin, middle and end in turn."""
    rng = np.random.default_rng(seed)
    delays = []
    for number, mean in enumerate(rng.uniform(5.0, 60.0, count)):
        law = laws[number % len(laws)]
        low, high = max(0.0, mean * (1.0 - 2.0 * spread)), mean * (1.0 + 2.0 * spread)
        if law == "uniform":
            delays.append(Duration.uniform(low, high))
        elif law in ("triangular", "pert"):
            delays.append((Duration.triangular if law == "triangular" else Duration.pert)(low, mean, high))
        else:
            delays.append(Duration(float(mean), float(spread * mean), law))
    return delays, np.array([SHARES[number % 3] for number in range(count)])


def least(work: Callable[[], object], runs: int = RUNS) -> float:
    """The least process time of several runs [s], after one that warms up."""
    work()
    times = []
    for _ in range(runs):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def drawn(delays: list[Duration], share: np.ndarray, response: Duration) -> tuple[float, int]:
    """Process time [s] of a Monte Carlo of every task's chance at DRAWN_ERROR, and its number of attacks."""
    size = round(0.25 / DRAWN_ERROR**2)
    rng = np.random.default_rng(1)

    def one(law: Duration) -> np.ndarray:
        if law.law == "lognormal":
            variance = np.log1p((law.sd / law.mean) ** 2)
            return rng.lognormal(np.log(law.mean) - 0.5 * variance, np.sqrt(variance), size)
        if law.law == "gamma":
            return rng.gamma((law.mean / law.sd) ** 2, law.sd**2 / law.mean, size)
        low, high = law.low or 0.0, law.high or 0.0
        if law.law == "uniform":
            return rng.uniform(low, high, size)
        if law.law == "triangular":
            return rng.triangular(low, law.mode or 0.0, high, size)
        if law.law == "pert":
            rise = 4.0 * ((law.mode or 0.0) - low) / (high - low)
            return low + (high - low) * rng.beta(1.0 + rise, 5.0 - rise, size)
        return np.maximum(0.0, rng.normal(law.mean, law.sd, size))

    def work() -> list[float]:
        arrived = one(response)
        left = np.zeros(size)
        found = []
        for law, part in zip(reversed(delays), share[::-1], strict=True):
            own = one(law)
            found.append(float(np.mean(left + part * own > arrived)))
            left += own
        return found[::-1]

    exact = p_timely_under_laws(delays, share, np.ones(len(delays), dtype=np.bool_), [response])[0]
    worst = float(np.abs(np.array(work()) - exact).max())
    if worst > 5.0 * DRAWN_ERROR:
        raise AssertionError(f"the sum and the drawing differ by {worst:g}")
    return least(work, 3), size


def figures(data: Folder) -> Iterator[Row]:
    """Twenty tasks of every law and mixed, against drawing; wide ones; two hundred; two against quadrature."""
    del data
    for name, laws in (*((law, (law,)) for law in LAWS), ("every law in turn", LAWS)):
        delays, share = path(20, laws, 0.3, 20)
        response = Duration(300.0, 90.0)
        ours = least(lambda d=delays, s=share, r=response: ask(d, s, r))  # type: ignore[misc]
        told = f"{1e3 * ours:.1f} ms of processor, error at most {ERROR:g}"
        if len(laws) > 1:
            theirs, size = drawn(delays, share, response)
            scaled = theirs * (DRAWN_ERROR / ERROR) ** 2
            told += f"; NumPy {1e3 * theirs:.0f} ms for {size:,} attacks, so ratio {scaled / ours:.2g} at equal error"
        yield Row("path_laws", f"20 tasks, 30 % spread, {name}", told)
    for count, spread in ((20, 1.0), (200, 1.0), (200, 2.0)):
        delays, share = path(count, ("normal",), spread, 7)
        total = sum(delay.mean for delay in delays)
        ours = least(lambda d=delays, s=share, t=total: ask(d, s, Duration(0.5 * t, 0.15 * t)), 3)  # type: ignore[misc]
        yield Row("path_laws", f"{count} normal tasks cut at 0, {100 * spread:g} % spread", f"{1e3 * ours:.0f} ms")
    yield quadrature()


def ask(delays: list[Duration], share: np.ndarray, response: Duration) -> np.ndarray:
    """Every task's chance; AssertionError where the bound is not kept."""
    values, errors = p_timely_under_laws(delays, share, np.ones(len(delays), dtype=np.bool_), [response])
    if errors.max() > ERROR:
        raise AssertionError(f"error {errors.max():g}")
    return values


def quadrature() -> Row:
    """Two gamma tasks against a normal response, by SciPy's adaptive quadrature in two dimensions."""
    delays = [Duration(60.0, 30.0, "gamma"), Duration(80.0, 50.0, "gamma")]
    laws = [stats.gamma((d.mean / d.sd) ** 2, scale=d.sd**2 / d.mean) for d in delays]
    arrival = stats.norm(120.0, 36.0)

    def peer() -> float:
        def density(y: float, x: float) -> float:
            return float(laws[0].pdf(x) * laws[1].pdf(y) * arrival.cdf(x + y))

        return float(dblquad(density, 0.0, 400.0, 0.0, 700.0, epsabs=1e-7, epsrel=1e-7)[0])

    began = time.process_time()
    theirs = peer()
    slow = time.process_time() - began
    share = np.ones(2)
    # quadrature lets the response be negative, which it is with probability 4e-4, and counts that as in time; so do we
    ours = float(ask(delays, share, Duration(120.0, 36.0))[0])
    if abs(ours - theirs) > 1e-5:
        raise AssertionError(f"the sum and quadrature differ by {abs(ours - theirs):g}")
    quick = least(lambda: ask(delays, share, Duration(120.0, 36.0)))
    told = f"{1e3 * quick:.1f} ms, dblquad {slow:.1f} s, ratio {slow / quick:,.0f}"
    return Row("path_laws", "2 gamma tasks, normal response", told)


if __name__ == "__main__":
    main(__doc__, figures)
