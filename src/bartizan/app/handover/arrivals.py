"""Packages of partners: hostile until proved, quarantined, shown, and then taken over by a person, or turned away.

What is taken over becomes an alarm with its source and grade, or a contribution to an incident of ours; its media
become evidence, as they came. Nothing of a package is run, unpacked to a place of its own choosing, or shown as more
than text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bartizan.app.handover.filling import one_line
from bartizan.app.handover.parts import Parts
from bartizan.app.intake.report import RUN, Credibility, Reliability, Report, signal_of
from bartizan.app.ledger.histories import Histories
from bartizan.desk.errors import CommandError, ExerciseMixError, TransitionError
from bartizan.desk.event import Event
from bartizan.desk.said import person, text
from bartizan.desk.sharing import arrived
from bartizan.desk.sharing.arrived import Arrival
from bartizan.desk.sharing.cap_read import offered
from bartizan.desk.sharing.check import MEDIA
from bartizan.desk.sharing.manifest import FileEntry, Manifest, told
from bartizan.desk.sharing.package import Verdict, verify_bytes
from bartizan.desk.sharing.tlp import Tlp

TOPIC = "arrival"
LARGEST = 256 * 1024 * 1024  # bytes of a package that is taken in
MOST_QUARANTINED = 200  # packages that wait for a person at once
_MOST_FAULTS = 20
_SHOWN_NOTES = 200


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found of a file from outside; media only where all is well."""

    verdict: Verdict
    media: Mapping[str, bytes]

    @property
    def manifest(self) -> Manifest | None:
        """Its manifest, where it can be read."""
        return self.verdict.manifest


def _look_into(content: bytes) -> _Found:
    """Look at bytes from outside as at a package. Errors: PackageError."""
    media: dict[str, bytes] = {}

    def keep(entry: FileEntry, data: bytes) -> None:
        if entry.path.startswith(MEDIA):
            media[entry.path] = data

    verdict = verify_bytes(content, keep)
    return _Found(verdict, media if verdict.intact else {})


class Arrivals:
    """The packages that came to one desk."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._book: Histories[Arrival, Event] = Histories(
            parts.ledger,
            topic=TOPIC,
            apply=arrived.apply,
            codec=arrived.CODEC,
            is_open=lambda arrival: arrival.state == "quarantined",
        )

    def arrival(self, arrival_id: str) -> Arrival:
        """One arrival. Errors: UnknownThingError."""
        return self._book.get(arrival_id)

    def all(self) -> tuple[Arrival, ...]:
        """Every arrival, oldest first."""
        return self._book.all()

    def names(self) -> tuple[str, ...]:
        """The names of what is quarantined, in the vault."""
        return tuple(one.id for one in self._book.open())

    def take_in(self, content: bytes, by: str) -> Arrival:
        """Quarantine a file that claims to be a package, with what was found of it. The same file twice is one.

        Errors: PackageError where it is no package at all, and nothing of it is kept; CommandError where it is too
        large, or too many wait; StoreError.
        """
        by = person(by)
        if len(content) > LARGEST:
            raise CommandError(f"a package that is taken in has at most {LARGEST:,} bytes. Ask for it in parts")
        digest = hashlib.sha256(content).hexdigest()
        waiting = self._book.open()
        same = next((one for one in waiting if one.sha256 == digest), None)
        if same is not None:
            return same
        if len(waiting) >= MOST_QUARANTINED:
            raise CommandError(f"{MOST_QUARANTINED} packages wait already. Decide on some of them first")
        found = _look_into(content)
        name = self._parts.new_id()
        sealed = self._parts.vault.put(name, content)
        manifest = found.manifest
        try:
            with self._parts.ledger.lock:
                event = arrived.Arrived(
                    version=1,
                    at=self._parts.ledger.utc(),
                    by=by,
                    arrival=name,
                    sha256=digest,
                    size=len(content),
                    address=sealed.address,
                    faults=tuple(one_line(words) for words in found.verdict.faults[:_MOST_FAULTS]),
                    fingerprint=found.verdict.fingerprint,
                    partner=self._whose(found),
                    sender="" if manifest is None else manifest.sender,
                    package="" if manifest is None else manifest.package,
                    title="" if manifest is None else manifest.title,
                    incident=0 if manifest is None else manifest.incident,
                    exercise=manifest is not None and manifest.exercise,
                )
                return self._book.commit(name, [event])
        except BaseException:
            self._parts.vault.destroy(name, sealed.address)
            raise

    def show(self, arrival_id: str) -> dict[str, Any]:
        """What a person decides on, as plain JSON values: what was found, and what the package says, as text alone."""
        arrival = self._book.get(arrival_id)
        shown: dict[str, Any] = {**arrival.to_json(), "manifest": None, "alert": None, "incidents": [], "notes": []}
        if arrival.state != "quarantined":
            return shown
        found = _look_into(self._parts.vault.open(arrival.id, arrival.address))
        if found.manifest is not None:
            shown["manifest"] = dict(told(found.manifest))
        if found.verdict.papers.alert is not None:
            shown["alert"] = offered(found.verdict.papers.alert)
        if found.verdict.papers.bundle is not None:
            shown["incidents"] = [
                {"name": one.get("name"), "description": one.get("description"), "created": one.get("created")}
                for one in found.verdict.papers.bundle.of("incident")
            ]
            shown["notes"] = [
                {"at": one.get("created"), "text": one.get("content"), "by": one.get("authors")}
                for one in found.verdict.papers.bundle.of("note")[:_SHOWN_NOTES]
            ]
        return shown

    def accept(
        self,
        arrival_id: str,
        by: str,
        note: str,
        *,
        incident: str | None = None,
        reliability: Reliability = "F",
        credibility: Credibility = 6,
    ) -> Arrival:
        """Take it over: as a contribution to an `incident` of ours, or else as an alarm with its source and grade.

        Errors: TransitionError where it is decided on already, not proved, or of nobody the site knows;
        ExerciseMixError; CommandError; StoreError.
        """
        by, note = person(by), text(note, "note")
        arrival = self._book.get(arrival_id)
        found = self._proved(arrival)
        manifest = found.manifest
        assert manifest is not None  # noqa: S101 - what is proved has one
        if incident is not None:
            ours = self._parts.incidents.incident(incident)
            if ours.exercise != arrival.exercise:
                raise ExerciseMixError(
                    f"the package is {_real(arrival.exercise)} and incident {ours.number} is {_real(ours.exercise)}"
                )
        words = _words(arrival, found, note)
        if incident is None:
            about = self._raise(arrival, words, by, reliability, credibility)
        else:
            self._parts.incidents.note(incident, words, by)
            about = f"incident/{incident}"
        items = self._keep(found, about, by, manifest.level, incident)
        with self._parts.ledger.lock:
            event = arrived.Accepted(
                version=arrival.version + 1, at=self._parts.ledger.utc(), by=by, about=about, items=items, note=note
            )
            after = self._book.commit(arrival_id, [event])
        self._parts.evidence.drop(arrival.id, arrival.address)
        return after

    def refuse(self, arrival_id: str, by: str, reason: str) -> Arrival:
        """Turn it away; the quarantined copy is destroyed, the record of it stays."""
        by, reason = person(by), text(reason, "reason")
        with self._parts.ledger.lock:
            arrival = self._book.get(arrival_id)
            _require_waiting(arrival)
            event = arrived.Refused(version=arrival.version + 1, at=self._parts.ledger.utc(), by=by, reason=reason)
            after = self._book.commit(arrival_id, [event])
        self._parts.evidence.drop(arrival.id, arrival.address)
        return after

    # ----

    def _whose(self, found: _Found) -> str | None:
        """The partner whose key signed it, where it is proved."""
        if found.verdict.faults or found.verdict.key is None:
            return None
        return next((one.id for one in self._parts.site().partners if one.key == found.verdict.key), None)

    def _proved(self, arrival: Arrival) -> _Found:
        _require_waiting(arrival)
        found = _look_into(self._parts.vault.open(arrival.id, arrival.address))
        if found.verdict.faults or found.manifest is None:
            raise TransitionError(f"package {arrival.id} is not what its sender signed. Turn it away, and ask anew")
        # the site may have changed since it came: whose key it is counts now
        if self._whose(found) is None:
            raise TransitionError(
                f"package {arrival.id} is signed by a key that no partner of this site has. Compare its fingerprint "
                "with the sender in another way, and enter it under [[partner]]"
            )
        return found

    def _raise(self, arrival: Arrival, words: str, by: str, reliability: Reliability, credibility: Credibility) -> str:
        report = Report(
            key=hashlib.sha256(arrival.id.encode()).hexdigest()[:32],
            channel="partner",
            reliability=reliability,
            credibility=credibility,
            reported_by=one_line(arrival.sender)[:200],
            text=words,
            taken_by=by,
            exercise=arrival.exercise,
        )
        with self._parts.ledger.lock:
            alarm = self._parts.desk.take(signal_of(report, self._parts.site(), self._parts.ledger.utc()), RUN)
        assert alarm is not None  # noqa: S101 - a report is never silent
        return f"alarm/{alarm.id}"

    def _keep(self, found: _Found, about: str, by: str, level: Tlp, incident: str | None) -> tuple[str, ...]:
        types = {one.path: one.media_type for one in found.manifest.files} if found.manifest is not None else {}
        kept = []
        for path, content in found.media.items():
            if not content:
                continue
            item = self._parts.evidence.put(
                content, types[path], about, by, note=f"of a partner's package: {path}", tlp=level
            )
            kept.append(item.id)
            if incident is not None:
                self._parts.incidents.add_media(incident, item.id, by)
        return tuple(kept)


def _require_waiting(arrival: Arrival) -> None:
    if arrival.state != "quarantined":
        raise TransitionError(
            f"package {arrival.id} was {arrival.state} by {arrival.decided_by}. Nothing is left to do"
        )


def _real(exercise: bool) -> Literal["an exercise", "real"]:
    return "an exercise" if exercise else "real"


def _words(arrival: Arrival, found: _Found, note: str) -> str:
    """What goes on the record of what was taken over: whose it is, and what it says."""
    alert = found.verdict.papers.alert
    said = "" if alert is None or not alert.infos else (alert.infos[0].description or "")
    lines = [f"{arrival.sender}: {arrival.title} (package {arrival.package}, their incident {arrival.incident})"]
    lines += [one_line(said)] if said else []
    return "\n".join([*lines, note])[:4_000]
