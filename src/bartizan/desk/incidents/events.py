"""What happens to an incident. Each event is one fact; `version` counts them within the incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bartizan.desk.codec import Codec, any_words, maybe
from bartizan.desk.event import Event
from bartizan.desk.incidents.state import Manner, Relation, Sharing, Stage
from bartizan.desk.procedures import read_procedure
from bartizan.site.procedure import Procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Event):
    """A person says that something is the matter. `exercise` is fixed here; `raised` is when it was first known."""

    kind = "opened"
    incident: str
    number: int
    title: str
    exercise: bool
    raised: datetime
    sharing: Sharing


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmJoined(Event):
    """An alarm belongs to it."""

    kind = "alarm-joined"
    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmParted(Event):
    """An alarm turned out not to belong to it."""

    kind = "alarm-parted"
    alarm: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Titled(Event):
    """It is called something else."""

    kind = "titled"
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified(Event):
    """What kind of incident it is; its procedure begins, in the place of an earlier one. None: there is none."""

    kind = "classified"
    incident_kind: str
    procedure: Procedure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Led(Event):
    """Somebody leads it from now on."""

    kind = "led"
    lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone(Event):
    """The present step was done."""

    kind = "step-done"
    step: str
    answer: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped(Event):
    """The present step was skipped, for a reason that the supervisor has to see."""

    kind = "step-skipped"
    step: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipSeen(Event):
    """A supervisor has seen that a step was skipped; `place` counts the steps that are over, from 1."""

    kind = "skip-seen"
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RanLate(Event):
    """A stage ("timer/on_scene") or the present step ("step/lock") was not reached by `limit` (UTC)."""

    kind = "ran-late"
    what: str
    limit: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent(Event):
    """A responder was told to go."""

    kind = "sent"
    responder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Event):
    """A responder has confirmed that they are on the way."""

    kind = "answered"
    responder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(Event):
    """A responder is on the scene."""

    kind = "arrived"
    responder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Left(Event):
    """A responder is free again."""

    kind = "left"
    responder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached(Event):
    """One of its alarms says that a stage was reached at `moment` (UTC); the earliest counts."""

    kind = "reached"
    stage: Stage
    moment: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contained(Event):
    """Whoever it was can do no more harm; how, in words."""

    kind = "contained"
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    """A person wrote something down."""

    kind = "noted"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaAdded(Event):
    """A picture, clip or document of the evidence belongs to it."""

    kind = "media-added"
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MannerSet(Event):
    """How it was done, of a closed list."""

    kind = "manner-set"
    manner: tuple[Manner, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked(Event):
    """A person says that it belongs with another incident, and how."""

    kind = "linked"
    incident: str
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlinked(Event):
    """A link was wrong."""

    kind = "unlinked"
    incident: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined(Event):
    """A person says that something that was offered ("incident/ID" or "alarm/ID") does not belong to it."""

    kind = "declined"
    offer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingSet(Event):
    """How far it may travel (TLP 2.0), and which agencies read it at the desk."""

    kind = "sharing-set"
    sharing: Sharing
    partners: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(Event):
    """A partner agency has the case from now on, alone or together with us."""

    kind = "handed-over"
    partner: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved(Event):
    """It is over; what came of it, in words."""

    kind = "resolved"
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(Event):
    """Nothing is left to do."""

    kind = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Event):
    """It is not over after all."""

    kind = "reopened"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed(Event):
    """Somebody who did not lead it has looked at how it was dealt with."""

    kind = "reviewed"
    text: str


CODEC: Codec[Event] = Codec(
    Opened,
    AlarmJoined,
    AlarmParted,
    Titled,
    Classified,
    Led,
    StepDone,
    StepSkipped,
    SkipSeen,
    RanLate,
    Sent,
    Answered,
    Arrived,
    Left,
    Reached,
    Contained,
    Noted,
    MediaAdded,
    MannerSet,
    Linked,
    Unlinked,
    Declined,
    SharingSet,
    HandedOver,
    Resolved,
    Closed,
    Reopened,
    Reviewed,
    readers={"procedure": maybe(read_procedure), "note": maybe(any_words)},
)
