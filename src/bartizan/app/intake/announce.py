"""Alarms told onward: what a broker's topics should say of the desk now, for displays, sirens and Home Assistant.

Topics below PREFIX, each kept by the broker: `desk/status` (online, offline), `desk/alarm` (ON while an alarm is open
that was not found to be something else), `desk/waiting` (ON while one waits for somebody to take it), `desk/priority`
(the highest, or none), and `desk/KIND/ID` (ON or OFF) for each zone, and each element and area that an input speaks
of. `desk/alarms/ID` says of one alarm what it is now, and is kept nowhere.

Nothing of a person is told, no text that somebody wrote, and never a silent call for help: whoever stands at the
display could be the one it is about. Exercises are told only below `exercise/`, and only where that was asked for. An
alarm that is shelved is quiet here too.

Source of the discovery messages: the documentation of Home Assistant, integrations mqtt and binary_sensor.mqtt.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.app.intake.case import spot_of
from bartizan.desk.alarms import Alarm
from bartizan.desk.alarms.hidden import DURESS
from bartizan.desk.alarms.state import rank
from bartizan.desk.event import instant
from bartizan.site.site import Site

ON, OFF = b"ON", b"OFF"
ONLINE, OFFLINE = b"online", b"offline"
DISCOVERY = "homeassistant"  # Home Assistant's own prefix, unless its people have chosen another
_MAKER = "Bartizan"
_PLAIN, _ODD = re.compile(r"[A-Za-z0-9_-]*"), re.compile(r"[^A-Za-z0-9_-]")

Told = Mapping[str, bytes]
"""What topics should say, by topic."""


class Announcer:
    """What is told of one site's alarms below `prefix`; of exercises too, apart, where `exercises`."""

    def __init__(self, site: Site, prefix: str, *, exercises: bool = False, version: str = "") -> None:
        self._prefix, self._exercises, self._version = prefix, exercises, version
        self._name = site.name
        self._places: dict[tuple[str, str], str] = {("zone", zone.id): zone.name or zone.id for zone in site.zones}
        for source in site.inputs:
            spot = spot_of(site, source)
            if spot.element is not None:
                self._places["element", spot.element] = site.element(spot.element).name or spot.element
            elif spot.area is not None and spot.zone is None:
                self._places["area", spot.area] = site.area(spot.area).name or spot.area
        self._id = "bartizan_" + hashlib.sha256(f"{site.name}\0{prefix}".encode()).hexdigest()[:12]

    @property
    def status(self) -> str:
        """The topic that says whether the desk is there."""
        return f"{self._prefix}/desk/status"

    def states(self, alarms: Iterable[Alarm]) -> Told:
        """What the kept topics should say while these alarms are open."""
        loud = [alarm for alarm in alarms if self._is_told(alarm) and _is_loud(alarm)]
        told = self._states("desk", [alarm for alarm in loud if not alarm.exercise])
        if self._exercises:
            told |= self._states("exercise", [alarm for alarm in loud if alarm.exercise])
        return told

    def event(self, alarm: Alarm) -> tuple[str, bytes] | None:
        """The topic and the words for one alarm as it stands; None where nothing is told of it."""
        if not self._is_told(alarm) or (alarm.exercise and not self._exercises):
            return None
        signal = alarm.signal
        told = {
            "id": alarm.id,
            "number": alarm.number,
            "exercise": alarm.exercise,
            "kind": alarm.source.kind,
            "priority": alarm.priority,
            "condition": alarm.condition,
            "handling": alarm.handling,
            "disposition": alarm.disposition,
            "shelved": alarm.suppression is not None,
            "raised_at": instant(alarm.raised_at),
            "zone": signal.get("zone"),
            "area": signal.get("area"),
            "element": signal.get("element"),
        }
        branch = "exercise" if alarm.exercise else "desk"
        return f"{self._prefix}/{branch}/alarms/{alarm.id}", json.dumps(told).encode()

    def discovery(self, prefix: str = DISCOVERY) -> Told:
        """What Home Assistant is to be told below its `prefix`, so that it knows these topics."""
        told = {}
        for branch in ("desk", "exercise") if self._exercises else ("desk",):
            for key, name, device_class in self._sensors(branch):
                unique = f"{self._id}_{branch}_{_word(key)}"
                config: dict[str, Any] = {
                    "name": name,
                    "unique_id": unique,
                    "object_id": unique,
                    "state_topic": f"{self._prefix}/{branch}/{key}",
                    "availability_topic": self.status,
                    "payload_available": ONLINE.decode(),
                    "payload_not_available": OFFLINE.decode(),
                    "device": {"identifiers": [self._id], "name": self._name, "manufacturer": _MAKER},
                    "origin": {"name": _MAKER, "sw_version": self._version},
                }
                if device_class is not None:
                    config |= {"device_class": device_class, "payload_on": ON.decode(), "payload_off": OFF.decode()}
                kind = "sensor" if device_class is None else "binary_sensor"
                told[f"{prefix}/{kind}/{unique}/config"] = json.dumps(config).encode()
        return told

    def _sensors(self, branch: str) -> Iterable[tuple[str, str, str | None]]:
        """Topic, name and Home Assistant's class of each state; the priority is a word and has none."""
        before = "Exercise: " if branch == "exercise" else ""
        yield "alarm", f"{before}Alarm", "safety"
        yield "waiting", f"{before}Alarm waits", "problem"
        yield "priority", f"{before}Priority", None
        for (kind, id_), name in self._places.items():
            yield f"{kind}/{id_}", f"{before}{name}", "safety"

    def _states(self, branch: str, alarms: list[Alarm]) -> dict[str, bytes]:
        top = f"{self._prefix}/{branch}"
        named = {(kind, alarm.signal.get(kind)) for alarm in alarms for kind in ("zone", "area", "element")}
        highest = max((alarm.priority for alarm in alarms), key=rank, default=None)
        told = {
            f"{top}/alarm": _said(bool(alarms)),
            f"{top}/waiting": _said(any(alarm.waits for alarm in alarms)),
            f"{top}/priority": (highest or "none").encode(),
        }
        for kind, id_ in self._places:
            told[f"{top}/{kind}/{id_}"] = _said((kind, id_) in named)
        return told

    @staticmethod
    def _is_told(alarm: Alarm) -> bool:
        return DURESS not in (alarm.source.kind, alarm.signal.get("kind"))


def _is_loud(alarm: Alarm) -> bool:
    return alarm.is_open and alarm.suppression is None and alarm.disposition in (None, "real")


def _word(key: str) -> str:
    """The key as Home Assistant lets an id be: letters, digits, '_' and '-'; two keys never give one word."""
    plain = key.replace("/", "_")
    if not _PLAIN.fullmatch(plain):
        plain = f"{_ODD.sub('_', plain)}_{hashlib.sha256(key.encode()).hexdigest()[:8]}"
    return plain


def _said(on: bool) -> bytes:
    return ON if on else OFF
