"""What an alert must obey beyond its form: rules of meaning, and what is odd without being wrong.

Source: OASIS, "Common Alerting Protocol Version 1.2" (2010), section 3.2; that restriction goes with a restricted
scope alone, that an alert refers to none later than itself, and the warnings follow the validator of Google's
cap-library (2012).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator

from shapely.geometry import Polygon

from bartizan.desk.sharing.cap import Alert, Area, Info, Resource

NEEDS_REFERENCE = ("Update", "Cancel", "Ack", "Error")
_NAME = re.compile(r"[^\s,<&]+")
_MARKUP = re.compile(r"<[a-zA-Z/][^<>]{0,200}>|&[a-z]{2,8};|&#\d{1,6};")
_SHA1 = re.compile(r"[0-9a-fA-F]{40}", re.ASCII)
_MOST_POINTS = 2_000  # of a ring that is looked at for crossing itself


def faults(alert: Alert) -> list[str]:
    """Every rule of meaning that an alert breaks, in words with the cure; none where it is valid."""
    return [*_of_alert(alert), *_of_references(alert), *_of_infos(alert)]


def with_warnings(alert: Alert, others: Iterable[str] = ()) -> Alert:
    """The alert with what is odd in it, after `others`."""
    return dataclasses.replace(alert, warnings=(*others, *_warnings(alert)))


def _of_alert(alert: Alert) -> Iterator[str]:
    for name, value in (("identifier", alert.identifier), ("sender", alert.sender)):
        if _NAME.fullmatch(value) is None:
            yield f"{name} is {value!r:.60}: it must hold no space, comma, < or &. Write it without"
    if alert.scope == "Restricted" and alert.restriction is None:
        yield "its scope is Restricted and nothing says to whom. Add restriction"
    if alert.scope != "Restricted" and alert.restriction is not None:
        yield f"it has a restriction and the scope {alert.scope}. Take it out, or make the scope Restricted"
    if alert.scope == "Private" and not alert.addresses:
        yield "its scope is Private and nothing says for whom. Add addresses"
    if alert.message_type == "Error" and alert.note is None:
        yield "an Error says in a note what is wrong. Add note"


def _of_references(alert: Alert) -> Iterator[str]:
    if alert.message_type in NEEDS_REFERENCE and not alert.references:
        yield f"its msgType is {alert.message_type} and it names no earlier alert. Add references"
    for one in alert.references:
        named = f"{one.sender},{one.identifier}"
        if (one.sender, one.identifier, one.sent) == (alert.sender, alert.identifier, alert.sent):
            yield f"references names the alert itself ({named:.80}). Name an earlier one"
        elif one.sent > alert.sent:
            yield f"references names {named:.80}, which was sent later than this alert. Name an earlier one"


def _of_infos(alert: Alert) -> Iterator[str]:
    for number, info in enumerate(alert.infos, 1):
        for resource in info.resources:
            if alert.version == "1.2" and "/" not in resource.media_type:
                yield f"info {number}: mimeType is {resource.media_type!r:.40}, not a type as image/jpeg"
            if _lacks_content(resource):
                yield f"info {number}: uri {resource.uri!r:.60} is relative and there is no derefUri. Add it"
        for area in info.areas:
            yield from (f"info {number}: {words}" for words in _of_heights(area))


def _lacks_content(resource: Resource) -> bool:
    if resource.uri is None or resource.content is not None:
        return False
    return re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", resource.uri) is None


def _of_heights(area: Area) -> Iterator[str]:
    if area.ceiling is not None and area.altitude is None:
        yield "ceiling is given without altitude. Add altitude"
    if area.ceiling is not None and area.altitude is not None and area.altitude > area.ceiling:
        yield "altitude is above ceiling. Exchange them"


def _warnings(alert: Alert) -> Iterator[str]:
    if alert.exercise and alert.note is None:
        yield "it is an exercise, and no note says which"
    for number, info in enumerate(alert.infos, 1):
        yield from (f"info {number}: {words}" for words in _odd(info))


def _odd(info: Info) -> Iterator[str]:
    for name, text in (
        ("event", info.event),
        ("headline", info.headline),
        ("description", info.description),
        ("instruction", info.instruction),
    ):
        if text is not None and _MARKUP.search(text):
            yield f"{name} holds markup, which is shown as it stands"
    begins = info.onset or info.effective
    if info.expires is not None and begins is not None and info.expires < begins:
        yield "it expires before it begins"
    for resource in info.resources:
        if resource.digest is not None and _SHA1.fullmatch(resource.digest) is None:
            yield "a digest is no SHA-1 in hexadecimal"
    for area in info.areas:
        for ring in area.polygons:
            if len(ring) <= _MOST_POINTS and not Polygon(ring).is_valid:
                yield f"a polygon of {area.description!r:.60} crosses itself"
