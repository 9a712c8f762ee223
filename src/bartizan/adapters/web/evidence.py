"""Evidence over HTTP: what was received, each look with its reason, holds and erasure."""

from __future__ import annotations

import asyncio
from datetime import UTC
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime, Field
from starlette.exceptions import HTTPException

from bartizan.adapters.web.bodies import Body, Text
from bartizan.adapters.web.gate import action_of, needs, room_of, session_of
from bartizan.adapters.web.permission import Action, NotTheirs, Subject, authorise, may
from bartizan.adapters.web.shell import shell_page
from bartizan.adapters.web.thumbnails import Thumbnails
from bartizan.app.handover.evidence import told
from bartizan.app.handover.pictures import Pictures
from bartizan.app.replay import PastPictures
from bartizan.app.room import Room
from bartizan.desk.alarms import Alarm
from bartizan.desk.evidence.heads import fingerprint
from bartizan.desk.evidence.item import Item
from bartizan.desk.incidents.state import Incident
from bartizan.desk.sharing.tlp import LEVELS

LARGEST_UPLOAD = 64 * 1024 * 1024  # bytes of one item or package that comes by a page
MOST_SHOWN = 500
# what a page may show itself; everything else is for saving
PICTURES = ("image/jpeg", "image/png")

Level = Literal["clear", "green", "amber", "amber+strict", "red"]


class Reason(Body):
    """Why it is done: it stands in the record."""

    reason: Text


class Lifting(Reason):
    """A hold by its name, and why it is lifted."""

    hold: Annotated[int, Field(ge=1, le=10**9)]


class Marking(Body):
    """Who may be told of it."""

    tlp: Level


class Keeping(Reason):
    """How long it stays, and why."""

    until: AwareDatetime


def evidence_routes(routes: APIRouter) -> None:
    """The page, what it shows, and what people do with an item."""
    _reading(routes)
    _doing(routes)


def _reading(routes: APIRouter) -> None:
    @routes.get("/evidence")
    @needs(Action.EVIDENCE)
    async def evidence_page(request: Request) -> Response:
        return shell_page(request, "evidence.html", item="", levels=" ".join(LEVELS))

    @routes.get("/evidence.json")
    @needs(Action.EVIDENCE)
    def evidence(request: Request, about: Annotated[str | None, Query(max_length=200)] = None) -> Response:
        """The items that this person may see, newest first, and who signs for this desk."""
        room, session = room_of(request), session_of(request)
        if about is not None:
            thing_of(request, about)
        found = [item for item in room.evidence.items(about) if item_seen(room, session, item)]
        shown = found[::-1][:MOST_SHOWN]
        key = room.office.heads.key
        head = room.office.heads.latest()
        return JSONResponse(
            {
                "items": [{**item.to_json(), "where": _where(room, item)} for item in shown],
                "more": len(found) - len(shown),
                "key": key.hex(),
                "fingerprint": fingerprint(key),
                "head": None if head is None else head.to_json(),
                "left": len(room.evidence.left),
            }
        )

    @routes.get("/evidence/{item_id}")
    @needs(Action.EVIDENCE)
    def one(request: Request, item_id: str) -> Response:
        item = _loaded(request, item_id)
        return shell_page(request, "evidence.html", item=item.id, levels=" ".join(LEVELS))

    @routes.get("/evidence/{item_id}/custody")
    @needs(Action.EVIDENCE)
    def custody(request: Request, item_id: str) -> Response:
        """An item with everything that was ever done with it."""
        item = _loaded(request, item_id)
        room = room_of(request)
        return JSONResponse({**told(item, room.evidence.custody(item.id)), "where": _where(room, item)})

    @routes.get("/evidence/{item_id}/thumbnail")
    @needs(Action.EVIDENCE)
    def thumbnail(request: Request, item_id: str) -> Response:
        """A small picture, made anew of the pixels alone. Opening the picture itself is a look, and on the record."""
        item = _loaded(request, item_id)
        small = None
        if item.media_type in PICTURES and item.erased_at is None:
            thumbnails: Thumbnails = request.app.state.thumbnails
            small = thumbnails.of(item.id, lambda: room_of(request).evidence.content(item.id))
        if small is None:
            raise HTTPException(404)
        return Response(small, media_type="image/jpeg")


def _doing(routes: APIRouter) -> None:
    @routes.post("/evidence")
    @needs(Action.EVIDENCE, body=LARGEST_UPLOAD)
    async def put(
        request: Request,
        about: Annotated[str, Query(max_length=200)],
        note: Annotated[str | None, Query(max_length=1000)] = None,
        parent: Annotated[str | None, Query(max_length=200)] = None,
    ) -> Response:
        """Take a file into evidence as it comes: the body, of the type that the request names."""
        thing = thing_of(request, about)
        if parent is not None:
            _loaded(request, parent)
        content = await request.body()
        media_type = request.headers.get("content-type", "").partition(";")[0].strip()
        room = room_of(request)
        by = session_of(request).user
        item = await asyncio.to_thread(room.evidence.put, content, media_type, about, by, parent, note=note or None)
        if isinstance(thing, Incident):
            await asyncio.to_thread(room.incidents.add_media, thing.id, item.id, by)
        return JSONResponse(item.to_json(), 201)

    @routes.post("/evidence/{item_id}/look")
    @needs(Action.EVIDENCE)
    def look(request: Request, item_id: str, body: Reason) -> Response:
        """The content; the look is on the record before it is sent."""
        item = _loaded(request, item_id)
        content = room_of(request).evidence.open(item.id, session_of(request).user, body.reason)
        kind = item.media_type if item.media_type in PICTURES else "application/octet-stream"
        headers = {"content-disposition": f'attachment; filename="{item.id}"', "cache-control": "no-store"}
        return Response(content, media_type=kind, headers=headers)

    @routes.post("/evidence/{item_id}/hold")
    @needs(Action.HOLD)
    def hold(request: Request, item_id: str, body: Reason) -> Response:
        item = _loaded(request, item_id)
        return _json(room_of(request).evidence.hold(item.id, session_of(request).user, body.reason))

    @routes.post("/evidence/{item_id}/lift")
    @needs(Action.HOLD)
    def lift(request: Request, item_id: str, body: Lifting) -> Response:
        item = _loaded(request, item_id)
        return _json(room_of(request).evidence.lift(item.id, body.hold, session_of(request).user, body.reason))

    @routes.post("/evidence/{item_id}/keep")
    @needs(Action.HOLD)
    def keep(request: Request, item_id: str, body: Keeping) -> Response:
        item = _loaded(request, item_id)
        until = body.until.astimezone(UTC)
        return _json(room_of(request).evidence.keep(item.id, until, session_of(request).user, body.reason))

    @routes.post("/evidence/{item_id}/mark")
    @needs(Action.SHARE)
    def mark(request: Request, item_id: str, body: Marking) -> Response:
        item = _loaded(request, item_id)
        return _json(room_of(request).evidence.mark(item.id, body.tlp, session_of(request).user))

    @routes.post("/evidence/{item_id}/erase")
    @needs(Action.ERASE)
    def erase(request: Request, item_id: str, body: Reason) -> Response:
        """Destroy its key, and with it the copy of the album that it was taken from."""
        item = _loaded(request, item_id)
        erased = room_of(request).evidence.erase(item.id, session_of(request).user, body.reason)
        pictures = pictures_of(request)
        if pictures is not None:
            pictures.forget(erased)
        return _json(erased)


# ---- inside


def _json(item: Item) -> Response:
    return JSONResponse(item.to_json())


def _loaded(request: Request, item_id: str) -> Item:
    """The item, where this person may do to it what the route is for, and to what it is about."""
    room, session, action = room_of(request), session_of(request), action_of(request)
    item = room.evidence.item(item_id)
    authorise(session, action, item, about=_about(room, item.about))
    if not item_seen(room, session, item, action):
        raise NotTheirs
    return item


def thing_of(request: Request, about: str) -> Alarm | Incident:
    """What evidence is to be about, where this person may see it. Errors: UnknownThingError; NotTheirs."""
    room, session = room_of(request), session_of(request)
    found = _about(room, about)
    authorise(session, Action.EVIDENCE, found)
    if isinstance(found, Incident) and not room.incidents.shown_to(found, session.user):
        raise NotTheirs
    return found


def _about(room: Room, about: str) -> Alarm | Incident:
    kind, _, name = about.partition("/")
    return room.incidents.incident(name) if kind == "incident" else room.desk.alarm(name)


def item_seen(room: Room, subject: Subject, item: Item, action: Action = Action.EVIDENCE) -> bool:
    """Whether this person may see the item at all: what is about a silent call for help is not for who made it seen."""
    about = _about(room, item.about)
    if not may(subject, action, item, about=about):
        return False
    if isinstance(about, Incident):
        return room.incidents.shown_to(about, subject.user)
    return may(subject, Action.VIEW, about) if Action.VIEW in subject.powers else True


def pictures_of(request: Request) -> Pictures | None:
    """The kept pictures, as evidence to be; None where this desk has no album."""
    album: PastPictures | None = request.app.state.album
    room = room_of(request)
    return None if album is None else Pictures(album, room.evidence, room.incidents)


def _where(room: Room, item: Item) -> dict[str, Any]:
    """What an item is about, for people."""
    about = _about(room, item.about)
    if isinstance(about, Incident):
        return {"incident": about.id, "number": about.number, "title": about.title}
    incident = room.incidents.of_alarm(about.id)
    return {
        "alarm": about.id,
        "number": about.number,
        "title": str(about.signal["kind"]),
        "incident": None if incident is None else incident.id,
    }
