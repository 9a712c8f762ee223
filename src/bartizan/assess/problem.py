"""The problem: will this response stop this threat on its way to this target? Compiled once, for every engine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bartizan.assess.task import require_seconds
from bartizan.assess.taskgraph import TaskGraph, compile_graph
from bartizan.errors import InputError
from bartizan.site.model import Response
from bartizan.site.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One threat, target, state and response: the graph of tasks and the response it runs against.

    `response_mean`, `response_sd` in seconds, from the first alarm to a position that stops the intruder;
    `p_communication` in [0, 1].
    """

    threat: str | None
    target: str
    state: tuple[str, ...]
    response: str
    response_mean: float
    response_sd: float
    p_communication: float
    graph: TaskGraph

    def __post_init__(self) -> None:
        require_seconds("response_mean", self.response_mean)
        require_seconds("response_sd", self.response_sd)
        if not 0.0 <= self.p_communication <= 1.0:
            raise InputError(f"p_communication = {self.p_communication!r} is no probability. Give 0 to 1")


def compile_problem(
    site: Site, *, threat: str | None, target: str, response: str, state: Sequence[str] = ()
) -> Problem:
    """The problem of one threat, target and response on a site, when the states named hold.

    `threat` None: an intruder who has whatever any way needs. Deployment runs to the target's area where the
    response names one for it. Raises UnknownIdError for an id that the site lacks, ChangeError for states that
    exclude each other, InputError for a way that can be noticed and does not say when. `taskgraph` says how the
    words of a site are read. Not modelled: responses together, dependence between sensors, laws other than the
    normal.
    """
    there = site.in_state(state) if state else site
    force = there.response(response)
    mean, sd = response_time(force, (there.target(target).area,))
    return Problem(
        threat=threat,
        target=target,
        state=tuple(state),
        response=response,
        response_mean=mean,
        response_sd=sd,
        p_communication=force.p_communication.value,
        graph=compile_graph(there, threat=threat, target=target),
    )


def response_time(
    response: Response, places: Sequence[str], *, assessed: bool = False, called: bool = False
) -> tuple[float, float]:
    """The time a response needs, as mean and standard deviation [s].

    Its arrival; or the sum of its parts, deployment being that to the first of `places` (area or element ids) for
    which the response names one. `assessed` drops the assessment, `called` the communication; a total cannot be
    parted, and stays whole.
    """
    if response.arrival is not None:
        return response.arrival.mean, response.arrival.sd
    named = dict(response.deployment_to)
    parts = [next((named[place] for place in places if place in named), response.deployment)]
    if not assessed:
        parts.append(response.assessment)
    if not called:
        parts.append(response.communication)
    return sum(part.mean for part in parts), math.sqrt(sum(part.sd * part.sd for part in parts))
