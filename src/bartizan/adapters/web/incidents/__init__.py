"""Incidents over HTTP: `looking`, what pages show; `commands`, one route each; `bodies`, what those take."""

from __future__ import annotations

from fastapi import APIRouter

from bartizan.adapters.web.incidents.commands import command_routes
from bartizan.adapters.web.incidents.looking import looking_routes


def incident_routes(routes: APIRouter) -> None:
    """Every route of the incidents."""
    looking_routes(routes)
    command_routes(routes)
