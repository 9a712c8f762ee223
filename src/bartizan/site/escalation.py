"""[[escalation]]: who is told, and after how long, when nobody deals with an alarm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from bartizan.site.figures import Part, wrong
from bartizan.site.parts import Id, Name, Word
from bartizan.site.rules import Severity

Until = Literal["acknowledged", "assessed"]
ROLES = ("guard", "supervisor", "investigator", "administrator", "viewer", "officer")
"""The roles of people of the house; a partner is told by what is shared with their agency, never by an escalation."""

_WHO = re.compile(r"on-duty|everybody|role/[a-z][a-z-]{0,39}|person/[^/\x00-\x1f\x7f]{1,150}")
_LONGEST = 86_400.0  # seconds: what nobody has dealt with for a day is no longer told, it is found


def _is_who(text: str) -> str:
    if _WHO.fullmatch(text) is None:
        cure = "Write 'on-duty', 'everybody', 'role/supervisor' or 'person/Anna Huber'"
        raise wrong("does not say who is told", cure)
    # nobody would ever be reached, and nobody would know
    if text.startswith("role/") and text.removeprefix("role/") not in ROLES:
        raise wrong("is no role that the desk tells", f"Write role/ and one of {', '.join(ROLES)}")
    return text


Who = Annotated[str, AfterValidator(_is_who), Field(max_length=160, description="such as 'on-duty', 'role/supervisor'")]


class StepEntry(Part):
    """[[escalation.step]]: after so long these are told."""

    after: float = Field(ge=0, le=_LONGEST, description="seconds since the alarm began to wait")
    who: list[Who] = Field(min_length=1, max_length=50, description="'on-duty', 'everybody', 'role/..', 'person/..'")


class EscalationEntry(Part):
    """[[escalation]]: a chain of people for alarms that nobody deals with; the first chain that fits holds."""

    id: Id
    name: Name | None = None
    until: Until = Field("acknowledged", description="what somebody has to do to stop it")
    priorities: list[Severity] = Field(default_factory=list, description="alarms of these priorities; none: all")
    kinds: list[Word] = Field(default_factory=list, description="alarms of these kinds of signal; none: all")
    zones: list[Id] = Field(default_factory=list, description="alarms in these zones; none: all")
    areas: list[Id] = Field(default_factory=list, description="alarms in these areas; none: all")
    elements: list[Id] = Field(default_factory=list, description="alarms at these elements; none: all")
    step: list[StepEntry] = Field(min_length=1, max_length=50)
    again: float = Field(60.0, ge=5, le=_LONGEST, description="seconds after the last step it begins again")

    @model_validator(mode="after")
    def _rises(self) -> EscalationEntry:
        times = [step.after for step in self.step]
        if any(later <= earlier for earlier, later in pairwise(times)):
            raise wrong("the steps do not rise", "Write the steps in the order of time, each later than the one before")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStep:
    """`after` seconds since the alarm began to wait, `who` is told ("on-duty", "everybody", "role/..", "person/..")."""

    after: float
    who: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationChain:
    """Steps in the order of time, begun again `again` seconds after the last one, until somebody has done `until`.

    It is for alarms that fit all of what is given: one of the `priorities`, `kinds`, `zones`, `areas` or `elements`
    (none given: all).
    """

    id: str
    steps: tuple[EscalationStep, ...]
    again: float
    until: Until = "acknowledged"
    name: str | None = None
    priorities: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    elements: frozenset[str] = frozenset()


def escalation(entry: EscalationEntry) -> EscalationChain:
    """The chain that an entry describes."""
    return EscalationChain(
        id=entry.id,
        name=entry.name,
        until=entry.until,
        steps=tuple(EscalationStep(after=step.after, who=tuple(step.who)) for step in entry.step),
        again=entry.again,
        priorities=frozenset(entry.priorities),
        kinds=frozenset(entry.kinds),
        zones=frozenset(entry.zones),
        areas=frozenset(entry.areas),
        elements=frozenset(entry.elements),
    )
