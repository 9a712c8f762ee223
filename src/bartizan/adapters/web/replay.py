"""Looking back: a stretch of time with its alarms, where they were, and the pictures that were kept."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime
from starlette.exceptions import HTTPException

from bartizan.adapters.web.gate import needs, session_of
from bartizan.adapters.web.permission import Action, authorise, may
from bartizan.adapters.web.sessions import Session
from bartizan.adapters.web.shell import shell_page
from bartizan.app.replay import PastPicture, PastPictures, past
from bartizan.desk.alarms import Alarm
from bartizan.desk.alarms.hidden import shown_to

MOST_PICTURES = 2000  # of one stretch


def replay_routes(routes: APIRouter) -> None:
    """Who looks back sees pictures of people: every route asks for EVIDENCE."""

    @routes.get("/replay")
    @needs(Action.EVIDENCE)
    async def replay_page(request: Request) -> Response:
        return shell_page(request, "replay.html")

    @routes.get("/replay/past")
    @needs(Action.EVIDENCE)
    def stretch(
        request: Request, begin: Annotated[AwareDatetime, Query()], end: Annotated[AwareDatetime, Query()]
    ) -> Response:
        session = session_of(request)

        def sees(alarm: Alarm) -> bool:
            return may(session, Action.EVIDENCE, alarm) and shown_to(session.user, alarm)

        told = past(request.app.state.desk, begin.astimezone(UTC), end.astimezone(UTC), sees)
        album: PastPictures | None = request.app.state.album
        pictures = () if album is None else album.between(told.begin, told.end, MOST_PICTURES)
        seen = [one.to_json() for one in pictures if camera_is_seen(session, one)]
        return JSONResponse(told.to_json() | {"pictures": seen})

    @routes.get("/replay/pictures/{picture_id}")
    @needs(Action.EVIDENCE)
    def picture(request: Request, picture_id: str) -> Response:
        album: PastPictures | None = request.app.state.album
        found = None if album is None else album.find(picture_id)
        if album is None or found is None or not camera_is_seen(session_of(request), found):
            raise HTTPException(404)
        camera = next((one for one in request.app.state.site.cameras if one.id == found.camera), None)
        if camera is not None:
            authorise(session_of(request), Action.EVIDENCE, camera)
        image = album.image(found)
        if image is None:
            raise HTTPException(404)
        return Response(image, media_type="image/jpeg")


def camera_is_seen(session: Session, picture: PastPicture) -> bool:
    """A picture is seen by who may see its camera, also of one that the site no longer has."""
    return session.cameras is None or picture.camera in session.cameras
