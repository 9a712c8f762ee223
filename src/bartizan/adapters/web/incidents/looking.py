"""Incidents as they are looked at: the pages, what they show, and what was seen before."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from bartizan.adapters.web.gate import needs, room_of, session_of
from bartizan.adapters.web.incidents.shown import loaded, offers_json, posture_json, row, sees, shown, state_json
from bartizan.adapters.web.permission import Action, authorise, may
from bartizan.adapters.web.shell import shell_page
from bartizan.app.incidents.seen_before import Offers
from bartizan.app.incidents.timeline import timeline
from bartizan.desk.incidents import MANNERS, RELATIONS, SHARINGS

SHOWN = 200  # incidents in the list


def looking_routes(routes: APIRouter) -> None:
    """The pages of incidents, and what they show. Sync on purpose: likeness takes its time, in a thread of its own."""

    @routes.get("/incidents")
    @needs(Action.VIEW)
    def incidents_page(request: Request) -> Response:
        return shell_page(request, "incidents.html")

    @routes.get("/incidents.json")
    @needs(Action.VIEW)
    def incidents_json(request: Request) -> Response:
        room, session = room_of(request), session_of(request)
        seen = [one for one in room.incidents.all() if shown(room, session, one)]
        seen.sort(key=lambda one: (not one.is_open, -one.number))
        return JSONResponse(
            {
                "incidents": [row(one) for one in seen[:SHOWN]],
                "more": max(0, len(seen) - SHOWN),
                "kinds": [{"kind": one.kind, "name": one.name or one.kind} for one in room.site.procedures],
                "posture": posture_json(room),
            }
        )

    @routes.get("/incidents/{incident_id}")
    @needs(Action.VIEW)
    def incident_page(request: Request, incident_id: str) -> Response:
        incident = loaded(request, Action.VIEW, incident_id)
        return shell_page(
            request,
            "incident.html",
            incident=incident,
            manners=MANNERS,
            relations=RELATIONS,
            sharings=SHARINGS,
            here="/incidents",
        )

    @routes.get("/incidents/{incident_id}/state")
    @needs(Action.VIEW)
    def incident_json(request: Request, incident_id: str) -> Response:
        return JSONResponse(state_json(request, loaded(request, Action.VIEW, incident_id)))

    @routes.get("/incidents/{incident_id}/timeline")
    @needs(Action.VIEW)
    def timeline_json(request: Request, incident_id: str) -> Response:
        room, session = room_of(request), session_of(request)
        incident = loaded(request, Action.VIEW, incident_id)
        hidden = {one.number for one in room.incidents.alarms(incident) if not may(session, Action.VIEW, one)}
        moments = timeline(room.ledger, room.desk, incident)
        return JSONResponse([one.to_json() for one in moments if not (one.topic == "alarm" and one.number in hidden)])

    @routes.get("/incidents/{incident_id}/before")
    @needs(Action.VIEW)
    def before_json(request: Request, incident_id: str) -> Response:
        room, session = room_of(request), session_of(request)
        incident = loaded(request, Action.VIEW, incident_id)
        return JSONResponse(offers_json(room.seen_before.offers(incident.id, sees(room, session))))

    @routes.get("/alarms/{alarm_id}/before")
    @needs(Action.VIEW)
    def alarm_before_json(request: Request, alarm_id: str) -> Response:
        room, session = room_of(request), session_of(request)
        alarm = room.desk.alarm(alarm_id)
        authorise(session, Action.VIEW, alarm)
        own = room.incidents.of_alarm(alarm.id)
        kind = room.incidents.suggested([alarm.id])
        offers = (
            Offers(best=()) if own is not None else room.seen_before.offers_for_alarm(alarm.id, sees(room, session))
        )
        return JSONResponse(
            {
                "incident": None if own is None else {"id": own.id, "number": own.number, "title": own.title},
                "kind": None if kind is None else kind.kind,
                "open": [
                    row(one)
                    for one in room.incidents.open_ones()
                    if one.exercise == alarm.exercise and shown(room, session, one)
                ],
            }
            | offers_json(offers)
        )
