"""A proposal: changes of the site, with what they were measured by, that a person accepts or declines.

offered -> accepted -> written, or offered -> declined. Accepted is kept before the file is touched, so that a desk
that dies in between knows at its next start what is still to be written; a write that fails leads back to offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal

from bartizan.desk.codec import Codec
from bartizan.desk.errors import HistoryError, TransitionError
from bartizan.desk.event import Event
from bartizan.desk.figures.trial import in_words

Stage = Literal["offered", "accepted", "written", "declined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalEvent(Event):
    """Something about one proposal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered(ProposalEvent):
    """Changes in the one grammar of change, and in words what they were measured by."""

    kind = "offered"
    id: str
    changes: tuple[Mapping[str, Any], ...]
    basis: str
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(ProposalEvent):
    """Somebody saw `effect` and accepts; `before` and `after` are SHA-256 of the site file's text."""

    kind = "accepted"
    effect: Mapping[str, Any] = field(default_factory=dict)
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written(ProposalEvent):
    """The site file says it now."""

    kind = "written"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotWritten(ProposalEvent):
    """The site file could not be written, for `reason`; the proposal is on offer again."""

    kind = "not-written"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined(ProposalEvent):
    """Somebody declines, for `reason`."""

    kind = "declined"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposal as it stands. `site`: the hash of the site's meaning when it was offered. Instants in UTC."""

    id: str
    version: int
    stage: Stage
    changes: tuple[Mapping[str, Any], ...]
    basis: str
    site: str
    offered_at: datetime
    offered_by: str
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None
    effect: Mapping[str, Any] | None = None
    before: str | None = None
    after: str | None = None


PROPOSALS: Final[Codec[ProposalEvent]] = Codec(Offered, Accepted, Written, NotWritten, Declined)

_FROM: Mapping[type[ProposalEvent], Stage] = MappingProxyType(
    {Accepted: "offered", Declined: "offered", Written: "accepted", NotWritten: "accepted"}
)


def apply_proposal(proposal: Proposal | None, event: ProposalEvent) -> Proposal:
    """The proposal after one more event; None before the first. Errors: HistoryError where it cannot follow."""
    if proposal is None:
        if not isinstance(event, Offered) or event.version != 1:
            raise HistoryError(f"a proposal begins with {event.kind}. Restore the journal from a backup")
        return Proposal(
            id=event.id,
            version=1,
            stage="offered",
            changes=event.changes,
            basis=event.basis,
            site=event.site,
            offered_at=event.at,
            offered_by=event.by,
        )
    if event.version != proposal.version + 1 or _FROM.get(type(event)) != proposal.stage:
        raise HistoryError(
            f"a proposal that is {proposal.stage}, version {proposal.version}: {event.kind} cannot come as version "
            f"{event.version}. Restore the journal from a backup"
        )
    proposal = replace(proposal, version=event.version)
    match event:
        case Accepted():
            proposal = replace(
                proposal,
                stage="accepted",
                reason=None,
                decided_at=event.at,
                decided_by=event.by,
                effect=event.effect,
                before=event.before,
                after=event.after,
            )
        case Declined():
            proposal = replace(
                proposal, stage="declined", reason=event.reason, decided_at=event.at, decided_by=event.by
            )
        case NotWritten():
            proposal = replace(
                proposal,
                stage="offered",
                reason=event.reason,
                decided_at=None,
                decided_by=None,
                effect=None,
                before=None,
                after=None,
            )
        case Written():
            proposal = replace(proposal, stage="written")
    return proposal


def decide_decline(proposal: Proposal, reason: str, *, by: str, at: datetime) -> Declined:
    """Decline it. Errors: TransitionError where it is decided already; CommandError without a reason."""
    require_stage(proposal, "offered")
    return Declined(version=proposal.version + 1, at=at, by=by, reason=in_words(reason, "why it is declined"))


def require_stage(proposal: Proposal, stage: Stage) -> None:
    """Raise TransitionError where the proposal is at another stage."""
    if proposal.stage != stage:
        who = f", by {proposal.decided_by}" if proposal.decided_by else ""
        raise TransitionError(f"the proposal is {proposal.stage}{who}, not {stage}. Read the list of proposals again")
