"""The page of the assessment: what is asked of it is worked out beside the desk, and can be stopped."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field
from starlette.exceptions import HTTPException

from bartizan.adapters.web.bodies import Body, Id
from bartizan.adapters.web.gate import needs, session_of
from bartizan.adapters.web.permission import Action, NotTheirs, authorise
from bartizan.adapters.web.sessions import Session
from bartizan.adapters.web.shell import shell_page
from bartizan.adapters.web.stream import finite
from bartizan.app.assessment import Bench, Edit, Job, Question, answer

Ids = Annotated[list[Id], Field(max_length=200)]


class EditBody(Body):
    """A figure with another value."""

    at: Annotated[str, Field(max_length=300)]
    key: Annotated[str, Field(max_length=300)]
    value: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
    sd: Annotated[float | None, Field(ge=0, le=1e9, allow_inf_nan=False)] = None


class QuestionBody(Body):
    """What the page asks."""

    kind: Literal["study", "harden"] = "study"
    threats: Ids = Field(default_factory=list)
    targets: Ids = Field(default_factory=list)
    states: Ids = Field(default_factory=list)
    responses: Ids = Field(default_factory=list)
    edits: Annotated[list[EditBody], Field(max_length=200)] = Field(default_factory=list)
    upgrades: Ids = Field(default_factory=list)
    budget: Annotated[float | None, Field(ge=0, le=1e15, allow_inf_nan=False)] = None

    def question(self) -> Question:
        """The question in the words of the application."""
        return Question(
            kind=self.kind,
            threats=tuple(self.threats),
            targets=tuple(self.targets),
            states=tuple(self.states),
            responses=tuple(self.responses),
            edits=tuple(Edit(at=one.at, key=one.key, value=one.value, sd=one.sd) for one in self.edits),
            upgrades=tuple(self.upgrades),
            budget=self.budget,
        )


def assessment_routes(routes: APIRouter) -> None:
    """Where a site is weakest is for those who answer for it: every route asks for FIGURES."""

    @routes.get("/assessment")
    @needs(Action.FIGURES)
    async def assessment_page(request: Request) -> Response:
        return shell_page(request, "assessment.html")

    @routes.get("/assessment/choices")
    @needs(Action.FIGURES)
    async def choices(request: Request) -> Response:
        site = request.app.state.site
        return JSONResponse(
            {
                "threats": [_named(one) for one in site.threats],
                "targets": [_named(one) for one in site.targets],
                "responses": [_named(one) for one in site.responses],
                "states": [_named(one) | {"axis": one.axis} for one in site.states],
                "upgrades": [_named(one) | {"cost": float(one.cost)} for one in site.upgrades],
            }
        )

    @routes.post("/assessment/jobs")
    @needs(Action.FIGURES)
    async def begin(request: Request, body: QuestionBody) -> Response:
        bench: Bench = request.app.state.bench
        work = partial(answer, request.app.state.site, body.question())
        return JSONResponse(bench.begin(session_of(request).user, work).to_json(), 202)

    @routes.get("/assessment/jobs/{job_id}")
    @needs(Action.FIGURES)
    async def look(request: Request, job_id: str) -> Response:
        return JSONResponse(finite(_job(request, job_id).to_json()))

    @routes.post("/assessment/jobs/{job_id}/cancel")
    @needs(Action.FIGURES)
    async def cancel(request: Request, job_id: str) -> Response:
        job = _job(request, job_id)
        request.app.state.bench.cancel(job)
        return JSONResponse(job.to_json() | {"result": None})


def _job(request: Request, job_id: str) -> Job:
    """The piece of work of that id, of the person who asks."""
    bench: Bench = request.app.state.bench
    job = bench.job(job_id)
    if job is None:
        raise HTTPException(404)
    session: Session = session_of(request)
    authorise(session, Action.FIGURES, job)
    if job.owner != session.user:
        raise NotTheirs
    return job


def _named(thing: Any) -> dict[str, Any]:
    return {"id": thing.id, "name": thing.name or thing.id}
