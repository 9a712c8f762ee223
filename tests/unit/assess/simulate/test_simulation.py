"""Simulated attacks against what can be worked out: EASI, cut times, calls, forces together, and the fight.

Every comparison is of a share of N attacks with a probability p: it may be off by Z standard errors, sqrt(p (1 - p) /
N) each. Z = 4.5 is exceeded by chance once in 150,000; seeds are fixed, so that a test that passes always does.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest

from bartizan.assess.convolution import evaluate
from bartizan.assess.neutralize import Duel, reinforced, win_probability
from bartizan.assess.simulate import Attack, Force, Progress, simulate
from bartizan.assess.simulate import kernel as k
from bartizan.assess.simulate.outcome import SHARES, Estimate, Times
from bartizan.assess.simulate.run import BLOCK, Blocks, Tally
from bartizan.assess.task import Task
from bartizan.assess.timeline import timeline
from bartizan.errors import InputError
from bartizan.quantity import Duration

Z = 4.5
REFERENCE = ((0.0, 10.0), (0.0, 12.0), (0.9, 90.0), (0.0, 10.0), (0.9, 90.0), (0.0, 120.0))


def path(position: str, spread: float = 0.3) -> tuple[Task, ...]:
    """The reference path of six tasks, all noticed at one position."""
    return tuple(
        Task(
            kind="element",
            id=f"e{number}",
            p_detection=p,
            detect_at=position,  # type: ignore[arg-type]
            delay_mean=mean,
            delay_sd=spread * mean,
        )
        for number, (p, mean) in enumerate(REFERENCE)
    )


def fixed(*tasks: tuple[float, str, float]) -> tuple[Task, ...]:
    """Tasks without spread: p, position, seconds."""
    return tuple(
        Task(kind="element", id=f"e{n}", p_detection=p, detect_at=at, delay_mean=seconds)  # type: ignore[arg-type]
        for n, (p, at, seconds) in enumerate(tasks)
    )


def force(*seconds: float, **changes: Any) -> Force:
    return replace(Force(id="guards", parts=tuple(Duration.fixed(one) for one in seconds)), **changes)


def shares(attack: Attack, blocks: int = 4, **options: Any) -> tuple[dict[str, float], int]:
    """How often each thing happened, and of how many attacks."""
    tallies = [Blocks(attack, 17, **options)(number) for number in range(blocks)]
    counts = sum((tally.counts for tally in tallies), np.zeros(k.KINDS, dtype=np.int64))
    attacks = blocks * BLOCK
    names = ("detected", "arrived", "interrupted", "won")
    return {name: float(count) / attacks for name, count in zip(names, counts, strict=True)}, attacks


def agrees(found: float, expected: float, attacks: int) -> bool:
    return abs(found - expected) <= Z * math.sqrt(expected * (1.0 - expected) / attacks)


@pytest.mark.parametrize("position", ["begin", "middle", "end"])
@pytest.mark.parametrize("every_draw", [False, True])
def test_the_reference_path_agrees_with_easi(position: str, every_draw: bool) -> None:
    """Normal times that may be negative: EASI's own reading, worked out in closed form."""
    response = Duration(300.0, 90.0)
    attack = Attack(tasks=path(position), forces=(Force(id="g", parts=(response,), p_called=0.95),))
    found, attacks = shares(attack, 8, negative=True, every_draw=every_draw)
    expected = timeline(attack.tasks, 300.0, 90.0, 0.95).p_interruption
    assert agrees(found["interrupted"], expected, attacks)
    assert agrees(found["detected"], 0.99, attacks)


@pytest.mark.parametrize("position", ["begin", "middle", "end"])
@pytest.mark.parametrize("every_draw", [False, True])
def test_wide_spreads_agree_with_times_that_are_cut_at_zero(position: str, every_draw: bool) -> None:
    tasks = path(position, spread=1.2)
    attack = Attack(tasks=tasks, forces=(Force(id="g", parts=(Duration(300.0, 200.0),), p_called=0.9),))
    found, attacks = shares(attack, 8, every_draw=every_draw)
    expected = timeline(tasks, 300.0, 200.0, 0.9)
    assert expected.nonnegative is not None
    assert agrees(found["interrupted"], expected.nonnegative, attacks)
    # the bound is narrow enough to tell the two readings apart
    assert not agrees(found["interrupted"], expected.p_interruption, attacks)


LAWS = (
    Duration(40.0, 12.0, "lognormal"),
    Duration(30.0, 24.0, "gamma"),
    Duration.triangular(10.0, 20.0, 60.0),
    Duration.pert(20.0, 30.0, 90.0),
    Duration.uniform(5.0, 45.0),
    Duration(25.0, 20.0),
    Duration.fixed(30.0),
)


@pytest.mark.parametrize("response", [(Duration(80.0, 40.0, "gamma"), Duration.pert(10.0, 20.0, 60.0)), (LAWS[0],) * 2])
def test_every_law_agrees_with_the_convolution(response: tuple[Duration, ...]) -> None:
    positions = ("begin", "middle", "end", "middle", "begin", "middle", "end")
    tasks = tuple(
        replace(one, p_detection=0.25, detect_at=at, delay_mean=law.mean, delay_sd=law.sd, delay=law)  # type: ignore[arg-type]
        for one, at, law in zip(fixed(*[(0.0, "begin", 0.0)] * 7), positions, LAWS, strict=True)
    )
    attack = Attack(tasks=tasks, forces=(Force(id="g", parts=response, p_called=0.9),))
    expected = evaluate(tasks, response, 0.9)
    assert expected.error <= 1e-6
    for every_draw in (False, True):
        found, attacks = shares(attack, 8, every_draw=every_draw)
        assert agrees(found["interrupted"], expected.p_interruption, attacks)


def test_each_alarm_with_its_own_call_agrees_with_the_closed_form() -> None:
    tasks = fixed((0.6, "begin", 30.0), (0.7, "middle", 40.0), (0.5, "end", 50.0))
    # left at detection: 120, 70, 0; a response of 60 s is in time for the first two
    attack = Attack(tasks=tasks, forces=(force(60.0, p_called=0.8),), communication="per-alarm")
    found, attacks = shares(attack, 8)
    expected = 1.0 - (1.0 - 0.6 * 0.8) * (1.0 - 0.7 * 0.8)
    assert timeline(tasks, 60.0, 0.0, 0.8, "per-alarm").p_interruption == pytest.approx(expected, abs=1e-15)
    assert agrees(found["interrupted"], expected, attacks)
    once, _ = shares(replace(attack, communication="once"), 8)
    assert agrees(once["interrupted"], 0.8 * (0.6 + 0.4 * 0.7), attacks)


def test_a_tie_is_not_in_time() -> None:
    """0.1 + 0.2 + 0.3 s are left, added up as the timeline adds them, and the same number of seconds is needed."""
    tasks = fixed((1.0, "begin", 0.1), (0.0, "begin", 0.2), (0.0, "begin", 0.3))
    left = 0.3 + 0.2 + 0.1
    for seconds, expected in ((left, 0.0), (math.nextafter(left, 0.0), 1.0)):
        for every_draw in (False, True):
            found, _ = shares(Attack(tasks=tasks, forces=(force(seconds),)), 3, every_draw=every_draw)
            assert found["interrupted"] == found["arrived"] == expected
            assert timeline(tasks, seconds, 0.0, 1.0).p_interruption == expected


def test_forces_together_by_hand() -> None:
    """100 s are left. Called alone: 2 persons after 50 s with 0.7, 3 after 80 s with 0.6, 9 too late."""
    tasks = fixed((1.0, "begin", 100.0))
    forces = (
        force(20.0, 30.0, id="a", strength=2, p_called=0.7),
        force(80.0, id="b", strength=3, p_called=0.6),
        force(101.0, id="c", strength=9),
    )
    any_one, both = 1.0 - 0.3 * 0.4, 0.7 * 0.6
    for need, expected in ((1, any_one), (2, any_one), (3, 0.6), (4, both), (5, both), (6, 0.0), (14, 0.0)):
        found, attacks = shares(Attack(tasks=tasks, forces=forces, need=need))
        assert agrees(found["interrupted"], expected, attacks)
        assert agrees(found["arrived"], any_one, attacks)
    simulation = simulate(Attack(tasks=tasks, forces=forces), seed=3)
    assert [there for there, _ in simulation.p_strength] == [2, 3, 5]
    for (_, value), expected in zip(simulation.p_strength, (any_one, 0.6, both), strict=True):
        assert agrees(value, expected, simulation.attacks)


def test_when_things_happen_by_hand() -> None:
    """Noticed in the middle of 40 s after 10 s; 2 persons come 25 s later, 3 more after 60; in all it takes 110 s."""
    tasks = fixed((0.0, "begin", 10.0), (1.0, "middle", 40.0), (0.0, "begin", 60.0))
    forces = (force(25.0, id="a", strength=2), force(60.0, id="b", strength=3))
    sure = tuple(replace(one, duel=Duel("linear", 1.0)) for one in forces)
    simulation = simulate(Attack(tasks=tasks, forces=sure, need=3), seed=0)
    told = {times.moment: times for times in simulation.times}
    expected = {"detection": 30.0, "first_arrival": 55.0, "assembly": 90.0, "completion": 110.0, "decision": 90.0}
    assert {moment: times.mean for moment, times in told.items()} == pytest.approx(expected)
    assert all(times.count == times.of == simulation.attacks for times in told.values())
    assert simulation.p_effectiveness is not None
    assert simulation.p_effectiveness.value == 1.0


def test_the_time_of_a_fight_is_that_of_its_casualties() -> None:
    """One against one, 20 s on average; noticed at once, arriving after 30 s."""
    guards = force(30.0, duel=Duel("linear", 0.5, 20.0))
    simulation = simulate(Attack(tasks=fixed((1.0, "begin", 1e6)), forces=(guards,)), seed=1)
    decision = next(times for times in simulation.times if times.moment == "decision")
    assert abs(decision.mean - 50.0) < Z * 20.0 / math.sqrt(decision.count)
    assert abs(decision.sd - 20.0) < Z * 20.0 * math.sqrt(2.0 / decision.count)  # the fourth moment is 9 sd^4
    median = decision.quantiles[SHARES.index(0.5)]
    assert abs(median - (30.0 + 20.0 * math.log(2.0))) < Z * 20.0 / math.sqrt(decision.count)


@pytest.mark.parametrize("duel", [Duel("square", 0.8), Duel("linear", 0.6, 15.0)])
def test_one_force_wins_as_often_as_the_duel_says(duel: Duel) -> None:
    guards = Force(id="g", parts=(Duration(300.0, 90.0),), p_called=0.95, strength=4, duel=duel)
    attack = Attack(tasks=path("begin"), forces=(guards,), adversaries=3)
    simulation = simulate(attack, seed=6, standard_error=8e-4)
    expected = win_probability(duel, 4, 3)
    assert simulation.p_neutralization is not None
    assert simulation.p_effectiveness is not None
    interrupted = simulation.p_interruption.happened
    assert simulation.p_neutralization.of == interrupted
    assert agrees(simulation.p_neutralization.value, expected, interrupted)
    product = simulation.p_interruption.value * simulation.p_neutralization.value
    assert simulation.p_effectiveness.value == pytest.approx(product, rel=1e-12)


@pytest.mark.parametrize("stay", [False, True])
@pytest.mark.parametrize("duel", [Duel("square", 0.7, 20.0), Duel("linear", 0.45, 20.0), Duel("square", 0.9)])
def test_reinforcements_join_as_the_exact_solution_says(duel: Duel, stay: bool) -> None:
    """Three forces arrive at 10, 40 and 100 s; the adversaries have hardly begun, or are all but done."""
    arrivals = [(10.0, 2), (40.0, 3), (100.0, 2)]
    left = 1e7 if stay else 10.0 + 1e-6
    attack = Attack(
        tasks=fixed((1.0, "begin", left)),
        forces=tuple(force(at, id=f"f{at:g}", strength=number, duel=duel) for at, number in arrivals),
        adversaries=5,
    )
    found, attacks = shares(attack)
    expected = reinforced(duel, [(at - 10.0, number) for at, number in arrivals], 5, stay=stay)
    assert found["interrupted"] == 1.0
    assert agrees(found["won"], expected, attacks)


def test_forces_of_different_advantage_fight_as_their_mixture() -> None:
    """One of p = 1 and one of p = 0 together: the first casualty is theirs with 1/2, else one of the two falls."""
    pair = (force(1.0, id="a", duel=Duel("linear", 1.0)), force(1.0, id="b", duel=Duel("linear", 0.0)))
    found, attacks = shares(Attack(tasks=fixed((1.0, "begin", 9.0)), forces=pair))
    # hit: 1/2; else the one of p = 1 is left with 1/2 and wins, or the other one is and loses
    assert agrees(found["won"], 0.75, attacks)
    square = (force(1.0, id="a", duel=Duel("square", 3.0)), force(1.0, id="b", duel=Duel("square", 0.0)))
    found, attacks = shares(Attack(tasks=fixed((1.0, "begin", 9.0)), forces=square))
    assert agrees(found["won"], 0.75 + 0.25 * 0.5 * 0.75, attacks)


def test_who_is_beaten_first_is_followed_by_who_comes_in_time() -> None:
    """The first always loses, the second always wins: it decides if it comes before the tasks are done."""
    for second, expected in ((99.0, 1.0), (100.0, 0.0)):
        forces = (
            force(10.0, id="a", duel=Duel("linear", 0.0)),
            force(second, id="b", duel=Duel("linear", 1.0)),
        )
        found, _ = shares(Attack(tasks=fixed((1.0, "begin", 100.0)), forces=forces), 3)
        assert found["interrupted"] == 1.0
        assert found["won"] == expected


@pytest.mark.parametrize(("p", "called", "expected"), [(0.0, 1.0, 0.0), (1.0, 1.0, 1.0), (1.0, 0.0, 0.0)])
@pytest.mark.parametrize("communication", ["once", "per-alarm"])
def test_certainty_and_impossibility(p: float, called: float, expected: float, communication: Any) -> None:
    attack = Attack(
        tasks=fixed((p, "begin", 50.0)),
        forces=(force(10.0, p_called=called, duel=Duel("square", 2.0)),),
        communication=communication,
    )
    simulation = simulate(attack, seed=0)
    assert simulation.p_detection.value == p
    assert simulation.p_interruption.value == expected
    assert (simulation.p_neutralization is None) == (expected == 0.0)
    assert (simulation.p_interruption.low, simulation.p_interruption.high)[int(expected)] == expected
    assert simulation.p_interruption.standard_error > 0.0
    json.dumps(simulation.to_json(), allow_nan=False)


def test_without_a_duel_for_every_force_nothing_is_said_of_the_fight() -> None:
    forces = (force(1.0, id="a", duel=Duel("linear", 1.0)), force(2.0, id="b"))
    simulation = simulate(Attack(tasks=fixed((1.0, "begin", 9.0)), forces=forces), seed=0)
    assert simulation.p_neutralization is None
    assert simulation.p_effectiveness is None
    assert {times.moment for times in simulation.times} >= {"detection", "first_arrival", "completion"}


# ---------------------------------------------------------------- the run


def threads(workers: int) -> Callable[[Callable[[int], Tally], Iterable[int]], Iterator[Tally]]:
    """Several blocks at a time, begun in the wrong order, handed over in the right one."""

    def mapped(work: Callable[[int], Tally], numbers: Iterable[int]) -> Iterator[Tally]:
        with ThreadPoolExecutor(workers) as pool:
            waiting = iter(numbers)
            while batch := list(islice(waiting, 3 * workers)):
                begun = {number: pool.submit(work, number) for number in reversed(batch)}
                for number in batch:
                    yield begun[number].result()

    return mapped


def test_the_number_of_workers_changes_nothing() -> None:
    guards = Force(id="g", parts=(Duration(300.0, 90.0),), p_called=0.95, strength=2, duel=Duel("square", 1.0, 9.0))
    attack = Attack(tasks=path("middle"), forces=(guards,), adversaries=2)
    alone = simulate(attack, seed=4, standard_error=1.2e-3)
    assert simulate(attack, seed=4, standard_error=1.2e-3, workers=threads(3)) == alone
    assert simulate(attack, seed=5, standard_error=1.2e-3) != alone


def test_a_run_stops_at_the_standard_error_and_not_before() -> None:
    attack = Attack(tasks=path("begin"), forces=(Force(id="g", parts=(Duration(300.0, 90.0),)),))
    told: list[Progress] = []
    simulation = simulate(attack, seed=1, standard_error=1.1e-3, progress=told.append)
    assert simulation.reached
    assert simulation.p_interruption.standard_error == told[-1].standard_error <= 1.1e-3
    assert all(one.standard_error > 1.1e-3 for one in told[:-1])
    assert [one.attacks for one in told] == [BLOCK * (n + 1) for n in range(len(told))]
    short = simulate(attack, seed=1, standard_error=1e-6, at_most=BLOCK + 1)
    assert short.attacks == 2 * BLOCK
    assert not short.reached


def test_a_run_waits_for_the_fight_too() -> None:
    """Everybody is interrupted, and half of them are beaten: P_I is known at once, P_E is not."""
    attack = Attack(tasks=fixed((1.0, "begin", 9.0)), forces=(force(1.0, duel=Duel("linear", 0.5)),))
    simulation = simulate(attack, seed=1, standard_error=1.1e-3)
    assert simulation.p_interruption.value == 1.0
    assert simulation.p_effectiveness is not None
    assert simulation.p_effectiveness.standard_error <= 1.1e-3
    assert simulation.attacks > BLOCK


def test_the_standard_error_is_that_of_the_answer() -> None:
    """Over 200 seeds the answers spread as the standard error says: chi-square, 200 degrees of freedom, 1e-5 and
    1 - 1e-5 quantiles 128 and 296."""
    attack = Attack(tasks=path("begin"), forces=(Force(id="g", parts=(Duration(300.0, 90.0),), p_called=0.95),))
    blocks = [Blocks(attack, seed, negative=True)(9) for seed in range(200)]
    expected = timeline(attack.tasks, 300.0, 90.0, 0.95).p_interruption
    found = np.array([tally.counts[k.INTERRUPTED] for tally in blocks]) / BLOCK
    error = Estimate.counted(round(expected * BLOCK), BLOCK).standard_error
    assert 128.0 < float(np.sum(((found - expected) / error) ** 2)) < 296.0


def test_an_interval_covers_as_often_as_it_says() -> None:
    """Jeffreys' interval for 0.3 of 50: its exact coverage, summed over all outcomes, is within 3 % of 95 %."""
    covered = sum(
        math.comb(50, n) * 0.3**n * 0.7 ** (50 - n)
        for n in range(51)
        if Estimate.counted(n, 50).low <= 0.3 <= Estimate.counted(n, 50).high
    )
    assert covered == pytest.approx(0.95, abs=0.03)


def test_times_of_nothing_and_of_one_moment() -> None:
    assert Times.told("decision", np.array([math.nan, math.nan])) is None
    told = Times.told("decision", np.array([5.0, math.nan, 5.0]))
    assert told is not None
    assert (told.mean, told.sd, told.count, told.of, told.counts) == (5.0, 0.0, 2, 3, (2,))
    spread = Times.told("decision", np.array([0.0, 1.0, 4.0]))
    assert spread is not None
    assert (spread.edges[0], spread.edges[-1], sum(spread.counts)) == (0.0, 4.0, 3)
    assert (spread.counts[0], spread.counts[10], spread.counts[-1]) == (1, 1, 1)


def refused(words: str, **changes: Any) -> None:
    good: dict[str, Any] = {"tasks": fixed((1.0, "begin", 9.0)), "forces": (force(1.0, strength=2),)}
    with pytest.raises(InputError, match=words):
        Attack(**{**good, **changes})


def test_what_cannot_be_simulated_is_refused_in_words() -> None:
    refused("at least one task", tasks=())
    refused("nobody answers", forces=())
    refused("Ask for 1 to 2", need=3)
    refused("Ask for 1 to 2", need=0)
    refused("0 adversaries", adversaries=0)
    refused("'once' or 'per-alarm'", communication="twice")
    differing = (force(1.0, duel=Duel("linear", 0.5, 1.0)), force(1.0, duel=Duel("linear", 0.5, 2.0)))
    refused("differ in law or pace", forces=differing)
    with pytest.raises(InputError, match=r"p_called = 1\.5"):
        force(1.0, p_called=1.5)
    with pytest.raises(InputError, match="is 0 strong"):
        force(1.0, strength=0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seed": -1}, "the seed is -1"),
        ({"seed": 0, "standard_error": 0.0}, "standard error wanted is 0.0"),
        ({"seed": 0, "standard_error": math.nan}, "standard error wanted is nan"),
        ({"seed": 0, "at_most": 0}, "at most 0 attacks"),
    ],
)
def test_a_run_out_of_range_is_refused(options: dict[str, Any], words: str) -> None:
    attack = Attack(tasks=fixed((1.0, "begin", 9.0)), forces=(force(1.0),))
    with pytest.raises(InputError, match=words):
        simulate(attack, **options)


def test_json_has_every_key_and_no_nan() -> None:
    simulation = simulate(Attack(tasks=fixed((0.0, "begin", 9.0)), forces=(force(1.0),)), seed=0)
    written: dict[str, Any] = json.loads(json.dumps(simulation.to_json(), allow_nan=False))
    assert written["p_neutralization"] is None
    assert written["p_strength"] == []
    assert [times["moment"] for times in written["times"]] == ["completion"]
    keys: Sequence[str] = list(written["times"][0])
    assert keys == ["moment", "count", "of", "mean", "sd", "quantiles", "histogram"]
