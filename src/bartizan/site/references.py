"""Faults between the parts of a site file: ids that nobody has, two that share one, figures that contradict.

These look at the raw document and mind only what is of the right type, so that they are found together with the
faults of type and range, all in one go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bartizan.errors import Fault
from bartizan.site.duty_checks import escalation_faults, tour_faults
from bartizan.site.entries import KINDS
from bartizan.site.faults import PathOf, among, fault, texts, things
from bartizan.site.input_checks import input_faults
from bartizan.site.procedure import procedure_faults

Entry = Mapping[str, Any]


def reference_faults(document: Entry) -> list[Fault]:
    """Every fault between the parts of a document."""
    book = _Book(document)
    return [
        *_site_faults(document),
        *_id_faults(book),
        *_element_faults(book),
        *_sensor_faults(book),
        *_detection_faults(book),
        *_target_faults(book),
        *_response_faults(book),
        *_engagement_faults(book),
        *_upgrade_faults(book),
        *_watch_faults(book),
        *_coverage_faults(book),
        *input_faults(document, book.ids),
        *_responder_faults(book),
        *procedure_faults(things(document, "procedure"), book.ids["state"]),
        *escalation_faults(document, book.ids),
        *tour_faults(document, book.ids, _time_zone_of(document) is not None),
    ]


class _Book:
    """The ids of a document, by kind, and the ways of each element."""

    def __init__(self, document: Entry) -> None:
        self.document = document
        self.ids = {
            kind: {e["id"] for _, e in things(document, kind) if isinstance(e.get("id"), str)} for kind in KINDS
        }
        self.ways = {
            f"{element['id']}/{way['id']}"
            for _, element in things(document, "element")
            for _, way in things(element, "way")
            if isinstance(element.get("id"), str) and isinstance(way.get("id"), str)
        }
        self.covering: dict[str, list[str]] = {}
        for _, sensor in things(document, "sensor"):
            for _, covered in texts(sensor, "covers"):
                self.covering.setdefault(covered, []).append(str(sensor.get("id", "?")))

    def unknown(self, kind: str, word: object, path: PathOf) -> Iterator[Fault]:
        if isinstance(word, str) and word not in self.ids[kind]:
            yield fault(path, word, f"no {kind} has this id", among(word, self.ids[kind], kind))


def time_zone(name: object) -> ZoneInfo | None:
    """The time zone of this name; None where there is none."""
    try:
        return ZoneInfo(name) if isinstance(name, str) else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _site_faults(document: Entry) -> Iterator[Fault]:
    zone = _time_zone_of(document)
    if isinstance(zone, str) and time_zone(zone) is None:
        cure = "Write a name of the IANA time zone data base, such as 'Europe/Vienna' or 'UTC'"
        yield fault(("site", "time_zone"), zone, "is not a time zone", cure)


def _time_zone_of(document: Entry) -> object:
    site = document.get("site")
    return site.get("time_zone") if isinstance(site, Mapping) else None


def _id_faults(book: _Book) -> Iterator[Fault]:
    document = book.document
    for kind in KINDS:
        seen: dict[str, int] = {}
        for number, entry in things(document, kind):
            yield from _twice(seen, entry.get("id"), number, (kind, number, "id"), kind)
            ways: dict[str, int] = {}
            for index, way in things(entry, "way"):
                path = (kind, number, "way", index, "id")
                yield from _twice(ways, way.get("id"), index, path, f"way of this {kind}")
    for number, entry in things(document, "element"):
        name = entry.get("id")
        if isinstance(name, str) and name in book.ids["area"]:
            cure = "Rename one of them: sensors and responses speak of areas and elements by id alone"
            yield fault(("element", number, "id"), name, "an area has this id already", cure)


def _twice(seen: dict[str, int], name: object, number: int, path: PathOf, what: str) -> Iterator[Fault]:
    if not isinstance(name, str):
        return
    if name in seen:
        yield fault(path, name, f"two have one id: {what} number {seen[name] + 1} has it already", "Rename one of them")
    else:
        seen[name] = number


def _element_faults(book: _Book) -> Iterator[Fault]:
    for number, element in things(book.document, "element"):
        between = texts(element, "between")
        for index, joined in between:
            yield from book.unknown("area", joined, ("element", number, "between", index))
        if len(between) == 2 and between[0][1] == between[1][1]:
            path = ("element", number, "between")
            yield fault(path, element["between"], "joins an area to itself", "Name two different areas")
    for number, area in things(book.document, "area"):
        yield from _between_faults(book, number, area)


def _between_faults(book: _Book, number: int, area: Entry) -> Iterator[Fault]:
    if "crossing_between" not in area:
        return  # what touches the area takes a look at every element
    touching = {
        element["id"]
        for _, element in things(book.document, "element")
        if isinstance(element.get("id"), str) and area.get("id") in [joined for _, joined in texts(element, "between")]
    }
    inside = {
        target["id"]
        for _, target in things(book.document, "target")
        if isinstance(target.get("id"), str) and target.get("area") == area.get("id")
    }
    pairs: set[tuple[str, str]] = set()
    for index, crossing in things(area, "crossing_between"):
        here: PathOf = ("area", number, "crossing_between", index)
        ends = crossing.get("from"), crossing.get("to")
        for key, end, known in (("from", ends[0], touching), ("to", ends[1], touching | inside)):
            if isinstance(end, str) and end not in known:
                yield fault((*here, key), end, "is not an element of this area", among(end, known, "element here"))
        if isinstance(ends[0], str) and isinstance(ends[1], str):
            if ends in pairs:
                yield fault(here, None, f"two crossings from {ends[0]} to {ends[1]}", "Keep one of them")
            pairs.add((ends[0], ends[1]))
        if crossing.get("delay") == "walk":
            yield from _walk_faults(book, here, ends)


def _walk_faults(book: _Book, here: PathOf, ends: tuple[object, object]) -> Iterator[Fault]:
    site = book.document.get("site")
    if isinstance(site, Mapping) and site.get("default_sd") is None:
        cure = "Add default_sd = share of the mean in [site]"
        yield fault((*here, "delay"), "walk", "a walk takes its sd from default_sd, and the site has none", cure)
    for kind in ("element", "target"):
        for _, entry in things(book.document, kind):
            placed = any(key in entry for key in ("polygon", "line", "at", "feature"))
            if entry.get("id") in ends and isinstance(entry.get("id"), str) and not placed:
                cure = f"Give {kind} '{entry['id']}' a line, polygon, at or feature"
                yield fault((*here, "delay"), "walk", f"{kind} '{entry['id']}' has no place on the plan", cure)


def _sensor_faults(book: _Book) -> Iterator[Fault]:
    known = book.ids["area"] | book.ids["element"] | book.ways
    for number, sensor in things(book.document, "sensor"):
        seen: set[str] = set()
        for index, covered in texts(sensor, "covers"):
            path = ("sensor", number, "covers", index)
            if covered not in known:
                yield fault(
                    path, covered, "no area, element or way has this id", among(covered, known, "area or element")
                )
            elif covered in seen or ("/" in covered and covered.partition("/")[0] in seen):
                yield fault(path, covered, "is covered twice by one sensor", "Take it out of covers")
            seen.add(covered)


def _possible(figure: object) -> bool:
    """Whether a probability, however spelt, is above 0."""
    if isinstance(figure, Mapping):
        return "trials" in figure or any(_possible(figure.get(key)) for key in ("value", "high"))
    return isinstance(figure, int | float) and not isinstance(figure, bool) and figure > 0


def _detection_faults(book: _Book) -> Iterator[Fault]:
    for number, element in things(book.document, "element"):
        name = str(element.get("id"))
        for index, way in things(element, "way"):
            sensors = book.covering.get(name, []) + book.covering.get(f"{name}/{way.get('id')}", [])
            yield from _noticed(way, sensors, ("element", number, "way", index), "way")
    for number, target in things(book.document, "target"):
        for index, way in things(target, "way"):
            yield from _noticed(way, [], ("target", number, "way", index), "way")
    for number, area in things(book.document, "area"):
        sensors = book.covering.get(str(area.get("id")), [])
        crossing = area.get("crossing")
        if isinstance(crossing, Mapping):
            yield from _noticed(crossing, sensors, ("area", number, "crossing"), "crossing")
        elif sensors and crossing is None:
            cure = 'Add crossing = { detect_at = "begin" | "middle" | "end" }'
            yield fault(
                ("area", number, "crossing"), None, f"is missing, and sensor '{sensors[0]}' covers the area", cure
            )
        for index, between in things(area, "crossing_between"):
            yield from _noticed(between, sensors, ("area", number, "crossing_between", index), "crossing")


def _noticed(part: Entry, sensors: list[str], path: PathOf, what: str) -> Iterator[Fault]:
    own = part.get("p_detection")
    if own is not None and sensors:
        message = f"the {what} has its own p_detection, and sensor '{sensors[0]}' covers it"
        cure = "Keep one of the two: take p_detection out, or take the place out of the sensor's covers"
        yield fault((*path, "p_detection"), own, message, cure)
    if part.get("detect_at") is None and (sensors or _possible(own)):
        why = f"sensor '{sensors[0]}' covers the {what}" if sensors else "p_detection is above 0"
        cure = 'Add detect_at = "begin" | "middle" | "end"'
        yield fault((*path, "detect_at"), None, f"is missing where detection is possible: {why}", cure)


def _target_faults(book: _Book) -> Iterator[Fault]:
    for number, target in things(book.document, "target"):
        yield from book.unknown("area", target.get("area"), ("target", number, "area"))


def _response_faults(book: _Book) -> Iterator[Fault]:
    parts = ("assessment", "communication", "deployment", "deployment_to")
    for number, response in things(book.document, "response"):
        given = [key for key in parts if response.get(key)]
        if "arrival" in response and given:
            cure = f"Keep arrival, or its parts: take out arrival or {', '.join(given)}"
            yield fault(("response", number, "arrival"), response["arrival"], "the total and its parts together", cure)
        elif "arrival" not in response and "deployment" not in response:
            cure = "Add arrival = { mean, sd }, or its parts with deployment = { mean, sd }"
            yield fault(("response", number, "arrival"), None, "is missing, and so is deployment", cure)
        places: set[str] = set()
        for index, entry in things(response, "deployment_to"):
            yield from _deployment_faults(book, entry, ("response", number, "deployment_to", index), places)


def _deployment_faults(book: _Book, entry: Entry, path: PathOf, places: set[str]) -> Iterator[Fault]:
    named = [kind for kind in ("area", "element") if kind in entry]
    if len(named) != 1:
        yield fault(
            path, None, "goes to an area or to an element, one of the two", "Write area = 'id' or element = 'id'"
        )
        return
    place = entry[named[0]]
    yield from book.unknown(named[0], place, (*path, named[0]))
    if isinstance(place, str):
        if place in places:
            yield fault((*path, named[0]), place, "two deployments to one place", "Keep one of them")
        places.add(place)


def _engagement_faults(book: _Book) -> Iterator[Fault]:
    responses = {str(one.get("id")): one for _, one in things(book.document, "response")}
    spoken_for: dict[tuple[object, object], int] = {}
    for number, engagement in things(book.document, "engagement"):
        for key in ("response", "threat"):
            yield from book.unknown(key, engagement.get(key), ("engagement", number, key))
        response, pair = engagement.get("response"), (engagement.get("response"), engagement.get("threat"))
        if not all(part is None or isinstance(part, str) for part in pair):
            continue
        if pair in spoken_for:
            message = f"engagement number {spoken_for[pair] + 1} speaks of this response and threat already"
            yield fault(("engagement", number, "threat"), pair[1], message, "Keep one of them")
        spoken_for.setdefault(pair, number)
        if isinstance(response, str) and "p_neutralization" in responses.get(response, {}):
            message = f"response '{response}' has p_neutralization, and this engagement gives it too"
            cure = "Keep one of the two: take out the engagement, or p_neutralization"
            yield fault(("engagement", number, "response"), response, message, cure)


def _coverage_faults(book: _Book) -> Iterator[Fault]:
    for number, coverage in things(book.document, "coverage"):
        for kind in ("camera", "sensor"):
            name = coverage.get(kind)
            yield from book.unknown(kind, name, ("coverage", number, kind))
            for _, entry in things(book.document, kind):
                here = any(
                    key in holder for holder in (entry, coverage) for key in ("polygon", "line", "at", "feature")
                )
                if isinstance(name, str) and entry.get("id") == name and not here and "model" not in entry:
                    cure = f"Give {kind} '{name}' at = [x, y]"
                    yield fault(("coverage", number, kind), name, "has no place on the plan", cure)


def _responder_faults(book: _Book) -> Iterator[Fault]:
    for number, responder in things(book.document, "responder"):
        yield from book.unknown("response", responder.get("response"), ("responder", number, "response"))


def _upgrade_faults(book: _Book) -> Iterator[Fault]:
    for number, upgrade in things(book.document, "upgrade"):
        for key in ("requires", "excludes"):
            for index, other in texts(upgrade, key):
                path = ("upgrade", number, key, index)
                yield from book.unknown("upgrade", other, path)
                if other == upgrade.get("id"):
                    yield fault(path, other, f"an upgrade {key} itself", "Take it out")
        both = {word for _, word in texts(upgrade, "requires")} & {word for _, word in texts(upgrade, "excludes")}
        if both:
            message = "requires and excludes the same upgrade"
            yield fault(("upgrade", number, "excludes"), sorted(both), message, "Take it out of one of them")


def _watch_faults(book: _Book) -> Iterator[Fault]:
    for number, zone in things(book.document, "zone"):
        yield from book.unknown("area", zone.get("area"), ("zone", number, "area"))
        for index, element in texts(zone, "elements"):
            yield from book.unknown("element", element, ("zone", number, "elements", index))
    for number, rule in things(book.document, "rule"):
        yield from _rule_faults(book, rule, number)
    for number, patrol in things(book.document, "patrol"):
        for index, name in texts(patrol, "zones"):
            yield from book.unknown("zone", name, ("patrol", number, "zones", index))
    if _time_zone_of(book.document) is None:
        for kind in ("rule", "patrol", "state", "input"):
            for number, entry in things(book.document, kind):
                if entry.get("hours"):
                    cure = "Add time_zone = 'Europe/Vienna', or wherever it is, in [site]"
                    message = "are by the clock of the site, and the site has no time_zone"
                    yield fault((kind, number, "hours"), entry["hours"], message, cure)


# elements of these rules are walked along, or crossed: they need a course on the plan
_ALONG = frozenset({"pacing", "laps"})
_ACROSS = frozenset({"line-crossing", "tailgating"})


def _rule_faults(book: _Book, rule: Entry, number: int) -> Iterator[Fault]:
    yield from book.unknown("zone", rule.get("zone"), ("rule", number, "zone"))
    yield from book.unknown("element", rule.get("element"), ("rule", number, "element"))
    if rule.get("pictures") is True and not book.document.get("privacy"):
        cure = "Add [privacy] with pictures_days and purpose, or take it out"
        yield fault(("rule", number, "pictures"), "true", "keeps pictures, and nothing says how long and why", cure)
    for index, state in texts(rule, "states"):
        yield from book.unknown("state", state, ("rule", number, "states", index))
    for _, element in things(book.document, "element"):
        name = rule.get("element")
        if not isinstance(name, str) or element.get("id") != name:
            continue
        path = ("rule", number, "element")
        if not any(key in element for key in ("polygon", "line", "at", "feature")):
            yield fault(path, name, f"element '{name}' has no place on the plan", "Give the element a line")
        elif rule.get("kind") in _ACROSS and "at" in element:
            yield fault(path, name, f"element '{name}' is no line, which somebody could cross", "Give it a line")
        elif rule.get("kind") in _ALONG and "at" in element:
            yield fault(path, name, f"element '{name}' is a place and has no length", "Give it a line or a polygon")
