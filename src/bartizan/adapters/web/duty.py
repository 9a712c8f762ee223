"""Who is on duty, the rounds of the guards, and who was told of what, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from bartizan.adapters.web.accounts import Accounts
from bartizan.adapters.web.bodies import Body, Nothing
from bartizan.adapters.web.gate import needs, room_of, session_of
from bartizan.adapters.web.permission import POWERS, Action, authorise, may
from bartizan.adapters.web.sessions import Session
from bartizan.adapters.web.shell import shell_page
from bartizan.desk.alarms import Alarm
from bartizan.desk.event import instant
from bartizan.site.tour import Tour

ROUNDS = 20  # the latest ones that are shown


class Answer(Body):
    """A sign of life: any digit. The site's own digit also calls for help, and nothing shows that it does."""

    digit: Annotated[int, Field(strict=True, ge=0, le=9)]


class Beginning(Body):
    """A round that is due, or none for the oldest that is, else one by hand; and whether it is an exercise."""

    round: Annotated[str | None, Field(max_length=200)] = None
    exercise: bool = False


class Plate(Body):
    """What stands on the plate of a checkpoint."""

    code: Annotated[str, Field(min_length=1, max_length=64)]


class BrokenOff(Body):
    """Why a round is not walked to its end."""

    reason: Annotated[str, Field(min_length=1, max_length=1000)]


def duty_routes(routes: APIRouter) -> None:
    """The page of duty, what it shows, and one route per command. News of it come as the topics "duty" and "tour".

    For every page: while `asked` names this person, ask for a digit until the instant that stands there, and send it to
    `/duty/answer`; a digit may be sent at any time. The answer is the same whatever the digit. An open page needs no
    beating of its own: the line of events is one. Every step of an escalation is sounded again, on every page of who
    may see the alarm.
    """

    @routes.get("/duty")
    @needs(Action.VIEW)
    def duty_page(request: Request) -> Response:
        return shell_page(request, "duty.html")

    @routes.get("/duty.json")
    @needs(Action.VIEW)
    def duty(request: Request) -> Response:
        return JSONResponse(_shown(request))

    @routes.post("/duty/come")
    @needs(Action.DUTY)
    def come(request: Request, body: Nothing) -> Response:
        # nobody puts another on duty: a name alone would silence the alarm that nobody is there
        session = _allowed(request)
        room_of(request).duty.come(session.user, session.user)
        return JSONResponse(_shown(request))

    @routes.post("/duty/go")
    @needs(Action.DUTY)
    def go(request: Request, body: Nothing) -> Response:
        session = _allowed(request)
        room_of(request).duty.go(session.user, session.user)
        return JSONResponse(_shown(request))

    @routes.post("/duty/answer")
    @needs(Action.DUTY)
    def answer(request: Request, body: Answer) -> Response:
        session = _allowed(request)
        room_of(request).duty.answer(session.user, body.digit)
        return JSONResponse(_shown(request))


def tour_routes(routes: APIRouter) -> None:
    """Rounds: set out, be at a checkpoint, break off. Each answers with the round.

    A plate may carry its code as a link to the page of duty, ``/duty#code=...``: who is logged in and follows it gives
    the code by that. No answer ever holds a code.
    """

    @routes.post("/duty/tours/{tour_id}/begin")
    @needs(Action.TOUR)
    def begin(request: Request, tour_id: str, body: Beginning) -> Response:
        room = room_of(request)
        session = session_of(request)
        authorise(session, Action.TOUR, room.site.tour(tour_id))
        walk = room.tours.begin(tour_id, session.user, round_id=body.round, exercise=body.exercise)
        return JSONResponse(walk.to_json())

    @routes.post("/duty/rounds/{round_id}/checkpoints/{checkpoint_id}")
    @needs(Action.TOUR)
    def reach(request: Request, round_id: str, checkpoint_id: str, body: Nothing) -> Response:
        room = room_of(request)
        session = session_of(request)
        authorise(session, Action.TOUR, room.tours.round(round_id))
        return JSONResponse(room.tours.reach(round_id, checkpoint_id, session.user).to_json())

    @routes.post("/duty/code")
    @needs(Action.TOUR)
    def reach_by_code(request: Request, body: Plate) -> Response:
        room, session = room_of(request), session_of(request)
        authorise(session, Action.TOUR, room.tours)
        return JSONResponse(room.tours.reach_by_code(body.code.strip(), session.user).to_json())

    @routes.post("/duty/rounds/{round_id}/end")
    @needs(Action.TOUR)
    def end(request: Request, round_id: str, body: BrokenOff) -> Response:
        room = room_of(request)
        session = session_of(request)
        authorise(session, Action.TOUR, room.tours.round(round_id))
        return JSONResponse(room.tours.end(round_id, session.user, body.reason).to_json())


def in_role(accounts: Accounts, role: str | None) -> tuple[str, ...]:
    """The people of a role who may log in; for None everybody of the house who may deal with alarms.

    The one account that a desk begins with, an officer, counts in every role: there may be nobody else.
    """
    return tuple(
        one.name
        for one in accounts.all()
        if not one.disabled
        and one.agency is None
        and (Action.ACKNOWLEDGE in POWERS[one.role] if role is None else one.role in (role, "officer"))
    )


def _allowed(request: Request) -> Session:
    session = session_of(request)
    authorise(session, Action.DUTY, room_of(request).duty)
    return session


def _shown(request: Request) -> dict[str, Any]:
    """Everything that the page shows, of what this person may see."""
    room, session = room_of(request), session_of(request)
    running = [one for one in room.escalations.running() if may(session, Action.VIEW, room.desk.alarm(one.alarm))]
    rounds = {walk.id: walk for walk in (*room.tours.latest(ROUNDS), *room.tours.open())}
    return {
        "now": instant(room.ledger.utc()),
        "you": session.user,
        "on_duty": [one.to_json() for one in room.duty.on_duty()],
        "asked": [{"person": person, "until": instant(until)} for person, until in room.duty.asked()],
        "minded": room.duty.rules.minds,
        "tours": [_tour(tour) for tour in room.tours.tours()],
        "rounds": [walk.to_json() for walk in rounds.values()],
        "escalations": [one.to_json() | _alarm(room.desk.alarm(one.alarm)) for one in running],
    }


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {"number": alarm.number, "priority": alarm.priority}


def _tour(tour: Tour) -> dict[str, Any]:
    return {
        "id": tour.id,
        "name": tour.name or tour.id,
        "checkpoints": [
            {"id": one.id, "name": one.name or one.id, "plate": one.code is not None} for one in tour.checkpoints
        ],
    }
