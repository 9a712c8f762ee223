"""What people do to alarms, over HTTP: one route per command, each asked of the desk and answered by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from bartizan.adapters.web.bodies import Body, Id, Nothing, Version
from bartizan.adapters.web.gate import action_of, needs, session_of
from bartizan.adapters.web.pages import say
from bartizan.adapters.web.permission import Action, authorise, may
from bartizan.app.desk import Desk
from bartizan.app.room import Room
from bartizan.desk.alarms import CODEC, Alarm, Disposition, group
from bartizan.desk.alarms.escalation import CODEC as ESCALATIONS

Note = Annotated[str | None, Field(max_length=1000)]


class Versioned(Body):
    """A command formed on a version of the alarm."""

    version: Version = None


class Noted(Versioned):
    """The same, with words of the person."""

    note: Note = None


class Assessment(Noted):
    """What it turned out to be."""

    disposition: Disposition
    duplicate_of: Annotated[str | None, Field(max_length=200)] = None


class Quiet(Versioned):
    """For how long an alarm is kept quiet, and why."""

    minutes: Annotated[int, Field(ge=1, le=480)]
    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class ResponseNamed(Body):
    """A response of the site."""

    response: Id


def alarm_routes(routes: APIRouter) -> None:
    """Every command of the first desk. Sync on purpose: an append waits for the disk, in a thread of its own."""

    @routes.post("/alarms/{alarm_id}/acknowledge")
    @needs(Action.ACKNOWLEDGE)
    def acknowledge(request: Request, alarm_id: str, body: Versioned) -> Response:
        return _do(request, alarm_id, lambda desk, by: desk.acknowledge(alarm_id, by, body.version))

    @routes.post("/alarms/{alarm_id}/assess")
    @needs(Action.ASSESS)
    def assess(request: Request, alarm_id: str, body: Assessment) -> Response:
        return _do(
            request,
            alarm_id,
            lambda desk, by: desk.assess(
                alarm_id, by, body.disposition, body.note, body.version, duplicate_of=body.duplicate_of
            ),
        )

    @routes.post("/alarms/{alarm_id}/close")
    @needs(Action.ASSESS)
    def close(request: Request, alarm_id: str, body: Noted) -> Response:
        def command(desk: Desk, by: str) -> Alarm:
            alarm = desk.alarm(alarm_id)
            force = body.note is not None and alarm.condition == "active"
            if force:
                authorise(session_of(request), Action.FORCE_CLOSE, alarm)
            return desk.close(alarm_id, by, body.version, force=force, reason=body.note)

        return _do(request, alarm_id, command)

    @routes.post("/alarms/{alarm_id}/reopen")
    @needs(Action.ASSESS)
    def reopen(request: Request, alarm_id: str, body: Noted) -> Response:
        reason = body.note or say("reopen.reason")
        return _do(request, alarm_id, lambda desk, by: desk.reopen(alarm_id, by, reason, body.version))

    @routes.post("/alarms/{alarm_id}/send")
    @needs(Action.DISPATCH)
    def send(request: Request, alarm_id: str, body: ResponseNamed) -> Response:
        return _do(request, alarm_id, lambda desk, by: desk.send(alarm_id, body.response, by))

    @routes.post("/alarms/{alarm_id}/on-scene")
    @needs(Action.DISPATCH)
    def on_scene(request: Request, alarm_id: str, body: ResponseNamed) -> Response:
        return _do(request, alarm_id, lambda desk, by: desk.on_scene(alarm_id, body.response, by))

    @routes.post("/alarms/{alarm_id}/contact")
    @needs(Action.DISPATCH)
    def contact(request: Request, alarm_id: str, body: Nothing) -> Response:
        return _do(request, alarm_id, lambda desk, by: desk.confirm_contact(alarm_id, by))


def alarm_desk_routes(routes: APIRouter) -> None:
    """What the desk in full adds: disposing in one go, shelving by two, rows of the queue, the history of an alarm.

    For the page: `dispose` is two keys, one for the verb and one for the disposition, and needs no acknowledgement
    before. `shelve` answers with the alarm: `suppression` where it is quiet now, `shelf_proposal` where a second person
    has to `agree` under their own log-in (the page of who proposed it offers `decline`, which takes it back).
    """

    @routes.post("/alarms/{alarm_id}/begin-assessment")
    @needs(Action.ASSESS)
    def begin_assessment(request: Request, alarm_id: str, body: Versioned) -> Response:
        return _do(request, alarm_id, lambda desk, by: desk.begin_assessment(alarm_id, by, body.version))

    @routes.post("/alarms/{alarm_id}/dispose")
    @needs(Action.ASSESS)
    def dispose(request: Request, alarm_id: str, body: Assessment) -> Response:
        def command(desk: Desk, by: str) -> Alarm:
            if desk.alarm(alarm_id).waits:
                authorise(session_of(request), Action.ACKNOWLEDGE, desk.alarm(alarm_id))
            return desk.dispose(alarm_id, by, body.disposition, body.note, body.version, duplicate_of=body.duplicate_of)

        return _do(request, alarm_id, command)

    @routes.post("/alarms/{alarm_id}/shelve")
    @needs(Action.SHELVE)
    def shelve(request: Request, alarm_id: str, body: Quiet) -> Response:
        until = request.app.state.room.ledger.utc() + timedelta(minutes=body.minutes)
        return _do(
            request,
            alarm_id,
            lambda desk, by: desk.shelve(alarm_id, by, until, body.reason, version=body.version),
        )

    @routes.post("/alarms/{alarm_id}/shelve/agree")
    @needs(Action.SHELVE)
    def agree(request: Request, alarm_id: str, body: Versioned) -> Response:
        return _do(request, alarm_id, lambda desk, by: desk.agree_to_shelf(alarm_id, by, body.version))

    @routes.post("/alarms/{alarm_id}/shelve/decline")
    @needs(Action.SHELVE)
    def decline(request: Request, alarm_id: str, body: Noted) -> Response:
        return _do(request, alarm_id, lambda desk, by: desk.decline_shelf(alarm_id, by, body.note))

    @routes.post("/alarms/{alarm_id}/unshelve")
    @needs(Action.SHELVE)
    def unshelve(request: Request, alarm_id: str, body: Versioned) -> Response:
        return _do(request, alarm_id, lambda desk, by: desk.unshelve(alarm_id, by, body.version))

    @routes.get("/alarms/groups.json")
    @needs(Action.VIEW)
    def groups(request: Request) -> Response:
        session = session_of(request)
        room: Room = request.app.state.room
        seen = (alarm for alarm in room.desk.open_alarms() if may(session, Action.VIEW, alarm))
        return JSONResponse({"groups": [row.to_json() for row in group(seen)]})

    @routes.get("/alarms/{alarm_id}/history.json")
    @needs(Action.VIEW)
    def history(request: Request, alarm_id: str) -> Response:
        room: Room = request.app.state.room
        alarm = room.desk.alarm(alarm_id)
        authorise(session_of(request), Action.VIEW, alarm)
        running = room.escalations.of(alarm.id)
        told = () if running is None else room.escalations.history(alarm.id)
        return JSONResponse(
            {
                "alarm": alarm.to_json(),
                "events": [CODEC.encode(event) for event in room.desk.history(alarm.id)],
                "escalation": None if running is None else running.to_json(),
                "escalations": [ESCALATIONS.encode(event) for event in told],
            }
        )


def _do(request: Request, alarm_id: str, command: Callable[[Desk, str], Alarm]) -> Response:
    desk: Desk = request.app.state.desk
    session = session_of(request)
    # the loaded alarm is what is authorised, not its id
    authorise(session, action_of(request), desk.alarm(alarm_id))
    answer: dict[str, Any] = command(desk, session.user).to_json()
    return JSONResponse(answer)
