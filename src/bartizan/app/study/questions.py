"""What a study asks of a site: each state, threat, target and response asked for, as a compiled problem."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, TypedDict

from bartizan.assess.problem import Problem, compile_problem
from bartizan.assess.task import Communication, Forced
from bartizan.errors import InputError, MissingPartError
from bartizan.site.site import Site

COMMUNICATIONS: tuple[Communication, ...] = ("once", "per-alarm")
FORCED: tuple[Forced, ...] = ("closes", "stays-open")
MAX_SECONDS = 1e9  # beyond some 30 years a response time is a slip


class Chosen(TypedDict, total=False):
    """What every verb that asks questions of a site takes, by the names and with the meaning of `Selection`."""

    threats: Sequence[str] | None
    targets: Sequence[str] | None
    states: Sequence[Sequence[str]] | None
    responses: Sequence[str] | None
    communication: Communication
    forced: Forced
    insider: str | None
    all_targets: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which questions are asked, and under which reading.

    `threats`, `targets`, `responses`: ids; None means all that the site has. `states`: combinations of state ids, at
    most one per axis in each; None means the site as written. `communication`: one chance "once" for the whole
    intrusion, or one "per-alarm". `forced`: whether a way that `opens` its element "closes" again or "stays-open" for
    later legs. `insider`: the id of one who helps. `all_targets`: the intruder wants all the targets and not any one.
    """

    threats: Sequence[str] | None = None
    targets: Sequence[str] | None = None
    states: Sequence[Sequence[str]] | None = None
    responses: Sequence[str] | None = None
    communication: Communication = "once"
    forced: Forced = "closes"
    insider: str | None = None
    all_targets: bool = False

    def __post_init__(self) -> None:
        require_choice("communication", self.communication, COMMUNICATIONS)
        require_choice("forced", self.forced, FORCED)

    @property
    def combinations(self) -> list[tuple[str, ...]]:
        """The combinations of states, each once; one empty one where none was asked for."""
        return list(dict.fromkeys(tuple(state) for state in self.states)) if self.states else [()]

    def to_json(self) -> dict[str, Any]:
        """The options as they stand in the JSON of every study."""
        return {
            "threats": listed(self.threats),
            "targets": listed(self.targets),
            "states": None if not self.states else [list(state) for state in self.combinations],
            "responses": listed(self.responses),
            "communication": self.communication,
            "forced": self.forced,
            "insider": self.insider,
            "all_targets": self.all_targets,
        }


def problems(site: Site, asked: Selection) -> Iterator[tuple[Site, Problem]]:
    """Each question as the site in its state, with its insider, and the problem; in the order of the site's file.

    Raises MissingPartError where the site lacks areas, targets or responses, UnknownIdError for an id that it lacks,
    ChangeError for states that exclude each other or an insider whose changes have no place.
    """
    for state in asked.combinations:
        there = site.in_state(state)
        there = there if asked.insider is None else there.with_insider(asked.insider)
        _require_parts(there, state)
        for threat, goals, response in _questions(there, asked):
            problem = compile_problem(
                there,
                threat=threat,
                target=goals,
                response=response,
                communication=asked.communication,
                forced=asked.forced,
            )
            yield there, replace(problem, state=state, insider=asked.insider)


def listed(ids: Sequence[str] | None) -> list[str] | None:
    """Ids, each once, in their order; None where none is named."""
    return list(dict.fromkeys(ids)) if ids else None


def require_choice(what: str, choice: str, choices: Sequence[str]) -> None:
    """Raise InputError unless the choice is one of them."""
    if choice not in choices:
        raise InputError(f"{what} is {choice!r}. Choose {' or '.join(repr(one) for one in choices)}")


def no_path(site: Site, threat: str | None, targets: tuple[str, ...]) -> str:
    """Why there is no path, in words; `site` in the state that was asked for."""
    if not any(area.outside for area in site.areas):
        return "no area is outside, so no path can begin. Mark one with outside = true"
    who = "an intruder" if threat is None else f"threat {threat!r}"
    what = "target" if len(targets) == 1 else "all of the targets"
    names = ", ".join(repr(target) for target in targets)
    return f"no way that {who} can use leads from an outside area through the elements to {what} {names}"


def _questions(site: Site, asked: Selection) -> Iterator[tuple[str | None, tuple[str, ...], str]]:
    """Each threat, target and response asked for; where none is named, all that the site has in this state."""
    anybody: list[str | None] = [None]
    goals = listed(asked.targets) or [target.id for target in site.targets]
    return product(
        listed(asked.threats) or [threat.id for threat in site.threats] or anybody,
        [tuple(goals)] if asked.all_targets else [(goal,) for goal in goals],
        listed(asked.responses) or [response.id for response in site.responses],
    )


def _require_parts(site: Site, state: tuple[str, ...]) -> None:
    lacks = [
        f"no {kind}s: add a [[{kind}]]"
        for kind, things in (
            ("area", site.areas),
            ("target", site.targets),
            ("response", site.responses),
        )
        if not things
    ]
    if lacks:
        when = f" in state {','.join(state)}" if state else ""
        raise MissingPartError(f"site {site.name!r} cannot be assessed{when}, for it has " + "; it has ".join(lacks))
