"""The log-book over HTTP: lines are written, read from the end, and searched."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from bartizan.adapters.web.gate import needs, session_of
from bartizan.adapters.web.permission import Action, authorise
from bartizan.adapters.web.shell import shell_page
from bartizan.app.room import Room


class LineWritten(BaseModel):
    """A line. `seconds_ago`: how long ago the key was pressed, or the thing happened; `corrects` an earlier line."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=4000)]
    seconds_ago: Annotated[int, Field(ge=0, le=86_400)] = 0
    corrects: Annotated[int | None, Field(ge=1)] = None
    exercise: bool = False


def logbook_routes(routes: APIRouter) -> None:
    """The page of the log-book and its two routes. News of a line come as the topic "logbook".

    For every page: one key opens a field; note the moment of the key, and send with the line how many seconds ago it
    was, so that the line has the time at which it was begun and not at which it was finished.
    """

    @routes.get("/logbook")
    @needs(Action.LOG)
    def logbook_page(request: Request) -> Response:
        return shell_page(request, "logbook.html")

    @routes.get("/logbook.json")
    @needs(Action.LOG)
    def lines(
        request: Request,
        before: Annotated[int | None, Field(ge=1)] = None,
        count: Annotated[int, Field(ge=1, le=500)] = 100,
        words: Annotated[str, Field(max_length=200)] = "",
    ) -> Response:
        room: Room = request.app.state.room
        authorise(session_of(request), Action.LOG, room.logbook)
        found = room.logbook.search(words.strip(), count) if words.strip() else room.logbook.lines(before, count)
        return JSONResponse({"lines": [line.to_json() for line in found], "last": room.logbook.last})

    @routes.post("/logbook")
    @needs(Action.LOG)
    def write(request: Request, body: LineWritten) -> Response:
        room: Room = request.app.state.room
        session = session_of(request)
        authorise(session, Action.LOG, room.logbook)
        ago = timedelta(seconds=body.seconds_ago)
        line = room.logbook.write(
            body.text,
            session.user,
            happened_at=room.ledger.utc() - ago if ago else None,
            corrects=body.corrects,
            exercise=body.exercise,
        )
        return JSONResponse(line.to_json(), 201)
