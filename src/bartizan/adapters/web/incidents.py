"""What people do with incidents, over HTTP: pages, what they show, and one route per command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from bartizan.adapters.web.gate import needs, session_of
from bartizan.adapters.web.permission import Action, NotTheirs, authorise, may
from bartizan.adapters.web.sessions import Session
from bartizan.adapters.web.shell import shell_page
from bartizan.app.incidents.seen_before import Offer
from bartizan.app.incidents.timeline import timeline
from bartizan.app.room import Room
from bartizan.desk.alarms import Alarm
from bartizan.desk.incidents import MANNERS, RELATIONS, SHARINGS, Incident, Relation, Sharing

Id = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Note = Annotated[str | None, Field(max_length=4000)]
Version = Annotated[int | None, Field(ge=0)]
SHOWN = 200  # incidents in the list


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Opening(_Body):
    """The alarms that an incident is opened from."""

    alarms: Annotated[list[Id], Field(max_length=100)]
    title: Annotated[str | None, Field(max_length=200)] = None
    kind: Annotated[str | None, Field(max_length=80)] = None
    exercise: bool | None = None


class AlarmNamed(_Body):
    """An alarm."""

    alarm: Id


class AlarmTaken(AlarmNamed):
    """An alarm that does not belong here, and why."""

    reason: Text


class Titled(_Body):
    """What it is called."""

    title: Line


class Kind(_Body):
    """What kind of incident it is."""

    kind: Annotated[str, Field(min_length=1, max_length=80)]
    version: Version = None


class Nothing(_Body):
    """No more than the incident itself."""


class Manners(_Body):
    """How it was done."""

    manner: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=40)]


class Words(_Body):
    """Words of the person."""

    text: Text
    version: Version = None


class StepOver(_Body):
    """The present step is done."""

    step: Id
    answer: Annotated[str | None, Field(max_length=80)] = None
    note: Note = None
    version: Version = None


class StepSkipped(_Body):
    """The present step is skipped."""

    step: Id
    reason: Text
    version: Version = None


class Place(_Body):
    """A step that is over, counted from 1."""

    place: Annotated[int, Field(ge=1, le=10_000)]


class ResponderNamed(_Body):
    """A responder of the site."""

    responder: Id


class Linking(_Body):
    """Another incident, how they belong together, and whether it is the other that says so (it led to this one)."""

    incident: Id
    relation: Relation
    reverse: bool = False


class Unlinking(_Body):
    """Another incident that does not belong to this one, and why."""

    incident: Id
    reason: Text


class OfferNamed(_Body):
    """What was offered as seen before: "incident/ID" or "alarm/ID"."""

    offer: Id


class Sharings(_Body):
    """How far it may travel, and who reads it here."""

    sharing: Sharing
    partners: Annotated[list[Id], Field(max_length=20)]
    version: Version = None


class HandingOver(_Body):
    """Which agency has it from now on."""

    partner: Id
    note: Note = None


class Version1(_Body):
    """A command formed on a version."""

    version: Version = None


class PostureBody(_Body):
    """The posture that holds from now on; null: as the desk was begun."""

    state: Annotated[str | None, Field(max_length=80)]
    reason: Text


def incident_routes(routes: APIRouter) -> None:
    """Every route of the incidents. Sync on purpose: an append waits for the disk, in a thread of its own."""
    _looking(routes)
    _belonging(routes)
    _leading(routes)
    _answering(routes)
    _ending(routes)


def _looking(routes: APIRouter) -> None:
    @routes.get("/incidents")
    @needs(Action.VIEW)
    def incidents_page(request: Request) -> Response:
        return shell_page(request, "incidents.html")

    @routes.get("/incidents.json")
    @needs(Action.VIEW)
    def incidents_json(request: Request) -> Response:
        room, session = _room(request), session_of(request)
        seen = [one for one in room.incidents.all() if _shown(room, session, one)]
        seen.sort(key=lambda one: (not one.is_open, -one.number))
        return JSONResponse(
            {
                "incidents": [_row(one) for one in seen[:SHOWN]],
                "more": max(0, len(seen) - SHOWN),
                "kinds": [{"kind": one.kind, "name": one.name or one.kind} for one in room.site.procedures],
                "posture": _posture(room),
            }
        )

    @routes.get("/incidents/{incident_id}")
    @needs(Action.VIEW)
    def incident_page(request: Request, incident_id: str) -> Response:
        incident = _loaded(request, Action.VIEW, incident_id)
        return shell_page(
            request,
            "incident.html",
            incident=incident,
            manners=MANNERS,
            relations=RELATIONS,
            sharings=SHARINGS,
            here="/incidents",
        )

    @routes.get("/incidents/{incident_id}/state")
    @needs(Action.VIEW)
    def incident_json(request: Request, incident_id: str) -> Response:
        return JSONResponse(_state(request, _loaded(request, Action.VIEW, incident_id)))

    @routes.get("/incidents/{incident_id}/timeline")
    @needs(Action.VIEW)
    def timeline_json(request: Request, incident_id: str) -> Response:
        room, session = _room(request), session_of(request)
        incident = _loaded(request, Action.VIEW, incident_id)
        hidden = {one.number for one in room.incidents.alarms(incident) if not may(session, Action.VIEW, one)}
        moments = timeline(room.ledger, room.desk, incident)
        return JSONResponse([one.to_json() for one in moments if not (one.topic == "alarm" and one.number in hidden)])

    @routes.get("/incidents/{incident_id}/before")
    @needs(Action.VIEW)
    def before_json(request: Request, incident_id: str) -> Response:
        room, session = _room(request), session_of(request)
        offers = room.seen_before.offers(_loaded(request, Action.VIEW, incident_id).id)
        return JSONResponse([one.to_json() for one in offers if _offered(room, session, one)])

    @routes.get("/alarms/{alarm_id}/before")
    @needs(Action.VIEW)
    def alarm_before_json(request: Request, alarm_id: str) -> Response:
        room, session = _room(request), session_of(request)
        alarm = room.desk.alarm(alarm_id)
        authorise(session, Action.VIEW, alarm)
        own = room.incidents.of_alarm(alarm.id)
        kind = room.incidents.suggested([alarm.id])
        offers = () if own is not None else room.seen_before.offers_for_alarm(alarm.id)
        return JSONResponse(
            {
                "incident": None if own is None else {"id": own.id, "number": own.number, "title": own.title},
                "kind": None if kind is None else kind.kind,
                "open": [
                    _row(one)
                    for one in room.incidents.open_ones()
                    if one.exercise == alarm.exercise and _shown(room, session, one)
                ],
                "offers": [one.to_json() for one in offers if _offered(room, session, one)],
            }
        )


def _belonging(routes: APIRouter) -> None:
    @routes.post("/incidents")
    @needs(Action.INCIDENT)
    def open_incident(request: Request, body: Opening) -> Response:
        room, session = _room(request), session_of(request)
        for alarm_id in body.alarms:
            authorise(session, Action.INCIDENT, room.desk.alarm(alarm_id))
        opened = room.incidents.open(
            body.alarms, session.user, title=body.title, kind=body.kind, exercise=body.exercise
        )
        return JSONResponse(_state(request, opened), 201)

    @routes.post("/incidents/{incident_id}/join")
    @needs(Action.INCIDENT)
    def join(request: Request, incident_id: str, body: AlarmNamed) -> Response:
        _may_alarm(request, body.alarm)
        return _do(
            request, Action.INCIDENT, incident_id, lambda room, by: room.incidents.join(incident_id, body.alarm, by)
        )

    @routes.post("/incidents/{incident_id}/part")
    @needs(Action.INCIDENT)
    def part(request: Request, incident_id: str, body: AlarmTaken) -> Response:
        _may_alarm(request, body.alarm)
        return _do(
            request,
            Action.INCIDENT,
            incident_id,
            lambda room, by: room.incidents.part(incident_id, body.alarm, by, body.reason),
        )

    @routes.post("/incidents/{incident_id}/link")
    @needs(Action.LINK)
    def link(request: Request, incident_id: str, body: Linking) -> Response:
        _loaded(request, Action.LINK, body.incident)

        def command(room: Room, by: str) -> Incident:
            one, other = (body.incident, incident_id) if body.reverse else (incident_id, body.incident)
            room.incidents.link(one, other, body.relation, by)
            return room.incidents.incident(incident_id)

        return _do(request, Action.LINK, incident_id, command)

    @routes.post("/incidents/{incident_id}/unlink")
    @needs(Action.LINK)
    def unlink(request: Request, incident_id: str, body: Unlinking) -> Response:
        _loaded(request, Action.LINK, body.incident)

        def command(room: Room, by: str) -> Incident:
            room.incidents.unlink(body.incident, incident_id, by, body.reason)
            return room.incidents.unlink(incident_id, body.incident, by, body.reason)

        return _do(request, Action.LINK, incident_id, command)

    @routes.post("/incidents/{incident_id}/decline")
    @needs(Action.INCIDENT)
    def decline(request: Request, incident_id: str, body: OfferNamed) -> Response:
        return _do(
            request, Action.INCIDENT, incident_id, lambda room, by: room.incidents.decline(incident_id, body.offer, by)
        )


def _leading(routes: APIRouter) -> None:
    @routes.post("/incidents/{incident_id}/title")
    @needs(Action.INCIDENT)
    def title(request: Request, incident_id: str, body: Titled) -> Response:
        return _do(
            request, Action.INCIDENT, incident_id, lambda room, by: room.incidents.rename(incident_id, body.title, by)
        )

    @routes.post("/incidents/{incident_id}/kind")
    @needs(Action.INCIDENT)
    def kind(request: Request, incident_id: str, body: Kind) -> Response:
        return _do(
            request,
            Action.INCIDENT,
            incident_id,
            lambda room, by: room.incidents.classify(incident_id, body.kind, by, body.version),
        )

    @routes.post("/incidents/{incident_id}/lead")
    @needs(Action.INCIDENT)
    def lead(request: Request, incident_id: str, body: Nothing) -> Response:
        return _do(request, Action.INCIDENT, incident_id, lambda room, by: room.incidents.lead(incident_id, by))

    @routes.post("/incidents/{incident_id}/manner")
    @needs(Action.INCIDENT)
    def manner(request: Request, incident_id: str, body: Manners) -> Response:
        return _do(
            request,
            Action.INCIDENT,
            incident_id,
            lambda room, by: room.incidents.describe(incident_id, body.manner, by),
        )

    @routes.post("/incidents/{incident_id}/note")
    @needs(Action.INCIDENT)
    def note(request: Request, incident_id: str, body: Words) -> Response:
        return _do(
            request, Action.INCIDENT, incident_id, lambda room, by: room.incidents.note(incident_id, body.text, by)
        )

    @routes.post("/incidents/{incident_id}/step")
    @needs(Action.INCIDENT)
    def step(request: Request, incident_id: str, body: StepOver) -> Response:
        return _do(
            request,
            Action.INCIDENT,
            incident_id,
            lambda room, by: room.incidents.step(
                incident_id, body.step, by, answer=body.answer, note=body.note, version=body.version
            ),
        )

    @routes.post("/incidents/{incident_id}/skip")
    @needs(Action.INCIDENT)
    def skip(request: Request, incident_id: str, body: StepSkipped) -> Response:
        return _do(
            request,
            Action.INCIDENT,
            incident_id,
            lambda room, by: room.incidents.skip(incident_id, body.step, by, body.reason, body.version),
        )

    @routes.post("/incidents/{incident_id}/skip-seen")
    @needs(Action.FORCE_CLOSE)
    def skip_seen(request: Request, incident_id: str, body: Place) -> Response:
        return _do(
            request,
            Action.FORCE_CLOSE,
            incident_id,
            lambda room, by: room.incidents.see_skip(incident_id, body.place, by),
        )

    @routes.post("/posture")
    @needs(Action.INCIDENT)
    def posture(request: Request, body: PostureBody) -> Response:
        room = _room(request)
        room.posture.set(body.state, by=session_of(request).user, reason=body.reason)
        return JSONResponse(_posture(room))


def _answering(routes: APIRouter) -> None:
    @routes.post("/incidents/{incident_id}/send")
    @needs(Action.DISPATCH)
    def send(request: Request, incident_id: str, body: ResponderNamed) -> Response:
        return _do(
            request, Action.DISPATCH, incident_id, lambda room, by: room.incidents.send(incident_id, body.responder, by)
        )

    @routes.post("/incidents/{incident_id}/answered")
    @needs(Action.DISPATCH)
    def answered(request: Request, incident_id: str, body: ResponderNamed) -> Response:
        return _do(
            request,
            Action.DISPATCH,
            incident_id,
            lambda room, by: room.incidents.answered(incident_id, body.responder, by),
        )

    @routes.post("/incidents/{incident_id}/arrived")
    @needs(Action.DISPATCH)
    def arrived(request: Request, incident_id: str, body: ResponderNamed) -> Response:
        return _do(
            request,
            Action.DISPATCH,
            incident_id,
            lambda room, by: room.incidents.arrived(incident_id, body.responder, by),
        )

    @routes.post("/incidents/{incident_id}/left")
    @needs(Action.DISPATCH)
    def left(request: Request, incident_id: str, body: ResponderNamed) -> Response:
        return _do(
            request, Action.DISPATCH, incident_id, lambda room, by: room.incidents.left(incident_id, body.responder, by)
        )

    @routes.post("/incidents/{incident_id}/contain")
    @needs(Action.DISPATCH)
    def contain(request: Request, incident_id: str, body: Words) -> Response:
        return _do(
            request, Action.DISPATCH, incident_id, lambda room, by: room.incidents.contain(incident_id, body.text, by)
        )


def _ending(routes: APIRouter) -> None:
    @routes.post("/incidents/{incident_id}/share")
    @needs(Action.SHARE)
    def share(request: Request, incident_id: str, body: Sharings) -> Response:
        return _do(
            request,
            Action.SHARE,
            incident_id,
            lambda room, by: room.incidents.share(incident_id, body.sharing, body.partners, by, body.version),
        )

    @routes.post("/incidents/{incident_id}/hand-over")
    @needs(Action.SHARE)
    def hand_over(request: Request, incident_id: str, body: HandingOver) -> Response:
        return _do(
            request,
            Action.SHARE,
            incident_id,
            lambda room, by: room.incidents.hand_over(incident_id, body.partner, by, body.note),
        )

    @routes.post("/incidents/{incident_id}/resolve")
    @needs(Action.INCIDENT)
    def resolve(request: Request, incident_id: str, body: Words) -> Response:
        return _do(
            request,
            Action.INCIDENT,
            incident_id,
            lambda room, by: room.incidents.resolve(incident_id, body.text, by, body.version),
        )

    @routes.post("/incidents/{incident_id}/close")
    @needs(Action.FORCE_CLOSE)
    def close(request: Request, incident_id: str, body: Version1) -> Response:
        return _do(
            request,
            Action.FORCE_CLOSE,
            incident_id,
            lambda room, by: room.incidents.close(incident_id, by, body.version),
        )

    @routes.post("/incidents/{incident_id}/reopen")
    @needs(Action.INCIDENT)
    def reopen(request: Request, incident_id: str, body: Words) -> Response:
        return _do(
            request,
            Action.INCIDENT,
            incident_id,
            lambda room, by: room.incidents.reopen(incident_id, body.text, by, body.version),
        )

    @routes.post("/incidents/{incident_id}/review")
    @needs(Action.INCIDENT)
    def review(request: Request, incident_id: str, body: Words) -> Response:
        return _do(
            request,
            Action.INCIDENT,
            incident_id,
            lambda room, by: room.incidents.review(incident_id, body.text, by, body.version),
        )


# ---- inside


def _room(request: Request) -> Room:
    room: Room = request.app.state.room
    return room


def _loaded(request: Request, action: Action, incident_id: str) -> Incident:
    """The incident, where this person may do this to it."""
    room, session = _room(request), session_of(request)
    incident = room.incidents.incident(incident_id)
    authorise(session, action, incident)
    if not room.incidents.shown_to(incident, session.user):
        raise NotTheirs
    return incident


def _shown(room: Room, session: Session, incident: Incident) -> bool:
    return may(session, Action.VIEW, incident) and room.incidents.shown_to(incident, session.user)


def _offered(room: Room, session: Session, offer: Offer) -> bool:
    """Whether what is offered is this person's to see."""
    if offer.what == "incident":
        return _shown(room, session, room.incidents.incident(offer.id))
    return may(session, Action.VIEW, room.desk.alarm(offer.id))


def _may_alarm(request: Request, alarm_id: str) -> None:
    """The alarm is authorised too: it may be of cameras that this person does not see."""
    authorise(session_of(request), Action.INCIDENT, _room(request).desk.alarm(alarm_id))


def _do(request: Request, action: Action, incident_id: str, command: Callable[[Room, str], Incident]) -> Response:
    # the loaded incident is what is authorised, not its id
    _loaded(request, action, incident_id)
    return JSONResponse(_state(request, command(_room(request), session_of(request).user)))


def _row(one: Incident) -> dict[str, Any]:
    told = one.to_json()
    keys = ("id", "number", "version", "title", "kind", "exercise", "state", "lead", "opened_at", "sharing", "outcome")
    step = None if one.run is None or one.run.step is None else one.run.step.text
    return {key: told[key] for key in keys} | {
        "alarms": len(one.alarms),
        "members": list(one.alarms) if one.is_open else [],
        "step": step,
        "late": list(one.late),
        "unseen_skips": [place + 1 for place in one.unseen_skips],
    }


def _state(request: Request, incident: Incident) -> dict[str, Any]:
    """The incident with what its page shows beside it."""
    room, session = _room(request), session_of(request)
    alarms = [_alarm(session, alarm) for alarm in room.incidents.alarms(incident)]
    told = incident.to_json()
    for link in told["links"]:
        other = room.incidents.incident(link["incident"])
        link |= {"number": other.number, "title": other.title}
    back = [
        {"kind": kind, "incident": other.id, "number": other.number, "title": other.title}
        for other, kind in room.incidents.linked_by(incident.id)
        if _shown(room, session, other)
    ]
    responders = [
        {
            "id": one.id,
            "label": one.label,
            "name": one.name,
            "can": list(one.can),
            "on": None if busy is None else {"id": busy.id, "number": busy.number},
        }
        for one, busy in room.incidents.responders()
    ]
    return told | {
        "alarms": alarms,
        "linked_by": back,
        "responders": responders,
        "unseen_skips": [place + 1 for place in incident.unseen_skips],
        "posture": _posture(room),
        "musters": [one.to_json() for one in room.musters.all() if one.incident == incident.id],
        "kinds": [{"kind": one.kind, "name": one.name or one.kind} for one in room.site.procedures],
    }


def _alarm(session: Session, alarm: Alarm) -> dict[str, Any]:
    """What the page of an incident shows of an alarm; of one that this person may not see, that there is one."""
    if not may(session, Action.VIEW, alarm):
        return {"id": alarm.id, "number": alarm.number, "hidden": True}
    return alarm.to_json() | {"hidden": False}


def _posture(room: Room) -> dict[str, Any]:
    holding = room.posture.holding
    return {
        "present": room.posture.present,
        "choices": list(room.posture.choices),
        "set": None if holding is None else holding.to_json(),
        "trouble": room.posture.trouble,
    }
