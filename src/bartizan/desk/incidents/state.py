"""An incident as it stands: what it is about, who leads it, how far its procedure is, who was sent, and since when.

An `Incident` is the fold of its events (`bartizan.desk.incidents.fold`) and is never changed in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from bartizan.desk.event import instant, instant_if
from bartizan.desk.procedures import Done, Run, due

IncidentState = Literal["new", "in-progress", "handed-over", "resolved", "closed", "reviewed"]
Relation = Literal["repeat-of", "related-to", "led-to", "duplicate-of"]
Sharing = Literal["red", "amber+strict", "amber", "green", "clear"]
Stage = Literal["raised", "acknowledged", "assessed", "dispatched", "on_scene", "contained", "handed_over"]
Manner = Literal[
    "alone",
    "in-company",
    "on-foot",
    "by-vehicle",
    "stops",
    "turns-back",
    "follows-others-in",
    "tries-doors",
    "takes-pictures",
    "asks-questions",
    "leaves-things",
    "climbs",
    "uses-tools",
    "uses-force",
    "armed",
    "deceives",
]

RELATIONS: tuple[Relation, ...] = get_args(Relation)
SHARINGS: tuple[Sharing, ...] = get_args(Sharing)
STAGES: tuple[Stage, ...] = get_args(Stage)
# what somebody does, never what somebody looks like: the list is closed for that reason
MANNERS: tuple[Manner, ...] = get_args(Manner)
OPEN: frozenset[IncidentState] = frozenset({"new", "in-progress", "handed-over"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """This incident and another belong together: a person said so, and how (`kind`)."""

    kind: Relation
    incident: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a person wrote down."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A responder on this incident: sent, answered, on scene, released; instants in UTC, None where not yet."""

    responder: str
    sent_at: datetime
    sent_by: str
    answered_at: datetime | None = None
    on_scene_at: datetime | None = None
    left_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """The sending as plain JSON values."""
        return {
            "responder": self.responder,
            "sent_at": instant(self.sent_at),
            "sent_by": self.sent_by,
            "answered_at": instant_if(self.answered_at),
            "on_scene_at": instant_if(self.on_scene_at),
            "left_at": instant_if(self.left_at),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """When each stage was reached first (UTC); None where it was not."""

    raised: datetime
    acknowledged: datetime | None = None
    assessed: datetime | None = None
    dispatched: datetime | None = None
    on_scene: datetime | None = None
    contained: datetime | None = None
    handed_over: datetime | None = None

    def to_json(self) -> dict[str, str | None]:
        """Stage -> instant, as RFC 3339."""
        return {stage: instant_if(getattr(self, stage)) for stage in STAGES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident, as it stands after its events.

    `id` is opaque; `number` counts incidents for people. `exercise` is fixed when it is opened. `alarms` are its
    alarms in the order in which they joined. A command formed on a version below `stale_below` is refused. `run` is
    the procedure under way, `earlier` what was done under procedures that another kind of incident replaced. `late`
    names the stages and steps whose time ran out. `declined` are incidents and alarms (as "incident/ID",
    "alarm/ID") of which a person said that they do not belong here.
    """

    id: str
    number: int
    version: int
    stale_below: int
    title: str
    kind: str | None
    exercise: bool
    opened_at: datetime
    opened_by: str
    timers: Timers
    state: IncidentState = "new"
    lead: str | None = None
    alarms: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    declined: tuple[str, ...] = ()
    run: Run | None = None
    earlier: tuple[Done, ...] = ()
    sendings: tuple[Sending, ...] = ()
    entries: tuple[Entry, ...] = ()
    media: tuple[str, ...] = ()
    manner: tuple[Manner, ...] = ()
    sharing: Sharing = "amber"
    partners: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    outcome: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    reviewed_at: datetime | None = None
    reviewed_by: str | None = None
    review: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether people still have to deal with it."""
        return self.state in OPEN

    @property
    def steps(self) -> tuple[Done, ...]:
        """Every step that is over, of every procedure it ever had, oldest first."""
        return self.earlier + (() if self.run is None else self.run.done)

    @property
    def unseen_skips(self) -> tuple[int, ...]:
        """The places in `steps` that were skipped and that no supervisor has seen."""
        return tuple(place for place, one in enumerate(self.steps) if one.skipped and one.seen_by is None)

    def sending(self, responder: str) -> Sending | None:
        """The responder's present sending; None where they were never sent or have left."""
        return next((one for one in self.sendings if one.responder == responder and one.left_at is None), None)

    def to_json(self) -> dict[str, Any]:
        """The incident as plain JSON values; instants as RFC 3339 in UTC, absent is null, a key is never missing."""
        return {
            "id": self.id,
            "number": self.number,
            "version": self.version,
            "title": self.title,
            "kind": self.kind,
            "exercise": self.exercise,
            "state": self.state,
            "lead": self.lead,
            "opened_at": instant(self.opened_at),
            "opened_by": self.opened_by,
            "alarms": list(self.alarms),
            "links": [
                {"kind": one.kind, "incident": one.incident, "by": one.by, "at": instant(one.at)} for one in self.links
            ],
            "declined": list(self.declined),
            "timers": self.timers.to_json(),
            "procedure": None if self.run is None else _run_json(self.run),
            "steps": [_done_json(one) for one in self.steps],
            "sendings": [one.to_json() for one in self.sendings],
            "entries": [{"at": instant(one.at), "by": one.by, "text": one.text} for one in self.entries],
            "media": list(self.media),
            "manner": list(self.manner),
            "sharing": self.sharing,
            "partners": list(self.partners),
            "late": list(self.late),
            "outcome": self.outcome,
            "resolved_at": instant_if(self.resolved_at),
            "resolved_by": self.resolved_by,
            "closed_at": instant_if(self.closed_at),
            "closed_by": self.closed_by,
            "reviewed_at": instant_if(self.reviewed_at),
            "reviewed_by": self.reviewed_by,
            "review": self.review,
        }


def _run_json(run: Run) -> dict[str, Any]:
    return {
        "id": run.procedure.id,
        "name": run.procedure.name,
        "kind": run.procedure.kind,
        "present": run.present,
        "since": instant(run.since),
        "due": instant_if(due(run)),
        "steps": [
            {
                "id": step.id,
                "text": step.text,
                "who": step.who,
                "within": step.within,
                "sets": step.sets,
                "next": step.next,
                "answers": [{"id": one.id, "text": one.text, "next": one.next} for one in step.answers],
            }
            for step in run.procedure.steps
        ],
        "times": dict(run.procedure.times),
    }


def _done_json(one: Done) -> dict[str, Any]:
    return {
        "procedure": one.procedure,
        "step": one.step,
        "text": one.text,
        "at": instant(one.at),
        "by": one.by,
        "answer": one.answer,
        "note": one.note,
        "skipped": one.skipped,
        "late": one.late,
        "seen_by": one.seen_by,
        "seen_at": instant_if(one.seen_at),
    }
