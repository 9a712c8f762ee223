"""[privacy]: how long pictures of people may be kept, for what, and who answers for it."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from bartizan.site.figures import Part
from bartizan.site.parts import Name

LONGEST_DAYS = 3650


class PrivacyEntry(Part):
    """[privacy]: how long pictures may be kept that a rule allows, for what purpose, and who answers for it."""

    pictures_days: float = Field(gt=0, le=LONGEST_DAYS, description="days after which a kept picture is deleted")
    purpose: Name = Field(description="what the pictures are kept for, for those who are in them")
    controller: Name | None = Field(None, description="who answers for it")
    contact: Name | None = Field(None, description="where somebody asks about their own data")
    basis: Name | None = Field(None, description="the law or decision that it rests on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """How long kept pictures stay [days], for what purpose, who answers for it, where to ask, on what it rests."""

    pictures_days: float
    purpose: str
    controller: str | None = None
    contact: str | None = None
    basis: str | None = None


def privacy(entry: PrivacyEntry | None) -> Privacy | None:
    """What the table says; None where there is none."""
    return None if entry is None else Privacy(**entry.model_dump())
