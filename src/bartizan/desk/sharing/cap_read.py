"""Read an alert in CAP 1.2 or 1.1: every fault at once, of form and of meaning, each with its line and its cure.

A schema alone does not do: an `Update` without references passes it. What is asked here beyond the schema is in
`bartizan.desk.sharing.cap_rules`. Source: OASIS, "Common Alerting Protocol Version 1.2" (2010), sections 3.2 and 3.3.
What is not done: an XML signature is noted, not checked; nothing that an alert names is fetched.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from bartizan.desk.sharing import cap_rules
from bartizan.desk.sharing.cap import (
    ALERT,
    NAMESPACE,
    OLD_NAMESPACE,
    PARTS,
    WORDS,
    Alert,
    Area,
    Circle,
    Info,
    Point,
    Reference,
    Resource,
    Rule,
)
from bartizan.desk.sharing.errors import CapError
from bartizan.desk.sharing.xml_tree import Node, read_tree

_SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
_ANYWHERE = ("{http://www.w3.org/2001/XMLSchema-instance}", "{http://www.w3.org/XML/1998/namespace}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{1,20})?", re.ASCII)
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*", re.ASCII)
_QUOTED = re.compile(r'"([^"]*)"|(\S+)')
_LIKELY = "Very Likely"  # a word of version 1.0 that 1.1 still lets pass


def read_cap(content: bytes) -> Alert:
    """The alert that these bytes hold.

    Errors: CapError with every fault, each with its line: what is no XML or has a document type, what is larger than
    `bartizan.desk.sharing.xml_tree` allows, and what breaks a rule of form or of meaning.
    """
    try:
        root = read_tree(content)
    except ValueError as fault:
        raise CapError([str(fault)]) from fault
    if root.name != "alert" or root.space not in (NAMESPACE, OLD_NAMESPACE):
        raise CapError(
            [
                f"line {root.line}: it begins with {root.name!r:.60} of {root.space!r:.80}. "
                f"Begin with alert of {NAMESPACE}"
            ]
        )
    reader = _Reader(root.space)
    alert = reader.alert(root)
    if alert is not None:
        reader.faults += cap_rules.faults(alert)
    if reader.faults or alert is None:
        raise CapError(reader.faults)
    return alert


class _Reader:
    """Reads one document and gathers its faults."""

    def __init__(self, space: str) -> None:
        self.space = space
        self.faults: list[str] = []
        self.warnings: list[str] = []

    def alert(self, root: Node) -> Alert | None:
        """The alert, or None where too much of it is at fault for its meaning to be looked at."""
        signed = [child for child in root.children if child.space == _SIGNATURE]
        found = self._parts(root, ALERT, skip=signed)
        infos = tuple(self._info(node) for node in found["info"])
        told: dict[str, Any] = {
            "identifier": self._text(found, "identifier"),
            "sender": self._text(found, "sender"),
            "sent": self._one(found, "sent", _moment),
            "status": self._word(found, "status"),
            "message_type": self._word(found, "msgType"),
            "source": self._text(found, "source"),
            "scope": self._word(found, "scope"),
            "restriction": self._text(found, "restriction"),
            "addresses": self._one(found, "addresses", _list) or (),
            "codes": tuple(node.text for node in found["code"]),
            "note": self._text(found, "note"),
            "references": self._one(found, "references", _references) or (),
            "incidents": self._one(found, "incidents", _list) or (),
            "infos": tuple(info for info in infos if info is not None),
        }
        if self.faults:
            return None
        if signed:
            self.warnings.append(f"line {signed[0].line}: it has an XML signature, which is not checked")
        alert = Alert(
            **told,
            version="1.2" if self.space == NAMESPACE else "1.1",
            signed=bool(signed),
        )
        return cap_rules.with_warnings(alert, self.warnings)

    def _info(self, node: Node) -> Info | None:
        before = len(self.faults)
        found = self._parts(node, PARTS["info"])
        told: dict[str, Any] = {
            "language": self._one(found, "language", _language),
            "categories": self._words(found, "category"),
            "event": self._text(found, "event"),
            "responses": self._words(found, "responseType"),
            "urgency": self._word(found, "urgency"),
            "severity": self._word(found, "severity"),
            "certainty": self._word(found, "certainty"),
            "audience": self._text(found, "audience"),
            "event_codes": self._pairs(found, "eventCode"),
            "effective": self._one(found, "effective", _moment),
            "onset": self._one(found, "onset", _moment),
            "expires": self._one(found, "expires", _moment),
            "sender_name": self._text(found, "senderName"),
            "headline": self._text(found, "headline"),
            "description": self._text(found, "description"),
            "instruction": self._text(found, "instruction"),
            "web": self._text(found, "web"),
            "contact": self._text(found, "contact"),
            "parameters": self._pairs(found, "parameter"),
            "resources": tuple(self._resource(one) for one in found["resource"]),
            "areas": tuple(self._area(one) for one in found["area"]),
        }
        return Info(**told) if len(self.faults) == before else None

    def _resource(self, node: Node) -> Resource | None:
        before = len(self.faults)
        rules = PARTS["resource"]
        if self.space == OLD_NAMESPACE:  # version 1.1 asks for no type
            rules = tuple((name, 0 if name == "mimeType" else least, most) for name, least, most in rules)
        found = self._parts(node, rules)
        told: dict[str, Any] = {
            "description": self._text(found, "resourceDesc"),
            "media_type": self._text(found, "mimeType") or "application/octet-stream",
            "size": self._one(found, "size", _count),
            "uri": self._text(found, "uri"),
            "content": self._one(found, "derefUri", _base64),
            "digest": self._text(found, "digest"),
        }
        return Resource(**told) if len(self.faults) == before else None

    def _area(self, node: Node) -> Area | None:
        before = len(self.faults)
        found = self._parts(node, PARTS["area"])
        told: dict[str, Any] = {
            "description": self._text(found, "areaDesc"),
            "polygons": self._each(found, "polygon", _polygon),
            "circles": self._each(found, "circle", _circle),
            "geocodes": self._pairs(found, "geocode"),
            "altitude": self._one(found, "altitude", _number),
            "ceiling": self._one(found, "ceiling", _number),
        }
        return Area(**told) if len(self.faults) == before else None

    # ---- the parts of an element

    def _parts(self, node: Node, rules: tuple[Rule, ...], skip: list[Node] | None = None) -> dict[str, list[Node]]:
        """The children by name, checked for name, number and order; an empty optional one counts as absent."""
        place = {name: number for number, (name, _, _) in enumerate(rules)}
        found: dict[str, list[Node]] = {name: [] for name in place}
        latest = 0
        skipped = {id(one) for one in skip or ()}
        self._plain(node)
        if node.text:
            self._fault(node, f"{node.name} holds text between its elements, {node.text!r:.40}. Take it out")
        for child in node.children:
            if id(child) in skipped:
                latest = len(place)
                continue
            if child.space != self.space or child.name not in place:
                self._fault(child, f"{node.name} holds the element {child.name!r:.60}, which CAP does not know there")
                continue
            if place[child.name] < latest:
                self._fault(child, f"{child.name} comes too late in {node.name}. Keep the order of the standard")
            latest = max(latest, place[child.name])
            if child.name not in PARTS:
                self._plain(child)
                for inner in child.children:
                    self._fault(inner, f"{child.name} holds the element {inner.name!r:.60}. Give text alone")
            found[child.name].append(child)
        for name, least, most in rules:
            self._number_of(node, found, name, least, most)
        return found

    def _number_of(self, node: Node, found: dict[str, list[Node]], name: str, least: int, most: int) -> None:
        if least == 0 and most == 1 and len(found[name]) == 1 and name not in PARTS:
            found[name] = [one for one in found[name] if one.text or one.children]
        if len(found[name]) < least:
            self._fault(node, f"{node.name} has no {name}. Add it")
        if most and len(found[name]) > most:
            self._fault(found[name][most], f"{node.name} has {len(found[name])} of {name}. Give one")

    def _plain(self, node: Node) -> None:
        for key in node.attributes:
            if not key.startswith(_ANYWHERE):
                self._fault(node, f"{node.name} has the attribute {key!r:.60}, which CAP does not know. Take it out")

    def _text(self, found: dict[str, list[Node]], name: str) -> str | None:
        node = found[name][0] if found[name] else None
        if node is None:
            return None
        if not node.text:
            self._fault(node, f"{name} is empty. Fill it in")
            return None
        return node.text

    def _one(self, found: dict[str, list[Node]], name: str, read: Callable[[str], Any]) -> Any:
        values = self._each(found, name, read)
        return values[0] if values else None

    def _each(self, found: dict[str, list[Node]], name: str, read: Callable[[str], Any]) -> tuple[Any, ...]:
        values = []
        for node in found[name]:
            try:
                values.append(read(node.text))
            except ValueError as fault:
                self._fault(node, f"{name} is {node.text!r:.60}, {fault}")
        return tuple(values)

    def _word(self, found: dict[str, list[Node]], name: str) -> Any:
        words = self._words(found, name)
        return words[0] if words else None

    def _words(self, found: dict[str, list[Node]], name: str) -> tuple[Any, ...]:
        def read(text: str) -> str:
            if text == _LIKELY and name == "certainty" and self.space == OLD_NAMESPACE:
                return "Likely"
            if text not in WORDS[name]:
                raise ValueError(f"not one of {', '.join(WORDS[name])}")
            return text

        return self._each(found, name, read)

    def _pairs(self, found: dict[str, list[Node]], name: str) -> tuple[tuple[str, str], ...]:
        pairs = []
        for node in found[name]:
            inner = self._parts(node, PARTS[name])
            key = self._text(inner, "valueName")
            if key is not None and inner["value"]:
                pairs.append((key, inner["value"][0].text))  # an empty value is one
        return tuple(pairs)

    def _fault(self, node: Node, words: str) -> None:
        self.faults.append(f"line {node.line}: {words}")


def _moment(text: str) -> datetime:
    if _TIME.fullmatch(text) is None:
        raise ValueError("not a time as 2026-11-23T12:00:00-00:00 (no Z, no fraction)")
    return datetime.fromisoformat(text)


def _language(text: str) -> str:
    if _LANGUAGE.fullmatch(text) is None:
        raise ValueError("not a language as en-GB")
    return text


def _list(text: str) -> tuple[str, ...]:
    """Words with spaces between, in quotation marks where they hold spaces themselves."""
    return tuple(found[1] if found[1] is not None else found[2] for found in _QUOTED.finditer(text))


def _references(text: str) -> tuple[Reference, ...]:
    return tuple(_triplets(text))


def _triplets(text: str) -> Iterator[Reference]:
    for triplet in text.split():
        parts = triplet.split(",")
        if len(parts) != 3:
            raise ValueError("not sender,identifier,sent with spaces between")
        yield Reference(sender=parts[0], identifier=parts[1], sent=_moment(parts[2]))


def _number(text: str) -> float:
    if _NUMBER.fullmatch(text) is None:
        raise ValueError("not a plain number")
    return float(text)


def _count(text: str) -> int:
    if re.fullmatch(r"\d{1,15}", text, re.ASCII) is None:
        raise ValueError("not a whole number of bytes")
    return int(text)


def _base64(text: str) -> str:
    packed = "".join(text.split())
    try:
        base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise ValueError("not base64") from fault
    return packed


def _point(text: str) -> Point:
    parts = text.split(",")
    if len(parts) != 2:
        raise ValueError("not points as latitude,longitude")
    latitude, longitude = _number(parts[0]), _number(parts[1])
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError("with a point off the globe: latitude comes first")
    return latitude, longitude


def _polygon(text: str) -> tuple[Point, ...]:
    ring = tuple(_point(pair) for pair in text.split())
    if len(ring) < 4:
        raise ValueError("not a ring of four points or more")
    if ring[0] != ring[-1]:
        raise ValueError("not closed: the last point is not the first")
    return ring


def _circle(text: str) -> Circle:
    middle, _, radius = text.partition(" ")
    reach = _number(radius.strip())
    if reach < 0:
        raise ValueError("with a radius below nothing")
    return Circle(middle=_point(middle), radius=reach)


def offered(alert: Alert) -> dict[str, Any]:
    """What a page shows of an alert, as plain JSON values: the message, and every block of information."""
    return {
        "identifier": alert.identifier,
        "sender": alert.sender,
        "sent": alert.sent.isoformat(),
        "status": alert.status,
        "type": alert.message_type,
        "scope": alert.scope,
        "note": alert.note,
        "warnings": list(alert.warnings),
        "infos": [
            {
                "language": info.language,
                "event": info.event,
                "headline": info.headline,
                "description": info.description,
                "urgency": info.urgency,
                "severity": info.severity,
                "certainty": info.certainty,
                "areas": [area.description for area in info.areas],
            }
            for info in alert.infos
        ],
    }
