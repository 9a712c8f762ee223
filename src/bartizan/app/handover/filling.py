"""Fill a case from what the desk has: its incident, alarms, evidence and journal. What it cannot know it leaves out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from bartizan.app.handover.evidence import Evidence
from bartizan.app.handover.parts import Parts
from bartizan.app.incidents.incidents import Incidents
from bartizan.desk.alarms import Alarm
from bartizan.desk.evidence import item as custody
from bartizan.desk.evidence.heads import Head
from bartizan.desk.evidence.item import Item
from bartizan.desk.incidents.state import Incident
from bartizan.desk.sharing.case import Case, CaseAlarm, CaseCustody, CaseEntry, CaseLink, CaseMedium, Place
from bartizan.site.site import Site

MOST_RECORDS = 5_000  # of one package
_RANK = ("low", "medium", "high")
_CRITICALITY = {"low": 20, "medium": 50, "high": 80}
_UNLIKE = frozenset({"nuisance", "false", "test", "duplicate"})


def case_of(incident: Incident, parts: Parts, head: Head) -> Case:
    """Everything that the desk can tell of an incident, whole: who may see what of it comes later.

    `head` is the head of the journal that records are proved against. Errors: StoreError where it is not whole.
    """
    incidents, evidence = parts.incidents, parts.evidence
    alarms = incidents.alarms(incident)
    items = items_of(incident, evidence)
    streams = [f"incident/{incident.id}", *(f"alarm/{one.id}" for one in alarms)]
    streams += [f"evidence/{one.id}" for one in items]
    priority = max((one.priority for one in alarms), key=_RANK.index, default=None)
    return Case(
        id=incident.id,
        number=incident.number,
        title=one_line(incident.title),
        kind=incident.kind,
        exercise=incident.exercise,
        state=incident.state,
        opened_at=incident.opened_at,
        place=place_of(parts.site()),
        tlp=incident.sharing,
        determination=determination(incident, alarms),
        criticality=None if priority is None else _CRITICALITY[priority],
        summary=incident.outcome,
        opened_by=incident.opened_by,
        lead=incident.lead,
        manner=tuple(incident.manner),
        stages=tuple(_stages(incident)),
        closed_at=incident.closed_at,
        outcome=incident.outcome,
        alarms=tuple(_alarm(one) for one in alarms),
        entries=tuple(sorted(_entries(incident), key=lambda entry: entry.at)),
        links=tuple(_links(incident, incidents)),
        media=tuple(_medium(one, evidence) for one in items),
        custody=tuple(_custody(items, evidence)),
        records=parts.heads.records(streams, head)[:MOST_RECORDS],
        head=head.to_json(),
    )


def items_of(incident: Incident, evidence: Evidence) -> tuple[Item, ...]:
    """The evidence of an incident: its own, that of its alarms and what was added to it; erased items left out."""
    found = {one.id: one for one in evidence.items(f"incident/{incident.id}")}
    for alarm in incident.alarms:
        found |= {one.id: one for one in evidence.items(f"alarm/{alarm}")}
    for name in incident.media:
        item = evidence.find(name)
        if item is not None:
            found[name] = item
    return tuple(one for one in found.values() if one.erased_at is None and one.sha256 is not None)


def determination(incident: Incident, alarms: tuple[Alarm, ...]) -> str:
    """What the desk holds it to be, in the words of the STIX incident extension."""
    said = {one.disposition for one in alarms}
    if "real" in said or incident.timers.contained is not None:
        return "confirmed"
    return "false-positive" if said and said <= _UNLIKE else "suspected"


def place_of(site: Site) -> Place:
    """Where the site is, as far as its plan says."""
    origin = site.plan.origin
    if origin is None:
        return Place(name=one_line(site.name))
    # a plan's origin is a corner of it, not a person
    return Place(name=one_line(site.name), latitude=origin[1], longitude=origin[0], precision=100.0)


def one_line(text: str) -> str:
    """Words of people, as one line that fits a heading."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:300] or "-"


def _stages(incident: Incident) -> Iterator[tuple[str, Any]]:
    for field in dataclasses.fields(incident.timers):
        at = getattr(incident.timers, field.name)
        if at is not None:
            yield field.name, at


def _alarm(alarm: Alarm) -> CaseAlarm:
    signal = alarm.signal
    because = signal.get("because") or {}
    return CaseAlarm(
        id=alarm.id,
        number=alarm.number,
        kind=str(signal["kind"]),
        priority=alarm.priority,
        raised_at=alarm.raised_at,
        cleared_at=alarm.cleared_at,
        zone=signal.get("zone"),
        element=signal.get("element"),
        cameras=tuple(signal.get("cameras") or ()),
        disposition=alarm.disposition,
        note=alarm.note,
        acknowledged_by=alarm.acknowledged_by,
        because=tuple((str(key), str(value)) for key, value in because.items()),
    )


def _entries(incident: Incident) -> Iterator[CaseEntry]:
    for entry in incident.entries:
        yield CaseEntry(at=entry.at, what="note", text=entry.text, by=entry.by)
    for step in incident.steps:
        told = step.text if step.answer is None else f"{step.text}: {step.answer}"
        words = f"skipped: {step.text} ({step.note})" if step.skipped else told
        # how the house answers is for those alone who answer with it
        yield CaseEntry(at=step.at, what="step", text=words, by=step.by, tlp="amber+strict")
    for sending in incident.sendings:
        yield CaseEntry(at=sending.sent_at, what="sent", text=sending.responder, by=sending.sent_by, tlp="amber+strict")
        if sending.on_scene_at is not None:
            yield CaseEntry(at=sending.on_scene_at, what="on scene", text=sending.responder, tlp="amber+strict")


def _links(incident: Incident, incidents: Incidents) -> Iterator[CaseLink]:
    for link in incident.links:
        other = incidents.incident(link.incident)
        yield CaseLink(
            kind=link.kind,
            incident=other.id,
            number=other.number,
            title=one_line(other.title),
            opened_at=other.opened_at,
            # what is shared of another incident is as strict as that one
            tlp=other.sharing,
        )


def _medium(item: Item, evidence: Evidence) -> CaseMedium:
    sealed = evidence.sealed(item)
    return CaseMedium(
        id=item.id,
        sha256=item.sha256 or "",
        size=item.size,
        media_type=item.media_type,
        received_at=item.received_at,
        about=item.about,
        seal=item.seal,
        salt="" if sealed is None else sealed.salt,
        received_by=item.received_by,
        parent=item.parent,
        note=item.note,
        tlp=item.tlp,
    )


def _custody(items: tuple[Item, ...], evidence: Evidence) -> Iterator[CaseCustody]:
    for item in items:
        for event in evidence.custody(item.id):
            told = custody.told(event)
            why = told["why"] if told["to"] is None else f"{told['to']}: {told['why']}"
            yield CaseCustody(item=item.id, at=event.at, what=event.kind, by=event.by, why=why, tlp=item.tlp)
