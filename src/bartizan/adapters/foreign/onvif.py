"""ONVIF notifications: the dictionaries that zeep makes of them, or the XML of an event or metadata stream.

A camera that has rules of its own says when they are met. That is a signal of ours with the camera named as its
source, of the site's zone that its rule is given. What it calls a person, a vehicle or an animal without a rule is a
"detection"; trouble with its own picture is "camera-health".

Source: ONVIF Analytics Service Specification, annex A (rules and their topics), and Imaging Service Specification
(its events), topic names under tns1; names outside it as cameras of Tapo, Reolink, Hikvision and Ajax send them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from bartizan.adapters.foreign.taken import Cases, ForeignCounts, Refused, Taken, What, number, seconds, text
from bartizan.signal import Severity, Signal, SignalIds
from bartizan.site.site import Site

_LARGEST = 1 << 20  # bytes of a message
_MOST_ITEMS = 200
_PREFIX = re.compile(r"[A-Za-z0-9_.-]+:")
_YES, _NO = frozenset({"true", "1"}), frozenset({"false", "0"})
_CLASSES = {
    **dict.fromkeys(("human", "person", "people", "face"), "person"),
    **dict.fromkeys(("vehicle", "vehical", "car", "truck", "bus", "bike", "motorcycle"), "vehicle"),
    **dict.fromkeys(("animal", "pet", "dog", "cat"), "animal"),
    **dict.fromkeys(("package", "bag", "object"), "object"),
}
_FACES = frozenset({"FaceDetect", "FaceDetector", "Face"})


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a topic means: a kind, the items that say whether it is so, and what is seen (by item where it differs)."""

    kind: str
    items: Mapping[str, str | None]
    severity: Severity = "medium"
    extra: Mapping[str, str] | None = None


def _one(kind: str, *items: str, label: str | None = None, severity: Severity = "medium") -> _Meaning:
    return _Meaning(kind, dict.fromkeys(items, label), severity)


def _health(fault: str, *items: str) -> _Meaning:
    return _Meaning("camera-health", dict.fromkeys(items), "medium", {"fault": fault})


_SMART = _Meaning("detection", {"IsPeople": "person", "IsVehicle": "vehicle", "IsPet": "animal"}, "low")
_PACKAGE = _one("detection", "State", label="object", severity="low")
# the last two parts of a topic, without name spaces; the items are those of its Data
_TOPICS: dict[str, _Meaning] = {
    "LineDetector/Crossed": _Meaning("line-crossing", {}),
    "LineDetector/Crossing": _Meaning("line-crossing", {}),
    "CellMotionDetector/LineCross": _one("line-crossing", "IsLineCross"),
    "FieldDetector/ObjectsInside": _one("intrusion", "IsInside"),
    "CellMotionDetector/Intrusion": _one("intrusion", "IsIntrusion"),
    "IntrusionDetector/Intrusion": _one("intrusion", "IsIntrusion", "State"),
    "LoiteringDetector/ObjectIsLoitering": _one("loitering", "IsLoitering", "State"),
    "CellMotionDetector/Tamper": _health("covered", "IsTamper"),
    "TamperDetector/Tamper": _health("covered", "IsTamper"),
    "VideoSource/GlobalSceneChange": _health("turned", "State"),
    "GlobalSceneChange/AnalyticsService": _health("turned", "State"),
    "GlobalSceneChange/ImagingService": _health("turned", "State"),
    "ImageTooBlurry/AnalyticsService": _health("defocused", "State"),
    "ImageTooBlurry/ImagingService": _health("defocused", "State"),
    "ImageTooDark/AnalyticsService": _health("covered", "State"),
    "ImageTooDark/ImagingService": _health("covered", "State"),
    "ImageTooBright/AnalyticsService": _health("blinded", "State"),
    "ImageTooBright/ImagingService": _health("blinded", "State"),
    "VideoSource/SignalLoss": _health("dead", "State"),
    "PeopleDetector/People": _one("detection", "IsPeople", label="person", severity="low"),
    "CellMotionDetector/People": _one("detection", "IsPeople", label="person", severity="low"),
    "TPSmartEventDetector/TPSmartEvent": _SMART,
    "CellMotionDetector/TpSmartEvent": _SMART,
    "MyRuleDetector/PeopleDetect": _one("detection", "State", label="person", severity="low"),
    "MyRuleDetector/VehicleDetect": _one("detection", "State", label="vehicle", severity="low"),
    "MyRuleDetector/DogCatDetect": _one("detection", "State", label="animal", severity="low"),
    "MyRuleDetector/Package": _PACKAGE,
    "MyRuleDetector/Visitor": _one("detection", "State", label="person", severity="low"),
    "CellMotionDetector/Motion": _one("motion", "IsMotion", severity="low"),
    "MotionDetector/Detection": _one("motion", "Detected", severity="low"),
    "MotionRegionDetector/Motion": _one("motion", "State", severity="low"),
    "VideoSource/MotionAlarm": _one("motion", "State", severity="low"),
    "Trigger/DigitalInput": _one("input", "LogicalState"),
    "Trigger/AlarmIn": _one("input", "State"),
}
_BY_CLASS = "ObjectDetection/Object"


@dataclass(frozen=True, slots=True)
class _Notice:
    """One notification, read: the topic's last two parts, its items by name, and its time as text."""

    topic: str
    source: Mapping[str, str]
    data: Mapping[str, str]
    elements: int
    utc: str | None
    deleted: bool


class OnvifReader:
    """Reads ONVIF notifications for one site.

    `zones`: the site's zone of a camera's rule, by (camera, rule). `start_utc` is the time of the stream's zero.
    Errors: none; what is not taken is named and counted.
    """

    def __init__(
        self,
        site: Site,
        *,
        ids: SignalIds,
        start_utc: datetime,
        zones: Mapping[tuple[str, str], str] | None = None,
        exercise: bool = False,
    ) -> None:
        self.counts = ForeignCounts()
        self._known = {camera.id for camera in site.cameras}
        self._zones = dict(zones or {})
        self._start = start_utc
        self._cases = Cases(site, ids, start_utc, self.counts, exercise)

    def read(self, camera: str, notification: Any, arrived: float) -> Taken:
        """What a notification of a camera of the site says, as a dictionary of zeep's.

        `arrived` [s] of the stream is its time where it has none of its own. Nothing is raised: a refusal stands in
        the answer.
        """
        return self._counted(lambda: self._notice(camera, _of_mapping(notification), arrived))

    def read_xml(self, camera: str, message: bytes | str, arrived: float) -> tuple[Taken, ...]:
        """What each notification in the XML of an event or a metadata stream says; as `read`."""
        try:
            notices = _of_xml(message)
        except Refused as why:
            return (self.counts.of(Taken(refused=str(why))),)
        return tuple(self._counted(partial(self._element, camera, one, arrived)) for one in notices)

    def _element(self, camera: str, element: Element, arrived: float) -> Taken:
        return self._notice(camera, _of_element(element), arrived)

    def _counted(self, read: Callable[[], Taken]) -> Taken:
        try:
            return self.counts.of(read())
        except Refused as why:
            return self.counts.of(Taken(refused=str(why)))

    def _notice(self, camera: str, notice: _Notice, arrived: float) -> Taken:
        if camera not in self._known:
            raise Refused("unknown-camera")
        if notice.topic.rpartition("/")[2] in _FACES:
            raise Refused("identity")
        t, clock = self._time(notice, arrived)
        rule = notice.source.get("Rule")
        place = "/".join(f"{name}={value}" for name, value in sorted(notice.source.items()))
        key = f"{camera}/{notice.topic}/{place}"
        zone = None if rule is None else self._zones.get((camera, rule))
        because: dict[str, Any] = {"source": "onvif", "topic": notice.topic, "clock": clock}
        if rule is not None:
            because["rule"] = rule
        if notice.topic == _BY_CLASS:
            what = What("detection", camera, zone, "low", because)
            return Taken(t, camera, signals=tuple(self._classes(notice, key, what, t)))
        meaning = _TOPICS.get(notice.topic)
        if meaning is None:
            raise Refused("unknown-topic")
        because.update(meaning.extra or {})
        what = What(meaning.kind, camera, zone, meaning.severity, because)
        if not meaning.items:
            # a crossing is over as soon as it is said
            if not notice.data and not notice.elements:
                raise Refused("no-state")
            return Taken(t, camera, signals=(*self._begin(key, what, None, t), *self._cases.ended(key, t)))
        signals: list[Signal] = []
        for item, label in _known_items(notice, meaning):
            signals += self._turned(f"{key}/{item}", what, label, t, not notice.deleted and _is_so(notice.data[item]))
        return Taken(t, camera, signals=tuple(signals))

    def _classes(self, notice: _Notice, key: str, what: What, t: float) -> list[Signal]:
        """Ajax and others name all classes that are there now, and nothing when all are gone."""
        if "ClassTypes" not in notice.data:
            raise Refused("no-state")
        words = notice.data["ClassTypes"].split()
        labels = {_CLASSES[word.lower()] for word in words if word.lower() in _CLASSES}
        if words and not labels:
            raise Refused("unknown-class")
        if notice.deleted:
            labels = set()
        signals: list[Signal] = []
        for label in ("person", "vehicle", "animal", "object"):
            signals += self._turned(f"{key}/{label}", what, label, t, label in labels)
        return signals

    def _turned(self, key: str, what: What, label: str | None, t: float, on: bool) -> list[Signal]:
        return list(self._begin(key, what, label, t) if on else self._cases.ended(key, t))

    def _begin(self, key: str, what: What, label: str | None, t: float) -> tuple[Signal, ...]:
        because = dict(what.because) if label is None else {**what.because, "label": label}
        seen = what.because.get("fault") or label or ""
        because["text"] = f"camera {what.camera} reports {what.kind}{': ' if seen else ''}{seen}"
        return self._cases.raised(key, What(what.kind, what.camera, what.zone, what.severity, because), t)

    def _time(self, notice: _Notice, arrived: float) -> tuple[float, str]:
        if notice.utc is None:
            return number(arrived, -1e12, 1e12, "no-time"), "arrival"
        try:
            moment = datetime.fromisoformat(notice.utc)
            return number(seconds(moment, self._start), -1e12, 1e12, "bad-time"), "camera"
        except (ValueError, OverflowError):
            raise Refused("bad-time") from None


def _known_items(notice: _Notice, meaning: _Meaning) -> list[tuple[str, str | None]]:
    found = [(item, label) for item, label in meaning.items.items() if item in notice.data]
    if not found:
        raise Refused("unknown-item" if notice.data else "no-state")
    return found


def _is_so(value: str) -> bool:
    word = value.strip().lower()
    if word not in _YES | _NO:
        raise Refused("no-state")
    return word in _YES


def _topic(value: Any) -> str:
    """The last two parts of a topic, without name spaces."""
    parts = [_PREFIX.sub("", part) for part in text(value, "malformed").split("/")]
    return "/".join(parts[-2:])


def _of_mapping(notification: Any) -> _Notice:
    topic = _inner(_inner(notification, "Topic"), "_value_1")
    message = _inner(_inner(notification, "Message"), "_value_1")
    if not isinstance(message, Mapping):
        raise Refused("malformed")
    data = message.get("Data")
    elements = data.get("ElementItem") if isinstance(data, Mapping) else None
    utc = message.get("UtcTime")
    return _Notice(
        _topic(topic),
        _items(message.get("Source")),
        _items(data),
        len(elements) if isinstance(elements, list) else 0,
        utc.isoformat() if isinstance(utc, datetime) else None if utc is None else text(utc, "bad-time"),
        message.get("PropertyOperation") == "Deleted",
    )


def _inner(thing: Any, key: str) -> Any:
    if not isinstance(thing, Mapping):
        raise Refused("malformed")
    return thing.get(key)


def _items(part: Any) -> dict[str, str]:
    """The simple items of Source or Data, by name."""
    listed = part.get("SimpleItem") if isinstance(part, Mapping) else None
    if listed is None:
        return {}
    if not isinstance(listed, list) or len(listed) > _MOST_ITEMS:
        raise Refused("malformed")
    found = {}
    for item in listed:
        value = _inner(item, "Value")
        if not isinstance(value, str) or len(value) > _MOST_ITEMS:
            raise Refused("malformed")
        found[text(_inner(item, "Name"), "malformed")] = value
    return found


def _of_xml(message: bytes | str) -> list[Element]:
    """The notifications in an XML text; each is read apart, so that one cannot spoil the others."""
    if len(message) > _LARGEST:
        raise Refused("too-large")
    try:
        root = ElementTree.fromstring(message, forbid_dtd=True)
    except DefusedXmlException:
        raise Refused("forbidden-xml") from None
    except (ParseError, ValueError, LookupError):
        raise Refused("malformed") from None
    notices = [element for element in root.iter() if _local(element) == "NotificationMessage"]
    if not notices:
        raise Refused("no-notification")
    return notices


def _of_element(notice: Element) -> _Notice:
    topic = next((element.text for element in notice.iter() if _local(element) == "Topic"), None)
    # a wsnt:Message holds a tt:Message, which has the time
    messages = [element for element in notice.iter() if _local(element) == "Message"]
    if not messages:
        raise Refused("malformed")
    message = messages[-1]
    parts = {_local(element): element for element in message}
    utc = message.get("UtcTime")
    return _Notice(
        _topic(topic),
        _xml_items(parts.get("Source")),
        _xml_items(parts.get("Data")),
        sum(_local(element) == "ElementItem" for element in parts.get("Data", ())),
        None if utc is None else text(utc, "bad-time"),
        message.get("PropertyOperation") == "Deleted",
    )


def _xml_items(part: Element | None) -> dict[str, str]:
    listed = [] if part is None else [dict(element.attrib) for element in part if _local(element) == "SimpleItem"]
    return _items({"SimpleItem": listed})


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
