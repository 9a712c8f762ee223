"""What a package holds besides media, STIX and CAP: the timeline, the custody record, the proofs, and how to check.

Each is made of what was released, and of nothing else.
"""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bartizan.desk.event import instant
from bartizan.desk.evidence import canonical
from bartizan.desk.sharing.cap import Alert, Area, CapSeverity, Certainty, Circle, Info, Reference, Resource
from bartizan.desk.sharing.case import Case
from bartizan.desk.sharing.release import Release

# a spreadsheet program would take a text that begins so for a formula, and run it
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_SEVERITY: Mapping[str, CapSeverity] = {"high": "Severe", "medium": "Moderate", "low": "Minor"}
_CERTAINTY: Mapping[str, Certainty] = {
    "confirmed": "Observed",
    "failed-attempt": "Observed",
    "blocked": "Observed",
    "suspected": "Possible",
    "false-positive": "Unlikely",
}
_OVER = ("resolved", "closed", "reviewed")
_RANK = ("low", "medium", "high")


def timeline(case: Case) -> bytes:
    """Everything that has a time, oldest first, as comma-separated values: time, what, words, who."""
    rows = [(entry.at, entry.what, entry.text or "", entry.by or "") for entry in case.entries]
    rows += [(alarm.raised_at, f"alarm {alarm.number}", _alarm_words(alarm), "") for alarm in case.alarms]
    rows += [(at, stage, "", "") for stage, at in case.stages]
    rows += [(medium.received_at, "received", medium.id, medium.received_by or "") for medium in case.media]
    rows.sort(key=lambda row: row[0])
    return _table(("time", "what", "text", "by"), ((instant(at), *rest) for at, *rest in rows))


def _alarm_words(alarm: Any) -> str:
    parts = (alarm.kind, alarm.zone, alarm.element, alarm.disposition, alarm.note)
    return ", ".join(part for part in parts if part is not None)


def custody(case: Case, paths: Mapping[str, str]) -> bytes:
    """The custody record: each medium as it came, with its seal, and each thing that was done with it since."""
    return canonical(
        {
            "schema": 1,
            "media": [
                {
                    "id": one.id,
                    "path": paths[one.id],
                    "sha256": one.sha256,
                    "size": one.size,
                    "media_type": one.media_type,
                    "received_at": instant(one.received_at),
                    "received_by": one.received_by,
                    "about": one.about,
                    "parent": one.parent,
                    "note": one.note,
                    "seal": one.seal,
                    "salt": one.salt,
                    "history": [
                        {"at": instant(step.at), "what": step.what, "by": step.by, "why": step.why}
                        for step in case.custody
                        if step.item == one.id
                    ],
                }
                for one in case.media
            ],
        }
    )


def proofs(case: Case) -> bytes:
    """The head of the journal's tree and, of each record that goes along, its text and its way up to the root."""
    return canonical(
        {
            "schema": 1,
            "head": case.head,
            "records": [
                {"seq": one.seq, "text": one.text, "salt": one.salt, "proof": list(one.proof)} for one in case.records
            ],
        }
    )


def alert(
    release: Release,
    *,
    package: str,
    sender: str,
    sender_name: str,
    recipient: str,
    made_at: datetime,
    earlier: tuple[str, datetime] | None = None,
) -> Alert:
    """The alert that goes along, for one recipient alone. `earlier` is the package that this one brings up to date."""
    case = release.case
    priority = max((alarm.priority for alarm in case.alarms if alarm.priority in _RANK), key=_RANK.index, default="low")
    over = case.state in _OVER
    place = case.place
    circles: tuple[Circle, ...] = ()
    if place.latitude is not None and place.longitude is not None:
        reach = 0.0 if place.precision is None else place.precision / 1000.0
        circles = (Circle(middle=(place.latitude, place.longitude), radius=reach),)
    info = Info(
        categories=("Security",),
        event=case.kind or "incident",
        responses=("Assess",),
        urgency="Past" if over else "Immediate",
        severity=_SEVERITY[priority],
        certainty=_CERTAINTY.get(case.determination, "Unknown"),
        effective=case.opened_at,
        sender_name=sender_name,
        headline=case.title,
        description=case.summary,
        parameters=(
            ("TLP", release.level.upper()),
            ("incident", str(case.number)),
            *(("SHA-256", f"{medium.sha256} {medium.id}") for medium in case.media),
        ),
        resources=tuple(
            Resource(
                description=medium.note or medium.id,
                media_type=medium.media_type,
                size=medium.size,
                uri="ni:///sha-256;"
                + base64.urlsafe_b64encode(bytes.fromhex(medium.sha256)).decode("ascii").rstrip("="),
            )
            for medium in case.media
        ),
        areas=(Area(description=place.name, circles=circles),),
    )
    return Alert(
        identifier=package,
        sender=sender,
        sent=made_at.replace(microsecond=0),
        status="Exercise" if case.exercise else "Actual",
        message_type="Alert" if earlier is None else "Update",
        scope="Private",
        addresses=(recipient,),
        note="This is an exercise." if case.exercise else None,
        references=() if earlier is None else (Reference(sender=sender, identifier=earlier[0], sent=earlier[1]),),
        infos=(info,),
    )


def sums(entries: Iterable[tuple[str, str]]) -> bytes:
    """The list that `sha256sum -c` reads: path and SHA-256 of every other file."""
    return "".join(f"{digest}  {path}\n" for path, digest in entries).encode("ascii")


def read_me(release: Release, fingerprint: str) -> bytes:
    """How whoever gets the package checks it, with our program or without."""
    case = release.case
    held = "".join(f"  {name}: {count}\n" for name, count in release.withheld) or "  nothing\n"
    exercise = "EXERCISE: nothing of this happened.\n" if case.exercise else ""
    words = f"""{exercise}TLP:{release.level.upper()}

A case that was handed over. Check it before you rely on it:

  bartizan verify PACKAGE.zip --key {fingerprint}

The fingerprint above proves nothing while it only stands here: compare it with what the sender told you in another way.

Without Bartizan: unpack, run "sha256sum -c SHA256SUMS", and compare SHA256SUMS with the list in manifest.json;
manifest.sig holds the sender's public key (Ed25519) and the signature over the bytes of manifest.json.

stix.json     the case as STIX 2.1
cap.xml       the same as an alert in CAP 1.2
timeline.csv  what happened when
custody.json  what was done with each medium
proofs.json   the head of the sender's journal, and the records that can be proved against it
media/        pictures, clips and papers as received; file names are their ids

Withheld from this recipient, by kind of field:
{held}"""
    return words.encode("utf-8")


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return text.getvalue().encode("utf-8", "replace")
