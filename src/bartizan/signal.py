"""What is reported: an `Observation` of a thing at a place, and a `Signal` that asks for attention.

A `Signal` comes from a sensor, a rule, a person or a partner. It is what `watch` and `drill` emit and what only the
desk turns into an alarm. Its JSON form is the contract of `bartizan watch --json`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

Phase = Literal["raised", "updated", "ended"]
Severity = Literal["low", "medium", "high"]

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Somebody seen at a place on the ground at a time, with the error of that place.

    `t` in seconds of the stream; `at` in metres on the plan; `covariance` (xx, xy, yy) in square metres; `box` is
    left, top, width, height in pixels of `camera`'s picture, or None where the observer has no picture. `label` is
    what kind of thing it is: "person", "vehicle", "animal" or "object"; `height` its height in metres, or None.
    """

    t: float
    camera: str
    at: tuple[float, float]
    covariance: tuple[float, float, float]
    score: float = 1.0
    box: tuple[float, float, float, float] | None = None
    label: str = "person"
    height: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A report that asks for attention: what, where, since when and because of what.

    `t` and `since` in seconds of the stream; `utc` RFC 3339 or None; `at` in metres on the plan or None. `linked` are
    tracks that place and time could join to its own. `silent` says why it is recorded and not sounded, None where it
    is sounded. `because` holds the figures that made it, as plain JSON values.
    """

    id: str
    t: float
    kind: str
    state: Phase
    utc: str | None = None
    rule: str | None = None
    zone: str | None = None
    area: str | None = None
    element: str | None = None
    cameras: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    at: tuple[float, float] | None = None
    since: float | None = None
    severity: Severity = "medium"
    exercise: bool = False
    linked: tuple[str, ...] = ()
    silent: str | None = None
    because: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "because", MappingProxyType(dict(self.because)))

    def to_json(self) -> dict[str, Any]:
        """The signal as the JSON object of the contract: absent is null, a key is never missing."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "t": self.t,
            "utc": self.utc,
            "kind": self.kind,
            "rule": self.rule,
            "state": self.state,
            "zone": self.zone,
            "area": self.area,
            "element": self.element,
            "cameras": list(self.cameras),
            "tracks": list(self.tracks),
            "at": None if self.at is None else list(self.at),
            "since": self.since,
            "severity": self.severity,
            "exercise": self.exercise,
            "linked": list(self.linked),
            "silent": self.silent,
            "because": dict(self.because),
        }


def rfc3339(instant: datetime, timespec: str = "auto") -> str:
    """An instant as RFC 3339 in UTC, ending in Z; `timespec` as `datetime.isoformat` has it."""
    return instant.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


class SignalIds:
    """Ids of signals in the order they arise: the run's name and a number. They mean nothing else."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._count = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self._count += 1
        return f"{self._run}-{self._count}"
