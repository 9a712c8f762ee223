"""The doubt about every threat, target, state and response asked for, or about the one path of a sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from typing_extensions import Unpack

from bartizan import __version__
from bartizan.app.study import Chosen, Selection, no_path, problems, sheet_hash
from bartizan.app.study.head import head
from bartizan.app.study.questions import MAX_SECONDS
from bartizan.assess.doubt import Asked, Bound, Doubt, doubt, doubt_of_path, lower_bound
from bartizan.assess.doubt.pool import Ground
from bartizan.assess.doubt.search import Progress
from bartizan.assess.figures import Figure
from bartizan.assess.task import Communication, RestsOn, Task
from bartizan.errors import InputError
from bartizan.quantity import LEAST_TRIALS, Duration, Probability
from bartizan.site.site import Site

Telling = Callable[[str], Progress]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtCase:
    """The doubt about one threat, target, state and response; no path: `doubt` is None and `reason` says why.

    `bound` is P_I with every doubtful figure at its pessimistic end, where that was asked for.
    """

    threat: str | None
    target: str | None
    state: tuple[str, ...]
    response: str | None
    insider: str | None = None
    doubt: Doubt | None
    bound: Bound | None = None
    reason: str | None = None

    @property
    def least(self) -> float | None:
        """The P_I to rely on: the bound where one was asked for, else the low end of the interval; None: no path."""
        if self.bound is not None:
            return self.bound.value
        return None if self.doubt is None else self.doubt.interval.low

    def to_json(self) -> dict[str, Any]:
        """The case as a JSON object."""
        return {
            "threat": self.threat,
            "target": self.target,
            "state": list(self.state),
            "response": self.response,
            "insider": self.insider,
            "reason": self.reason,
            "doubt": None if self.doubt is None else self.doubt.to_json(),
            "bound": None if self.bound is None else self.bound.to_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """What was asked, of which site, and every answer; the same `seed` gives the same again."""

    version: str
    site_name: str
    site_hash: str
    seed: int
    options: Mapping[str, Any]
    cases: tuple[DoubtCase, ...]

    @property
    def short(self) -> tuple[DoubtCase, ...]:
        """The cases whose P_I may be below what is required: at the low end of the interval, or at the bound."""
        require = self.options["require"]
        if require is None:
            return ()
        return tuple(case for case in self.cases if case.least is not None and case.least < require)

    def to_json(self) -> dict[str, Any]:
        """The doubts as a JSON object: absent is null, a key is never missing."""
        return {
            **head(self, self.seed),
            "results": [case.to_json() for case in self.cases],
        }


def doubt_site(
    site: Site,
    *,
    asked: Asked | None = None,
    seed: int = 0,
    bound: Literal["lower"] | None = None,
    telling: Telling | None = None,
    **chosen: Unpack[Chosen],
) -> Doubts:
    """How sure is P_I of a site, what drives the doubt, and what should be tested first?

    `chosen`: which threats, targets, states and responses; all by default. `asked`: level, draws, trials, the
    width wanted and the P_I required. `seed`: each case draws from a stream of its own, in the order of the cases.
    `bound` "lower": also P_I with every doubtful figure at its pessimistic end. `telling` gives, for the name of a
    case, somebody to tell how far it is. Returns one case per question, in the order of the site's file. Raises what
    a study raises, and InputError for more doubtful figures than can be drawn at once.
    """
    selection = Selection(**chosen)
    asked = asked or Asked()
    questions = list(problems(site, selection))
    streams = _generator(seed).spawn(len(questions))
    cases = []
    for (there, problem), stream in zip(questions, streams, strict=True):
        name = ", ".join(part for part in (problem.threat, problem.target, *problem.state, problem.response) if part)
        found = doubt(problem, asked, stream, None if telling is None else telling(name))
        cases.append(
            DoubtCase(
                threat=problem.threat,
                target=problem.target,
                state=problem.state,
                response=problem.response,
                insider=problem.insider,
                doubt=found,
                bound=None if bound is None or found is None else lower_bound(problem, asked.level),
                reason=no_path(there, problem.threat, problem.targets) if found is None else None,
            )
        )
    return Doubts(
        version=__version__,
        site_name=site.name,
        site_hash=site.hash,
        seed=seed,
        options=MappingProxyType({**selection.to_json(), **_options(asked), "bound": bound}),
        cases=tuple(cases),
    )


def doubt_sheet(
    tasks: Sequence[Task],
    *,
    name: str,
    response: Duration,
    p_communication: float,
    trials: int | None = None,
    communication: Communication = "once",
    asked: Asked | None = None,
    seed: int = 0,
) -> Doubts:
    """How sure is P_I of the one path of an EASI sheet?

    `response` is the response time [s]; `trials`: every figure of the sheet, and of the response, is taken to rest on
    so many trials, and none of them is in doubt where it is None. The rest is as in `doubt_site`. Raises InputError
    for a figure out of range.
    """
    asked = asked or Asked()
    if not tasks:
        raise InputError("a path has at least one task, and this one has none. Add a task")
    if trials is not None and not LEAST_TRIALS <= trials <= 10**9:
        raise InputError(f"the sheet's figures rest on {trials!r} trials. Give {LEAST_TRIALS} or more")
    if not 0.0 <= p_communication <= 1.0:
        raise InputError(f"the probability of communication is {p_communication!r}. Give a number from 0 to 1")
    if response.mean > MAX_SECONDS or response.sd > MAX_SECONDS:
        raise InputError(f"the response takes {response.mean!r} s, sd {response.sd!r} s. Give at most {MAX_SECONDS:g}")
    figures, resting = _figures(tasks, response, p_communication, trials)
    ground = Ground(
        points=np.array([figure.point for figure in figures]),
        spreads=np.array([figure.value.sd if isinstance(figure.value, Duration) else 0.0 for figure in figures]),
        response=(0,),
        communication=1,
        per_alarm=communication == "per-alarm",
    )
    found = doubt_of_path(resting, figures, ground, asked, _generator(seed))
    case = DoubtCase(threat=None, target=None, state=(), response=None, doubt=found)
    options = {
        "response_mean": response.mean,
        "response_sd": response.sd,
        "p_communication": p_communication,
        "communication": communication,
        "tested": trials,
        **_options(asked),
    }
    return Doubts(
        version=__version__,
        site_name=name,
        site_hash=sheet_hash(tasks),
        seed=seed,
        options=MappingProxyType(options),
        cases=(case,),
    )


def _figures(
    tasks: Sequence[Task], response: Duration, p_communication: float, trials: int | None
) -> tuple[list[Figure], list[Task]]:
    """The figures of a sheet, those of the response first, and its tasks resting on them."""
    figures = [
        Figure("response", "arrival", _timed(response, trials)),
        Figure("response", "p_communication", _tested(p_communication, trials)),
    ]
    resting = []
    for number, task in enumerate(tasks, start=1):
        at = f"task {number}: {task.id}"
        groups: tuple[tuple[tuple[int, ...], ...], ...] = ()
        delay = None
        if task.p_detection > 0.0:
            groups = (((len(figures),),),)
            figures.append(Figure(at, "p_detection", _tested(task.p_detection, trials)))
        if task.delay_mean > 0.0 or task.delay_sd > 0.0:
            delay = len(figures)
            figures.append(Figure(at, "delay", _timed(task.law, trials)))
        resting.append(replace(task, rests_on=RestsOn(groups, delay)))
    return figures, resting


def _tested(p: float, trials: int | None) -> Probability:
    """A probability that rests on trials; its point stays as the sheet has it."""
    return Probability(p) if trials is None else Probability(p, detected=round(p * trials), trials=trials)


def _timed(time: Duration, trials: int | None) -> Duration:
    if trials is None or time.sd == 0.0:
        return time
    return replace(time, trials=trials, mean_low=None, mean_high=None)


def _options(asked: Asked) -> dict[str, Any]:
    return {
        "level": asked.level,
        "draws": 2 * asked.points,
        "trials": asked.trials,
        "want_width": asked.width,
        "require": asked.require,
    }


def _generator(seed: int) -> np.random.Generator:
    if seed < 0 or not math.isfinite(seed):
        raise InputError(f"the seed is {seed!r}. Give a whole number, 0 or more")
    return np.random.default_rng(seed)
