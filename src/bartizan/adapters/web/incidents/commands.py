"""What people do with incidents, over HTTP: one route per command."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from bartizan.adapters.web.bodies import Nothing
from bartizan.adapters.web.gate import action_of, needs, room_of, session_of
from bartizan.adapters.web.incidents.bodies import (
    AlarmNamed,
    AlarmTaken,
    HandingOver,
    Kind,
    Linking,
    Manners,
    OfferNamed,
    Opening,
    Place,
    PostureBody,
    ResponderNamed,
    Sharings,
    StepOver,
    StepSkipped,
    Titled,
    Unlinking,
    Versioned,
    Words,
)
from bartizan.adapters.web.incidents.shown import loaded, posture_json, state_json
from bartizan.adapters.web.permission import Action, authorise
from bartizan.app.incidents.incidents import Incidents
from bartizan.desk.incidents import Incident


def command_routes(routes: APIRouter) -> None:
    """Every command of an incident. Sync on purpose: an append waits for the disk, in a thread of its own."""
    _belonging(routes)
    _leading(routes)
    _answering(routes)
    _ending(routes)


def _belonging(routes: APIRouter) -> None:
    @routes.post("/incidents")
    @needs(Action.INCIDENT)
    def open_incident(request: Request, body: Opening) -> Response:
        room, session = room_of(request), session_of(request)
        for alarm_id in body.alarms:
            authorise(session, Action.INCIDENT, room.desk.alarm(alarm_id))
        opened = room.incidents.open(
            body.alarms, session.user, title=body.title, kind=body.kind, exercise=body.exercise
        )
        return JSONResponse(state_json(request, opened), 201)

    @routes.post("/incidents/{incident_id}/join")
    @needs(Action.INCIDENT)
    def join(request: Request, incident_id: str, body: AlarmNamed) -> Response:
        _may_alarm(request, body.alarm)
        return _do(request, incident_id, lambda incidents, by: incidents.join(incident_id, body.alarm, by))

    @routes.post("/incidents/{incident_id}/part")
    @needs(Action.INCIDENT)
    def part(request: Request, incident_id: str, body: AlarmTaken) -> Response:
        _may_alarm(request, body.alarm)
        return _do(
            request,
            incident_id,
            lambda incidents, by: incidents.part(incident_id, body.alarm, by, body.reason),
        )

    @routes.post("/incidents/{incident_id}/link")
    @needs(Action.LINK)
    def link(request: Request, incident_id: str, body: Linking) -> Response:
        loaded(request, Action.LINK, body.incident)

        def command(incidents: Incidents, by: str) -> Incident:
            one, other = (body.incident, incident_id) if body.reverse else (incident_id, body.incident)
            incidents.link(one, other, body.relation, by)
            return incidents.incident(incident_id)

        return _do(request, incident_id, command)

    @routes.post("/incidents/{incident_id}/unlink")
    @needs(Action.LINK)
    def unlink(request: Request, incident_id: str, body: Unlinking) -> Response:
        loaded(request, Action.LINK, body.incident)

        def command(incidents: Incidents, by: str) -> Incident:
            incidents.unlink(body.incident, incident_id, by, body.reason)
            return incidents.unlink(incident_id, body.incident, by, body.reason)

        return _do(request, incident_id, command)

    @routes.post("/incidents/{incident_id}/decline")
    @needs(Action.INCIDENT)
    def decline(request: Request, incident_id: str, body: OfferNamed) -> Response:
        return _do(request, incident_id, lambda incidents, by: incidents.decline(incident_id, body.offer, by))


def _leading(routes: APIRouter) -> None:
    @routes.post("/incidents/{incident_id}/title")
    @needs(Action.INCIDENT)
    def title(request: Request, incident_id: str, body: Titled) -> Response:
        return _do(request, incident_id, lambda incidents, by: incidents.rename(incident_id, body.title, by))

    @routes.post("/incidents/{incident_id}/kind")
    @needs(Action.INCIDENT)
    def kind(request: Request, incident_id: str, body: Kind) -> Response:
        return _do(
            request,
            incident_id,
            lambda incidents, by: incidents.classify(incident_id, body.kind, by, body.version),
        )

    @routes.post("/incidents/{incident_id}/lead")
    @needs(Action.INCIDENT)
    def lead(request: Request, incident_id: str, body: Nothing) -> Response:
        return _do(request, incident_id, lambda incidents, by: incidents.lead(incident_id, by))

    @routes.post("/incidents/{incident_id}/manner")
    @needs(Action.INCIDENT)
    def manner(request: Request, incident_id: str, body: Manners) -> Response:
        return _do(
            request,
            incident_id,
            lambda incidents, by: incidents.describe(incident_id, body.manner, by),
        )

    @routes.post("/incidents/{incident_id}/note")
    @needs(Action.INCIDENT)
    def note(request: Request, incident_id: str, body: Words) -> Response:
        return _do(request, incident_id, lambda incidents, by: incidents.note(incident_id, body.text, by))

    @routes.post("/incidents/{incident_id}/step")
    @needs(Action.INCIDENT)
    def step(request: Request, incident_id: str, body: StepOver) -> Response:
        return _do(
            request,
            incident_id,
            lambda incidents, by: incidents.step(
                incident_id, body.step, by, answer=body.answer, note=body.note, version=body.version
            ),
        )

    @routes.post("/incidents/{incident_id}/skip")
    @needs(Action.INCIDENT)
    def skip(request: Request, incident_id: str, body: StepSkipped) -> Response:
        return _do(
            request,
            incident_id,
            lambda incidents, by: incidents.skip(incident_id, body.step, by, body.reason, body.version),
        )

    @routes.post("/incidents/{incident_id}/skip-seen")
    @needs(Action.FORCE_CLOSE)
    def skip_seen(request: Request, incident_id: str, body: Place) -> Response:
        return _do(
            request,
            incident_id,
            lambda incidents, by: incidents.see_skip(incident_id, body.place, by),
        )

    @routes.post("/posture")
    @needs(Action.INCIDENT)
    def posture(request: Request, body: PostureBody) -> Response:
        room = room_of(request)
        room.posture.set(body.state, by=session_of(request).user, reason=body.reason)
        return JSONResponse(posture_json(room))


def _answering(routes: APIRouter) -> None:
    @routes.post("/incidents/{incident_id}/send")
    @needs(Action.DISPATCH)
    def send(request: Request, incident_id: str, body: ResponderNamed) -> Response:
        return _do(request, incident_id, lambda incidents, by: incidents.send(incident_id, body.responder, by))

    @routes.post("/incidents/{incident_id}/answered")
    @needs(Action.DISPATCH)
    def answered(request: Request, incident_id: str, body: ResponderNamed) -> Response:
        return _do(
            request,
            incident_id,
            lambda incidents, by: incidents.answered(incident_id, body.responder, by),
        )

    @routes.post("/incidents/{incident_id}/arrived")
    @needs(Action.DISPATCH)
    def arrived(request: Request, incident_id: str, body: ResponderNamed) -> Response:
        return _do(
            request,
            incident_id,
            lambda incidents, by: incidents.arrived(incident_id, body.responder, by),
        )

    @routes.post("/incidents/{incident_id}/left")
    @needs(Action.DISPATCH)
    def left(request: Request, incident_id: str, body: ResponderNamed) -> Response:
        return _do(request, incident_id, lambda incidents, by: incidents.left(incident_id, body.responder, by))

    @routes.post("/incidents/{incident_id}/contain")
    @needs(Action.DISPATCH)
    def contain(request: Request, incident_id: str, body: Words) -> Response:
        return _do(request, incident_id, lambda incidents, by: incidents.contain(incident_id, body.text, by))


def _ending(routes: APIRouter) -> None:
    @routes.post("/incidents/{incident_id}/share")
    @needs(Action.SHARE)
    def share(request: Request, incident_id: str, body: Sharings) -> Response:
        return _do(
            request,
            incident_id,
            lambda incidents, by: incidents.share(incident_id, body.sharing, body.partners, by, body.version),
        )

    @routes.post("/incidents/{incident_id}/hand-over")
    @needs(Action.SHARE)
    def hand_over(request: Request, incident_id: str, body: HandingOver) -> Response:
        return _do(
            request,
            incident_id,
            lambda incidents, by: incidents.hand_over(incident_id, body.partner, by, body.note),
        )

    @routes.post("/incidents/{incident_id}/resolve")
    @needs(Action.INCIDENT)
    def resolve(request: Request, incident_id: str, body: Words) -> Response:
        return _do(
            request,
            incident_id,
            lambda incidents, by: incidents.resolve(incident_id, body.text, by, body.version),
        )

    @routes.post("/incidents/{incident_id}/close")
    @needs(Action.FORCE_CLOSE)
    def close(request: Request, incident_id: str, body: Versioned) -> Response:
        return _do(
            request,
            incident_id,
            lambda incidents, by: incidents.close(incident_id, by, body.version),
        )

    @routes.post("/incidents/{incident_id}/reopen")
    @needs(Action.INCIDENT)
    def reopen(request: Request, incident_id: str, body: Words) -> Response:
        return _do(
            request,
            incident_id,
            lambda incidents, by: incidents.reopen(incident_id, body.text, by, body.version),
        )

    @routes.post("/incidents/{incident_id}/review")
    @needs(Action.INCIDENT)
    def review(request: Request, incident_id: str, body: Words) -> Response:
        return _do(
            request,
            incident_id,
            lambda incidents, by: incidents.review(incident_id, body.text, by, body.version),
        )


def _may_alarm(request: Request, alarm_id: str) -> None:
    """The alarm is authorised too: it may be of cameras that this person does not see."""
    authorise(session_of(request), action_of(request), room_of(request).desk.alarm(alarm_id))


def _do(request: Request, incident_id: str, command: Callable[[Incidents, str], Incident]) -> Response:
    """Do it to the incident: what is authorised is the loaded incident, not its id."""
    loaded(request, action_of(request), incident_id)
    done = command(room_of(request).incidents, session_of(request).user)
    return JSONResponse(state_json(request, done))
