"""The plan and the cameras, each on a page of its own: for a second screen, or a wall."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bartizan.adapters.web.gate import needs
from bartizan.adapters.web.permission import Action
from bartizan.adapters.web.shell import shell_page


def wall_routes(routes: APIRouter) -> None:
    """The two pages; what they show comes by the routes of the desk."""

    @routes.get("/plan")
    @needs(Action.VIEW)
    async def plan_page(request: Request) -> Response:
        return shell_page(request, "plan.html")

    @routes.get("/wall")
    @needs(Action.VIEW)
    async def wall_page(request: Request) -> Response:
        return shell_page(request, "wall.html")
