"""What the kernels draw, against NumPy's own stream and against each law's distribution function."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from bartizan.assess.laws import cdf
from bartizan.assess.simulate import kernel
from bartizan.assess.simulate.draw import coded, draw_attack, sample
from bartizan.assess.simulate.run import generator
from bartizan.assess.task import Task
from bartizan.compiled import compiled
from bartizan.errors import InputError
from bartizan.quantity import Duration

COUNT = 40_000
# Kolmogorov-Smirnov: the largest gap exceeds this with probability 2 exp(-2 * 2.7**2) < 1e-6
GAP = 2.7 / math.sqrt(COUNT)

LAWS = {
    "normal": Duration(60.0, 18.0),
    "normal, mostly cut": Duration(10.0, 40.0),
    "lognormal": Duration(60.0, 50.0, "lognormal"),
    "gamma": Duration(60.0, 25.0, "gamma"),
    "gamma, shape below 1": Duration(60.0, 90.0, "gamma"),
    "triangular": Duration.triangular(20.0, 30.0, 100.0),
    "triangular, mode at the low end": Duration.triangular(20.0, 20.0, 100.0),
    "triangular, mode at the high end": Duration.triangular(0.0, 50.0, 50.0),
    "pert": Duration.pert(20.0, 30.0, 100.0),
    "pert, mode at the high end": Duration.pert(0.0, 50.0, 50.0),
    "uniform": Duration.uniform(20.0, 100.0),
}


@compiled
def numbers(words: kernel.Words, kind: int, count: int) -> kernel.Floats:
    out = np.empty(count)
    state = kernel.taken(words)
    for index in range(count):
        out[index], state = kernel.uniform(state) if kind == 0 else kernel.normal(state)
    kernel.put_back(words, state)
    return out


def test_uniform_and_normal_numbers_are_numpys_own_stream() -> None:
    for kind, rtol in ((0, 0.0), (1, 1e-13)):
        ours = numbers(generator(11, 3), kind, 200_000)
        theirs = np.random.Generator(np.random.SFC64(np.random.SeedSequence(11).spawn(4)[3]))
        expected = theirs.random(200_000) if kind == 0 else theirs.standard_normal(200_000)
        # the tables of the ziggurat differ from NumPy's in the last digits
        np.testing.assert_allclose(ours, expected, rtol=rtol, atol=rtol)
    assert np.abs(numbers(generator(11, 3), 1, 200_000)).max() > kernel.TAIL  # the tail was drawn, too


def test_a_block_goes_on_where_the_last_kernel_stopped() -> None:
    words = generator(5, 0)
    parts = np.concatenate([numbers(words, 1, 300), numbers(words, 1, 700)])
    np.testing.assert_array_equal(parts, numbers(generator(5, 0), 1, 1000))


def gap(times: kernel.Floats, law: Duration) -> float:
    """The largest gap between the shares found and the distribution function, which jumps at 0 where one is cut."""
    values = np.sort(times)
    shares = np.arange(1.0, values.size + 1.0) / values.size
    expected = cdf(law, values)
    above = np.abs(shares - expected)[np.append(np.diff(values) > 0.0, True)]
    below = np.abs(shares - 1.0 / values.size - expected)[values > 0.0]
    return float(max(above.max(), below.max(initial=0.0)))


@pytest.mark.parametrize("name", LAWS)
def test_drawn_times_have_their_law(name: str) -> None:
    law = LAWS[name]
    assert gap(kernel.many(coded([law]), 0, COUNT, generator(2, 0)), law) < GAP
    assert gap(sample(law, np.random.default_rng(2), COUNT), law) < GAP


def test_a_time_that_may_be_negative_is_a_plain_normal_one() -> None:
    law = Duration(10.0, 40.0)
    times = kernel.many(coded([law], negative=True), 0, COUNT, generator(2, 0))
    assert abs(times.mean() - 10.0) < 4.5 * 40.0 / math.sqrt(COUNT)
    assert times.min() < -80.0


@pytest.mark.parametrize(
    "law",
    [
        Duration.fixed(7.0),
        Duration(7.0, 0.0),
        Duration(7.0, 0.0, "gamma"),
        Duration(7.0, 1e-12, "lognormal"),
        Duration.uniform(7.0, 7.0),
        Duration.triangular(7.0, 7.0, 7.0),
        Duration.pert(7.0, 7.0, 7.0),
    ],
)
def test_no_spread_is_that_time(law: Duration) -> None:
    assert (kernel.many(coded([law]), 0, 100, generator(0, 0)) == 7.0).all()
    assert (sample(law, np.random.default_rng(0), 100) == 7.0).all()


@pytest.mark.parametrize(
    "law",
    [
        Duration(1e-6, 1e9, "lognormal"),
        Duration(1e9, 1e9, "lognormal"),
        Duration(1e-6, 1e9, "gamma"),
        Duration(1e9, 1e-6, "gamma"),
        Duration(1e-300, 1e300, "lognormal"),
        Duration(0.0, 1e9),
        Duration.uniform(0.0, 1e9),
        Duration.pert(0.0, 0.0, 1e9),
    ],
)
def test_enormous_and_tiny_spreads_stay_times(law: Duration) -> None:
    for times in (kernel.many(coded([law]), 0, 2_000, generator(0, 0)), sample(law, np.random.default_rng(0), 2_000)):
        assert np.isfinite(times).all()
        assert (times >= 0.0).all()


def task(p: float, detect_at: str, law: Duration) -> Task:
    return Task(
        kind="element",
        id="gate",
        p_detection=p,
        detect_at=detect_at,  # type: ignore[arg-type]
        delay_mean=law.mean,
        delay_sd=law.sd,
        delay=law,
    )


def test_one_attack_runs_from_task_to_task() -> None:
    tasks = [task(1.0, at, Duration.uniform(10.0, 20.0)) for at in ("begin", "middle", "end")]
    tasks.append(task(0.0, "begin", Duration(5.0, 50.0)))
    for seed in range(20):
        drawn = draw_attack(tasks, np.random.default_rng(seed))
        assert [one.task for one in drawn] == tasks
        assert drawn[0].begin == 0.0
        assert all(one.end == after.begin for one, after in pairwise(drawn))
        assert all(10.0 <= one.end - one.begin <= 20.0 for one in drawn[:3])
        assert drawn[3].end >= drawn[3].begin
        assert drawn[0].noticed_at == drawn[0].begin
        assert drawn[1].noticed_at == pytest.approx(0.5 * (drawn[1].begin + drawn[1].end))
        assert drawn[2].noticed_at == drawn[2].end
        assert drawn[3].noticed_at is None


def test_tasks_of_one_attack_are_noticed_as_often_as_they_should_be() -> None:
    rng = np.random.default_rng(8)
    tasks = [task(0.3, "end", Duration.fixed(4.0)), task(0.8, "begin", Duration.fixed(1.0))]
    runs = 4_000
    seen = np.array([[one.noticed_at is not None for one in draw_attack(tasks, rng)] for _ in range(runs)])
    for column, p in enumerate((0.3, 0.8)):
        assert abs(seen[:, column].mean() - p) < 4.5 * math.sqrt(p * (1.0 - p) / runs)
    both = 0.3 * 0.8
    assert abs(seen.all(axis=1).mean() - both) < 4.5 * math.sqrt(both * (1.0 - both) / runs)


def test_an_attack_without_a_task_is_refused() -> None:
    with pytest.raises(InputError, match="at least one task"):
        draw_attack([], np.random.default_rng(0))
