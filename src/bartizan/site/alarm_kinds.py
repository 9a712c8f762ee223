"""The kinds of alarm that Bartizan itself gives: the words that procedures and escalations of a site file wait for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

BEHAVIOURS: Mapping[str, str] = MappingProxyType(
    {
        "loitering": "somebody stays in a zone",
        "wandering": "somebody walks much and gets nowhere",
        "pacing": "somebody walks to and fro along a perimeter",
        "laps": "somebody walks around a perimeter",
        "repeated-pass": "somebody comes by again and again",
        "approach": "somebody comes close",
        "line-crossing": "somebody crosses a line",
        "intrusion": "somebody is in a zone where nobody should be",
        "gathering": "several people come together",
        "tailgating": "several go through where one at a time should",
        "running": "somebody moves fast in a zone",
        "left-object": "something was left, and nobody is with it",
    }
)
"""Those of the rules: a rule's `kind` is that of its alarms."""

OTHERS: Mapping[str, str] = MappingProxyType(
    {
        "unusual-count": "a behaviour comes more often than is usual in this zone at this hour",
        "camera-health": "a camera is dead, frozen, covered, blinded, defocused, turned, or its clock is wrong",
        "door-forced": "a controlled door is opened, and nothing had let it be",
        "door-held": "a door stays open for too long",
        "door-open": "a door without access control is opened",
        "badge-denied": "a badge is refused",
        "sensor": "a detector is on",
        "tamper": "a tamper contact is on",
        "sensor-fault": "a device says that it has a fault",
        "sensor-silent": "nothing was heard of an input for too long",
        "line-lost": "the line to a broker is down",
        "duress": "a duress button, or a silent call for help",
        "report": "somebody told it: a call, a partner, the press",
        "desk-unmanned": "nobody is on duty",
        "desk-unwatched": "no screen of anybody on duty is alive",
        "no-sign-of-life": "somebody on duty has not answered in time",
        "checkpoint-missed": "a checkpoint of a round was not reached in its window",
        "round-not-begun": "a round that was due was not begun",
        "clock-jumped": "the machine's clock has jumped",
        "clock-paused": "the machine stood still",
        "disk-full": "the desk's disk is full",
        "journal-altered": "a record of the desk is not what it was",
    }
)
"""Those of inputs, cameras, the duty and the desk itself."""

KINDS: Mapping[str, str] = MappingProxyType({**BEHAVIOURS, **OTHERS})
