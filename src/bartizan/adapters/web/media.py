"""The media of an alarm or incident over HTTP: what is evidence, what was kept, and a kept picture taken in one act."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from bartizan.adapters.web.bodies import Body, Id
from bartizan.adapters.web.evidence import PICTURES, item_seen, pictures_of, thing_of
from bartizan.adapters.web.gate import needs, note, room_of, session_of
from bartizan.adapters.web.permission import Action
from bartizan.adapters.web.replay import camera_is_seen
from bartizan.app.handover.filling import items_of
from bartizan.app.replay import PastPictures
from bartizan.desk.errors import CommandRefusedError
from bartizan.desk.incidents import Incident


class Taking(Body):
    """A kept picture, by its id."""

    picture: Id


def media_routes(routes: APIRouter) -> None:
    """Pictures show people: every route asks for EVIDENCE."""

    @routes.get("/alarms/{alarm_id}/media")
    @needs(Action.EVIDENCE)
    def of_alarm(request: Request, alarm_id: str) -> Response:
        return _shown(request, f"alarm/{alarm_id}")

    @routes.post("/alarms/{alarm_id}/media")
    @needs(Action.EVIDENCE)
    def take_for_alarm(request: Request, alarm_id: str, body: Taking) -> Response:
        return _take(request, f"alarm/{alarm_id}", body.picture)

    @routes.get("/incidents/{incident_id}/media")
    @needs(Action.EVIDENCE)
    def of_incident(request: Request, incident_id: str) -> Response:
        return _shown(request, f"incident/{incident_id}")

    @routes.post("/incidents/{incident_id}/media")
    @needs(Action.EVIDENCE)
    def take_for_incident(request: Request, incident_id: str, body: Taking) -> Response:
        return _take(request, f"incident/{incident_id}", body.picture)


def _shown(request: Request, about: str) -> Response:
    """The evidence about a thing, of an incident that of its alarms too, and the pictures that were kept of it.

    Each as far as this person may see it; `picture` is whether an item has a thumbnail.
    """
    room, session = room_of(request), session_of(request)
    thing = thing_of(request, about)
    pictures = pictures_of(request)
    kept = () if pictures is None else pictures.of(thing, room.ledger.utc())
    items = items_of(thing, room.evidence) if isinstance(thing, Incident) else room.evidence.items(about)
    return JSONResponse(
        {
            "items": [
                one.to_json() | {"picture": one.media_type in PICTURES}
                for one in items
                if item_seen(room, session, one)
            ],
            "pictures": [one.to_json() for one in kept if camera_is_seen(session, one.picture)],
        }
    )


def _take(request: Request, about: str, picture_id: str) -> Response:
    thing = thing_of(request, about)
    album: PastPictures | None = request.app.state.album
    pictures = pictures_of(request)
    found = None if album is None else album.find(picture_id)
    # another's picture is as one that is not there
    if pictures is None or found is None or not camera_is_seen(session_of(request), found):
        raise CommandRefusedError("there is no such picture, or not any more. Read the list again")
    item, new = pictures.take(found, thing, session_of(request).user)
    note(request, detail=f"picture of {found.camera} is item {item.id}")
    return JSONResponse(item.to_json(), 201 if new else 200)
