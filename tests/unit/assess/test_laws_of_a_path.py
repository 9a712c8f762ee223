"""P_I under any law, against closed forms, quadrature over SciPy's own distributions, and simulation."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from bartizan.assess.bracket import brackets
from bartizan.assess.convolution import ERROR, evaluate, p_interruption_of, p_timely_under_laws
from bartizan.assess.laws import NEGLIGIBLE, cdf, least, part_of, reach, survival
from bartizan.assess.task import Task
from bartizan.assess.transforms import Line, envelope, transform
from bartizan.errors import InputError
from bartizan.quantity import Duration
from bartizan.site.model import DetectAt

Law = Duration


def timely(delays: list[Law], share: list[float], response: list[Law]) -> tuple[np.ndarray, np.ndarray]:
    return p_timely_under_laws(delays, np.array(share), np.ones(len(delays), dtype=np.bool_), response)


def whole(delays: list[Law], response: list[Law]) -> tuple[float, float]:
    """P(T > R) for the sum of all delays, with the error that is claimed."""
    values, errors = timely(delays, [1.0] * len(delays), response)
    return float(values[0]), float(errors[0])


def scipy_law(time: Law) -> Any:
    """The same law as SciPy has it; a normal one before the cut."""
    if time.law == "normal":
        return stats.norm(time.mean, time.sd)
    if time.law == "lognormal":
        variance = math.log1p((time.sd / time.mean) ** 2)
        return stats.lognorm(math.sqrt(variance), scale=time.mean / math.sqrt(1.0 + (time.sd / time.mean) ** 2))
    if time.law == "gamma":
        return stats.gamma((time.mean / time.sd) ** 2, scale=time.sd**2 / time.mean)
    low, high = time.low or 0.0, time.high or 0.0
    if time.law == "uniform":
        return stats.uniform(low, high - low)
    mode = time.mode or 0.0
    if time.law == "triangular":
        return stats.triang((mode - low) / (high - low), low, high - low)
    return stats.beta(1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low), low, high - low)


NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)


def integral(of: Callable[[np.ndarray], np.ndarray], marks: list[float]) -> Any:
    """By Gauss and Legendre between each two neighbours of `marks`, which name every kink."""
    ends = np.unique(marks)
    half = 0.5 * np.diff(ends)[:, None]
    return np.sum(half * WEIGHTS * of(ends[:-1, None] + half * (1.0 + NODES)))


def marks_of(*times: Law) -> list[float]:
    """Quantiles and kinks of laws, 0 and what lies far beyond."""
    shares = (
        1e-12,
        1e-9,
        1e-6,
        1e-4,
        1e-2,
        *np.linspace(0.05, 0.95, 13),
        0.99,
        1 - 1e-4,
        1 - 1e-6,
        1 - 1e-9,
        1 - 1e-12,
    )
    quantiles = [float(scipy_law(time).ppf(share)) for time in times for share in shares]
    kinks = [bound for time in times for bound in (time.low, time.mode, time.high) if bound is not None]
    return [0.0, *(mark for mark in (*quantiles, *kinks) if mark > 0.0)]


def by_quadrature(delay: Law, response: Law) -> float:
    """P(max(0, X) > max(0, R)) = integral of the delay's density times P(R <= x) over x > 0."""
    density, arrived = scipy_law(delay).pdf, scipy_law(response).cdf
    return float(integral(lambda x: density(x) * arrived(x), marks_of(delay, response)))


LAWS = {
    "normal": Law(60, 18),
    "wide": Law(50, 70),
    "lognormal": Law(60, 25, "lognormal"),
    "heavy": Law(40, 90, "lognormal"),
    "gamma": Law(60, 30, "gamma"),
    "exponential": Law(55, 55, "gamma"),
    "uniform": Law.uniform(20, 90),
    "triangular": Law.triangular(10, 40, 120),
    "wedge": Law.triangular(10, 10, 120),
    "pert": Law.pert(15, 45, 130),
    "late pert": Law.pert(15, 100, 100),
}


@pytest.mark.parametrize("response", LAWS)
@pytest.mark.parametrize("delay", LAWS)
def test_every_delay_against_every_response_by_quadrature(delay: str, response: str) -> None:
    value, error = whole([LAWS[delay]], [LAWS[response]])
    assert error <= ERROR
    assert value == pytest.approx(by_quadrature(LAWS[delay], LAWS[response]), abs=error + 1e-8)


def test_gammas_of_equal_scale_add_to_a_gamma() -> None:
    delays = [Law(shape * 12.0, math.sqrt(shape) * 12.0, "gamma") for shape in (0.7, 1.3, 2.5, 4.0)]
    for fixed in (30.0, 100.0, 250.0):
        value, error = whole(delays, [Law.fixed(fixed)])
        assert error <= ERROR
        assert value == pytest.approx(stats.gamma(8.5, scale=12.0).sf(fixed), abs=error)


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_exponential_tasks_against_an_exponential_response(count: int) -> None:
    """Each task in turn is over before the response with chance r / (r + m): the race of exponentials."""
    value, error = whole([Law(20, 20, "gamma")] * count, [Law(300, 300, "gamma")])
    assert error <= ERROR
    assert value == pytest.approx(1.0 - (300.0 / 320.0) ** count, abs=error)


@pytest.mark.parametrize("count", [2, 3, 4, 7])
def test_uniform_tasks_against_a_fixed_response_by_irwin_and_hall(count: int) -> None:
    at = 0.45 * count
    below = sum((-1) ** k * math.comb(count, k) * (at - k) ** count for k in range(math.floor(at) + 1))
    value, error = whole([Law.uniform(10, 20)] * count, [Law.fixed(10 * (count + at))])
    assert error <= ERROR
    assert value == pytest.approx(1.0 - below / math.factorial(count), abs=error)


def test_normals_far_from_zero_add_to_a_normal() -> None:
    delays = [Law(100 + 10 * number, 8 + number) for number in range(12)]
    delays[3] = Law(130, 25)  # five deviations from 0: few enough to agree, too many to be left to the normal law
    mean, variance = sum(d.mean for d in delays), sum(d.sd**2 for d in delays)
    response = [Law(900, 60), Law(800, 45), Law.fixed(100)]
    value, error = whole(delays, response)
    expected = stats.norm.sf((1800 - mean) / math.sqrt(variance + 60**2 + 45**2))
    assert error <= ERROR
    assert value == pytest.approx(expected, abs=error)


def test_detection_in_the_middle_leaves_half_of_the_same_delay() -> None:
    """Half of a time even on 0..100 exceeds 30 with chance 0.4; a time of half the mean and equal spread would not."""
    values, errors = timely([Law.uniform(0, 100)] * 2, [0.0, 0.5], [Law.fixed(30)])
    assert values == pytest.approx([0.7, 0.4], abs=errors.max() + 1e-12)
    exponential = Law(100, 100, "gamma")
    assert timely([exponential], [0.5], [Law.fixed(30)])[0] == pytest.approx([math.exp(-0.6)], abs=1e-9)


@pytest.mark.parametrize("known", [{"trials": 6}, {"mean_low": 12.0, "mean_high": 30.0}])
def test_doubt_about_a_mean_does_not_touch_the_law(known: dict[str, Any]) -> None:
    """Half of the time lies below the least that its mean may be, and is a time like any other."""
    exact, doubted = Duration(20.0, 6.0), Duration(20.0, 6.0, **known)
    values = []
    for delay in (exact, doubted):
        task = Task(kind="element", id="a", p_detection=0.9, detect_at="middle", delay_mean=20, delay_sd=6, delay=delay)
        values.append(p_interruption_of([task], [Duration(8.0, 2.0)], 0.9))
    assert values[0] == values[1]
    assert 0.3 < values[0] < 0.81


@pytest.mark.parametrize(("response", "expected"), [(99.0, 1.0), (100.0, 0.0), (101.0, 0.0)])
def test_a_tie_of_fixed_times_is_not_in_time(response: float, expected: float) -> None:
    assert whole([Law.fixed(60), Law.fixed(40)], [Law.fixed(response)]) == pytest.approx((expected, 0.0), abs=2e-8)


def test_a_tie_of_two_masses_at_zero_is_not_in_time() -> None:
    """Delay and response are both 0 with chance 1/4; of the rest the response is first in half of the cases."""
    value, error = whole([Law(0, 10)], [Law(0, 10)])
    assert value == pytest.approx(0.25 + 0.125, abs=error)


def test_a_response_that_takes_no_time_stops_whatever_takes_some() -> None:
    assert whole([Law(0, 10), Law(0, 20)], [Law.fixed(0)])[0] == pytest.approx(0.75, abs=1e-12)
    assert whole([Law.uniform(0, 10), Law(0, 20)], [Law.fixed(0)])[0] == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("spread", [1e-8, 1e-4, 0.03])
def test_normal_times_of_any_narrowness_add_to_a_normal(spread: float) -> None:
    value, error = whole(
        [Law(50, spread), Law(50 + spread, 2 * spread), Law.fixed(7)], [Law(100, spread), Law.fixed(7)]
    )
    assert error <= 1e-8
    # at 1e-8 s the sum of the means is itself rounded to 1.4e-14 s
    assert value == pytest.approx(stats.norm.cdf(1 / math.sqrt(6)), abs=1e-5)


@pytest.mark.parametrize("spread", [0.1, 1.0])
@pytest.mark.parametrize("law", ["normal", "lognormal", "gamma"])
def test_narrow_spreads_beside_each_other(law: Any, spread: float) -> None:
    """Two narrow times about 50 against one about 100: by symmetry (nearly, for the skew laws) one half."""
    value, error = whole([Law(50, spread, law), Law(50, spread, law)], [Law(100, 3 * spread, law)])
    assert error <= ERROR
    assert value == pytest.approx(0.5, abs=error + 0.02 * spread)


@pytest.mark.parametrize("ratio", [3.0, 10.0])
def test_heavy_tails_on_both_sides(ratio: float) -> None:
    """log X - log R is normal, so P(X > R) is known whatever the spread."""
    delay, response = Law(60, 60 * ratio, "lognormal"), Law(90, 90 * ratio, "lognormal")
    value, error = whole([delay], [response])
    assert error <= ERROR
    sigma = math.sqrt(2.0 * math.log1p(ratio**2))
    assert value == pytest.approx(stats.norm.cdf(math.log(60 / 90) / sigma), abs=error)


def test_a_heavy_tail_among_light_ones_by_simulation() -> None:
    delays = [Law(60, 600, "lognormal"), Law(30, 9), Law(20, 60, "gamma"), Law.pert(5, 10, 90), Law.uniform(0, 40)]
    response = [Law(80, 240, "lognormal"), Law.triangular(0, 5, 60)]
    share = [1.0, 0.5, 1.0, 0.0, 0.5]
    values, errors = timely(delays, share, response)
    assert errors.max() <= ERROR
    rng = np.random.default_rng(11)
    size = 400_000
    drawn = [scipy_law(one).rvs(size, random_state=rng).clip(min=0.0) for one in (*delays, *response)]
    left = np.zeros(size)
    for number in range(len(delays) - 1, -1, -1):
        seen = np.mean(left + share[number] * drawn[number] > sum(drawn[5:]))
        # five comparisons: five standard errors are passed by chance once in a million
        assert values[number] == pytest.approx(seen, abs=5.0 * math.sqrt(seen * (1.0 - seen) / size) + ERROR)
        left += drawn[number]


def test_singular_densities_are_bracketed_and_the_error_is_told() -> None:
    """Shapes of 0.1 have characteristic functions that hardly fall: only the bracket is left."""
    delays = [Law(shape * 100.0, math.sqrt(shape) * 100.0, "gamma") for shape in (0.05, 0.1)]
    value, error = whole(delays, [Law.fixed(20)])
    expected = stats.gamma(0.15, scale=100.0).sf(20)
    assert value == pytest.approx(expected, abs=error)
    assert error <= ERROR


def test_the_bracket_holds_and_narrows() -> None:
    delays, response = [Law(30, 40), Law.uniform(0, 50), Law(20, 20, "gamma")], [Law(50, 60), Law.fixed(3)]
    values, errors = timely(delays, [0.5, 1.0, 0.0], response)
    widths = []
    for cells in (1 << 10, 1 << 14):
        found = brackets(delays, np.array([0.5, 1.0, 0.0]), response, cells)
        for pair, value, error in zip(found, values, errors, strict=True):
            assert pair.low - error <= value <= pair.high + error
        widths.append(max(pair.high - pair.low for pair in found))
    assert widths[1] < widths[0] / 12.0


def test_two_hundred_wide_tasks_agree_with_simulation() -> None:
    rng = np.random.default_rng(3)
    delays = [Law(mean, 2.0 * mean) for mean in rng.uniform(5, 60, 200)]
    value, error = whole(delays, [Law(9_000, 600)])
    total = sum(np.maximum(0.0, rng.normal(d.mean, d.sd, 60_000)) for d in delays)
    seen = np.mean(total > np.maximum(0.0, rng.normal(9_000, 600, 60_000)))
    assert error <= ERROR
    assert value == pytest.approx(seen, abs=4.5 * math.sqrt(seen * (1 - seen) / 60_000))


def test_the_whole_path_weighs_detection_and_communication() -> None:
    moments: tuple[DetectAt, ...] = ("begin", "middle", "end")
    tasks = [
        Task(kind="element", id=at, p_detection=p, detect_at=at, delay_mean=50, delay_sd=50, delay=Law(50, 50, "gamma"))
        for at, p in zip(moments, (0.3, 0.6, 0.9), strict=True)
    ]
    response = [Law(80, 20, "lognormal")]
    in_time, _ = timely([task.law for task in tasks], [1.0, 0.5, 0.0], response)
    expected = 0.9 * (0.3 * in_time[0] + 0.7 * 0.6 * in_time[1] + 0.7 * 0.4 * 0.9 * in_time[2])
    assert p_interruption_of(tasks, response, 0.9) == pytest.approx(expected, abs=1e-15)
    assert evaluate(tasks, response, 0.9).error <= ERROR
    assert evaluate(tasks, response, 0.0).p_interruption == 0.0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: evaluate([], [Law.fixed(1)], 1.0), "a path has at least one task"),
        (lambda: evaluate([Task(kind="area", id="a")], [], 1.0), "the response has no time"),
        (lambda: evaluate([Task(kind="area", id="a")], [Law.fixed(1)], math.nan), "p_communication = nan"),
    ],
)
def test_what_cannot_be_evaluated_is_said(call: Callable[[], object], words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        call()


@pytest.mark.parametrize("name", LAWS)
def test_distribution_functions_are_those_of_scipy(name: str) -> None:
    time, theirs = LAWS[name], scipy_law(LAWS[name])
    t = np.linspace(0.0, 300.0, 400)
    assert cdf(time, t) == pytest.approx(theirs.cdf(t), abs=1e-12)
    assert survival(time, t) == pytest.approx(theirs.sf(t), abs=1e-12)
    assert float(survival(time, np.array(reach(time, 1e-9)))) <= 1.001e-9
    assert float(cdf(time, np.array(least(time, 1e-9) - NEGLIGIBLE))) <= 1.001e-9
    half = part_of(time, 0.5)
    assert cdf(half, 0.5 * t) == pytest.approx(theirs.cdf(t), abs=1e-12)
    assert cdf(time, np.array([-1.0])) == pytest.approx([0.0])
    assert survival(time, np.array([-1.0])) == pytest.approx([1.0])


@pytest.mark.parametrize("damping", [0.03, 3.0, -0.004])
@pytest.mark.parametrize("name", LAWS)
def test_transforms_stay_below_their_bounds_which_fall(name: str, damping: float) -> None:
    time = LAWS[name]
    if damping < 0.0 and time.law == "lognormal":
        pytest.skip("a lognormal time has no such transform")
    line = Line(damping, 0.02, 3_000)
    bound = envelope(time, damping, line.omega[1:])
    assert np.all(np.abs(transform(time, line)[1:]) <= bound * (1.0 + 1e-9) + 1e-16)
    assert np.all(np.diff(bound) <= 1e-14)


@pytest.mark.parametrize("name", LAWS)
def test_transforms_by_quadrature(name: str) -> None:
    time, density = LAWS[name], scipy_law(LAWS[name]).pdf
    line = Line(0.03, 0.05, 30)
    found = transform(time, line)
    for number in (0, 1, 7, 29):
        s = line.s[number]
        # 10 s are at most 15 radians of the fastest; e^(-0.03 x) leaves nothing beyond 1,000 s
        expected = integral(lambda x, s=s: density(x) * np.exp(-s * x), [*marks_of(time), *np.arange(0.0, 1e3, 10.0)])  # type: ignore[misc]
        assert abs(found[number] - expected) < 1e-9
