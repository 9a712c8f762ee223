"""Rules and patrols as a site file writes them: one class per behaviour, and when, for whom and how loud it holds."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from bartizan.site.figures import Part, wrong
from bartizan.site.parts import Id, Name, Places

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Kind = Literal["person", "vehicle", "animal", "object"]
Severity = Literal["low", "medium", "high"]
RuleKind = Literal[
    "loitering",
    "intrusion",
    "wandering",
    "running",
    "gathering",
    "pacing",
    "laps",
    "repeated-pass",
    "approach",
    "line-crossing",
    "tailgating",
    "left-object",
]

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_MINUTES = 60


def minutes(clock: str) -> int:
    """The minutes since midnight of a time of day such as "06:30"; "24:00" is the end of the day."""
    return int(clock[:2]) * _MINUTES + int(clock[3:])


def _is_clock(text: str) -> str:
    if _CLOCK.fullmatch(text) is None:
        raise wrong("is not a time of day", "Write hours and minutes, such as '22:00'; the end of the day is '24:00'")
    return text


Clock = Annotated[str, AfterValidator(_is_clock), Field(description="a time of day in quotes, such as '22:00'")]


class HoursEntry(Part):
    """`hours`: a time of day on days of the week, by the clock of the site."""

    days: list[Day] = Field(
        default_factory=lambda: list[Day](DAYS), min_length=1, description="days on which it begins"
    )
    begin: Clock = Field(alias="from")
    end: Clock = Field(alias="to", description="a time of day in quotes; not after 'from': on the next day")

    @model_validator(mode="after")
    def _lasts(self) -> HoursEntry:
        if self.begin == "24:00":
            raise wrong("a day does not begin at its end", "Write from = '00:00'")
        if self.begin == self.end:
            raise wrong("begins when it ends", "For the whole day write from = '00:00', to = '24:00'")
        if len(set(self.days)) < len(self.days):
            raise wrong("names a day twice", "Name each day once")
        return self


def _is_moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        cure = "Write it as '2026-03-01T22:00' by the clock of the site, or '2026-03-01T21:00Z'"
        raise wrong("is not a date with a time", cure) from None
    return text


Moment = Annotated[
    str,
    AfterValidator(_is_moment),
    Field(max_length=40, description="'2026-03-01T22:00' by the clock of the site, or '2026-03-01T21:00Z'"),
]


class PatrolEntry(Part):
    """[[patrol]]: people of the site who are announced; what they do in these zones is kept and not sounded."""

    id: Id
    name: Name | None = None
    zones: list[Id] = Field(min_length=1, description="where they go")
    begin: Moment | None = Field(None, alias="from")
    end: Moment | None = Field(None, alias="to")
    hours: list[HoursEntry] = Field(default_factory=list, description="when they go, week by week")
    people: int = Field(1, ge=1, le=1000, description="how many they are")
    reason: Name | None = Field(None, description="text for people")

    @model_validator(mode="after")
    def _has_time(self) -> PatrolEntry:
        spans = (self.begin is not None) + (self.end is not None)
        if spans == 1:
            raise wrong("has a beginning or an end alone", "Write both from and to")
        if bool(spans) == bool(self.hours):
            cure = "Add from = '...' and to = '...', or hours = [...]"
            raise wrong("has from and to, or hours, one of the two", cure)
        return self


class EscalationEntry(Part):
    """`escalate`: what goes on for so long weighs more."""

    after: float = Field(gt=0, le=1e6, description="seconds since the signal was raised")
    severity: Severity


class RuleEntry(Part):
    """[[rule]]: a behaviour that is watched for. What every rule has; each behaviour adds its own keys."""

    id: Id
    name: Name | None = None
    kind: RuleKind
    severity: Severity = "medium"
    classes: list[Kind] | None = Field(None, min_length=1, description="what it minds: 'person', 'vehicle', ...")
    min_height: float | None = Field(None, gt=0, le=20, description="metres; who is known to be smaller is not minded")
    max_height: float | None = Field(None, gt=0, le=20, description="metres; who is known to be taller is not minded")
    hours: list[HoursEntry] = Field(default_factory=list, description="when it holds by the clock of the site")
    states: list[Id] = Field(default_factory=list, description="states of the site in which it holds")
    cooldown: float = Field(0.0, ge=0, le=1e6, description="seconds in which the same track is not sounded again")
    group_seconds: float = Field(0.0, ge=0, le=1e5, description="seconds within which several are one signal; 0: never")
    group_metres: float = Field(10.0, gt=0, le=1e4, description="metres within which several are one signal")
    escalate: list[EscalationEntry] = Field(default_factory=list, description="[{ after, severity }, ...]")
    pictures: bool = Field(False, description="true: the picture at its signal may be kept")
    armed: bool = Field(True, description="false: kept and not sounded until somebody arms it")

    @model_validator(mode="after")
    def _in_order(self) -> RuleEntry:
        if self.min_height is not None and self.max_height is not None and self.min_height >= self.max_height:
            raise wrong("nobody is taller than min_height and smaller than max_height", "Exchange the two")
        order = ("low", "medium", "high")
        now = (0.0, order.index(self.severity))
        for step in self.escalate:
            then = (step.after, order.index(step.severity))
            if not (then[0] > now[0] and then[1] > now[1]):
                cure = "Write the steps in the order of time, each more severe than the one before"
                raise wrong("the steps of escalate do not rise", cure)
            now = then
        return self


class _InZone(RuleEntry):
    """A rule that holds in a zone."""

    zone: Id


class _AtZoneOrElement(RuleEntry):
    """A rule about an element, or about a zone."""

    zone: Id | None = None
    element: Id | None = None

    @model_validator(mode="after")
    def _one_place(self) -> _AtZoneOrElement:
        if (self.zone is None) == (self.element is None):
            raise wrong("speaks of a zone or of an element, one of the two", "Keep or add one of zone and element")
        return self


class _AtLineOrElement(RuleEntry):
    """A rule about a line; `zone` then is only what its signals speak of."""

    zone: Id | None = None
    element: Id | None = None
    line: Places | None = None

    @model_validator(mode="after")
    def _one_line(self) -> _AtLineOrElement:
        if (self.line is None) == (self.element is None):
            raise wrong("speaks of a line or of an element, one of the two", "Keep or add one of line and element")
        return self


_LONG = 1e6  # seconds: eleven days, longer than any track
_FAR = 1e4  # metres: no site is wider

Grace = Annotated[float, Field(ge=0, le=_LONG, description="seconds that it may be interrupted")]
Direction = Literal["both", "forward", "backward"]


class LoiteringRule(_InZone):
    """kind = "loitering": somebody stays in a zone."""

    kind: Literal["loitering"]
    after: float = Field(gt=0, le=_LONG, description="seconds, above 0, in the zone by one track")
    grace: Grace = 5.0
    standing: float = Field(0.0, ge=0, le=_LONG, description="seconds standing that raise alone; 0: off")
    sum_within: float = Field(0.0, ge=0, le=_LONG, description="seconds within which stays are added up; 0: off")


class IntrusionRule(_InZone):
    """kind = "intrusion": somebody is in a zone where nobody should be."""

    kind: Literal["intrusion"]
    after: float = Field(0.0, ge=0, le=_LONG, description="seconds in the zone by one track")
    grace: Grace = 5.0


class WanderingRule(_InZone):
    """kind = "wandering": somebody walks much and gets nowhere."""

    kind: Literal["wandering"]
    after: float = Field(120.0, gt=0, le=_LONG, description="seconds, above 0, in the zone by one track")
    window: float = Field(180.0, gt=0, le=1e4, description="seconds looked back")
    straightness: float = Field(0.3, gt=0, le=1, description="net way over the way walked, at most")
    revisits: float = Field(0.5, ge=0, le=1, description="share of the cells entered that were so before, at least")
    cell: float = Field(2.5, ge=0.5, le=100, description="metres, width of a cell")
    walked: float = Field(30.0, ge=0, le=_FAR, description="metres walked, at least")
    grace: Grace = 5.0


class RunningRule(_InZone):
    """kind = "running": somebody moves fast in a zone."""

    kind: Literal["running"]
    speed: float = Field(3.0, gt=0, le=50, description="metres per second, at least")
    after: float = Field(2.0, ge=0, le=_LONG, description="seconds at that speed")


class GatheringRule(_InZone):
    """kind = "gathering": several people come together."""

    kind: Literal["gathering"]
    people: int = Field(4, ge=2, le=10_000, description="how many, at least")
    radius: float = Field(3.0, gt=0, le=1000, description="metres about their middle")
    after: float = Field(30.0, ge=0, le=_LONG, description="seconds together")
    grace: Grace = 5.0


class PacingRule(_AtZoneOrElement):
    """kind = "pacing": somebody walks to and fro along a perimeter."""

    kind: Literal["pacing"]
    reversals: int = Field(3, ge=1, le=1000, description="turns, at least")
    within: float = Field(180.0, gt=0, le=_LONG, description="seconds looked back")
    span: float = Field(8.0, gt=0, le=_FAR, description="metres along the perimeter, at least")
    hysteresis: float = Field(4.0, gt=0, le=_FAR, description="metres back that count as a turn")
    band: float = Field(15.0, gt=0, le=_FAR, description="metres from the perimeter, at most")


class LapsRule(_AtZoneOrElement):
    """kind = "laps": somebody walks around a perimeter."""

    kind: Literal["laps"]
    laps: float = Field(1.0, gt=0, le=1000, description="times around, at least")
    within: float = Field(1800.0, gt=0, le=_LONG, description="seconds looked back")
    band: float = Field(15.0, gt=0, le=_FAR, description="metres from the perimeter, at most")


class RepeatedPassRule(_AtZoneOrElement):
    """kind = "repeated-pass": one track or linked chain comes by again and again."""

    kind: Literal["repeated-pass"]
    passes: int = Field(3, ge=2, le=1000, description="times, at least")
    within: float = Field(3600.0, gt=0, le=_LONG, description="seconds looked back")
    apart: float = Field(30.0, ge=0, le=_LONG, description="seconds between two passes, at least")
    band: float = Field(3.0, gt=0, le=_FAR, description="metres from the element that count as a pass")


class ApproachRule(_AtZoneOrElement):
    """kind = "approach": somebody comes close."""

    kind: Literal["approach"]
    near: float = Field(3.0, ge=0, le=_FAR, description="metres, how close")
    closing: float = Field(10.0, gt=0, le=_FAR, description="metres closer than before, at least")
    within: float = Field(30.0, gt=0, le=_LONG, description="seconds looked back")


class LineCrossingRule(_AtLineOrElement):
    """kind = "line-crossing": somebody crosses a line."""

    kind: Literal["line-crossing"]
    direction: Direction = Field("both", description="'forward' is from the left of the line to its right")
    depth: float = Field(0.5, ge=0, le=100, description="metres beyond the line that count as across")


class TailgatingRule(_AtLineOrElement):
    """kind = "tailgating": several go through where one at a time should."""

    kind: Literal["tailgating"]
    within: float = Field(4.0, gt=0, le=1000, description="seconds between the first and the last")
    apart: float = Field(5.0, gt=0, le=1000, description="metres along the line, at most, between where they cross")
    direction: Direction = Field("both", description="'forward' is from the left of the line to its right")
    people: int = Field(2, ge=2, le=1000, description="how many, at least")


class LeftObjectRule(_InZone):
    """kind = "left-object": something was left, and nobody is with it."""

    kind: Literal["left-object"]
    after: float = Field(60.0, gt=0, le=_LONG, description="seconds, above 0, that it lies alone")
    owner: float = Field(3.0, gt=0, le=1000, description="metres within which somebody is with it")
    grace: Grace = 30.0


class UnknownRule(RuleEntry):
    """A rule whose behaviour is not known: which keys it may have nobody can say."""

    model_config = ConfigDict(extra="ignore")


RULES: dict[str, type[RuleEntry]] = {
    "loitering": LoiteringRule,
    "intrusion": IntrusionRule,
    "wandering": WanderingRule,
    "running": RunningRule,
    "gathering": GatheringRule,
    "pacing": PacingRule,
    "laps": LapsRule,
    "repeated-pass": RepeatedPassRule,
    "approach": ApproachRule,
    "line-crossing": LineCrossingRule,
    "tailgating": TailgatingRule,
    "left-object": LeftObjectRule,
}
# what of a rule is no setting of its behaviour
GENERAL = frozenset(RuleEntry.model_fields) | {"zone", "element", "line"}


def rule_model(raw: Any) -> type[RuleEntry]:
    """The class that reads a rule, by its kind."""
    kind = raw.get("kind") if isinstance(raw, dict) else None
    return RULES.get(kind, UnknownRule) if isinstance(kind, str) else UnknownRule


RuleForm = Annotated[
    LoiteringRule
    | IntrusionRule
    | WanderingRule
    | RunningRule
    | GatheringRule
    | PacingRule
    | LapsRule
    | RepeatedPassRule
    | ApproachRule
    | LineCrossingRule
    | TailgatingRule
    | LeftObjectRule,
    Field(discriminator="kind"),
]

__all__ = [
    "DAYS",
    "GENERAL",
    "RULES",
    "EscalationEntry",
    "HoursEntry",
    "PatrolEntry",
    "RuleEntry",
    "RuleForm",
    "RuleKind",
    "UnknownRule",
    "minutes",
    "rule_model",
]
