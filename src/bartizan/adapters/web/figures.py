"""The desk's figures, what was tried, and proposals to the site: looked at, offered, accepted or declined."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from bartizan.adapters.web.bodies import Body, Nothing
from bartizan.adapters.web.gate import needs, note, room_of, session_of
from bartizan.adapters.web.permission import Action, authorise
from bartizan.adapters.web.shell import shell_page
from bartizan.app.figures import DeskFigures
from bartizan.app.figures.proposals import proposal_json
from bartizan.app.figures.trials import trials_json

Words = Annotated[str, Field(min_length=1, max_length=300)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class TriedBody(Body):
    """So many of so many trials did what they should."""

    place: Name
    key: Annotated[str, Field(min_length=1, max_length=40)]
    detected: Annotated[int, Field(ge=0, le=1_000_000)]
    trials: Annotated[int, Field(ge=1, le=1_000_000)]
    about: Words
    exercise: bool = False


class Reason(Body):
    """Why."""

    reason: Words


class Chosen(Body):
    """Figures on offer, by their names."""

    names: Annotated[list[Name], Field(min_length=1, max_length=50)]


class Seen(Body):
    """The preview that was looked at."""

    seen: Annotated[str, Field(min_length=64, max_length=64)]


def figures_routes(routes: APIRouter) -> None:
    """Every route of figures and proposals. Sync on purpose: journal, site file and assessment take their time."""
    _looking(routes)
    _trying(routes)
    _proposing(routes)


def _looking(routes: APIRouter) -> None:
    @routes.get("/figures")
    @needs(Action.FIGURES)
    async def figures_page(request: Request) -> Response:
        return shell_page(request, "figures.html")

    @routes.get("/figures.json")
    @needs(Action.FIGURES)
    def figures(
        request: Request,
        days: Annotated[float | None, Query(gt=0, le=36_500)] = None,
        positions: Annotated[int, Query(ge=1, le=1_000)] = 1,
    ) -> Response:
        study = _figures(request).study(days, positions).to_json()
        return JSONResponse(within_sight(study, session_of(request).cameras))

    @routes.get("/proposals")
    @needs(Action.FIGURES)
    async def proposals_page(request: Request) -> Response:
        return shell_page(request, "proposals.html")

    @routes.get("/proposals.json")
    @needs(Action.FIGURES)
    def proposals(request: Request) -> Response:
        found = _figures(request)
        return JSONResponse(
            {
                "offers": [one.to_json() for one in found.offers()],
                "trials": [trials_json(one) for one in reversed(found.trials.all())],
                "waits": list(room_of(request).siting.waits),
                "proposals": [proposal_json(one) for one in reversed(found.proposals.all())],
            }
        )

    @routes.get("/proposals/{proposal_id}/effect")
    @needs(Action.FIGURES)
    def effect(request: Request, proposal_id: str) -> Response:
        """What it would do to the site file and to P_I, as the file stands now."""
        found = _figures(request).proposals
        authorise(session_of(request), Action.FIGURES, found.get(proposal_id))
        return JSONResponse(found.preview(proposal_id).to_json())


def _trying(routes: APIRouter) -> None:
    @routes.post("/trials")
    @needs(Action.PROPOSE)
    def tried(request: Request, body: TriedBody) -> Response:
        by = session_of(request).user
        found = _figures(request).trials.record(
            body.place, body.key, body.detected, body.trials, about=body.about, exercise=body.exercise, by=by
        )
        note(request, thing=found.place, detail=f"{found.detected} of {found.trials}")
        return JSONResponse(trials_json(found))

    @routes.post("/trials/{trials_id}/withdraw")
    @needs(Action.PROPOSE)
    def withdraw(request: Request, trials_id: str, body: Reason) -> Response:
        found = _figures(request).trials
        session = session_of(request)
        authorise(session, Action.PROPOSE, found.get(trials_id))
        return JSONResponse(trials_json(found.withdraw(trials_id, body.reason, by=session.user)))


def _proposing(routes: APIRouter) -> None:
    @routes.post("/proposals")
    @needs(Action.PROPOSE)
    def propose(request: Request, body: Chosen) -> Response:
        made = _figures(request).propose(body.names, by=session_of(request).user)
        note(request, thing=made.id)
        return JSONResponse(proposal_json(made))

    @routes.post("/proposals/{proposal_id}/accept")
    @needs(Action.ACCEPT_PROPOSAL)
    def accept(request: Request, proposal_id: str, body: Seen) -> Response:
        found, session = _figures(request).proposals, session_of(request)
        authorise(session, Action.ACCEPT_PROPOSAL, found.get(proposal_id))
        return JSONResponse(proposal_json(found.accept(proposal_id, body.seen, by=session.user)))

    @routes.post("/proposals/{proposal_id}/finish")
    @needs(Action.ACCEPT_PROPOSAL)
    def finish(request: Request, proposal_id: str, body: Nothing) -> Response:
        found, session = _figures(request).proposals, session_of(request)
        authorise(session, Action.ACCEPT_PROPOSAL, found.get(proposal_id))
        return JSONResponse(proposal_json(found.finish(proposal_id, by=session.user)))

    @routes.post("/proposals/{proposal_id}/decline")
    @needs(Action.ACCEPT_PROPOSAL)
    def decline(request: Request, proposal_id: str, body: Reason) -> Response:
        found, session = _figures(request).proposals, session_of(request)
        authorise(session, Action.ACCEPT_PROPOSAL, found.get(proposal_id))
        return JSONResponse(proposal_json(found.decline(proposal_id, body.reason, by=session.user)))


def within_sight(study: dict[str, Any], cameras: Collection[str] | None) -> dict[str, Any]:
    """The study without the names of cameras that this person may not see; sums stay, they name nobody."""
    if cameras is None:
        return study

    def kept(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if row["origin"] != "camera" or row["id"] in cameras]

    shown = dict(study)
    for kind in ("real", "exercise"):
        part = dict(study[kind])
        load = dict(part["load"])
        load |= {"top": kept(load["top"]), "chattering": kept(load["chattering"])}
        shown[kind] = part | {"quality": kept(part["quality"]), "load": load}
    return shown


def _figures(request: Request) -> DeskFigures:
    found: DeskFigures = request.app.state.room.figures
    return found
