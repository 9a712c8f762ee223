"""Exercises on this desk: the scenarios there are, the one that is played, and the reports of those before."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from bartizan.adapters.web.gate import needs, session_of
from bartizan.adapters.web.permission import Action, authorise
from bartizan.adapters.web.shell import shell_page
from bartizan.app.exercise import Happening
from bartizan.app.exercise.rehearsals import Rehearsals
from bartizan.desk.event import instant
from bartizan.desk.rehearsal import Rehearsal
from bartizan.errors import BartizanError

MOST_PAST = 50


class Chosen(BaseModel):
    """A scenario by its name in the library."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=80)]


def drill_routes(routes: APIRouter) -> None:
    """The page, what it shows, and the two things one does: begin and end."""

    @routes.get("/drills")
    @needs(Action.DRILL)
    async def drills_page(request: Request) -> Response:
        return shell_page(request, "drills.html")

    @routes.get("/drills.json")
    @needs(Action.DRILL)
    def drills(request: Request) -> Response:
        """The library with what is wrong in it, the exercise that goes on with its last words, and those before."""
        return JSONResponse(_shown(_rehearsals(request)))

    @routes.post("/drills/begin")
    @needs(Action.DRILL)
    def begin(request: Request, chosen: Chosen) -> Response:
        session = session_of(request)
        begun = _rehearsals(request).begin(chosen.name, session.user)
        return JSONResponse(_told(begun))

    @routes.post("/drills/end")
    @needs(Action.DRILL)
    def end(request: Request) -> Response:
        _rehearsals(request).end()
        return JSONResponse({})

    @routes.get("/drills/{rehearsal_id}/report")
    @needs(Action.DRILL)
    def report(request: Request, rehearsal_id: str) -> Response:
        """The report as a file: it brings its own style, which a page of the desk may not."""
        rehearsals, render = _rehearsals(request), request.app.state.drill_report
        rehearsal = rehearsals.get(rehearsal_id)
        authorise(session_of(request), Action.DRILL, rehearsal)
        found = rehearsals.review(rehearsal.id)
        if found is None or render is None:
            raise HTTPException(404)
        name = f'attachment; filename="exercise-{rehearsal.begun_at:%Y%m%d-%H%M}.html"'
        return Response(render(found), media_type="text/html", headers={"content-disposition": name})


def _rehearsals(request: Request) -> Rehearsals:
    found: Rehearsals = request.app.state.room.rehearsals
    return found


def _shown(rehearsals: Rehearsals) -> dict[str, Any]:
    running = rehearsals.running
    past = [one for one in rehearsals.all() if running is None or one.id != running.id]
    return {
        "library": [_scenario(rehearsals, name) for name in rehearsals.library.names()],
        "running": None if running is None else _told(running),
        "said": [_happened(one) for one in rehearsals.said] if running is not None else [],
        "past": [_told(one) for one in reversed(past[-MOST_PAST:])],
    }


def _scenario(rehearsals: Rehearsals, name: str) -> dict[str, Any]:
    try:
        found = rehearsals.library.read(name)
    except BartizanError as fault:
        return {"name": name, "about": "", "scenes": 0, "seconds": 0.0, "fault": str(fault)}
    return {
        "name": name,
        "about": found.about,
        "scenes": len(found.scenes),
        "seconds": found.seconds,
        "fault": None,
    }


def _happened(happening: Happening) -> dict[str, Any]:
    return {"t": happening.t, "at": instant(happening.utc), "what": happening.what}


def _told(rehearsal: Rehearsal) -> dict[str, Any]:
    return {
        "id": rehearsal.id,
        "name": rehearsal.name,
        "begun_at": instant(rehearsal.begun_at),
        "begun_by": rehearsal.begun_by,
        "ended_at": None if rehearsal.ended_at is None else instant(rehearsal.ended_at),
        "stopped": rehearsal.stopped,
        "missed": list(rehearsal.missed),
        "reason": rehearsal.reason,
        "report": bool(rehearsal.review),
    }
