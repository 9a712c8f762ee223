"""Write what was released of a case as a bundle of STIX 2.1: the incident with its extension, and all that belongs.

Ids are made of the desk's own ids, so that a later package speaks of the same objects. Every object carries its level,
and fields that are stricter than their object carry their own. Source: OASIS, STIX 2.1 (2021); the incident extension
as `bartizan.desk.sharing.stix_rules` names it. What is not written: the extension's tasks, impacts and scores; repeats
are told as "related-to", since STIX has no such relationship.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from bartizan.desk.sharing.case import Case, CaseAlarm, CaseEntry, CaseLink, CaseMedium
from bartizan.desk.sharing.release import FIELD_LEVELS, Release
from bartizan.desk.sharing.stix_read import read_bundle
from bartizan.desk.sharing.stix_rules import EVENT, INCIDENT_CORE
from bartizan.desk.sharing.tlp import LEVELS, MARKINGS, Tlp, marking, strictest

_NAMES = UUID("8a3c4f7e-52d5-5a0c-9d3e-6b1f0c7a9e21")  # the name space of ids that the desk's own ids become
_OBSERVABLES = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")  # STIX 2.1, section 2.9
_INVESTIGATION = {"new": "new", "closed": "closed", "reviewed": "closed"}
_RELATIONS = {"repeat-of": "related-to", "related-to": "related-to", "led-to": "led-to", "duplicate-of": "duplicate-of"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who hands over: the name of the house, and an id that stays the same (the fingerprint of its key)."""

    name: str
    id: str


def write_stix(release: Release, sender: Sender, made_at: datetime, paths: Mapping[str, str]) -> bytes:
    """The bundle, as UTF-8. `paths` says where in the package each medium lies, by its id; `made_at` in UTC.

    Errors: StixError where it would not be valid, which only an impossible case can bring about.
    """
    writer = _Writer(release, sender, made_at, paths)
    body = {
        "type": "bundle",
        "id": f"bundle--{uuid5(_NAMES, f'{release.case.id} {release.limit} {stamp(made_at)}')}",
        "objects": writer.objects(),
    }
    content = (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
    read_bundle(content)
    return content


def stamp(moment: datetime) -> str:
    """An instant as STIX writes it, to the millisecond."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


class _Writer:
    def __init__(self, release: Release, sender: Sender, made_at: datetime, paths: Mapping[str, str]) -> None:
        self.case: Case = release.case
        self.sender = sender
        self.made_at = made_at
        self.paths = paths
        self.author = self._id("identity", sender.id)
        self.incident = self._id("incident", self.case.id)
        self.used: set[Tlp] = set()
        self.levels: dict[str, Tlp] = {}
        self.relations: list[tuple[str, str, str, str | None]] = []

    def objects(self) -> list[dict[str, Any]]:
        made = [self._identity(), self._incident(), *self._place()]
        for alarm in self.case.alarms:
            made += self._alarm(alarm)
        made += (self._note(number, entry) for number, entry in enumerate(self.case.entries) if entry.text is not None)
        for link in self.case.links:
            made += self._link(link)
        for medium in self.case.media:
            made += self._medium(medium)
        made += (self._relation(*one) for one in self.relations)
        return [*(marking(level) for level in LEVELS if level in self.used), *made]

    # ---- objects

    def _identity(self) -> dict[str, Any]:
        told = {"name": self.sender.name, "identity_class": "organization"}
        one = self._domain("identity", self.sender.id, self.case.opened_at, "clear", told)
        del one["created_by_ref"]
        return one

    def _incident(self) -> dict[str, Any]:
        case = self.case
        core: dict[str, Any] = {
            "extension_type": "property-extension",
            "determination": case.determination,
            "investigation_status": _INVESTIGATION.get(case.state, "open"),
        }
        if case.kind is not None:
            core["incident_types"] = [case.kind]
        if case.criticality is not None:
            core["criticality"] = case.criticality
        told = {
            "name": case.title,
            "description": case.summary,
            "labels": ["exercise"] if case.exercise else None,
            "extensions": {INCIDENT_CORE: core},
        }
        fields = {"description": "summary"}
        return self._domain("incident", case.id, case.opened_at, case.tlp, told, fields=fields)

    def _place(self) -> Iterator[dict[str, Any]]:
        place = self.case.place
        if place.latitude is None or place.longitude is None:
            return  # STIX knows no place by its name alone
        told = {
            "name": place.name,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "precision": place.precision,
        }
        level = strictest([FIELD_LEVELS["place.latitude"]], self.case.tlp)
        one = self._domain("location", f"{self.sender.id} {place.name}", self.case.opened_at, level, told)
        self._relate(self.incident, "located-at", one["id"])
        yield one

    def _alarm(self, alarm: CaseAlarm) -> Iterator[dict[str, Any]]:
        level = strictest([alarm.tlp], self.case.tlp)
        where = ", ".join(word for word in (alarm.zone, alarm.element) if word is not None)
        told = {
            "name": f"Alarm {alarm.number}: {alarm.kind}{f' at {where}' if where else ''}",
            "description": alarm.note,
            "status": "occurred" if alarm.cleared_at is not None or alarm.disposition is not None else "ongoing",
            "start_time": stamp(alarm.raised_at),
            # an event that never ended has no end; one that ended as it began has it all the same
            "end_time": None if alarm.cleared_at is None else stamp(max(alarm.cleared_at, alarm.raised_at)),
            "event_types": [alarm.kind],
            "extensions": {EVENT: {"extension_type": "new-sdo"}},
        }
        fields = {"description": "alarms.note"}
        if alarm.element is not None:
            fields["name"] = "alarms.element"
        one = self._domain("event", alarm.id, alarm.raised_at, level, told, fields=fields)
        self._relate(one["id"], "related-to", self.incident)
        yield one

    def _note(self, number: int, entry: CaseEntry) -> dict[str, Any]:
        told = {
            "abstract": entry.what,
            "content": entry.text,
            "authors": None if entry.by is None else [entry.by],
            "object_refs": [self.incident],
        }
        fields = {"content": "entries.text", "authors": "entries.by"}
        name = f"{self.case.id} {number} {stamp(entry.at)}"
        level = strictest([entry.tlp], self.case.tlp)
        return self._domain("note", name, entry.at, level, told, fields=fields)

    def _link(self, link: CaseLink) -> Iterator[dict[str, Any]]:
        level = strictest([link.tlp], self.case.tlp)
        yield self._domain("incident", link.incident, link.opened_at, level, {"name": link.title})
        other = self._id("incident", link.incident)
        self._relate(self.incident, _RELATIONS.get(link.kind, "related-to"), other, link.kind)

    def _medium(self, medium: CaseMedium) -> Iterator[dict[str, Any]]:
        level = strictest([medium.tlp], self.case.tlp)
        hashes = {"SHA-256": medium.sha256}
        file = {
            "type": "file",
            "spec_version": "2.1",
            "id": f"file--{uuid5(_OBSERVABLES, json.dumps({'hashes': hashes}, separators=(',', ':')))}",
            "hashes": hashes,
            "size": medium.size,
            "name": self.paths[medium.id],
            "mime_type": medium.media_type,
            "object_marking_refs": [self._mark(level)],
        }
        yield file
        told = {
            "first_observed": stamp(medium.received_at),
            "last_observed": stamp(medium.received_at),
            "number_observed": 1,
            "object_refs": [file["id"]],
        }
        one = self._domain("observed-data", medium.id, medium.received_at, level, told)
        yield one
        self._relate(one["id"], "related-to", self.incident)
        if medium.parent is not None:
            self._relate(one["id"], "derived-from", self._id("observed-data", medium.parent))

    # ---- what every object has

    def _domain(
        self,
        kind: str,
        name: str,
        created: datetime,
        level: Tlp,
        told: Mapping[str, Any],
        *,
        fields: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """A domain object. `fields` names, for properties of it, the field of the case that they show."""
        one: dict[str, Any] = {
            "type": kind,
            "spec_version": "2.1",
            "id": self._id(kind, name),
            "created_by_ref": self.author,
            "created": stamp(created),
            # what is told of it may have changed since: this is how it stood when the package was made
            "modified": stamp(max(self.made_at, created)),
        }
        one |= {key: value for key, value in told.items() if value is not None}
        self.levels[one["id"]] = level
        one["object_marking_refs"] = [self._mark(level)]
        stricter = {
            key: FIELD_LEVELS[field]
            for key, field in (fields or {}).items()
            if key in one and strictest([FIELD_LEVELS[field]], level) != level
        }
        if stricter:
            one["granular_markings"] = [
                {"marking_ref": self._mark(own), "selectors": sorted(_of(stricter, own))}
                for own in LEVELS
                if own in stricter.values()
            ]
        return one

    def _relate(self, source: str, kind: str, target: str, words: str | None = None) -> None:
        self.relations.append((source, kind, target, words))

    def _relation(self, source: str, kind: str, target: str, words: str | None) -> dict[str, Any]:
        """A relationship has the stricter level of its two ends."""
        level = strictest([self.levels[source], self.levels[target]])
        told = {"relationship_type": kind, "source_ref": source, "target_ref": target, "description": words}
        return self._domain("relationship", f"{source} {kind} {target}", self.case.opened_at, level, told)

    def _mark(self, level: Tlp) -> str:
        self.used.add(level)
        return MARKINGS[level]

    def _id(self, kind: str, name: str) -> str:
        return f"{kind}--{uuid5(_NAMES, f'{kind} {name}')}"


def _of(levels: Mapping[str, Tlp], own: Tlp) -> Iterable[str]:
    return (key for key, level in levels.items() if level == own)
