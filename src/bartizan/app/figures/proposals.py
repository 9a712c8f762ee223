"""Proposals of the desk to the site: offered, shown with what they do to P_I, and accepted or declined by a person.

Nothing is written before a person accepts, and only what that person was shown: the acceptance names the preview, and
a site file that was changed since is refused.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bartizan.app.figures.effect import effect_of
from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.errors import CommandError, CommandRefusedError
from bartizan.desk.event import instant
from bartizan.desk.figures.proposal import (
    PROPOSALS,
    Accepted,
    NotWritten,
    Offered,
    Proposal,
    ProposalEvent,
    Written,
    apply_proposal,
    decide_decline,
    require_stage,
)
from bartizan.desk.figures.trial import in_words
from bartizan.errors import BartizanError, MissingPartError
from bartizan.site.changes import parse_change, plain
from bartizan.site.model import Change
from bartizan.site.site import Site

MOST_CHANGES = 50
_KEPT = 32  # previews that may still be accepted; an older one is looked at again
_REASON = 200  # characters of an error that are kept as a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A site file with changes, not written: SHA-256 of both texts, the lines that change, and both sites."""

    before: str
    after: str
    lines: tuple[str, ...]
    site: Site
    changed: Site


class SiteFile(Protocol):
    """The site's own file."""

    def draft(self, changes: Sequence[Change]) -> Draft:
        """What the file would be. Errors: ChangeError, SiteFileError where it cannot be."""

    def write(self, changes: Sequence[Change], before: str, after: str) -> None:
        """Write it: from exactly the text with SHA-256 `before` to exactly that with `after`, whole or not at all.

        Errors: InputError where the file is another by now; ChangeError, SiteFileError, OSError.
        """

    def digest(self) -> str:
        """SHA-256 of the text as it is now. Errors: SiteFileError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a proposal would do: the lines of the file that change, and P_I before and after. `seen` names it."""

    proposal: str
    seen: str
    before: str
    after: str
    lines: tuple[str, ...]
    effect: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The preview as JSON."""
        return {"proposal": self.proposal, "seen": self.seen, "lines": list(self.lines), "effect": dict(self.effect)}


class Proposals:
    """The proposals of one desk. `file` is the site's file, None where the desk has none to write.

    Every method may be called from any thread.
    """

    def __init__(self, ledger: Ledger, new_id: Callable[[], str], file: SiteFile | None = None) -> None:
        self._ledger = ledger
        self._new_id = new_id
        self._file = file
        # who goes by the site is told what its file says now, and by whom
        self.written: Callable[[Site, str], object] = lambda _site, _by: None
        self._previews: OrderedDict[str, Preview] = OrderedDict()
        # decisions stand in line here and not at the ledger's lock: no alarm waits for a site file
        self._deciding = threading.Lock()
        self._book: Histories[Proposal, ProposalEvent] = Histories(
            ledger,
            topic="proposal",
            apply=apply_proposal,
            codec=PROPOSALS,
            is_open=lambda proposal: proposal.stage in ("offered", "accepted"),
        )

    def get(self, name: str) -> Proposal:
        """One proposal. Errors: UnknownThingError."""
        return self._book.get(name)

    def all(self) -> tuple[Proposal, ...]:
        """Every proposal, the first offered first."""
        return self._book.all()

    def offer(self, changes: Sequence[Change | Mapping[str, Any]], basis: str, *, by: str) -> Proposal:
        """Offer changes; `basis` says in words what they were measured by.

        Errors: CommandError, ChangeError where the site as it stands in its file cannot take them.
        """
        if not 1 <= len(changes) <= MOST_CHANGES:
            raise CommandError(f"a proposal holds 1 to {MOST_CHANGES} changes, not {len(changes)}")
        parsed = [parse_change(change) for change in changes]
        basis = in_words(basis, "what the changes rest on")
        draft = self._site_file().draft(parsed)
        with self._ledger.lock:
            event = Offered(
                version=1,
                at=self._ledger.utc(),
                by=by,
                id=self._new_id(),
                changes=tuple(plain(change) for change in parsed),
                basis=basis,
                site=draft.site.hash,
            )
            return self._book.commit(event.id, [event])

    def preview(self, name: str) -> Preview:
        """What it would do to the file and to every answer of `assess`, now. Errors: as `offer`; UnknownThingError."""
        proposal = self.get(name)
        draft = self._site_file().draft(_changes(proposal))
        told = json.dumps([name, draft.before, draft.after])
        preview = Preview(
            proposal=name,
            seen=hashlib.sha256(told.encode()).hexdigest(),
            before=draft.before,
            after=draft.after,
            lines=draft.lines,
            effect=effect_of(draft.site, draft.changed),
        )
        with self._deciding:
            self._previews[preview.seen] = preview
            while len(self._previews) > _KEPT:
                self._previews.popitem(last=False)
        return preview

    def accept(self, name: str, seen: str, *, by: str) -> Proposal:
        """Write it to the site's file, as it was seen in the preview of that name.

        Errors: CommandRefusedError where no such preview was shown, or the file is another by now; TransitionError
        where it is decided; whatever keeps the file from being written, and then it is on offer again.
        """
        file = self._site_file()
        with self._deciding:
            proposal = self.get(name)
            require_stage(proposal, "offered")
            preview = self._previews.get(seen)
            if preview is None or preview.proposal != name or file.digest() != preview.before:
                raise CommandRefusedError(
                    "what this proposal does was not shown as the site file stands now. Look at its effect, then accept"
                )
            accepted = Accepted(
                version=proposal.version + 1,
                at=self._ledger.utc(),
                by=by,
                effect=preview.effect,
                before=preview.before,
                after=preview.after,
            )
            return self._write(self._book.commit(name, [accepted]), by)

    def finish(self, name: str, *, by: str) -> Proposal:
        """Write what was accepted when the desk died before it was written. Errors: as `accept`."""
        with self._deciding:
            proposal = self.get(name)
            require_stage(proposal, "accepted")
            return self._write(proposal, by)

    def decline(self, name: str, reason: str, *, by: str) -> Proposal:
        """Decline it, for a reason. Errors: UnknownThingError, TransitionError, CommandError."""
        with self._deciding:
            return self._book.commit(name, [decide_decline(self.get(name), reason, by=by, at=self._ledger.utc())])

    def _write(self, proposal: Proposal, by: str) -> Proposal:
        assert proposal.before is not None  # noqa: S101 - an accepted proposal has both
        assert proposal.after is not None  # noqa: S101
        file = self._site_file()
        try:
            # where the desk died after the file was written, there is nothing left to do
            if file.digest() != proposal.after:
                file.write(_changes(proposal), proposal.before, proposal.after)
        except (BartizanError, OSError) as error:
            reason = str(error)[:_REASON]
            at = self._ledger.utc()
            self._book.commit(
                proposal.id, [NotWritten(version=proposal.version + 1, at=at, by=by, reason=reason or "unknown")]
            )
            raise
        written = Written(version=proposal.version + 1, at=self._ledger.utc(), by=by)
        done = self._book.commit(proposal.id, [written])
        self.written(file.draft(()).site, by)
        return done

    def _site_file(self) -> SiteFile:
        if self._file is None:
            raise MissingPartError("this desk has no site file that it may write. Start it with bartizan desk SITE")
        return self._file


def proposal_json(proposal: Proposal) -> dict[str, Any]:
    """The proposal as JSON: absent is null, a key is never missing."""
    return {
        "id": proposal.id,
        "version": proposal.version,
        "stage": proposal.stage,
        "changes": [dict(change) for change in proposal.changes],
        "basis": proposal.basis,
        "offered_at": instant(proposal.offered_at),
        "offered_by": proposal.offered_by,
        "decided_at": None if proposal.decided_at is None else instant(proposal.decided_at),
        "decided_by": proposal.decided_by,
        "reason": proposal.reason,
        "effect": None if proposal.effect is None else dict(proposal.effect),
    }


def _changes(proposal: Proposal) -> list[Change]:
    return [parse_change(change) for change in proposal.changes]
