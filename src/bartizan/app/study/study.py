"""The study: every threat, target, state and response asked for, each with its worst paths and what they rest on."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from typing_extensions import Unpack

from bartizan import __version__
from bartizan.app.study.figures import Figure, path_figures, response_figures
from bartizan.app.study.head import head
from bartizan.app.study.laws import under_laws
from bartizan.app.study.questions import (
    COMMUNICATIONS,
    MAX_SECONDS,
    Chosen,
    Selection,
    no_path,
    problems,
    require_choice,
)
from bartizan.app.study.shown import study_html, study_line
from bartizan.app.study.thin import Thin, thin_layers
from bartizan.assess.doubt import Bound, lower_bound
from bartizan.assess.neutralize import neutralization, persons
from bartizan.assess.over import Ranked, worst_over
from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import Problem
from bartizan.assess.result import Certificate, Path, Result
from bartizan.assess.task import Communication, Forced, Task
from bartizan.assess.timeline import p_interruption, timeline
from bartizan.errors import InputError
from bartizan.site.model import Response
from bartizan.site.site import Site

Measure = Literal["p_interruption", "p_effectiveness"]
MAX_PATHS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One result with what a reader needs to judge it.

    `site` is the site in the state studied, with what an insider changed; None for a sheet. `response_mean`,
    `response_sd` in seconds; `p_communication` in [0, 1], counted `communication`; `forced` says what is left open.
    `notes` are sentences without which the answer would be misread. `figures` holds those behind each step of the
    worst path; `thin` what each of its tasks would give; `bound` what P_I is with every doubtful figure at its
    pessimistic end, where that was asked for.
    """

    result: Result
    site: Site | None
    response_mean: float
    response_sd: float
    p_communication: float
    communication: Communication = "once"
    forced: Forced = "closes"
    notes: tuple[str, ...] = ()
    response_figures: tuple[Figure, ...] = ()
    figures: tuple[tuple[Figure, ...], ...] = ()
    thin: tuple[Thin, ...] = ()
    bound: Bound | None = None

    @property
    def worst(self) -> Path | None:
        """The worst path, or None where no path exists."""
        return self.result.paths[0] if self.result.paths else None

    @property
    def least(self) -> float | None:
        """The P_I to rely on: the bound where one was asked for, else that of the worst path; None without a path."""
        return self.result.p_interruption if self.bound is None else self.bound.value

    @property
    def rests_on(self) -> tuple[Figure, ...]:
        """Every figure that the answer rests on: those of the worst path and those of the response."""
        return (*(figure for step in self.figures for figure in step), *self.response_figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What was asked, of which site, and every answer.

    `version` is that of Bartizan, `site_hash` that of the site's meaning. `seed` is None: nothing here is drawn.
    """

    version: str
    site_name: str
    site_hash: str
    options: Mapping[str, Any]
    cases: tuple[Case, ...]
    seed: int | None = None

    def __repr__(self) -> str:
        return study_line(self)

    def _repr_html_(self) -> str:
        return study_html(self)

    @property
    def results(self) -> tuple[Result, ...]:
        """One result per threat, target, state and response."""
        return tuple(case.result for case in self.cases)

    def worst(
        self, count: int = 10, *, by: Measure = "p_interruption"
    ) -> tuple[tuple[Ranked, ...], Certificate | None]:
        """The worst paths over all cases, by P_I or by P_E, and the certificate of the worst of all.

        At most as many as were asked for of each case are certain to be the worst. Raises InputError by P_E where a
        case that has a path lacks P_N.
        """
        open_ = [case for case in self.cases if case.result.paths]
        weights = None
        if by == "p_effectiveness":
            unknown = [case.result for case in open_ if case.result.p_neutralization is None]
            if unknown:
                raise InputError(
                    f"P_N is not known for response {unknown[0].response!r} against threat {unknown[0].threat!r}, so "
                    "paths cannot be ranked by P_E. Add [[engagement]], or rank by P_I"
                )
            weights = [case.result.p_neutralization or 0.0 for case in open_]
        ranked, proof = worst_over(
            [(case.result.paths, case.result.certificate) for case in open_], count, weights=weights
        )
        places = [number for number, case in enumerate(self.cases) if case.result.paths]
        return tuple(replace(one, case=places[one.case]) for one in ranked), proof

    @property
    def short(self) -> tuple[Case, ...]:
        """The cases whose P_I is below what is required; none where nothing is required or no path exists."""
        require = self.options["require"]
        if require is None:
            return ()
        return tuple(case for case in self.cases if case.least is not None and case.least < require)

    def to_json(self) -> dict[str, Any]:
        """The study as the JSON object of the contract: absent is null, a key is never missing."""
        return {
            **head(self, self.seed),
            "results": [
                {**case.result.to_json(), "bound": None if case.bound is None else case.bound.to_json()}
                for case in self.cases
            ],
        }


def study(
    site: Site,
    *,
    count: int = 10,
    within: float | None = None,
    require: float | None = None,
    bound: Literal["lower"] | None = None,
    **chosen: Unpack[Chosen],
) -> Study:
    """Would the layers stop an intruder in time? The worst paths of a site, exactly.

    `chosen`: which threats, targets, states and responses, and under which reading, as `Selection` has it; all that
    the site has by default, as it is written. `count`: how many paths, worst first. `within`: instead of so many
    all paths whose P_I is no more than this above the worst, up to `assess.paths.LIMIT`. `require`: the least P_I
    that is enough, in [0, 1]. `bound` "lower": also what P_I is with every doubtful figure at its pessimistic end,
    which `require` is then held against.

    Returns one case per state, threat, target and response, in the order of the site's file. Raises
    MissingPartError where the site lacks targets or responses, UnknownIdError for an id that it lacks, ChangeError
    for states that exclude each other or an insider whose changes have no place. Not modelled: neutralisation unless
    the site gives a figure or an engagement, insiders who act alone, and an adversary who changes his plan.
    """
    _check_count(count)
    _check_probability("the required P_I", require)
    _check_probability("the distance from the worst", within)
    asked = Selection(**chosen)
    cases = [
        replace(_case(there, problem, count, within), bound=None if bound is None else lower_bound(problem))
        for there, problem in problems(site, asked)
    ]
    options = {**asked.to_json(), "paths": count, "within": within, "require": require, "bound": bound}
    return Study(
        version=__version__,
        site_name=site.name,
        site_hash=site.hash,
        options=MappingProxyType(options),
        cases=tuple(cases),
    )


def study_sheet(
    tasks: Sequence[Task],
    *,
    name: str,
    response_mean: float,
    response_sd: float,
    p_communication: float,
    require: float | None = None,
    communication: Communication = "once",
) -> Study:
    """Would this one path be interrupted in time? The EASI sheet: one result with one path.

    `response_mean`, `response_sd` in seconds, `p_communication` and `require` in [0, 1]; `name` is the sheet's;
    `communication` "once", or "per-alarm" for a chance of its own for every alarm. Raises InputError for a figure out
    of range. The hash is over the tasks' figures and names.
    """
    _check_probability("the required P_I", require)
    for what, seconds in (("the response's mean", response_mean), ("the response's spread", response_sd)):
        if not (math.isfinite(seconds) and 0.0 <= seconds <= MAX_SECONDS):
            raise InputError(f"{what} is {seconds!r}. Give seconds from 0 to {MAX_SECONDS:g}")
    _check_probability("the probability of communication", p_communication)

    require_choice("communication", communication, COMMUNICATIONS)

    def evaluate(changed: Sequence[Task]) -> float:
        return p_interruption(changed, response_mean, response_sd, p_communication, communication)

    path = timeline(tasks, response_mean, response_sd, p_communication, communication)
    case = Case(
        result=_result(None, None, (), None, (path,)),
        site=None,
        response_mean=response_mean,
        response_sd=response_sd,
        p_communication=p_communication,
        communication=communication,
        notes=_notes(communication, "closes", None, None),
        thin=thin_layers(path, evaluate),
    )
    options = {
        "response_mean": response_mean,
        "response_sd": response_sd,
        "p_communication": p_communication,
        "require": require,
        "communication": communication,
    }
    return Study(
        version=__version__,
        site_name=name,
        site_hash=sheet_hash(tasks),
        options=MappingProxyType(options),
        cases=(case,),
    )


def _case(site: Site, problem: Problem, count: int, within: float | None) -> Case:
    paths, certificate = worst_paths(problem, count, within=within)
    paths, order = under_laws(problem, paths)
    force = site.response(problem.response)
    result = _result(problem.threat, problem.target, problem.state, problem.response, paths)
    result = replace(result, insider=problem.insider, certificate=certificate, law_order=order)
    p_neutralization = neutralization(site, problem.threat, problem.response)
    if p_neutralization is not None:
        effect = None if result.p_interruption is None else result.p_interruption * p_neutralization
        result = replace(result, p_neutralization=p_neutralization, p_effectiveness=effect)
    if not paths:
        result = replace(result, reason=no_path(site, problem.threat, problem.targets))
    return Case(
        result=result,
        site=site,
        response_mean=problem.response_mean,
        response_sd=problem.response_sd,
        p_communication=problem.p_communication,
        communication=problem.communication,
        forced=problem.forced,
        notes=(
            *_notes(problem.communication, problem.forced, problem.insider, problem.targets),
            *_duel_note(site, problem.threat, force),
        ),
        response_figures=response_figures(force),
        figures=path_figures(problem, paths[0].tasks) if paths else (),
        thin=thin_layers(paths[0], problem.p_interruption) if paths else (),
    )


def _notes(
    communication: Communication, forced: Forced, insider: str | None, targets: tuple[str, ...] | None
) -> tuple[str, ...]:
    """What was asked for otherwise than usual, in sentences."""
    notes = []
    if insider is not None:
        notes.append(
            f"Insider {insider} helps: what he opens, switches off and tells is in these figures. "
            "An insider who acts alone is not covered."
        )
    if targets is not None and len(targets) > 1:
        notes.append(f"All of {', '.join(targets)} are wanted, in the order that is worst.")
    if forced == "stays-open":
        notes.append("What was forced stays open: on a later leg nothing there takes time or notices.")
    if communication == "per-alarm":
        notes.append("Every alarm has a chance of its own to get through; EASI counts communication once.")
    return tuple(notes)


def _duel_note(site: Site, threat: str | None, force: Response) -> Iterator[str]:
    """The duel from which P_N comes, in a sentence; a figure that the response has itself needs none."""
    if force.p_neutralization is not None:
        return
    fought = [one for one in site.engagements if one.response == force.id and one.threat in (threat, None)]
    for duel in sorted(fought, key=lambda one: one.threat is None)[:1]:
        yield (
            f"P_N is that of a duel, {force.strength} against {persons(site, threat)}, by the {duel.law} law with "
            f"advantage {duel.advantage:g} (engagement {duel.id}; {duel.source or 'unsourced'})."
        )


def _result(
    threat: str | None, target: str | None, state: tuple[str, ...], response: str | None, paths: tuple[Path, ...]
) -> Result:
    worst = paths[0] if paths else None
    return Result(
        threat=threat,
        target=target,
        state=state,
        response=response,
        p_interruption=None if worst is None else worst.p_interruption,
        p_neutralization=None,
        p_effectiveness=None,
        critical_detection_point=None if worst is None else worst.critical_detection_point,
        reason=None,
        paths=paths,
    )


def _check_count(count: int) -> None:
    if not 1 <= count <= MAX_PATHS:
        raise InputError(f"the number of paths is {count!r}. Ask for 1 to {MAX_PATHS:,}")


def _check_probability(what: str, value: float | None) -> None:
    if value is not None and not (math.isfinite(value) and 0.0 <= value <= 1.0):
        raise InputError(f"{what} is {value!r}. Give a number from 0 to 1")


def sheet_hash(tasks: Sequence[Task]) -> str:
    """SHA-256 (hex) over the meaning of a sheet: its tasks' names and figures, in their order."""
    meaning = [[task.id, task.p_detection, task.detect_at, task.delay_mean, task.delay_sd] for task in tasks]
    return hashlib.sha256(json.dumps(meaning, ensure_ascii=True).encode()).hexdigest()
