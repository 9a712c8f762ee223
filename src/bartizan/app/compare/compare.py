"""The comparison: the same questions put to both sides, and paired by what they ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from typing_extensions import Unpack

from bartizan import __version__
from bartizan.app.study import Case, Chosen, Study, study
from bartizan.app.study.head import SCHEMA
from bartizan.errors import InputError
from bartizan.site.difference import describe
from bartizan.site.site import Site

AS_WRITTEN = "as written"

_Key = tuple[str | None, str | None, tuple[str, ...], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two: what it is called here, and its study."""

    label: str
    study: Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One question with the answer of each side; None where a side cannot be asked it.

    `state` is empty where the two sides are states themselves.
    """

    threat: str | None
    target: str | None
    state: tuple[str, ...]
    response: str | None
    left: Case | None
    right: Case | None

    @property
    def difference(self) -> float | None:
        """P_I on the right less P_I on the left; None where one of them is not known."""
        before, after = (_p_interruption(case) for case in (self.left, self.right))
        return None if before is None or after is None else after - before

    @property
    def same_path(self) -> bool | None:
        """Whether the worst path takes the same ways on both sides; None where a side has none."""
        ways = [_ways(case) for case in (self.left, self.right)]
        return None if None in ways else ways[0] == ways[1]

    def to_json(self) -> dict[str, Any]:
        """The pair as JSON; absent is null."""
        return {
            "threat": self.threat,
            "target": self.target,
            "state": list(self.state),
            "response": self.response,
            "left": _answer(self.left),
            "right": _answer(self.right),
            "difference": self.difference,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Both sides, what turns the left into the right (one line of words each), and every question with its answers."""

    left: Side
    right: Side
    changes: tuple[str, ...]
    pairs: tuple[Pair, ...]

    def to_json(self) -> dict[str, Any]:
        """The comparison as JSON: absent is null, a key is never missing."""
        return {
            "schema": SCHEMA,
            "bartizan": __version__,
            "left": _side(self.left),
            "right": _side(self.right),
            "changes": list(self.changes),
            "results": [pair.to_json() for pair in self.pairs],
        }


def compare_sites(left: Site, right: Site, *, count: int = 10, **chosen: Unpack[Chosen]) -> Comparison:
    """What differs between two sites, and what does it change in the answers?

    `chosen` (threats, targets, states, responses, ...) and `count` are put to both, as `study` has them. Returns
    one pair for each threat, target, state and response that either side has. Raises what `study` raises, with the
    side in front where it is one side's fault.
    """
    names = (left.name, right.name) if left.name != right.name else (f"{left.name} (left)", f"{right.name} (right)")
    before, after = (
        Side(label=name, study=study(site, count=count, **chosen))
        for name, site in zip(names, (left, right), strict=True)
    )
    return _compared(before, after, describe(left.diff(right), left.document), by_state=True)


def compare_states(
    site: Site, left: Sequence[str], right: Sequence[str], *, count: int = 10, **chosen: Unpack[Chosen]
) -> Comparison:
    """What differs between two states of a site, and what does it change in the answers?

    `left`, `right`: ids of states, at most one per axis; empty: the site as written. `chosen` and
    `count` as in `compare_sites`, but for states. Raises InputError where both are the same, or states are chosen
    otherwise, and what `study` raises.
    """
    if tuple(left) == tuple(right):
        raise InputError(f"both sides are state {_state_label(left)!r}. Name two states that differ")
    if chosen.get("states"):
        raise InputError("the two states are the sides of the comparison. Leave out states")
    there, then = site.in_state(left), site.in_state(right)
    sides = []
    for state in (left, right):
        asked: Chosen = {**chosen, "states": [tuple(state)]}
        sides.append(Side(label=_state_label(state), study=study(site, count=count, **asked)))
    before, after = sides
    return _compared(before, after, describe(there.diff(then), there.document), by_state=False)


def _compared(left: Side, right: Side, changes: tuple[str, ...], *, by_state: bool) -> Comparison:
    answers = [{_key(case, by_state): case for case in side.study.cases} for side in (left, right)]
    keys = dict.fromkeys([*answers[0], *answers[1]])
    pairs = tuple(
        Pair(
            threat=key[0],
            target=key[1],
            state=key[2],
            response=key[3],
            left=answers[0].get(key),
            right=answers[1].get(key),
        )
        for key in keys
    )
    return Comparison(left=left, right=right, changes=changes, pairs=pairs)


def _key(case: Case, by_state: bool) -> _Key:
    result = case.result
    return result.threat, result.target, result.state if by_state else (), result.response


def _state_label(names: Sequence[str]) -> str:
    return ",".join(names) if names else AS_WRITTEN


def _p_interruption(case: Case | None) -> float | None:
    return None if case is None else case.result.p_interruption


def _ways(case: Case | None) -> tuple[tuple[str, str | None, str], ...] | None:
    if case is None or case.worst is None:
        return None
    return tuple((step.id, step.way, step.leg) for step in case.worst.steps)


def _side(side: Side) -> dict[str, Any]:
    return {"label": side.label, "site": {"name": side.study.site_name, "hash": side.study.site_hash}}


def _answer(case: Case | None) -> dict[str, Any] | None:
    if case is None:
        return None
    result = case.result
    return {
        "p_interruption": result.p_interruption,
        "p_effectiveness": result.p_effectiveness,
        "reason": result.reason,
        "worst_path": [
            {"kind": step.kind, "id": step.id, "way": step.way, "leg": step.leg}
            for step in (case.worst.steps if case.worst else ())
        ],
    }
