"""Write an alert in CAP 1.2, in the order of the standard, and never one that our own reader would refuse.

Source: OASIS, "Common Alerting Protocol Version 1.2" (2010). UTC is written -00:00, as section 3.3.2 asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from bartizan.desk.sharing.cap import NAMESPACE, Alert, Area, Info, Point, Resource
from bartizan.desk.sharing.cap_read import read_cap
from bartizan.desk.sharing.errors import CapError

# XML 1.0 has no way to write these
_UNWRITABLE = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_cap(alert: Alert) -> bytes:
    """The alert as XML in UTF-8.

    A character that XML cannot hold becomes U+FFFD; fractions of a second are cut off. Errors: CapError where the
    alert breaks a rule of the standard.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<alert xmlns="{NAMESPACE}">',
        *("  " + line for line in _alert(alert)),
        "</alert>",
        "",
    ]
    content = "\n".join(lines).encode("utf-8")
    read_cap(content)
    return content


def cap_time(moment: datetime) -> str:
    """An instant as CAP writes it. Errors: CapError where it has no offset from UTC."""
    offset = moment.utcoffset()
    if offset is None:
        raise CapError([f"{moment!r:.60} has no offset from UTC. Give one"])
    if offset == timedelta(0):
        return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}-00:00"
    if offset.total_seconds() % 60:  # the form has no seconds for an offset
        return cap_time(moment.astimezone(UTC))
    return moment.replace(microsecond=0).isoformat()


def _alert(alert: Alert) -> Iterator[str]:
    yield from _leaf("identifier", alert.identifier)
    yield from _leaf("sender", alert.sender)
    yield from _leaf("sent", cap_time(alert.sent))
    yield from _leaf("status", alert.status)
    yield from _leaf("msgType", alert.message_type)
    yield from _leaf("source", alert.source)
    yield from _leaf("scope", alert.scope)
    yield from _leaf("restriction", alert.restriction)
    yield from _leaf("addresses", _listed(alert.addresses))
    for code in alert.codes:
        yield from _leaf("code", code)
    yield from _leaf("note", alert.note)
    told = " ".join(f"{one.sender},{one.identifier},{cap_time(one.sent)}" for one in alert.references)
    yield from _leaf("references", told or None)
    yield from _leaf("incidents", _listed(alert.incidents))
    for info in alert.infos:
        yield from _inside("info", _info(info))


def _info(info: Info) -> Iterator[str]:
    yield from _leaf("language", info.language)
    for category in info.categories:
        yield from _leaf("category", category)
    yield from _leaf("event", info.event)
    for response in info.responses:
        yield from _leaf("responseType", response)
    yield from _leaf("urgency", info.urgency)
    yield from _leaf("severity", info.severity)
    yield from _leaf("certainty", info.certainty)
    yield from _leaf("audience", info.audience)
    yield from _pairs("eventCode", info.event_codes)
    for name, moment in (("effective", info.effective), ("onset", info.onset), ("expires", info.expires)):
        yield from _leaf(name, None if moment is None else cap_time(moment))
    yield from _leaf("senderName", info.sender_name)
    yield from _leaf("headline", info.headline)
    yield from _leaf("description", info.description)
    yield from _leaf("instruction", info.instruction)
    yield from _leaf("web", info.web)
    yield from _leaf("contact", info.contact)
    yield from _pairs("parameter", info.parameters)
    for resource in info.resources:
        yield from _inside("resource", _resource(resource))
    for area in info.areas:
        yield from _inside("area", _area(area))


def _resource(resource: Resource) -> Iterator[str]:
    yield from _leaf("resourceDesc", resource.description)
    yield from _leaf("mimeType", resource.media_type)
    yield from _leaf("size", None if resource.size is None else str(resource.size))
    yield from _leaf("uri", resource.uri)
    yield from _leaf("derefUri", resource.content)
    yield from _leaf("digest", resource.digest)


def _area(area: Area) -> Iterator[str]:
    yield from _leaf("areaDesc", area.description)
    for ring in area.polygons:
        yield from _leaf("polygon", " ".join(_point(point) for point in ring))
    for circle in area.circles:
        yield from _leaf("circle", f"{_point(circle.middle)} {_number(circle.radius)}")
    yield from _pairs("geocode", area.geocodes)
    yield from _leaf("altitude", None if area.altitude is None else _number(area.altitude))
    yield from _leaf("ceiling", None if area.ceiling is None else _number(area.ceiling))


def _leaf(name: str, value: str | None) -> Iterator[str]:
    if value is not None:
        yield f"<{name}>{escape(_UNWRITABLE.sub(chr(0xFFFD), value.replace(chr(13), '')))}</{name}>"


def _inside(name: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"<{name}>"
    yield from ("  " + line for line in lines)
    yield f"</{name}>"


def _pairs(name: str, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for key, value in pairs:
        yield from _inside(name, (*_leaf("valueName", key), *_leaf("value", value)))


def _listed(words: tuple[str, ...]) -> str | None:
    return " ".join(f'"{word}"' if " " in word else word for word in words) or None


def _point(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    # a hundred-millionth of a degree is a millimetre
    text = f"{value:.8f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
