"""The simulation of a site: its worst paths attacked many times, all its responses answering together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Any

from typing_extensions import Unpack

from bartizan import __version__
from bartizan.app.study import Chosen, Selection, problems
from bartizan.app.study.head import head
from bartizan.assess.neutralize import duel_between, persons
from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import Problem
from bartizan.assess.result import Path
from bartizan.assess.simulate.attack import Attack, Force
from bartizan.assess.simulate.outcome import Simulation
from bartizan.assess.simulate.run import AT_MOST, Mapper, Progress, simulate
from bartizan.errors import InputError
from bartizan.site.site import Site

MAX_PATHS = 100

Telling = Callable[["Question", Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one case asks: who, after what (of several targets all), when."""

    threat: str | None
    targets: tuple[str, ...]
    state: tuple[str, ...]

    @property
    def target(self) -> str:
        """The ids of the targets with commas between."""
        return ",".join(self.targets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One path, simulated. `worst_for`: the responses against which alone it is among the worst.

    `alone`: pairs (response, P_I of the closed form against that response alone).
    """

    path: Path
    worst_for: tuple[str, ...]
    alone: tuple[tuple[str, float], ...]
    simulation: Simulation

    @property
    def chance(self) -> float:
        """What the defender has: P_E where the fight is known, else P_I."""
        effectiveness = self.simulation.p_effectiveness
        return (self.simulation.p_interruption if effectiveness is None else effectiveness).value

    def to_json(self) -> dict[str, Any]:
        """The path and what came of it as a JSON object."""
        return {
            "worst_for": list(self.worst_for),
            "p_interruption_alone": dict(self.alone),
            "steps": [{"kind": step.kind, "id": step.id, "way": step.way, "leg": step.leg} for step in self.path.steps],
            "simulation": self.simulation.to_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCase:
    """The paths tried for one question, the worst for the defender first; none: `reason` says why.

    `fight` says in words why P_N is not known, or is None where it is.
    """

    question: Question
    responses: tuple[str, ...]
    tried: tuple[Tried, ...]
    reason: str | None = None
    fight: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The case as a JSON object."""
        return {
            "threat": self.question.threat,
            "target": self.question.target,
            "state": list(self.question.state),
            "responses": list(self.responses),
            "reason": self.reason,
            "fight": self.fight,
            "paths": [one.to_json() for one in self.tried],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """What was asked, of which site, and every answer. `seed` gives the same again."""

    version: str
    site_name: str
    site_hash: str
    seed: int
    options: Mapping[str, Any]
    cases: tuple[CampaignCase, ...]

    def to_json(self) -> dict[str, Any]:
        """The campaign as a JSON object: absent is null, a key is never missing."""
        return {
            **head(self, self.seed),
            "results": [case.to_json() for case in self.cases],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """How attacks are tried: seed, the standard error at which to stop, the most attacks, workers, and how to tell."""

    seed: int = 0
    standard_error: float = 1e-3
    at_most: int = AT_MOST
    workers: Mapper = map
    telling: Telling | None = None


def simulate_site(
    site: Site, *, count: int = 1, need: int = 1, trials: Trials | None = None, **chosen: Unpack[Chosen]
) -> Campaign:
    """Are the worst paths of a site stopped if they are tried, all responses together, and when?

    `chosen`: which threats, targets, states and responses, and under which reading, as `Selection` has it; the
    responses answer together. `count`: how many of the worst paths against each response alone are tried. `need`: how
    many responders together interrupt. `trials`: seed, standard error, workers.

    Returns one case per state, threat and target, in the order of the site's file. Raises MissingPartError where the
    site lacks targets or responses, UnknownIdError for an id that it lacks, ChangeError for states that exclude each
    other, InputError for what cannot be simulated. Not modelled: what `assess.simulate.attack` says; and the paths
    are the worst against each response alone, so that one still worse against all together may exist.
    """
    if not 1 <= count <= MAX_PATHS:
        raise InputError(f"{count!r} paths were asked for. Ask for 1 to {MAX_PATHS}")
    trials = trials or Trials()
    selection = Selection(**chosen)
    cases = []
    for question, asked in groupby(problems(site, selection), key=lambda one: _question(one[1])):
        against = list(asked)
        there = against[0][0]
        cases.append(_case(there, question, [problem for _, problem in against], count=count, need=need, trials=trials))
    options = {
        **selection.to_json(),
        "paths": count,
        "need": need,
        "standard_error": trials.standard_error,
    }
    return Campaign(
        version=__version__,
        site_name=site.name,
        site_hash=site.hash,
        seed=trials.seed,
        options=MappingProxyType(options),
        cases=tuple(cases),
    )


def _question(problem: Problem) -> Question:
    return Question(threat=problem.threat, targets=problem.targets, state=problem.state)


def force_of(site: Site, problem: Problem) -> Force:
    """The response of a problem as a force of a simulation."""
    response = site.response(problem.response)
    return Force(
        id=response.id,
        parts=problem.response_laws,
        p_called=problem.p_communication,
        strength=response.strength,
        duel=duel_between(site, problem.threat, response.id),
    )


def _case(
    site: Site, question: Question, problems: Sequence[Problem], *, count: int, need: int, trials: Trials
) -> CampaignCase:
    forces = tuple(force_of(site, problem) for problem in problems)
    names = tuple(force.id for force in forces)
    candidates: dict[tuple[tuple[str | None, ...], ...], tuple[Path, list[str]]] = {}
    for problem in problems:
        for path in worst_paths(problem, count)[0]:
            key = tuple((step.kind, step.id, step.way, step.leg) for step in path.steps)
            candidates.setdefault(key, (path, []))[1].append(problem.response)
    tried = []
    for path, worst_for in candidates.values():
        attack = Attack(
            tasks=path.tasks,
            forces=forces,
            adversaries=persons(site, question.threat),
            communication=problems[0].communication,
            need=need,
        )
        simulation = simulate(
            attack,
            seed=trials.seed,
            standard_error=trials.standard_error,
            at_most=trials.at_most,
            workers=trials.workers,
            progress=_telling(question, trials),
        )
        alone = tuple((problem.response, problem.p_interruption(path.tasks)) for problem in problems)
        tried.append(Tried(path=path, worst_for=tuple(worst_for), alone=alone, simulation=simulation))
    unsaid = [force.id for force in forces if force.duel is None]
    return CampaignCase(
        question=question,
        responses=names,
        tried=tuple(sorted(tried, key=lambda one: one.chance)),
        reason=None if tried else f"no path that the intruder can use leads to target {question.target!r}",
        fight=f"no engagement says how {', '.join(unsaid)} would fight" if unsaid else None,
    )


def _telling(question: Question, trials: Trials) -> Callable[[Progress], None] | None:
    tell = trials.telling
    return None if tell is None else lambda progress: tell(question, progress)
