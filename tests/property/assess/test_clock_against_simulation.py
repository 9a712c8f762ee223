"""The interruption clock against enumeration of the ways onward, against simulation, and against the path engine."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
import pytest
from random_sites import WEIGHTS, Draw, Enumeration, Figures, Maker

from bartizan.assess.chance import ERROR, Arrival, chance
from bartizan.assess.clock import Dispatch, LayerLeft, read_clock
from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import compile_problem
from bartizan.errors import MissingPartError
from bartizan.quantity import Duration, Probability
from bartizan.site.model import Area, Crossing, Element, Response, Target, Threat, Way
from bartizan.site.site import Site

ANYBODY = Threat(id="anybody")
Law = tuple[float, float]  # mean, variance
RUNS = 400_000


class Onward(Enumeration):
    """Every way onward from a place, by recursion."""

    def laws(self, place: str) -> Iterator[Law]:
        for tasks in self.ways_on(place):
            yield sum(weight * mean for weight, mean, _ in tasks), sum((weight * sd) ** 2 for weight, _, sd in tasks)

    def ways_on(self, place: str) -> Iterator[list[tuple[float, float, float]]]:
        areas = {area.id: area for area in self.site.areas}
        if place in areas:
            for way_in in self.legs(place, {self.target.area}, (place,), ()):
                left_by = way_in[0].id if way_in else self.target.id
                befores: list[list[tuple[float, float, float]]] = [[]]
                if not areas[place].outside:
                    here = [e.id for e in self.site.elements if place in e.between]
                    befores = [
                        [(1.0, mean, sd) for _, _, mean, sd in self.crossing(place, entered, left_by)]
                        for entered in [name for name in here if name != left_by] or here
                    ]
                for before in befores:
                    yield from self.finished(place, way_in, before)
            return
        name, _, chosen = place.partition("/")
        element = self.site.element(name)
        both = [element.between, element.between[::-1]] if element.direction == "both" else [element.between]
        both = [(one, other) for one, other in both if one != self.target.area]
        inwards = [(one, other) for one, other in both if other not in self.outside] or both
        usable = [way for way in element.ways if way.needs <= self.has] or list(element.ways)
        ways = [way for way in element.ways if way.id == chosen] if chosen else usable
        for left, entered in inwards:
            for way_in in self.legs(entered, {self.target.area}, (left, entered), ()):
                left_by = way_in[0].id if way_in else self.target.id
                if left_by == element.id:
                    continue
                for way in ways:
                    after = [(1.0, mean, sd) for _, _, mean, sd in self.crossing(entered, element.id, left_by)]
                    yield from self.finished(
                        entered, way_in, [(WEIGHTS[way.detect_at], way.delay.mean, way.delay.sd), *after]
                    )

    def finished(
        self, start: str, way_in: tuple[Element, ...], before: list[tuple[float, float, float]]
    ) -> Iterator[list[tuple[float, float, float]]]:
        home = self.target.area
        outs: list[tuple[Element, ...]] = [()]
        if self.target.objective == "remove":
            outs = list(self.legs(home, self.outside, (home,), ()))
        at_target: list[list[Figures]] = [[figures] for _, figures in self.ways(self.target.ways)]
        for way_out in outs:
            parts = [[tasks for _, tasks in choice] for choice in self.choices(start, way_in, self.target.id)]
            parts.append(at_target)
            parts += [[tasks for _, tasks in choice] for choice in self.choices(home, way_out, None)]
            for chosen in product(*parts):
                yield [*before, *((1.0, mean, sd) for tasks in chosen for _, _, mean, sd in tasks)]


@pytest.mark.parametrize("layered", [True, False])
@pytest.mark.parametrize("remove", [False, True])
@pytest.mark.parametrize("spreads", [(0.0,), (0.3,), (0.0, 0.3, 2.0)])
def test_the_chance_is_the_least_over_all_ways_onward(layered: bool, remove: bool, spreads: tuple[float, ...]) -> None:
    rng = np.random.default_rng([21, layered, remove, len(spreads), int(10 * spreads[-1])])
    maker = Maker(rng, Draw(layered=layered, spreads=spreads, remove=remove))
    compared = 0
    for _ in range(25):
        site = maker.site()
        onward = Onward(site, "target", "threat", "force")
        force = site.responses[0]
        second = replace(force, id="second", arrival=Duration(60.0, 18.0))
        site = replace(site, responses=(force, second))
        element = maker.one_of(site.elements)
        place = maker.one_of([element.id, f"{element.id}/{element.ways[0].id}", maker.one_of(site.areas).id])
        elapsed = maker.one_of([0.0, 20.0, 200.0])
        sent_at = maker.one_of([None, 0.0, 0.5 * elapsed])
        laws = list(onward.laws(place))

        read = partial(
            read_clock, site, target="target", threat="threat", place=place, since=0.0, now=elapsed,
            dispatches=[Dispatch("second", sent_at)], contact_confirmed=True,
        )  # fmt: skip
        if not laws:
            with pytest.raises(MissingPartError, match="no way onward"):
                read()
            continue
        reading = read()
        outside = place in onward.outside
        assert reading.counting == (not outside)
        mean, variance = (np.array(column) for column in zip(*laws, strict=True))
        for response, found in zip(site.responses, reading.chances, strict=True):
            assert response.arrival is not None
            gone = None if response.id != "second" or sent_at is None else elapsed - sent_at
            arrival = Arrival(response.arrival.mean, response.arrival.sd, gone)
            least = chance(mean, variance, 0.0 if outside else elapsed, arrival).min()
            assert found.chance == pytest.approx(least, abs=2.0 * ERROR)
            compared += 1
    assert compared > 20


def chain(rng: np.random.Generator, spread: float, layers: int = 4) -> Site:
    """Areas in a row, several doors between them; one sure detection at the begin of the first, which is single."""

    def time(mean: float) -> Duration:
        return Duration(mean, spread * mean)

    def ways(p: float) -> tuple[Way, ...]:
        return tuple(
            Way(id=f"w{w}", p_detection=Probability(p), detect_at="begin", delay=time(float(rng.uniform(15.0, 60.0))))
            for w in range(2)
        )

    elements = [Element(id="wall", kind="wall", between=("a0", "a1"), ways=ways(1.0)[:1])]
    elements += [
        Element(id=f"door-{at}-{d}", kind="door", between=(f"a{at}", f"a{at + 1}"), ways=ways(0.0))
        for at in range(1, layers)
        for d in range(3)
    ]
    areas = [
        Area(id="a0", outside=True),
        *(Area(id=f"a{at}", crossing=Crossing(delay=time(6.0))) for at in range(1, layers + 1)),
    ]
    return Site(
        name="chain",
        areas=tuple(areas),
        elements=tuple(elements),
        targets=(Target(id="t", area=f"a{layers}", ways=(Way(id="act", delay=time(40.0)),)),),
        responses=(
            Response(id="near", arrival=Duration(120.0, 36.0), p_communication=Probability(0.9)),
            Response(
                id="far",
                assessment=Duration(20.0, 6.0),
                communication=Duration(10.0, 3.0),
                deployment=Duration(150.0, 45.0),
                p_communication=Probability(0.8),
            ),
        ),
    )


@pytest.mark.parametrize("seed", range(20))
def test_at_t0_it_is_the_worst_path(seed: int) -> None:
    """One sure detection at the begin of the wall and no other: P_I and chance differ by the cut at 0 alone.

    With b = P(T <= 0) and a = P(A < 0), uncut: EASI counts T > A, the clock T > max(0, A) given T > 0. The events
    differ by A < T <= 0, of probability at most ab, so chance = (P_I - x) / (1 - b) with 0 <= x <= ab; the two are
    apart by at most b / (1 - b) max(P_I, a). Sums of delays of 30 % spread have b <= Phi(-1 / 0.3), and so has a.
    """
    site = chain(np.random.default_rng([31, seed]), 0.3)
    reading = read_clock(site, target="t", threat=None, place="wall/w0", since=5.0, now=5.0)
    beyond = 0.5 * math.erfc(1.0 / 0.3 / math.sqrt(2.0))
    for found in reading.chances:
        (path,), _ = worst_paths(compile_problem(site, threat=None, target="t", response=found.response), 1)
        bound = beyond / (1.0 - beyond) * max(path.p_interruption, beyond)
        assert abs(found.chance - path.p_interruption) <= bound + ERROR


@pytest.mark.parametrize(
    ("elapsed", "sent_at", "assessed_at", "confirmed"),
    [
        (0.0, None, None, False),
        (0.0, 0.0, None, False),
        (40.0, None, None, False),
        (40.0, None, 30.0, False),
        (40.0, 10.0, 8.0, False),
        (90.0, 30.0, 25.0, True),
        (150.0, 20.0, 15.0, True),
        (190.0, 60.0, 50.0, False),
    ],
)
def test_within_three_standard_errors_of_simulation(
    elapsed: float, sent_at: float | None, assessed_at: float | None, confirmed: bool
) -> None:
    site = chain(np.random.default_rng(5), 0.3)
    reading = read_clock(
        site, target="t", threat=None, place="wall", since=0.0, now=elapsed,
        dispatches=[Dispatch("far", sent_at), Dispatch("near", sent_at)],
        assessed_at=assessed_at, contact_confirmed=confirmed,
    )  # fmt: skip
    rng = np.random.default_rng(6)
    ways = list(Onward(replace(site, threats=(ANYBODY,)), "t", "anybody", "near").ways_on("wall"))
    # the hundred quickest: by then the means are so high that no spread makes up for it
    ways.sort(key=lambda tasks: sum(mean for _, mean, _ in tasks))
    for found in reading.chances:
        simulated = []
        for tasks in ways[:100]:
            mean, sd = sum(t[1] for t in tasks), math.sqrt(sum(t[2] ** 2 for t in tasks))
            simulated.append((0.5 * math.erfc((elapsed + found.eta_mean - mean) / sd / math.sqrt(2.0)), tasks))
        # simulate the ways that come first by the likeliest arrival
        least = math.inf
        for _, tasks in sorted(simulated, key=lambda one: one[0])[:5]:
            parts = pending(site.response(found.response), sent_at is not None or assessed_at is not None)
            gone = None if sent_at is None else elapsed - sent_at
            share, error = simulate(rng, tasks, parts, elapsed, gone)
            p_communication = 1.0 if confirmed else site.response(found.response).p_communication.value
            least = min(least, p_communication * share)
            # no way does worse than the clock says
            assert p_communication * share >= found.chance - 3.0 * p_communication * error
        assert found.chance == pytest.approx(least, abs=3.0 * error + ERROR)


def pending(force: Response, assessed: bool) -> list[Duration]:
    if force.arrival is not None:
        return [force.arrival]
    return [force.communication, force.deployment] + ([] if assessed else [force.assessment])


def simulate(
    rng: np.random.Generator,
    tasks: list[tuple[float, float, float]],
    parts: list[Duration],
    elapsed: float,
    gone: float | None,
) -> tuple[float, float]:
    """Share of runs that are still on at `elapsed` in which the response comes in time, and its standard error."""
    delay = sum(rng.normal(mean, sd, RUNS) for _, mean, sd in tasks)
    need = sum(rng.normal(part.mean, part.sd, RUNS) for part in parts)
    if gone is None:
        left, possible = np.maximum(0.0, need), delay > elapsed
    else:
        left = need - gone
        possible = (delay > elapsed) & (left > 0.0)
    in_time = (delay > elapsed + left)[possible]
    share = float(in_time.mean())
    return share, math.sqrt(share * (1.0 - share) / in_time.size)


@pytest.mark.parametrize("elapsed", [0.0, 60.0, 180.0])
def test_layers_agree_with_simulation(elapsed: float) -> None:
    site = chain(np.random.default_rng(8), 0.3)
    reading = read_clock(site, target="t", threat=None, place="wall", since=0.0, now=elapsed)
    rng = np.random.default_rng(9)
    size = 600_000
    delays = [figures_of(site, layer) for layer in reading.layers]
    done = np.cumsum([rng.normal(delay.mean, delay.sd, size) for delay in delays], axis=0)
    still_on = done[-1] > elapsed
    assert np.count_nonzero(still_on) > 10_000
    for layer, moment in zip(reading.layers, done[:, still_on], strict=True):
        left = np.maximum(0.0, moment - elapsed)
        error = float(left.std()) / math.sqrt(left.size)
        assert layer.mean == pytest.approx(float(left.mean()), abs=3.5 * error + 0.01)
        # the standard error of a share, turned into one of seconds by two neighbouring quantiles
        for found, share in ((layer.p10, 0.1), (layer.p90, 0.9)):
            by = 3.5 * math.sqrt(share * (1.0 - share) / left.size)
            low, high = np.quantile(left, [max(0.0, share - by), min(1.0, share + by)])
            assert low - 0.05 <= found <= high + 0.05


def figures_of(site: Site, layer: LayerLeft) -> Duration:
    if layer.kind == "area":
        crossing = site.area(layer.id).crossing
        assert crossing is not None
        return crossing.delay
    ways = site.element(layer.id).ways if layer.kind == "element" else site.target(layer.id).ways
    return next(way.delay for way in ways if way.id == layer.way)
