"""An alert as the Common Alerting Protocol has it: what it is made of, and the words it may use.

Source: OASIS, "Common Alerting Protocol Version 1.2" (2010), section 3.2. Version 1.1 is read as well; alerts are
written in 1.2 alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
OLD_NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.1"

Status = Literal["Actual", "Exercise", "System", "Test", "Draft"]
MessageType = Literal["Alert", "Update", "Cancel", "Ack", "Error"]
Scope = Literal["Public", "Restricted", "Private"]
Category = Literal[
    "Geo",
    "Met",
    "Safety",
    "Security",
    "Rescue",
    "Fire",
    "Health",
    "Env",
    "Transport",
    "Infra",
    "CBRNE",
    "Other",
]
ResponseType = Literal["Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"]
Urgency = Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
CapSeverity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
Certainty = Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]

WORDS: dict[str, tuple[str, ...]] = {
    "status": get_args(Status),
    "msgType": get_args(MessageType),
    "scope": get_args(Scope),
    "category": get_args(Category),
    "responseType": get_args(ResponseType),
    "urgency": get_args(Urgency),
    "severity": get_args(CapSeverity),
    "certainty": get_args(Certainty),
}

# every element in the order of the standard: (name, least, most); 0 as most means any number
Rule = tuple[str, int, int]
ALERT: tuple[Rule, ...] = (
    ("identifier", 1, 1),
    ("sender", 1, 1),
    ("sent", 1, 1),
    ("status", 1, 1),
    ("msgType", 1, 1),
    ("source", 0, 1),
    ("scope", 1, 1),
    ("restriction", 0, 1),
    ("addresses", 0, 1),
    ("code", 0, 0),
    ("note", 0, 1),
    ("references", 0, 1),
    ("incidents", 0, 1),
    ("info", 0, 0),
)
INFO: tuple[Rule, ...] = (
    ("language", 0, 1),
    ("category", 1, 0),
    ("event", 1, 1),
    ("responseType", 0, 0),
    ("urgency", 1, 1),
    ("severity", 1, 1),
    ("certainty", 1, 1),
    ("audience", 0, 1),
    ("eventCode", 0, 0),
    ("effective", 0, 1),
    ("onset", 0, 1),
    ("expires", 0, 1),
    ("senderName", 0, 1),
    ("headline", 0, 1),
    ("description", 0, 1),
    ("instruction", 0, 1),
    ("web", 0, 1),
    ("contact", 0, 1),
    ("parameter", 0, 0),
    ("resource", 0, 0),
    ("area", 0, 0),
)
RESOURCE: tuple[Rule, ...] = (
    ("resourceDesc", 1, 1),
    ("mimeType", 1, 1),
    ("size", 0, 1),
    ("uri", 0, 1),
    ("derefUri", 0, 1),
    ("digest", 0, 1),
)
AREA: tuple[Rule, ...] = (
    ("areaDesc", 1, 1),
    ("polygon", 0, 0),
    ("circle", 0, 0),
    ("geocode", 0, 0),
    ("altitude", 0, 1),
    ("ceiling", 0, 1),
)
PAIR: tuple[Rule, ...] = (("valueName", 1, 1), ("value", 1, 1))
PARTS: dict[str, tuple[Rule, ...]] = {
    "info": INFO,
    "resource": RESOURCE,
    "area": AREA,
    "eventCode": PAIR,
    "parameter": PAIR,
    "geocode": PAIR,
}

Point = tuple[float, float]  # latitude, longitude [degrees, WGS 84]: the other way round than GeoJSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An earlier alert: who sent it, which, when."""

    sender: str
    identifier: str
    sent: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A circle on the ground: its middle (latitude, longitude) and radius [km]."""

    middle: Point
    radius: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where it is. Polygons are closed rings of (latitude, longitude); heights in feet above mean sea level."""

    description: str
    polygons: tuple[tuple[Point, ...], ...] = ()
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[tuple[str, str], ...] = ()
    altitude: float | None = None
    ceiling: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Something that goes with it. `size` in bytes; `digest` is SHA-1 in hex; `content` is base64 as it came."""

    description: str
    media_type: str
    size: int | None = None
    uri: str | None = None
    content: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What it is about, in one language. Times have an offset from UTC."""

    categories: tuple[Category, ...]
    event: str
    urgency: Urgency
    severity: CapSeverity
    certainty: Certainty
    language: str | None = None
    responses: tuple[ResponseType, ...] = ()
    audience: str | None = None
    event_codes: tuple[tuple[str, str], ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str | None = None
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None
    web: str | None = None
    contact: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    resources: tuple[Resource, ...] = ()
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One message. (sender, identifier, sent) is its own among all; `sent` has an offset from UTC.

    `warnings` are oddities that do not make it invalid, in words; `version` is "1.1" or "1.2".
    """

    identifier: str
    sender: str
    sent: datetime
    status: Status
    message_type: MessageType
    scope: Scope
    source: str | None = None
    restriction: str | None = None
    addresses: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    note: str | None = None
    references: tuple[Reference, ...] = ()
    incidents: tuple[str, ...] = ()
    infos: tuple[Info, ...] = ()
    version: Literal["1.1", "1.2"] = "1.2"
    warnings: tuple[str, ...] = ()
    signed: bool = False

    @property
    def exercise(self) -> bool:
        """Whether it speaks of an exercise."""
        return self.status == "Exercise"
