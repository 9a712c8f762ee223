"""What the commands of an incident take."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bartizan.adapters.web.bodies import Body, Id, Line, Note, Text, Version
from bartizan.desk.incidents import Relation, Sharing


class Opening(Body):
    """The alarms that an incident is opened from."""

    alarms: Annotated[list[Id], Field(max_length=100)]
    title: Annotated[str | None, Field(max_length=200)] = None
    kind: Annotated[str | None, Field(max_length=80)] = None
    exercise: bool | None = None


class AlarmNamed(Body):
    """An alarm."""

    alarm: Id


class AlarmTaken(AlarmNamed):
    """An alarm that does not belong here, and why."""

    reason: Text


class Titled(Body):
    """What it is called."""

    title: Line


class Kind(Body):
    """What kind of incident it is."""

    kind: Annotated[str, Field(min_length=1, max_length=80)]
    version: Version = None


class Manners(Body):
    """How it was done."""

    manner: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=40)]


class Words(Body):
    """Words of the person."""

    text: Text
    version: Version = None


class StepOver(Body):
    """The present step is done."""

    step: Id
    answer: Annotated[str | None, Field(max_length=80)] = None
    note: Note = None
    version: Version = None


class StepSkipped(Body):
    """The present step is skipped."""

    step: Id
    reason: Text
    version: Version = None


class Place(Body):
    """A step that is over, counted from 1."""

    place: Annotated[int, Field(ge=1, le=10_000)]


class ResponderNamed(Body):
    """A responder of the site."""

    responder: Id


class Linking(Body):
    """Another incident, how they belong together, and whether it is the other that says so (it led to this one)."""

    incident: Id
    relation: Relation
    reverse: bool = False


class Unlinking(Body):
    """Another incident that does not belong to this one, and why."""

    incident: Id
    reason: Text


class OfferNamed(Body):
    """What was offered as seen before: "incident/ID" or "alarm/ID"."""

    offer: Id


class Sharings(Body):
    """How far it may travel, and who reads it here."""

    sharing: Sharing
    partners: Annotated[list[Id], Field(max_length=20)]
    version: Version = None


class HandingOver(Body):
    """Which agency has it from now on."""

    partner: Id
    note: Note = None


class Versioned(Body):
    """A command formed on a version."""

    version: Version = None


class PostureBody(Body):
    """The posture that holds from now on; null: as the desk was begun."""

    state: Annotated[str | None, Field(max_length=80)]
    reason: Text
