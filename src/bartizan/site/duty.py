"""[desk]: what the duty desk of the site minds by itself: repeats of an alarm, and that somebody is there."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field, model_validator

from bartizan.site.figures import Part, wrong
from bartizan.site.rules import Severity

_LONGEST = 86_400.0  # seconds


class DeskEntry(Part):
    """[desk]: repeats of an alarm, and whether somebody is there."""

    reactivation: float = Field(
        0.0, ge=0, le=3600, description="seconds in which what cleared and comes again is one alarm; 0: off"
    )
    unmanned_after: float | None = Field(
        None, ge=1, le=_LONGEST, description="seconds without anybody on duty that are an alarm; without: never"
    )
    unwatched_after: float | None = Field(
        None, ge=10, le=_LONGEST, description="seconds without a living screen of anybody on duty; without: never"
    )
    answer_every: float | None = Field(
        None, ge=60, le=_LONGEST, description="seconds after which who is on duty is asked for a sign of life"
    )
    answer_within: float = Field(60.0, ge=5, le=3600, description="seconds to give it")
    duress_digit: int = Field(
        9, ge=0, le=9, description="the digit that, given as a sign of life, calls for help in silence"
    )
    severity: Severity = Field("high", description="of the alarms that nobody is there")

    @model_validator(mode="after")
    def _can_be_asked(self) -> DeskEntry:
        if self.answer_every is None and "answer_within" in self.model_fields_set:
            raise wrong("says how fast to answer, and nobody is asked", "Add answer_every = seconds")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRules:
    """What the desk minds by itself; times in seconds, None is never.

    `reactivation`: how soon after it cleared what comes again is the same alarm (0: never). `unmanned_after`: how long
    nobody may be on duty; `unwatched_after`: how long no screen of anybody on duty may be alive; `answer_every`: how
    often each person on duty is asked for a sign of life, to be given within `answer_within`; `duress_digit`: the digit
    that calls for help in silence, where every other one is a sign of life and no more.
    """

    reactivation: float = 0.0
    unmanned_after: float | None = None
    unwatched_after: float | None = None
    answer_every: float | None = None
    answer_within: float = 60.0
    duress_digit: int = 9
    severity: Severity = "high"

    @property
    def minds(self) -> bool:
        """Whether it minds at all that somebody is there."""
        return any(one is not None for one in (self.unmanned_after, self.unwatched_after, self.answer_every))


def duty_rules(entry: DeskEntry | None) -> DutyRules | None:
    """What the table says; None where there is none."""
    return None if entry is None else DutyRules(**entry.model_dump())
