"""What people do to alarms, over HTTP: one route per command, each asked of the desk and answered by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from bartizan.adapters.web.gate import needs, session_of
from bartizan.adapters.web.pages import say
from bartizan.adapters.web.permission import Action, authorise
from bartizan.app.desk import Desk
from bartizan.desk.alarms import Alarm, Disposition

Note = Annotated[str | None, Field(max_length=1000)]
Version = Annotated[int | None, Field(ge=0)]
Id = Annotated[str, Field(min_length=1, max_length=200)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Versioned(_Body):
    """A command formed on a version of the alarm."""

    version: Version = None


class Noted(Versioned):
    """The same, with words of the person."""

    note: Note = None


class Assessment(Noted):
    """What it turned out to be."""

    disposition: Disposition
    duplicate_of: Annotated[str | None, Field(max_length=200)] = None


class ResponseNamed(_Body):
    """A response of the site."""

    response: Id


class Nothing(_Body):
    """No more than the alarm itself."""


def alarm_routes(routes: APIRouter) -> None:
    """Every command of the first desk. Sync on purpose: an append waits for the disk, in a thread of its own."""

    @routes.post("/alarms/{alarm_id}/acknowledge")
    @needs(Action.ACKNOWLEDGE)
    def acknowledge(request: Request, alarm_id: str, body: Versioned) -> Response:
        return _do(request, Action.ACKNOWLEDGE, alarm_id, lambda desk, by: desk.acknowledge(alarm_id, by, body.version))

    @routes.post("/alarms/{alarm_id}/assess")
    @needs(Action.ASSESS)
    def assess(request: Request, alarm_id: str, body: Assessment) -> Response:
        return _do(
            request,
            Action.ASSESS,
            alarm_id,
            lambda desk, by: desk.assess(
                alarm_id, by, body.disposition, body.note, body.version, duplicate_of=body.duplicate_of
            ),
        )

    @routes.post("/alarms/{alarm_id}/close")
    @needs(Action.ASSESS)
    def close(request: Request, alarm_id: str, body: Noted) -> Response:
        def command(desk: Desk, by: str) -> Alarm:
            force = body.note is not None and desk.alarm(alarm_id).condition == "active"
            return desk.close(alarm_id, by, body.version, force=force, reason=body.note)

        return _do(request, Action.ASSESS, alarm_id, command)

    @routes.post("/alarms/{alarm_id}/reopen")
    @needs(Action.ASSESS)
    def reopen(request: Request, alarm_id: str, body: Noted) -> Response:
        reason = body.note or say("reopen.reason")
        return _do(request, Action.ASSESS, alarm_id, lambda desk, by: desk.reopen(alarm_id, by, reason, body.version))

    @routes.post("/alarms/{alarm_id}/send")
    @needs(Action.DISPATCH)
    def send(request: Request, alarm_id: str, body: ResponseNamed) -> Response:
        return _do(request, Action.DISPATCH, alarm_id, lambda desk, by: desk.send(alarm_id, body.response, by))

    @routes.post("/alarms/{alarm_id}/on-scene")
    @needs(Action.DISPATCH)
    def on_scene(request: Request, alarm_id: str, body: ResponseNamed) -> Response:
        return _do(request, Action.DISPATCH, alarm_id, lambda desk, by: desk.on_scene(alarm_id, body.response, by))

    @routes.post("/alarms/{alarm_id}/contact")
    @needs(Action.DISPATCH)
    def contact(request: Request, alarm_id: str, body: Nothing) -> Response:
        return _do(request, Action.DISPATCH, alarm_id, lambda desk, by: desk.confirm_contact(alarm_id, by))


def _do(request: Request, action: Action, alarm_id: str, command: Callable[[Desk, str], Alarm]) -> Response:
    desk: Desk = request.app.state.desk
    session = session_of(request)
    # the loaded alarm is what is authorised, not its id
    authorise(session, action, desk.alarm(alarm_id))
    answer: dict[str, Any] = command(desk, session.user).to_json()
    return JSONResponse(answer)
