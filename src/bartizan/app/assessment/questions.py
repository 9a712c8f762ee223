"""What the page asks of the assessment, and the answer as plain JSON values: before and after, case by case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from bartizan.app.assessment.edits import Edit, changes_of
from bartizan.app.harden import harden_site
from bartizan.app.study import Case, study
from bartizan.app.study.figures import Figure
from bartizan.assess.harden.search import Work
from bartizan.errors import InputError, MissingPartError
from bartizan.quantity import Duration
from bartizan.site.difference import describe
from bartizan.site.site import Site

Tell = Callable[[int, int, str], None]  # done, of so many (0: not known), what is being asked

COUNT = 5  # paths of each case that the page shows
MAX_CASES = 200  # more questions at once are a sweep, which has a command of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: "study" or "harden", of which threats, targets, states and responses (none: all that there are).

    `edits` and `upgrades` (ids) are the what-if; `budget`, in the currency of the site's costs, is for hardening.
    """

    kind: Literal["study", "harden"] = "study"
    threats: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    responses: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    upgrades: tuple[str, ...] = ()
    budget: float | None = None


def answer(site: Site, asked: Question, tell: Tell) -> dict[str, Any]:
    """The answer as a JSON object. `tell` hears how far it is, and stops the work by raising.

    Raises InputError for a question that is none or too large, MissingPartError where the site lacks what it needs,
    UnknownIdError and ChangeError as the site does.
    """
    there = site.in_state(asked.states)
    changed = _changed(there, asked)
    if asked.kind == "harden":
        return _hardened(changed, asked, tell)
    sides = [there] if changed is there else [there, changed]
    rows = _rows(changed, asked)
    results = []
    for number, (threat, target, response) in enumerate(rows):
        tell(number, len(rows), " · ".join(one for one in (threat, target, response) if one))
        cases = [_case(side, threat, target, response) for side in sides]
        results.append({"before": cases[0], "after": cases[-1]})
    return {
        "kind": "study",
        "site": {"name": site.name, "hash": changed.hash},
        "state": list(asked.states),
        "changes": list(describe(there.diff(changed), there.document)) if changed is not there else [],
        "results": results,
    }


def _changed(there: Site, asked: Question) -> Site:
    bought = [change for one in asked.upgrades for change in there.upgrade(one).changes]
    improved = there.with_changes(bought) if bought else there
    return improved.with_changes(changes_of(improved, asked.edits)) if asked.edits else improved


def _rows(site: Site, asked: Question) -> Sequence[tuple[str | None, str, str]]:
    threats: Sequence[str | None] = asked.threats or [one.id for one in site.threats] or [None]
    targets = asked.targets or [one.id for one in site.targets]
    responses = asked.responses or [one.id for one in site.responses]
    if not targets or not responses:
        raise MissingPartError("an assessment needs a target and a response. Add [[target]] and [[response]]")
    rows = list(product(threats, targets, responses))
    if len(rows) > MAX_CASES:
        raise InputError(f"these are {len(rows)} cases at once. Choose so that there are {MAX_CASES} or fewer")
    return rows


def _case(site: Site, threat: str | None, target: str, response: str) -> dict[str, Any]:
    chosen = {} if threat is None else {"threats": [threat]}
    (case,) = study(site, count=COUNT, targets=[target], responses=[response], **chosen).cases  # type: ignore[arg-type]
    return _case_json(case)


def _case_json(case: Case) -> dict[str, Any]:
    return case.result.to_json() | {
        "response_mean": case.response_mean,
        "response_sd": case.response_sd,
        "p_communication": case.p_communication,
        "notes": list(case.notes),
        "proved": case.result.certificate is not None and case.result.certificate.proved,
        "figures": [[_figure(figure) for figure in step] for step in case.figures],
        "response_figures": [_figure(figure) for figure in case.response_figures],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    value = figure.value
    shown = {"at": figure.at, "key": figure.key, "role": figure.role, "name": figure.name, "source": value.source}
    if isinstance(value, Duration):
        return shown | {"mean": value.mean, "sd": value.sd}
    return shown | {"value": value.value}


def _hardened(site: Site, asked: Question, tell: Tell) -> dict[str, Any]:
    if asked.budget is None:
        raise InputError("hardening needs a budget. Give what may be spent")

    def told(work: Work) -> None:
        tell(work.asked, 0, "")

    chosen = {
        name: list(ids)
        for name, ids in (("threats", asked.threats), ("targets", asked.targets), ("responses", asked.responses))
        if ids
    }
    found = harden_site(site, asked.budget, told=told, **chosen)  # type: ignore[arg-type]
    return {"kind": "harden", "site": {"name": site.name, "hash": site.hash}, **found.to_json()}
