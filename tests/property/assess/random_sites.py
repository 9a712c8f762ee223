"""Random sites, and every path on them by enumeration: written from the definitions alone, with no engine code."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

import numpy as np

from bartizan.quantity import Duration, Probability
from bartizan.site.model import Area, Crossing, DetectAt, Element, Response, Target, Threat, Way
from bartizan.site.site import Site

MOMENTS: tuple[DetectAt, ...] = ("begin", "middle", "end")
WEIGHTS = {"begin": 1.0, "middle": 0.5, "end": 0.0, None: 0.0}
_Thing = TypeVar("_Thing")
Figures = tuple[float, float, float, float]  # p, weight, mean, sd
Choice = tuple[tuple[str, str, str, str], list[Figures]]  # a step and the tasks that it brings
Steps = tuple[tuple[str, str, str, str], ...]  # element, way, area left, area entered
Found = dict[tuple[tuple[str, str, str], ...], list[tuple[float, Steps]]]  # by element, area left, area entered


@dataclass(frozen=True)
class Draw:
    """What kind of random site: how it is joined, and from what its figures are drawn."""

    layered: bool
    spreads: tuple[float, ...]
    remove: bool
    p_choices: tuple[float, ...] = (0.0, 1.0, 0.3, 0.8)
    # tens of seconds and halves: equal paths are then equal to the last bit, in whatever order one adds
    round_figures: bool = False


class Enumeration:
    """Every path of a site, by recursion over areas, elements and ways, and its P_I by the formula."""

    def __init__(self, site: Site, target: str, threat: str, response: str) -> None:
        self.site = site
        self.target = site.target(target)
        self.has = site.threat(threat).has
        force = site.response(response)
        assert force.arrival is not None
        self.response = force.arrival.mean, force.arrival.sd
        self.p_communication = force.p_communication.value
        self.outside = {area.id for area in site.areas if area.outside}

    def ways(self, ways: tuple[Way, ...]) -> list[tuple[str, Figures]]:
        return [
            (
                way.id,
                (
                    0.0 if way.p_detection is None else way.p_detection.value,
                    WEIGHTS[way.detect_at],
                    way.delay.mean,
                    way.delay.sd,
                ),
            )
            for way in ways
            if way.needs <= self.has
        ]

    def crossing(self, area: str, entered_by: str, left_by: str) -> list[Figures]:
        here = self.site.area(area)
        chosen = here.crossing
        for pair in here.crossing_between:
            if pair.between == (entered_by, left_by):
                chosen = pair
        if chosen is None:
            return []
        return [(chosen.p_detection.value, WEIGHTS[chosen.detect_at], chosen.delay.mean, chosen.delay.sd)]

    def legs(
        self, area: str, ends: set[str], been: tuple[str, ...], passed: tuple[Element, ...]
    ) -> Iterator[tuple[Element, ...]]:
        """Every sequence of elements from an area to the first of `ends`, that enters no area twice."""
        if area in ends:
            yield passed
            return
        for element in self.site.elements:
            one, other = element.between
            if area == one and other not in been:
                yield from self.legs(other, ends, (*been, other), (*passed, element))
            if area == other and one not in been and element.direction == "both":
                yield from self.legs(one, ends, (*been, one), (*passed, element))

    def choices(self, start: str, elements: tuple[Element, ...], target: str | None) -> list[list[Choice]]:
        """Per element of a leg its ways, each with the figures of the way and of the crossing that follows."""
        choices, area = [], start
        for index, element in enumerate(elements):
            left, area = area, element.between[1] if area == element.between[0] else element.between[0]
            after: list[Figures] = []
            if index < len(elements) - 1:
                after = self.crossing(area, element.id, elements[index + 1].id)
            elif target is not None:
                after = self.crossing(area, element.id, target)
            choices.append(
                [((element.id, way, left, area), [figures, *after]) for way, figures in self.ways(element.ways)]
            )
        return choices

    def paths(self) -> Found:
        """Per sequence of areas and elements, every choice of ways with its P_I."""
        home = self.target.area
        outs: list[tuple[Element, ...]] = [()]
        if self.target.objective == "remove":
            outs = list(self.legs(home, self.outside, (home,), ()))
        at_target: list[Choice] = [
            ((self.target.id, way, "", ""), [figures]) for way, figures in self.ways(self.target.ways)
        ]
        found: Found = {}
        for start in sorted(self.outside):
            for way_in in self.legs(start, {home}, (start,), ()):
                for way_out in outs:
                    parts = [*self.choices(start, way_in, self.target.id), at_target]
                    parts += self.choices(home, way_out, None)
                    made = [
                        (self.p_interruption([task for _, tasks in path for task in tasks]), tuple(n for n, _ in path))
                        for path in product(*parts)
                    ]
                    if made:
                        found[tuple((name, left, entered) for name, _, left, entered in made[0][1])] = made
        return found

    def p_interruption(self, tasks: list[Figures]) -> float:
        """P_C sum_i p_i prod_{j<i} (1 - p_j) P(R|A_i), forwards."""
        response_mean, response_sd = self.response
        total, missed = 0.0, 1.0
        for index, (p, weight, mean, sd) in enumerate(tasks):
            if p == 0.0:
                continue
            left = sum(task[2] for task in tasks[index + 1 :])
            spread = sum(task[3] * task[3] for task in tasks[index + 1 :])
            margin = weight * mean + left - response_mean
            deviation = math.sqrt(weight * weight * sd * sd + spread + response_sd * response_sd)
            if deviation == 0.0:
                timely = 1.0 if margin > 0.0 else 0.0
            else:
                timely = 0.5 * math.erfc(-margin / deviation / math.sqrt(2.0))
            total += p * missed * timely
            missed *= 1.0 - p
        return self.p_communication * total


class Maker:
    """Draws small sites from one generator."""

    def __init__(self, rng: np.random.Generator, draw: Draw) -> None:
        self.rng = rng
        self.draw = draw

    def site(self) -> Site:
        rng = self.rng
        number = 3 + int(3.0 * rng.random() ** 2)
        names = [f"area-{index}" for index in range(number)]
        outside = {names[0], names[1]} if rng.random() < 0.3 else {names[0]}
        pairs = [(index, index + 1) for index in range(number - 1)]
        if self.draw.layered:
            pairs += [pairs[int(rng.integers(len(pairs)))] for _ in range(int(rng.integers(0, 3)))]
        else:
            ends = [rng.choice(number, 2, replace=False).tolist() for _ in range(int(rng.integers(1, 4)))]
            pairs += [(one, other) for one, other in ends]
        most = 3 if len(pairs) < 4 else 2
        # ids in another order than the file's, so that order by ids is seen
        letters = rng.permutation(len(pairs)).tolist()
        elements = tuple(
            Element(
                id=f"element-{letter}",
                kind="door",
                between=(names[one], names[other]),
                direction="forward" if rng.random() < 0.25 else "both",
                ways=tuple(self.way(f"way-{index}") for index in range(int(rng.integers(1, most + 1)))),
            )
            for letter, (one, other) in zip(letters, pairs, strict=True)
        )
        target = Target(
            id="target",
            area=names[-1],
            objective="remove" if self.draw.remove else "reach",
            ways=tuple(self.way(f"act-{index}") for index in range(int(rng.integers(1, 3)))),
        )
        total = float(rng.uniform(0.2, 1.2)) * number * 40.0
        arrival = self.duration(float(round(total, -1)) if self.draw.round_figures else total)
        p_communication = Probability(self.one_of([1.0, 0.9]))
        return Site(
            name="random",
            areas=tuple(self.area(name, name in outside, elements) for name in names),
            elements=elements,
            targets=(target,),
            responses=(Response(id="force", arrival=arrival, p_communication=p_communication),),
            threats=(Threat(id="threat", has=frozenset({"tool"})),),
        )

    def duration(self, mean: float) -> Duration:
        return Duration(mean, self.one_of(self.draw.spreads) * mean)

    def one_of(self, things: Sequence[_Thing]) -> _Thing:
        return things[int(len(things) * self.rng.random())]  # rng.choice takes ten times as long

    def seconds(self) -> float:
        if self.rng.random() < 0.1:
            return 0.0
        seconds = float(self.rng.uniform(1.0, 90.0))
        return float(round(seconds, -1)) if self.draw.round_figures else seconds

    def detection(self) -> Probability:
        if self.draw.round_figures or self.rng.random() < 0.5:
            return Probability(self.one_of(self.draw.p_choices))
        return Probability(float(self.rng.random()))

    def way(self, name: str) -> Way:
        needs = frozenset({self.one_of(["tool", "other"])}) if self.rng.random() < 0.2 else frozenset()
        return Way(
            id=name,
            needs=needs,
            p_detection=self.detection(),
            detect_at=self.one_of(MOMENTS),
            delay=self.duration(self.seconds()),
        )

    def crossing(self, between: tuple[str, str] | None = None) -> Crossing:
        return Crossing(
            p_detection=self.detection(),
            detect_at=self.one_of(MOMENTS),
            delay=self.duration(self.seconds() / 2.0),
            between=between,
        )

    def area(self, name: str, outside: bool, elements: tuple[Element, ...]) -> Area:
        here = [element.id for element in elements if name in element.between]
        between: tuple[Crossing, ...] = ()
        if self.rng.random() < 0.25 and len(here) > 1:
            one, other = self.rng.choice(here, 2, replace=False).tolist()
            between = (self.crossing((one, other)),)
        elif self.rng.random() < 0.1:
            between = (self.crossing((here[0], "target")),)
        crossing = self.crossing() if self.rng.random() < 0.5 else None
        return Area(id=name, outside=outside, crossing=crossing, crossing_between=between)
