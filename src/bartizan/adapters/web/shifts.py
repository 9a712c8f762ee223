"""Handing a shift over, and mustering, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from bartizan.adapters.web.bodies import Body, Note, Nothing, Text
from bartizan.adapters.web.gate import needs, room_of, session_of
from bartizan.adapters.web.permission import Action, authorise
from bartizan.adapters.web.shell import shell_page
from bartizan.app.room import Room
from bartizan.desk.muster import Muster, Whereabouts
from bartizan.desk.shifts import Handover

Name = Annotated[str, Field(min_length=1, max_length=200)]
SHOWN = 50  # hand-overs that are over, the latest


class Words(Body):
    """Words of the person."""

    text: Text


class Signature(Body):
    """The digest of what was read, and a word to go with it."""

    digest: Annotated[str, Field(min_length=64, max_length=64)]
    remark: Note = None


class Roll(Body):
    """Who is looked for, and in which incident."""

    names: Annotated[list[Name], Field(min_length=1, max_length=500)]
    incident: Annotated[str | None, Field(max_length=200)] = None
    exercise: bool | None = None


class Found(Body):
    """Where somebody is."""

    name: Name
    whereabouts: Whereabouts
    note: Note = None


class End(Body):
    """A muster is over."""

    note: Note = None


def shift_routes(routes: APIRouter) -> None:
    """Every route of hand-overs and musters. Sync on purpose: an append waits for the disk."""

    @routes.get("/shift")
    @needs(Action.HANDOVER)
    def shift_page(request: Request) -> Response:
        return shell_page(request, "shift.html")

    @routes.get("/shift.json")
    @needs(Action.HANDOVER)
    def shift_json(request: Request) -> Response:
        return JSONResponse(_shift(room_of(request)))

    @routes.post("/shift")
    @needs(Action.HANDOVER)
    def begin(request: Request, body: Nothing) -> Response:
        room = room_of(request)
        room.shifts.begin(session_of(request).user)
        return JSONResponse(_shift(room), 201)

    @routes.post("/shift/{handover_id}/remark")
    @needs(Action.HANDOVER)
    def remark(request: Request, handover_id: str, body: Words) -> Response:
        one = _handover(request, handover_id)
        room_of(request).shifts.remark(one.id, body.text, session_of(request).user)
        return JSONResponse(_shift(room_of(request)))

    @routes.post("/shift/{handover_id}/sign")
    @needs(Action.HANDOVER)
    def sign(request: Request, handover_id: str, body: Nothing) -> Response:
        one = _handover(request, handover_id)
        room_of(request).shifts.sign(one.id, session_of(request).user)
        return JSONResponse(_shift(room_of(request)))

    @routes.post("/shift/{handover_id}/accept")
    @needs(Action.HANDOVER)
    def accept(request: Request, handover_id: str, body: Signature) -> Response:
        one = _handover(request, handover_id)
        room_of(request).shifts.accept(one.id, body.digest, session_of(request).user, body.remark)
        return JSONResponse(_shift(room_of(request)))

    @routes.post("/shift/{handover_id}/withdraw")
    @needs(Action.HANDOVER)
    def withdraw(request: Request, handover_id: str, body: Words) -> Response:
        one = _handover(request, handover_id)
        room_of(request).shifts.withdraw(one.id, body.text, session_of(request).user)
        return JSONResponse(_shift(room_of(request)))

    _musters(routes)


def _musters(routes: APIRouter) -> None:
    @routes.post("/musters")
    @needs(Action.INCIDENT, body=256 * 1024)  # five hundred names of two hundred characters
    def begin(request: Request, body: Roll) -> Response:
        room, session = room_of(request), session_of(request)
        if body.incident is not None:
            authorise(session, Action.INCIDENT, room.incidents.incident(body.incident))
        made = room.musters.begin(body.names, session.user, incident=body.incident, exercise=body.exercise)
        return JSONResponse(made.to_json(), 201)

    @routes.post("/musters/{muster_id}/mark")
    @needs(Action.INCIDENT)
    def mark(request: Request, muster_id: str, body: Found) -> Response:
        one = _muster(request, muster_id)
        by = session_of(request).user
        done = room_of(request).musters.mark(one.id, body.name, body.whereabouts, by, body.note)
        return JSONResponse(done.to_json())

    @routes.post("/musters/{muster_id}/end")
    @needs(Action.INCIDENT)
    def end(request: Request, muster_id: str, body: End) -> Response:
        one = _muster(request, muster_id)
        return JSONResponse(room_of(request).musters.end(one.id, session_of(request).user, body.note).to_json())


# ---- inside


def _handover(request: Request, handover_id: str) -> Handover:
    handover = room_of(request).shifts.handover(handover_id)
    authorise(session_of(request), Action.HANDOVER, handover)
    return handover


def _muster(request: Request, muster_id: str) -> Muster:
    muster = room_of(request).musters.muster(muster_id)
    authorise(session_of(request), Action.INCIDENT, muster)
    return muster


def _shift(room: Room) -> dict[str, Any]:
    present = room.shifts.under_way()
    over = [one for one in room.shifts.all() if not one.is_open]
    return {
        "situation": room.shifts.situation(),
        "present": None if present is None else present.to_json(),
        "over": [one.to_json() | {"situation": None} for one in reversed(over[-SHOWN:])],
        "musters": [one.to_json() for one in room.musters.all() if one.is_open],
    }
