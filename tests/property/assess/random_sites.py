"""Random sites, and every path on them by enumeration: written from the definitions alone, with no engine code."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations, product
from typing import TypeVar

import numpy as np

from bartizan.quantity import Duration, Probability
from bartizan.site.model import Area, Crossing, DetectAt, Element, Response, Target, Threat, Way, WayDirection
from bartizan.site.site import Site

SIDES: tuple[WayDirection, ...] = ("both", "both", "forward", "backward")
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
    # how many targets, all of them wanted; whether ways serve one side, leave elements open, take more than one
    targets: int = 1
    sided: bool = False
    opens: bool = False
    crowds: bool = False
    # tens of seconds and halves: equal paths are then equal to the last bit, in whatever order one adds
    round_figures: bool = False


class Enumeration:
    """Every path of a site, by recursion over areas, elements and ways, and its P_I by the formula.

    `target`: an id, or several with commas between: all of them, in every order, one leg each.
    """

    def __init__(
        self,
        site: Site,
        target: str,
        threat: str,
        response: str,
        *,
        communication: str = "once",
        forced: str = "closes",
    ) -> None:
        self.site = site
        self.targets = [site.target(name) for name in target.split(",")]
        self.target = self.targets[0]
        self.threat = site.threat(threat)
        self.has = self.threat.has
        self.per_alarm = communication == "per-alarm"
        self.stays_open = forced == "stays-open"
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
            if way.needs <= self.threat.has and way.needs_count <= self.threat.count
        ]

    def served(self, element: Element, left: str) -> tuple[Way, ...]:
        side = "forward" if left == element.between[0] else "backward"
        return tuple(way for way in element.ways if way.direction in ("both", side))

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

    def choices(
        self, start: str, elements: tuple[Element, ...], target: str | None, later: bool = False
    ) -> list[list[Choice]]:
        """Per element of a leg its ways, each with the figures of the way and of the crossing that follows.

        On a later leg an element may also be passed without any way: `open_before` says whether it is open.
        """
        choices, area = [], start
        for index, element in enumerate(elements):
            left, area = area, element.between[1] if area == element.between[0] else element.between[0]
            after: list[Figures] = []
            if index < len(elements) - 1:
                after = self.crossing(area, element.id, elements[index + 1].id)
            elif target is not None:
                after = self.crossing(area, element.id, target)
            ways = self.ways(self.served(element, left))
            if later and self.stays_open:
                ways.append(("", (0.0, 0.0, 0.0, 0.0)))
            choices.append([((element.id, way, left, area), [figures, *after]) for way, figures in ways])
        return choices

    def open_before(self, legs: Sequence[Steps]) -> bool:
        """Whether every element that is passed without a way was opened on an earlier leg."""
        opens = {(element.id, way.id) for element in self.site.elements for way in element.ways if way.opens}
        opened: set[str] = set()
        for leg in legs:
            if any(not way and name not in opened for name, way, _, _ in leg):
                return False
            opened |= {name for name, way, _, _ in leg if (name, way) in opens}
        return True

    def journeys(self) -> Iterator[list[tuple[str, tuple[Element, ...], Target | None]]]:
        """Every order of targets and every sequence of elements: per leg where it starts, and to which target."""
        away = any(target.objective == "remove" for target in self.targets)
        for order in permutations(self.targets):
            for start in sorted(self.outside):
                begins = [start, *(target.area for target in order)]
                ends = [{target.area} for target in order] + ([self.outside] if away else [])
                legs = [
                    [(begin, elements) for elements in self.legs(begin, end, (begin,), ())]
                    for begin, end in zip(begins, ends, strict=False)
                ]
                for chosen in product(*legs):
                    goals: list[Target | None] = [*order, None]
                    yield [(*leg, goal) for leg, goal in zip(chosen, goals, strict=False)]

    def paths(self) -> Found:
        """Per sequence of areas and elements, every choice of ways with its P_I."""
        found: Found = {}
        for journey in self.journeys():
            legs: list[list[tuple[Choice, ...]]] = []
            for number, (start, elements, goal) in enumerate(journey):
                parts = self.choices(start, elements, None if goal is None else goal.id, number > 0)
                if goal is not None:
                    parts.append([((goal.id, way, "", ""), [figures]) for way, figures in self.ways(goal.ways)])
                legs.append(list(product(*parts)))
            for path in product(*legs):
                by_leg = [tuple(name for name, _ in leg) for leg in path]
                if not self.open_before(by_leg):
                    continue
                steps = tuple(name for leg in by_leg for name in leg)
                value = self.p_interruption([task for leg in path for _, tasks in leg for task in tasks])
                # acting on a target is no area and no element
                key = tuple((name, left, entered) if left else ("", "", "") for name, _, left, entered in steps)
                found.setdefault(key, []).append((value, steps))
        return found

    def p_interruption(self, tasks: list[Figures]) -> float:
        """P_C sum_i p_i prod_{j<i} (1 - p_j) P(R|A_i), forwards; per alarm p_i P_C in the place of p_i, and no P_C."""
        response_mean, response_sd = self.response
        once, each = (1.0, self.p_communication) if self.per_alarm else (self.p_communication, 1.0)
        total, missed = 0.0, 1.0
        for index, (noticed, weight, mean, sd) in enumerate(tasks):
            p = each * noticed
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
        return once * total


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
                ways=tuple(self.element_way(f"way-{index}") for index in range(int(rng.integers(1, most + 1)))),
            )
            for letter, (one, other) in zip(letters, pairs, strict=True)
        )
        targets = tuple(
            Target(
                id="target" if index == 0 else f"target-{index}",
                area=names[-1] if index == 0 else self.one_of(names),
                objective="remove" if self.draw.remove and index == 0 else "reach",
                ways=tuple(self.way(f"act-{index}") for index in range(int(rng.integers(1, 3)))),
            )
            for index in range(self.draw.targets)
        )
        total = float(rng.uniform(0.2, 1.2)) * number * 40.0
        arrival = self.duration(float(round(total, -1)) if self.draw.round_figures else total)
        p_communication = Probability(self.one_of([1.0, 0.9]))
        return Site(
            name="random",
            areas=tuple(self.area(name, name in outside, elements) for name in names),
            elements=elements,
            targets=targets,
            responses=(Response(id="force", arrival=arrival, p_communication=p_communication),),
            threats=(Threat(id="threat", has=frozenset({"tool"}), count=2),),
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

    def element_way(self, name: str) -> Way:
        way = self.way(name)
        if self.draw.sided:
            way = replace(way, direction=self.one_of(SIDES))
        if self.draw.opens:
            way = replace(way, opens=self.rng.random() < 0.5)
        if self.draw.crowds:
            way = replace(way, needs_count=self.one_of([1, 1, 2, 3]))
        return way

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
