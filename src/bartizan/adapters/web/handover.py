"""Handing a case over, over HTTP: the preview, the package, what came from partners, and what a partner may fetch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field, StrictBool

from bartizan.adapters.web.bodies import Body, Id, Nothing, Text
from bartizan.adapters.web.evidence import LARGEST_UPLOAD
from bartizan.adapters.web.gate import needs, room_of, session_of
from bartizan.adapters.web.permission import Action, NotTheirs, authorise, may
from bartizan.adapters.web.shell import shell_page
from bartizan.app.room import Room
from bartizan.desk.incidents.state import Incident
from bartizan.desk.sharing.arrived import Arrival
from bartizan.desk.sharing.handed import Handed


class Asked(Body):
    """An incident, and for whom."""

    incident: Id
    partner: Id


class Ordered(Asked):
    """The same, why, and the digest of the preview that the person saw. `takes_over`: the partner has the case now."""

    why: Text
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    takes_over: StrictBool = False


class Accepting(Body):
    """Take a package over: as a contribution to an incident of ours, or as an alarm with its grade."""

    note: Text
    incident: Annotated[str | None, Field(max_length=200)] = None
    reliability: Literal["A", "B", "C", "D", "E", "F"] = "F"
    credibility: Annotated[int, Field(ge=1, le=6)] = 6


class Refusing(Body):
    """Why a package is turned away."""

    reason: Text


def handover_routes(routes: APIRouter) -> None:
    """What the house hands over and takes in, and what a partner fetches."""
    _handing(routes)
    _taking(routes)
    _fetching(routes)


def _handing(routes: APIRouter) -> None:
    @routes.get("/handover.json")
    @needs(Action.SHARE)
    def state(request: Request) -> Response:
        """The incidents that can be handed over, the partners, the packages and the arrivals."""
        room, session = room_of(request), session_of(request)
        seen = [one for one in room.incidents.all() if _shown(request, one)]
        ids = {one.id for one in seen}
        return JSONResponse(
            {
                "incidents": [
                    {
                        "id": one.id,
                        "number": one.number,
                        "title": one.title,
                        "state": one.state,
                        "exercise": one.exercise,
                        "sharing": one.sharing,
                    }
                    for one in reversed(seen)
                ],
                "partners": [
                    {"id": one.id, "name": one.label, "level": one.level, "exercise": one.exercise}
                    for one in room.site.partners
                ],
                "packages": [one.to_json() for one in reversed(room.office.handover.packages()) if one.incident in ids],
                "arrivals": [
                    one.to_json() for one in reversed(room.office.arrivals.all()) if may(session, Action.SHARE, one)
                ],
            }
        )

    @routes.post("/handover/preview")
    @needs(Action.SHARE, changes=False)
    def preview(request: Request, body: Asked) -> Response:
        """What would go to a partner, and every field that would be taken out."""
        _incident(request, body.incident)
        return JSONResponse(room_of(request).office.handover.preview(body.incident, body.partner).to_json())

    @routes.post("/handover")
    @needs(Action.SHARE)
    def hand_over(request: Request, body: Ordered) -> Response:
        _incident(request, body.incident)
        made = room_of(request).office.handover.hand_over(
            body.incident,
            body.partner,
            session_of(request).user,
            body.why,
            body.digest,
            takes_over=body.takes_over,
        )
        return JSONResponse(made.to_json(), 201)

    @routes.post("/handover/{package_id}/fetch")
    @needs(Action.SHARE)
    def fetch(request: Request, package_id: str, _: Nothing) -> Response:
        """The file, for somebody of the house who gives it to the partner."""
        package = room_of(request).office.handover.package(package_id)
        _incident(request, package.incident)
        authorise(session_of(request), Action.SHARE, package)
        return _file(request, package, None)


def _taking(routes: APIRouter) -> None:
    @routes.post("/arrivals")
    @needs(Action.SHARE, body=LARGEST_UPLOAD)
    async def take_in(request: Request) -> Response:
        """Quarantine a file of a partner: the body, whatever it says that it is."""
        content = await request.body()
        arrivals = room_of(request).office.arrivals
        arrival = await asyncio.to_thread(arrivals.take_in, content, session_of(request).user)
        return JSONResponse(arrival.to_json(), 201)

    @routes.get("/arrivals/{arrival_id}")
    @needs(Action.SHARE)
    def show(request: Request, arrival_id: str) -> Response:
        """What a person decides on, as text alone."""
        _arrival(request, arrival_id)
        return JSONResponse(room_of(request).office.arrivals.show(arrival_id))

    @routes.post("/arrivals/{arrival_id}/accept")
    @needs(Action.SHARE)
    def accept(request: Request, arrival_id: str, body: Accepting) -> Response:
        _arrival(request, arrival_id)
        if body.incident is not None:
            _incident(request, body.incident)
        grade: Any = body.credibility  # the field's own bounds hold it within the grades
        return _decided(
            request,
            lambda room, by: room.office.arrivals.accept(
                arrival_id, by, body.note, incident=body.incident, reliability=body.reliability, credibility=grade
            ),
        )

    @routes.post("/arrivals/{arrival_id}/refuse")
    @needs(Action.SHARE)
    def refuse(request: Request, arrival_id: str, body: Refusing) -> Response:
        _arrival(request, arrival_id)
        return _decided(request, lambda room, by: room.office.arrivals.refuse(arrival_id, by, body.reason))


def _fetching(routes: APIRouter) -> None:
    @routes.get("/shared")
    @needs(Action.PARTNER)
    async def shared_page(request: Request) -> Response:
        return shell_page(request, "shared.html")

    @routes.get("/shared.json")
    @needs(Action.PARTNER)
    def shared(request: Request) -> Response:
        """The packages that were made for this person's agency."""
        session = session_of(request)
        found = [
            one
            for one in room_of(request).office.handover.packages(partner=session.agency)
            if may(session, Action.PARTNER, one)
        ]
        return JSONResponse({"packages": [_for_partner(one) for one in reversed(found)]})

    @routes.post("/shared/{package_id}/fetch")
    @needs(Action.PARTNER)
    def shared_fetch(request: Request, package_id: str, _: Nothing) -> Response:
        """The file, for the partner's own people; that they fetched it is on the record."""
        package = room_of(request).office.handover.package(package_id)
        session = session_of(request)
        authorise(session, Action.PARTNER, package)
        return _file(request, package, session.agency)


# ---- inside


def _shown(request: Request, incident: Incident) -> bool:
    session = session_of(request)
    return may(session, Action.SHARE, incident) and room_of(request).incidents.shown_to(incident, session.user)


def _incident(request: Request, incident_id: str) -> Incident:
    incident = room_of(request).incidents.incident(incident_id)
    authorise(session_of(request), Action.SHARE, incident)
    if not _shown(request, incident):
        raise NotTheirs
    return incident


def _arrival(request: Request, arrival_id: str) -> Arrival:
    arrival = room_of(request).office.arrivals.arrival(arrival_id)
    authorise(session_of(request), Action.SHARE, arrival)
    return arrival


def _decided(request: Request, decide: Callable[[Room, str], Arrival]) -> Response:
    return JSONResponse(decide(room_of(request), session_of(request).user).to_json())


def _file(request: Request, package: Handed, agency: str | None) -> Response:
    content = room_of(request).office.handover.fetch(package.id, session_of(request).user, agency)
    headers = {"content-disposition": f'attachment; filename="{package.id}.zip"', "cache-control": "no-store"}
    return Response(content, media_type="application/zip", headers=headers)


def _for_partner(package: Handed) -> dict[str, Any]:
    """What a partner is told of a package: not who of the house made it, nor why."""
    told = package.to_json()
    return {key: told[key] for key in ("id", "level", "exercise", "made_at", "size", "manifest", "until", "gone_at")}
