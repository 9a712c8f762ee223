"""What is out of service, and what the site's rules record without a sound, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from bartizan.adapters.web.bodies import Body, Id, Line, Note, Nothing, Text
from bartizan.adapters.web.gate import action_of, needs, room_of, session_of
from bartizan.adapters.web.permission import Action, Subject, authorise, may
from bartizan.adapters.web.shell import shell_page
from bartizan.desk.event import instant
from bartizan.desk.service import LONGEST, MOST_THINGS, Outage

SHOWN = 20  # outages that are over, and signals that made no sound: the latest
_MOST_MINUTES = LONGEST // timedelta(minutes=1)


class Work(Body):
    """What is worked on, for how long, and by which order."""

    things: Annotated[list[Id], Field(min_length=1, max_length=MOST_THINGS)]
    minutes: Annotated[int, Field(ge=1, le=_MOST_MINUTES)]
    order: Line
    reason: Text


class Back(Body):
    """It is in service again, and a word to go with it."""

    reason: Note = None


def service_routes(routes: APIRouter) -> None:
    """The page, what it shows, and one route per command. News of it come as the topic "service".

    Who sees some cameras alone reads of what they see; taking out of service is for who sees the whole.
    """

    @routes.get("/service")
    @needs(Action.VIEW)
    def service_page(request: Request) -> Response:
        return shell_page(request, "service.html")

    @routes.get("/service.json")
    @needs(Action.VIEW)
    def service(request: Request) -> Response:
        return JSONResponse(_shown(request))

    @routes.post("/service")
    @needs(Action.SERVICE)
    def take_out(request: Request, body: Work) -> Response:
        room, session = room_of(request), session_of(request)
        authorise(session, action_of(request), room.service)
        until = room.ledger.utc() + timedelta(minutes=body.minutes)
        outage = room.service.take_out(body.things, session.user, until=until, order=body.order, reason=body.reason)
        return JSONResponse(outage.to_json())

    @routes.post("/service/{outage_id}/agree")
    @needs(Action.SERVICE)
    def agree(request: Request, outage_id: str, body: Nothing) -> Response:
        _authorised(request, outage_id)
        return JSONResponse(room_of(request).service.agree(outage_id, session_of(request).user).to_json())

    @routes.post("/service/{outage_id}/back")
    @needs(Action.SERVICE)
    def back(request: Request, outage_id: str, body: Back) -> Response:
        _authorised(request, outage_id)
        outage = room_of(request).service.put_back(outage_id, session_of(request).user, body.reason)
        return JSONResponse(outage.to_json())


def _authorised(request: Request, outage_id: str) -> None:
    authorise(session_of(request), action_of(request), room_of(request).service.outage(outage_id))


def _shown(request: Request) -> dict[str, Any]:
    """Everything that the page shows, of what this person may see."""
    room, session = room_of(request), session_of(request)
    things = {thing: name for thing, name in room.service.things() if _sees(session, thing)}
    standing = [shown for one in room.service.standing() if (shown := _outage(session, one)) is not None]
    over = [
        shown
        for one in reversed(room.service.latest(SHOWN + len(standing)))
        if not one.stands and (shown := _outage(session, one)) is not None
    ]
    quiet = [one for one in room.desk.lately_silent(SHOWN) if _sees_all(session, one.get("cameras") or ())]
    return {
        "now": instant(room.ledger.utc()),
        "you": session.user,
        "longest": _MOST_MINUTES,
        "things": [{"id": thing, "name": name} for thing, name in things.items()]
        if may(session, Action.SERVICE)
        else [],
        "names": things,
        "standing": standing,
        "over": over[:SHOWN],
        "silent": [
            {key: one.get(key) for key in ("utc", "kind", "rule", "zone", "area", "element", "state", "silent")}
            for one in reversed(quiet)
        ],
    }


def _outage(session: Subject, outage: Outage) -> dict[str, Any] | None:
    """The outage less the cameras that this person does not see; None where nothing is left of it."""
    things = [thing for thing in outage.things if _sees(session, thing)]
    return outage.to_json() | {"things": things} if things else None


def _sees(session: Subject, thing: str) -> bool:
    kind, _, name = thing.partition("/")
    return kind != "camera" or _sees_all(session, (name,))


def _sees_all(session: Subject, cameras: Any) -> bool:
    return session.cameras is None or all(one in session.cameras for one in cameras)
