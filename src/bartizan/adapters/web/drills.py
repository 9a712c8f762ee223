"""Exercises on this desk: the scenarios there are, the one that is played, and the reports of those before."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from bartizan.adapters.web.gate import needs, room_of, session_of
from bartizan.adapters.web.permission import Action, authorise
from bartizan.adapters.web.shell import shell_page
from bartizan.app.exercise import Happening
from bartizan.app.exercise.draft import draft, walks
from bartizan.app.exercise.rehearsals import Rehearsals
from bartizan.desk.event import instant
from bartizan.desk.rehearsal import Rehearsal
from bartizan.errors import BartizanError, Fault

MOST_PAST = 50
LONGEST = 200_000  # characters of a scenario
BODY = 4 * LONGEST


class Chosen(BaseModel):
    """A scenario by its name in the library."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=80)]


Text = Annotated[str, Field(max_length=LONGEST)]


class Written(BaseModel):
    """The text of a scenario, as it is being written."""

    model_config = ConfigDict(extra="forbid")
    text: Text


class Kept(Written):
    """The same, to be kept under a name; `before` is the text that was opened, null for a new one."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    before: Text | None = None


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

    @routes.get("/drills/scenario")
    @needs(Action.DRILL)
    async def editor(request: Request) -> Response:
        return shell_page(request, "scenario.html")

    @routes.get("/drills/scenario/{name}")
    @needs(Action.DRILL)
    def text(request: Request, name: str) -> Response:
        """The text of one scenario, as its file has it."""
        return JSONResponse({"text": _rehearsals(request).library.text(name)})

    @routes.post("/drills/check")
    @needs(Action.DRILL, body=BODY, changes=False)
    def check(request: Request, written: Written) -> Response:
        """The faults of a text, each with its line, and where its people would walk. Nothing is kept."""
        found = draft(written.text, _rehearsals(request).library, request.app.state.site)
        faults = [{"line": one.line, "words": _in_words(one)} for one in found.faults]
        return JSONResponse({"faults": faults, "scenes": [] if found.scenario is None else walks(found.scenario)})

    @routes.post("/drills/save")
    @needs(Action.DRILL, body=2 * BODY)
    def save(request: Request, kept: Kept) -> Response:
        """Keep a text as a scenario; refused where it has faults, or where the file was changed meanwhile."""
        _rehearsals(request).library.write(kept.name, kept.text, kept.before)
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
        alarms = {came.alarm for scene in found.report.scenes for came in scene.alarms}
        gains = room_of(request).figures.gains(alarms)
        name = f'attachment; filename="exercise-{rehearsal.begun_at:%Y%m%d-%H%M}.html"'
        return Response(render(found, gains), media_type="text/html", headers={"content-disposition": name})


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


def _in_words(fault: Fault) -> str:
    what = f"{fault.key} = {fault.value}: " if fault.key and fault.value else f"{fault.key}: " if fault.key else ""
    return f"{what}{fault.message}. {fault.cure}".rstrip()


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
