"""The problem: will this response stop this threat on its way to its target? Compiled once, for every engine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from bartizan.assess.arrays import Arrays, Floats
from bartizan.assess.figures import Figure, Register, p_detected
from bartizan.assess.journey import Journey
from bartizan.assess.result import Path
from bartizan.assess.task import Communication, Forced, Task, require_seconds
from bartizan.assess.taskgraph import TaskGraph
from bartizan.assess.timeline import heard, p_interruption, timeline
from bartizan.errors import InputError
from bartizan.quantity import CERTAIN, ZERO, Duration
from bartizan.site.model import Response
from bartizan.site.site import Site

_Part = tuple[str, Duration]  # the key of a part of the response time, and the part


# no slots: the arrays are worked out once, when first asked for
@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """One threat, target (or all of several), state and response: the graph of tasks and the response against it.

    `response_mean`, `response_sd` in seconds, from the first alarm to a position that stops the intruder, and
    `response_laws` the independent parts that add up to it; `p_communication` in [0, 1], counted `communication`.
    `figures` are those of the site on which tasks and response rest, by number; `response_rests_on` has the number
    for each part of the response time, None where no figure gives it.
    """

    threat: str | None
    target: str
    state: tuple[str, ...]
    response: str
    response_mean: float
    response_sd: float
    p_communication: float
    graph: TaskGraph
    communication: Communication = "once"
    forced: Forced = "closes"
    insider: str | None = None
    response_laws: tuple[Duration, ...] = ()
    figures: tuple[Figure, ...] = field(default=(), repr=False)
    response_rests_on: tuple[int | None, ...] = ()
    p_communication_rests_on: int | None = None

    def __post_init__(self) -> None:
        require_seconds("response_mean", self.response_mean)
        require_seconds("response_sd", self.response_sd)
        if not 0.0 <= self.p_communication <= 1.0:
            raise InputError(f"p_communication = {self.p_communication!r} is no probability. Give 0 to 1")
        if not self.response_laws:
            law = Duration(self.response_mean, self.response_sd, "normal" if self.response_sd > 0.0 else "fixed")
            object.__setattr__(self, "response_laws", (law,))

    @property
    def targets(self) -> tuple[str, ...]:
        """The ids of the targets, all of which the threat is after."""
        return tuple(self.target.split(","))

    @cached_property
    def arrays(self) -> Arrays:
        """The graph in numbers."""
        return Arrays.of(self.graph, self.p_communication, self.communication)

    @cached_property
    def values(self) -> Floats:
        """The points of the figures, shape (n,): probabilities, and the means of times [s]. Not to be written to."""
        values = np.array([figure.point for figure in self.figures], dtype=np.float64)
        values.setflags(write=False)
        return values

    @property
    def p_outside(self) -> float:
        """What stands before the sum over the path: P_C, or 1 where each alarm has its own communication."""
        return 1.0 if self.communication == "per-alarm" else self.p_communication

    def heard(self, tasks: Sequence[Task]) -> tuple[Task, ...]:
        """The tasks as the closed form counts them beside `p_outside`: under "per-alarm" each p is times P_C."""
        return heard(tasks, self.p_communication, self.communication)

    def path(self, tasks: Sequence[Task]) -> Path:
        """The timeline of one path through the graph, given its tasks as the graph has them."""
        return timeline(tasks, self.response_mean, self.response_sd, self.p_communication, self.communication)

    def p_interruption(self, tasks: Sequence[Task]) -> float:
        """P_I of one path through the graph alone."""
        return p_interruption(tasks, self.response_mean, self.response_sd, self.p_communication, self.communication)

    def with_values(self, values: Sequence[float] | Floats) -> Problem:
        """The same problem with other figures: the same graph, other probabilities and mean times.

        `values`, shape (n,), in the order of `figures`: probabilities, and means [s]. A time keeps its law, and its
        spread in proportion to its mean. With `self.values` nothing changes, to the last bit. Raises InputError for
        another number of values, or one that is no probability or no time.
        """
        points = [float(value) for value in values]
        if len(points) != len(self.figures):
            raise InputError(f"{len(points)} values were given for {len(self.figures)} figures. Give one for each")
        figures = tuple(figure.moved(point) for figure, point in zip(self.figures, points, strict=True))
        moved = {number for number, figure in enumerate(figures) if figure is not self.figures[number]}
        if not moved:
            return self
        laws = tuple(
            law if number is None or number not in moved else law.scaled(points[number])
            for law, number in zip(self.response_laws, self.response_rests_on or (None,), strict=True)
        )
        told = self.p_communication_rests_on
        mean, sd = _total(laws)
        pairs = [(task, _moved(task, points, moved)) for task in self.graph.distinct_tasks()]
        changed = [(old, new) for old, new in pairs if new is not old]
        return replace(
            self,
            response_laws=laws,
            response_mean=mean,
            response_sd=sd,
            p_communication=self.p_communication if told is None else points[told],
            graph=self.graph.with_tasks(changed) if changed else self.graph,
            figures=figures,
        )


def compile_problem(
    site: Site,
    *,
    threat: str | None,
    target: str | Sequence[str],
    response: str,
    state: Sequence[str] = (),
    communication: Communication = "once",
    forced: Forced = "closes",
    insider: str | None = None,
) -> Problem:
    """The problem of one threat, target and response on a site, when the states named hold.

    `threat` None: an intruder who has whatever any way needs. `target`: one id, or several: then all of them are
    wanted, in whatever order is worst. `communication`: "once" for the whole intrusion (EASI), or "per-alarm", where
    every alarm has its own chance to get through. `forced`: whether what was forced "closes" again or "stays-open"
    for later legs. `insider`: one whose changes hold too; he helps, and does not act alone. Deployment runs to the
    target's area where the response names one for it, of several to the one that takes longest.

    Raises UnknownIdError for an id that the site lacks, ChangeError for states that exclude each other, InputError
    for a way that can be noticed and does not say when. `journey` and `reading` say how the words of a site are
    read. Not modelled: responses together, dependence between the detections of different tasks.
    """
    there = site.in_state(state) if state else site
    there = there if insider is None else there.with_insider(insider)
    targets = (target,) if isinstance(target, str) else tuple(target)
    force = there.response(response)
    parts = _longest(force, [there.target(name).area for name in targets])
    journey = Journey(there, threat=threat, targets=targets, forced=forced)
    graph = journey.graph()
    register: Register = journey.reader.register
    at = f"response/{response}"
    rests_on = tuple(register.number(at, key, law) for key, law in parts)
    told = register.number(at, "p_communication", force.p_communication, CERTAIN)
    laws = tuple(law for _, law in parts)
    mean, sd = _total(laws)
    return Problem(
        threat=threat,
        target=",".join(targets),
        state=tuple(state),
        response=response,
        response_mean=mean,
        response_sd=sd,
        p_communication=force.p_communication.value,
        graph=graph,
        communication=communication,
        forced=forced,
        insider=insider,
        response_laws=laws,
        figures=register.figures,
        response_rests_on=rests_on,
        p_communication_rests_on=told,
    )


def response_time(
    response: Response, places: Sequence[str], *, assessed: bool = False, called: bool = False
) -> tuple[float, float]:
    """The time a response needs, as mean and standard deviation [s].

    Its arrival; or the sum of its parts, deployment being that to the first of `places` (area or element ids) for
    which the response names one. `assessed` drops the assessment, `called` the communication; a total cannot be
    parted, and stays whole.
    """
    return _total([law for _, law in response_parts(response, places, assessed=assessed, called=called)])


def response_parts(
    response: Response, places: Sequence[str], *, assessed: bool = False, called: bool = False
) -> tuple[_Part, ...]:
    """The parts of a response time by the keys of the site's file; `response_time` says which. One at least."""
    if response.arrival is not None:
        return (("arrival", response.arrival),)
    named = dict(response.deployment_to)
    place = next((place for place in places if place in named), None)
    deployment = ("deployment", response.deployment) if place is None else (f"deployment_to.{place}", named[place])
    parts = [deployment]
    if not assessed:
        parts.append(("assessment", response.assessment))
    if not called:
        parts.append(("communication", response.communication))
    return tuple(part for part in parts if part[1] != ZERO) or (deployment,)


def _longest(response: Response, areas: Sequence[str]) -> tuple[_Part, ...]:
    """The parts of the response time to the area for which it is longest; of equal ones to the first."""
    every = [response_parts(response, (area,)) for area in dict.fromkeys(areas)]
    if not every:
        raise InputError("no target was named. Name one or more")
    return max(every, key=lambda parts: _total([law for _, law in parts])[0])


def _total(laws: Sequence[Duration]) -> tuple[float, float]:
    """Mean and standard deviation [s] of the sum of independent times."""
    if len(laws) == 1:
        return laws[0].mean, laws[0].sd
    return sum(law.mean for law in laws), math.sqrt(sum(law.sd * law.sd for law in laws))


def _moved(task: Task, points: Sequence[float], moved: set[int]) -> Task:
    """The task with the figures that moved; itself where none of its own did."""
    rests = task.rests_on
    delay = task.law
    if rests.delay is not None and rests.delay in moved:
        delay = delay.scaled(points[rests.delay])
    p = task.p_detection
    if any(number in moved for group in rests.detection for sensor in group for number in sensor):
        p = p_detected(rests.detection, points)
    if p == task.p_detection and delay.mean == task.delay_mean:
        return task
    return replace(task, p_detection=p, delay_mean=delay.mean, delay_sd=delay.sd, delay=delay)
