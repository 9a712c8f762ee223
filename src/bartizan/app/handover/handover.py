"""Hand a case over: a preview of what the partner will see and of what is taken out, then the package and its record.

What was previewed is what goes: a digest of the preview is given back with the order, and where the case has changed
meanwhile nothing is handed over. Nothing of an exercise reaches a real partner, and nothing real a stand-in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bartizan import __version__
from bartizan.app.handover.evidence import AT_ONCE
from bartizan.app.handover.filling import case_of, one_line
from bartizan.app.handover.making import Order, made_of
from bartizan.app.handover.parts import Parts
from bartizan.app.ledger.histories import Histories
from bartizan.desk.errors import CommandRefusedError, ExerciseMixError, TransitionError
from bartizan.desk.event import DESK, Event
from bartizan.desk.evidence import canonical
from bartizan.desk.evidence.heads import Head
from bartizan.desk.evidence.item import Item
from bartizan.desk.said import person, text
from bartizan.desk.sharing import handed
from bartizan.desk.sharing.handed import Handed
from bartizan.desk.sharing.package import pack
from bartizan.desk.sharing.release import Release, release
from bartizan.site.partner import Partner

TOPIC = "handover"
_CHANGED = "the case has changed since the preview. Look at what would go now, and decide again"
KEPT = timedelta(days=14)  # the desk's own copy of a package: time enough to fetch it


class ChangedMeanwhileError(CommandRefusedError):
    """The case is no longer what was previewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would go to a partner, what would be taken out, and the digest that stands for this preview."""

    partner: Partner
    release: Release
    digest: str

    def to_json(self) -> dict[str, Any]:
        """The preview as plain JSON values; what is removed is shown to the sender with its place, level and value."""
        case = self.release.case
        return {
            "partner": {"id": self.partner.id, "name": self.partner.label, "level": self.partner.level},
            "digest": self.digest,
            "level": self.release.level,
            "exercise": case.exercise,
            "incident": {"id": case.id, "number": case.number, "title": case.title, "tlp": case.tlp},
            "goes": {
                "alarms": len(case.alarms),
                "entries": [
                    {"at": entry.at.isoformat(), "what": entry.what, "text": entry.text, "by": entry.by}
                    for entry in case.entries
                ],
                "links": len(case.links),
                "media": [
                    {"id": one.id, "media_type": one.media_type, "size": one.size, "tlp": one.tlp} for one in case.media
                ],
                "records": len(case.records),
            },
            "removed": [
                {"field": one.words, "level": one.level, "value": _shown(one.value)} for one in self.release.removed
            ],
        }


class HandOver:
    """The packages of one desk.

    No method may be called with the ledger's lock held: what takes long is done outside it.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._book: Histories[Handed, Event] = Histories(
            parts.ledger,
            topic=TOPIC,
            apply=handed.apply,
            codec=handed.CODEC,
            is_open=lambda package: package.gone_at is None,
        )
        parts.evidence.erased = self._item_erased

    # ---- what can be read

    def package(self, package_id: str) -> Handed:
        """One package. Errors: UnknownThingError."""
        return self._book.get(package_id)

    def packages(self, incident_id: str | None = None, partner: str | None = None) -> tuple[Handed, ...]:
        """Every package, or those of an incident, or for a partner, oldest first."""
        return tuple(
            one for one in self._book.all() if incident_id in (None, one.incident) and partner in (None, one.partner)
        )

    def names(self) -> tuple[str, ...]:
        """The names of the copies that the desk still has, in the vault."""
        return tuple(one.id for one in self._book.open())

    def partners(self, exercise: bool) -> tuple[Partner, ...]:
        """Whom an incident may be handed to: stand-ins where it is an exercise, the others where it is real."""
        return tuple(one for one in self._parts.site().partners if one.exercise == exercise)

    def preview(self, incident_id: str, partner_id: str) -> Preview:
        """What would go, and what would not. Nothing is recorded.

        Errors: UnknownThingError, UnknownIdError; ExerciseMixError; SharingError where nothing of it may be told.
        """
        return self._previewed(incident_id, partner_id, self._parts.heads.latest() or self._parts.heads.sign())

    # ---- what people do

    def hand_over(
        self, incident_id: str, partner_id: str, by: str, why: str, digest: str, *, takes_over: bool = False
    ) -> Handed:
        """Make the package of a preview, with its record and that of every medium in it; durable when it returns.

        `digest` is that of the preview that the person saw; `takes_over`: the partner has the case from now on.
        Errors: as `preview`; ChangedMeanwhileError where the case has changed since; CommandError; StoreError.
        """
        by, why = person(by), text(why, "reason")
        partner = self._partner(incident_id, partner_id)
        seen = self.preview(incident_id, partner_id)
        if seen.digest != digest:
            raise ChangedMeanwhileError(_CHANGED)
        # the copies are part of the custody that goes along, so they are recorded first
        name = self._parts.new_id()
        for medium in seen.release.case.media:
            self._parts.evidence.copied(medium.id, partner.label, by, why, name)
        final = self._previewed(incident_id, partner_id, self._parts.heads.sign(by))
        if final.digest != digest:
            raise ChangedMeanwhileError(_CHANGED)
        release_ = final.release
        earlier = self._earlier(incident_id, partner_id)
        with self._parts.ledger.lock:
            at = self._parts.ledger.utc()
        made = made_of(
            release_, self._order(name, partner, at, earlier), self._parts.keys, self._parts.evidence.content
        )
        content = pack(made.content, made.signature, made.parts)
        sealed = self._parts.vault.put(name, content)
        event = handed.Made(
            version=1,
            at=at,
            by=by,
            package=name,
            incident=incident_id,
            partner=partner.id,
            limit=release_.limit,
            level=release_.level,
            exercise=release_.case.exercise,
            why=why,
            manifest=hashlib.sha256(made.content).hexdigest(),
            size=len(content),
            address=sealed.address,
            items=tuple(one.id for one in release_.case.media),
            withheld=len(release_.removed),
            until=at + KEPT,
            earlier=None if earlier is None else earlier.id,
        )
        try:
            with self._parts.ledger.lock:
                kept = self._book.commit(name, [event])
        except BaseException:
            self._parts.vault.destroy(name, sealed.address)
            raise
        if takes_over and self._parts.incidents.incident(incident_id).is_open:
            self._parts.incidents.hand_over(incident_id, partner.id, by, why)
        return kept

    def fetch(self, package_id: str, by: str, agency: str | None = None) -> bytes:
        """The file of a package. That it was fetched is on the record first.

        Errors: UnknownThingError; TransitionError where the desk has no copy any more; LostError.
        """
        with self._parts.ledger.lock:
            package = self._book.get(package_id)
            if package.gone_at is not None:
                raise TransitionError(
                    f"the desk's copy of package {package_id} is destroyed: {package.gone_why}. Hand over again"
                )
            event = handed.Fetched(
                version=package.version + 1, at=self._parts.ledger.utc(), by=person(by), agency=agency
            )
            self._book.commit(package_id, [event])
        return self._parts.vault.open(package.id, package.address)

    # ---- by itself

    def pass_time(self) -> None:
        """Destroy the desk's own copies that have had their time, AT_ONCE at one call."""
        at = self._parts.ledger.utc()
        for package in [one for one in self._book.open() if one.until <= at][:AT_ONCE]:
            self._destroy(package, "its time was over")

    def _item_erased(self, item: Item) -> None:
        """What is erased must not live on in a copy of ours."""
        for package in self._book.open():
            if item.id in package.items:
                self._destroy(package, f"item {item.id} in it was erased")

    def _destroy(self, package: Handed, reason: str) -> None:
        with self._parts.ledger.lock:
            event = handed.Gone(version=package.version + 1, at=self._parts.ledger.utc(), by=DESK, reason=reason)
            self._book.commit(package.id, [event])
        self._parts.evidence.drop(package.id, package.address)

    # ----

    def _previewed(self, incident_id: str, partner_id: str, head: Head) -> Preview:
        partner = self._partner(incident_id, partner_id)
        incident = self._parts.incidents.incident(incident_id)
        case = case_of(incident, self._parts, head)
        cut = release(case, partner.level)
        return Preview(partner=partner, release=cut, digest=_digest(cut))

    def _partner(self, incident_id: str, partner_id: str) -> Partner:
        incident = self._parts.incidents.incident(incident_id)
        partner = self._parts.site().partner(partner_id)
        if incident.exercise != partner.exercise:
            what = "an exercise" if incident.exercise else "real"
            whom = "a stand-in for exercises" if partner.exercise else "a real partner"
            raise ExerciseMixError(
                f"incident {incident.number} is {what} and {partner.label} is {whom}: nothing of one goes to the other"
            )
        return partner

    def _earlier(self, incident_id: str, partner_id: str) -> Handed | None:
        found = self.packages(incident_id, partner_id)
        return found[-1] if found else None

    def _order(self, name: str, partner: Partner, at: datetime, earlier: Handed | None) -> Order:
        return Order(
            package=name,
            sender=one_line(self._parts.site().name),
            recipient=partner.id,
            recipient_name=one_line(partner.label),
            made_at=at,
            version=__version__,
            earlier=None if earlier is None else (earlier.id, earlier.made_at.replace(microsecond=0)),
        )


def _digest(cut: Release) -> str:
    """What stands for a preview: everything that goes, less the proofs, which grow with every look."""
    case = replace(cut.case, records=(), head=None, custody=())
    removed = [(one.words, one.level) for one in cut.removed if one.path[0] not in ("records", "custody")]
    return hashlib.sha256(canonical({"case": repr(case), "removed": repr(removed)})).hexdigest()


def _shown(value: Any) -> str:
    """A removed value as its sender sees it: short, and never the content of a medium."""
    told = str(value)
    return told if len(told) <= 300 else f"{told[:300]} ..."
