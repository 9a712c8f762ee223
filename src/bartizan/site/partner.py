"""[[partner]]: the agencies that cases are shared with, and [evidence]: how long evidence stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from bartizan.site.figures import Part
from bartizan.site.parts import Id, Name

SharingLevel = Literal["clear", "green", "amber", "amber+strict", "red"]
LONGEST_DAYS = 36_500

Key = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="public key (Ed25519), 64 hexadecimal digits")]
Days = Annotated[float, Field(gt=0, le=LONGEST_DAYS)]


class PartnerEntry(Part):
    """[[partner]]: an agency that cases are shared with."""

    id: Id
    name: Name | None = None
    level: SharingLevel = Field(description="what they may see: this sharing level (TLP 2.0) and those below")
    key: Key | None = Field(None, description="what their own packages are signed with")
    exercise: bool = Field(False, description="true: a stand-in for drills; it never gets anything real")


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """An agency that cases are shared with. `level` is the strictest that they may see; `key` in hex, or None.

    `exercise`: they stand in for others in drills, get nothing real, and real ones get nothing of a drill.
    """

    id: str
    level: SharingLevel
    name: str | None = None
    key: str | None = None
    exercise: bool = False

    @property
    def label(self) -> str:
        """What people call them."""
        return self.name or self.id


def partner(entry: PartnerEntry) -> Partner:
    """The partner that an entry describes."""
    return Partner(id=entry.id, level=entry.level, name=entry.name, key=entry.key, exercise=entry.exercise)


class EvidenceEntry(Part):
    """[evidence]: how long evidence stays."""

    alarm_days: Days = Field(30.0, description="days that evidence of an alarm stays, from when it came")
    case_days: Days = Field(365.0, description="days that evidence of an incident stays, from when that was closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRules:
    """How long evidence stays [days]: of alarms from when it came, of incidents from when they were closed."""

    alarm_days: float = 30.0
    case_days: float = 365.0


def evidence_rules(entry: EvidenceEntry | None) -> EvidenceRules | None:
    """What the table says; None where there is none."""
    return None if entry is None else EvidenceRules(alarm_days=entry.alarm_days, case_days=entry.case_days)
