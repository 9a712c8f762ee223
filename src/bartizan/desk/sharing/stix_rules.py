"""What each object of STIX 2.1 must obey: common properties, those of its type, markings, and the incident extension.

Source: OASIS, "STIX Version 2.1" (2021), sections 3 to 7; the incident extension suite of oasis-open's
cti-stix-common-objects, Incident Core 2.0, draft of 2023-10-10; TLP 2.0 as `bartizan.desk.sharing.tlp` has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from bartizan.desk.sharing.tlp import LEVEL_OF, LEVEL_OF_1, LEVELS, MARKINGS, TLP_EXTENSION

INCIDENT_CORE = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
EVENT = "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e"
DETERMINATIONS = ("blocked", "confirmed", "failed-attempt", "false-positive", "suspected")
INVESTIGATIONS = ("new", "open", "closed")
EVENT_STATUSES = ("pending", "ongoing", "occurred", "not-occurred", "undetermined")

KNOWN_ELSEWHERE = frozenset(LEVEL_OF) | frozenset(LEVEL_OF_1)
# keys of the extension as it was before 2.0; it is read and said to be old
_OLD_INCIDENT = frozenset({"defender_activities", "attacker_activities", "activities", "incident_type"})

# domain and relationship objects: type -> what it cannot be without
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "attack-pattern": ("name",),
    "campaign": ("name",),
    "course-of-action": ("name",),
    "event": ("status",),
    "extension-definition": ("name", "schema", "version", "extension_types", "created_by_ref"),
    "grouping": ("context", "object_refs"),
    "identity": ("name",),
    "impact": ("impact_category",),
    "incident": ("name",),
    "indicator": ("pattern", "pattern_type", "valid_from"),
    "infrastructure": ("name",),
    "intrusion-set": ("name",),
    "language-content": ("object_ref", "contents"),
    "location": (),
    "malware": ("is_family",),
    "malware-analysis": ("product",),
    "marking-definition": (),
    "note": ("content", "object_refs"),
    "observed-data": ("first_observed", "last_observed", "number_observed"),
    "opinion": ("opinion", "object_refs"),
    "relationship": ("relationship_type", "source_ref", "target_ref"),
    "report": ("name", "published", "object_refs"),
    "sighting": ("sighting_of_ref",),
    "task": ("outcome",),
    "threat-actor": ("name",),
    "tool": ("name",),
    "vulnerability": ("name",),
}
OBSERVABLES: Mapping[str, tuple[str, ...]] = {
    "artifact": (),
    "autonomous-system": ("number",),
    "directory": ("path",),
    "domain-name": ("value",),
    "email-addr": ("value",),
    "email-message": ("is_multipart",),
    "file": (),
    "ipv4-addr": ("value",),
    "ipv6-addr": ("value",),
    "mac-addr": ("value",),
    "mutex": ("name",),
    "network-traffic": ("protocols",),
    "process": (),
    "software": ("name",),
    "url": ("value",),
    "user-account": (),
    "windows-registry-key": (),
    "x509-certificate": (),
}
_STILL = ("marking-definition",)  # without versions, so without `modified`
_TEXTS = ("name", "description", "pattern", "pattern_type", "relationship_type", "context", "content", "opinion")
_TIMES = (
    "created",
    "modified",
    "valid_from",
    "valid_until",
    "first_observed",
    "last_observed",
    "first_seen",
    "last_seen",
    "published",
    "start_time",
    "stop_time",
    "end_time",
)
# (earlier, later, may they be equal)
_ORDERS = (
    ("created", "modified", True),
    ("valid_from", "valid_until", False),
    ("first_observed", "last_observed", True),
    ("first_seen", "last_seen", True),
    ("start_time", "stop_time", False),
    ("start_time", "end_time", True),
)
_TYPE = re.compile(r"[a-z0-9][a-z0-9-]{1,248}[a-z0-9]", re.ASCII)
_ID = re.compile(r"([a-z0-9][a-z0-9-]{1,248}[a-z0-9])--[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_KEY = re.compile(r"[a-z0-9_]{1,250}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:(\d\d)(\.\d{1,9})?Z", re.ASCII)
_SELECTOR = re.compile(r"[a-z0-9_-]{1,249}(\.(\[\d{1,6}\]|[A-Za-z0-9_-]{1,250}))*", re.ASCII)


def is_id(value: Any, kind: str | None = None) -> bool:
    """Whether a value is an identifier, of type `kind` where one is given."""
    found = _ID.fullmatch(value) if isinstance(value, str) else None
    return found is not None and kind in (None, found[1])


def references(one: Mapping[str, Any]) -> Iterator[str]:
    """Every identifier that an object names in its own properties."""
    for key, value in one.items():
        if key.endswith("_ref") and isinstance(value, str):
            yield value
        elif key.endswith("_refs") and isinstance(value, list):
            yield from (name for name in value if isinstance(name, str))


def faults(one: Any, place: str, warnings: list[str]) -> Iterator[str]:
    """Every rule that an object breaks; what is only odd goes into `warnings`."""
    if not isinstance(one, dict):
        yield f"{place} is no object"
        return
    kind = one.get("type")
    if not isinstance(kind, str) or _TYPE.fullmatch(kind) is None:
        yield f"{place} has the type {kind!r:.60}, which is none"
        return
    if not is_id(one.get("id"), kind):
        yield f"{place} has the id {one.get('id')!r:.80}, not {kind}-- and a UUID"
        return
    place = f"{place} ({one['id'][:80]})"
    for key in one:
        if _KEY.fullmatch(key) is None:
            yield f"{place} has the property {key!r:.60}: small letters, digits and _ alone"
    if kind in OBSERVABLES:
        yield from _of_observable(one, kind, place)
    else:
        yield from _of_domain(one, kind, place, warnings)
    yield from _common(one, place)
    rules = _TYPES.get(kind)
    if rules is not None:
        yield from rules(one, place, warnings)


def _of_observable(one: Mapping[str, Any], kind: str, place: str) -> Iterator[str]:
    if one.get("spec_version", "2.1") != "2.1":
        yield f"{place} has spec_version {one['spec_version']!r:.20}. Give 2.1"
    yield from _required(one, OBSERVABLES[kind], place)


def _of_domain(one: Mapping[str, Any], kind: str, place: str, warnings: list[str]) -> Iterator[str]:
    if kind not in REQUIRED:
        # a custom observable has no times, so nothing of a domain object can be asked of it
        warnings.append(f"{place} is of a type that is not known; it is kept, not understood")
        return
    if one.get("spec_version") != "2.1":
        yield f"{place} has spec_version {one.get('spec_version')!r:.20}. Give 2.1"
    yield from _required(one, ("created",) if kind in _STILL else ("created", "modified"), place)
    yield from _required(one, REQUIRED[kind], place)


def _required(one: Mapping[str, Any], names: tuple[str, ...], place: str) -> Iterator[str]:
    for name in names:
        if one.get(name) is None:
            yield f"{place} has no {name}. Add it"


def _common(one: Mapping[str, Any], place: str) -> Iterator[str]:
    for name in _TEXTS:
        if name in one and (not isinstance(one[name], str) or not one[name]):
            yield f"{place}: {name} is {one[name]!r:.40}, not text"
    yield from _times(one, place)
    yield from _refs(one, place)
    labels = one.get("labels")
    if labels is not None and not _texts(labels):
        yield f"{place}: labels is no list of texts"
    confidence = one.get("confidence")
    if confidence is not None and not _whole(confidence, 0, 100):
        yield f"{place}: confidence is {confidence!r:.40}, not a whole number from 0 to 100"
    revoked = one.get("revoked")
    if revoked is not None and not isinstance(revoked, bool):
        yield f"{place}: revoked is {revoked!r:.40}, not true or false"
    yield from _external(one.get("external_references"), place)
    yield from _granular(one.get("granular_markings"), place)
    yield from _extensions(one.get("extensions"), place)


def _times(one: Mapping[str, Any], place: str) -> Iterator[str]:
    moments: dict[str, datetime] = {}
    for name in _TIMES:
        if one.get(name) is None:
            continue
        moment = instant_of(one[name])
        if moment is None:
            yield f"{place}: {name} is {one[name]!r:.40}, not a time as 2026-11-23T12:00:00Z"
        else:
            moments[name] = moment
    for first, then, equal in _ORDERS:
        if first in moments and then in moments:
            early, late = moments[first], moments[then]
            if early > late or (early == late and not equal):
                yield f"{place}: {then} is not after {first}. Exchange or correct them"


def instant_of(value: Any) -> datetime | None:
    """The instant that a timestamp of STIX names, in UTC; None of what is none."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        # a leap second has no place in a datetime; its second before will do to compare
        text = value.replace(":60", ":59", 1) if found[1] == "60" else value
        head, _, tail = text[:-1].partition(".")
        return datetime.fromisoformat(f"{head}.{(tail + '000000')[:6]}+00:00")
    except ValueError:
        return None


def _refs(one: Mapping[str, Any], place: str) -> Iterator[str]:
    for key, value in one.items():
        if key.endswith("_ref") and not is_id(value):
            yield f"{place}: {key} is {value!r:.60}, which names no object"
        if key.endswith("_refs") and not (isinstance(value, list) and value and all(is_id(name) for name in value)):
            yield f"{place}: {key} is no list that names objects"
    creator = one.get("created_by_ref")
    if is_id(creator) and not is_id(creator, "identity"):
        yield f"{place}: created_by_ref names no identity"
    markings = one.get("object_marking_refs")
    if isinstance(markings, list) and not all(is_id(name, "marking-definition") for name in markings):
        yield f"{place}: object_marking_refs names what is no marking"


def _external(found: Any, place: str) -> Iterator[str]:
    if found is None:
        return
    if not isinstance(found, list) or not found:
        yield f"{place}: external_references is no list"
        return
    for one in found:
        named = isinstance(one, dict) and isinstance(one.get("source_name"), str)
        if not named or not any(isinstance(one.get(key), str) for key in ("description", "url", "external_id")):
            yield f"{place}: an external reference names no source, or nothing of it"


def _granular(found: Any, place: str) -> Iterator[str]:
    if found is None:
        return
    if not isinstance(found, list) or not found:
        yield f"{place}: granular_markings is no list"
        return
    for one in found:
        selectors = one.get("selectors") if isinstance(one, dict) else None
        if not _texts(selectors) or not all(_SELECTOR.fullmatch(text) for text in cast("list[str]", selectors)):
            yield f"{place}: a granular marking selects nothing"
        elif (one.get("marking_ref") is None) == (one.get("lang") is None):
            yield f"{place}: a granular marking needs marking_ref or lang, and one of them alone"
        elif one.get("marking_ref") is not None and not is_id(one["marking_ref"], "marking-definition"):
            yield f"{place}: a granular marking names what is no marking"


def _extensions(found: Any, place: str) -> Iterator[str]:
    if found is None:
        return
    if not isinstance(found, dict) or not found or not all(isinstance(one, dict) for one in found.values()):
        yield f"{place}: extensions is no object of objects"
        return
    for key in found:
        if key.startswith("extension-definition--") and not is_id(key, "extension-definition"):
            yield f"{place}: the extension {key!r:.80} is named by no UUID"


# ---- rules of single types


def _location(one: Mapping[str, Any], place: str, _: list[str]) -> Iterator[str]:
    if not any(one.get(key) is not None for key in ("region", "country", "latitude")):
        yield f"{place} has no region, country or latitude. Give one"
    for key, most in (("latitude", 90.0), ("longitude", 180.0)):
        value = one.get(key)
        if value is not None and not (_number(value) and -most <= value <= most):
            yield f"{place}: {key} is {value!r:.40}, not degrees up to {most:.0f}"
    if (one.get("latitude") is None) != (one.get("longitude") is None):
        yield f"{place}: latitude and longitude go together"
    precision = one.get("precision")
    if precision is not None and (one.get("latitude") is None or not (_number(precision) and precision >= 0)):
        yield f"{place}: precision is a number of metres, and goes with latitude"


def _observed(one: Mapping[str, Any], place: str, _: list[str]) -> Iterator[str]:
    if not _whole(one.get("number_observed", 1), 1, 999_999_999):
        yield f"{place}: number_observed is {one['number_observed']!r:.40}, not a whole number from 1"
    if ("object_refs" in one) == ("objects" in one):
        yield f"{place} needs object_refs (or the older objects), and one of them alone"


def _malware(one: Mapping[str, Any], place: str, _: list[str]) -> Iterator[str]:
    if "is_family" in one and not isinstance(one["is_family"], bool):
        yield f"{place}: is_family is not true or false"
    if one.get("is_family") is True and "name" not in one:
        yield f"{place} is a family without a name. Add name"


def _file(one: Mapping[str, Any], place: str, _: list[str]) -> Iterator[str]:
    hashes = one.get("hashes")
    if one["type"] == "file" and hashes is None and one.get("name") is None:
        yield f"{place} has neither name nor hashes. Give one"
    if hashes is not None:
        if not isinstance(hashes, dict) or not hashes:
            yield f"{place}: hashes is no object"
        elif "SHA-256" in hashes and re.fullmatch(r"[0-9a-fA-F]{64}", str(hashes["SHA-256"]), re.ASCII) is None:
            yield f"{place}: its SHA-256 is no SHA-256"
    if one.get("size") is not None and not _whole(one["size"], 0, 2**63):
        yield f"{place}: size is {one['size']!r:.40}, not a number of bytes"


def _incident(one: Mapping[str, Any], place: str, warnings: list[str]) -> Iterator[str]:
    core = _extensions_of(one).get(INCIDENT_CORE)
    if not isinstance(core, dict):
        return
    if not _OLD_INCIDENT.isdisjoint(core):
        warnings.append(f"{place} has the incident extension in a form before 2.0, which is not read")
        return
    where = f"{place}, incident extension"
    if core.get("extension_type") != "property-extension":
        yield f"{where}: extension_type is {core.get('extension_type')!r:.40}. Write property-extension"
    yield from _one_of(core, "determination", DETERMINATIONS, where)
    yield from _one_of(core, "investigation_status", INVESTIGATIONS, where)
    if core.get("criticality") is not None and not _whole(core["criticality"], 0, 100):
        yield f"{where}: criticality is {core['criticality']!r:.40}, not a whole number from 0 to 100"
    for key in ("incident_types", "detection_methods"):
        if key in core and not _texts(core[key]):
            yield f"{where}: {key} is no list of texts"
    for key in ("events", "tasks", "scores"):
        if key in core and not (isinstance(core[key], list) and all(isinstance(part, dict) for part in core[key])):
            yield f"{where}: {key} is no list of objects"
    yield from _refs(core, where)


def _event(one: Mapping[str, Any], place: str, _: list[str]) -> Iterator[str]:
    yield from _one_of(one, "status", EVENT_STATUSES, place)
    if EVENT not in _extensions_of(one):
        yield f"{place} is an event without its extension {EVENT}. Add it"


def _definition(one: Mapping[str, Any], place: str, _: list[str]) -> Iterator[str]:
    extension = _extensions_of(one).get(TLP_EXTENSION)
    if extension is not None:
        named = extension.get("tlp_2_0") if isinstance(extension, dict) else None
        if named not in LEVELS:
            yield f"{place}: tlp_2_0 is {named!r:.40}, not one of {', '.join(LEVELS)}"
        elif one["id"] != MARKINGS[named]:
            yield f"{place} says TLP {named}, whose id is {MARKINGS[named]}. A level has one id"
    elif one["id"] in LEVEL_OF:
        yield f"{place} has the id of TLP {LEVEL_OF[one['id']]} and does not say so"
    elif one["id"] in LEVEL_OF_1:
        # white of the first version is clear of the second
        said = (one.get("definition") or {}).get("tlp") if isinstance(one.get("definition"), dict) else None
        if {"white": "clear"}.get(str(said), said) != LEVEL_OF_1[one["id"]]:
            yield f"{place} has the id of TLP {LEVEL_OF_1[one['id']]} and says {said!r:.20}"
    elif one.get("definition_type") is None and one.get("extensions") is None:
        yield f"{place} defines nothing. Give definition_type, or extensions"


_TYPES = {
    "location": _location,
    "observed-data": _observed,
    "malware": _malware,
    "file": _file,
    "artifact": _file,
    "incident": _incident,
    "event": _event,
    "marking-definition": _definition,
}


def _extensions_of(one: Mapping[str, Any]) -> Mapping[str, Any]:
    """The extensions of an object; none where they are no object, which is a fault of its own."""
    found = one.get("extensions")
    return found if isinstance(found, dict) else {}


def _one_of(one: Mapping[str, Any], key: str, words: tuple[str, ...], place: str) -> Iterator[str]:
    if one.get(key) not in words:
        yield f"{place}: {key} is {one.get(key)!r:.40}, not one of {', '.join(words)}"


def _texts(found: Any) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(text, str) and text for text in found)


def _whole(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
