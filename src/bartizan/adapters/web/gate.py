"""The gate of every route: who asks, from where, and may they. A route that names no action cannot be built."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.routing import APIRoute

from bartizan.adapters.web.permission import Action, authorise
from bartizan.adapters.web.sessions import Session, Sessions

SAFE_METHODS = frozenset({"GET", "HEAD"})
TOKEN_HEADER = "x-csrf-token"  # noqa: S105 - the name of a header
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class ForeignRequest(Exception):  # noqa: N818 - it ends a request; nobody below the web hears of it
    """A request to change something that did not come from our own page."""


def needs(action: Action) -> Callable[[Endpoint], Endpoint]:
    """Name the action that a route performs."""

    def named(endpoint: Endpoint) -> Endpoint:
        endpoint.__dict__["needs"] = action
        return endpoint

    return named


class GatedRoute(APIRoute):
    """A route that answers only after the gate let the request through.

    `request.app.state.sessions` finds the session by the cookie named `request.app.state.cookie`; the endpoint finds
    it in `request.state.session`.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **kwargs: Any) -> None:
        action = getattr(endpoint, "needs", None)
        if not isinstance(action, Action):
            raise TypeError(f"route {path} names no action; decorate {endpoint!r} with @needs(...)")
        self.action = action
        super().__init__(path, endpoint, **kwargs)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of FastAPI behind the gate."""
        handle = super().get_route_handler()

        async def gated(request: Request) -> Response:
            state = request.app.state
            sessions: Sessions = state.sessions
            session = sessions.find(request.cookies.get(state.cookie))
            request.state.session = session
            if request.method not in SAFE_METHODS:
                require_same_origin(request)
            authorise(session, self.action)
            if session is not None and self.action is not Action.PUBLIC and request.method not in SAFE_METHODS:
                await require_token(request, session)
                sessions.used(session)
            return await handle(request)

        return gated


def require_same_origin(request: Request) -> None:
    """Raise ForeignRequest unless the browser says that our own page asks.

    `Sec-Fetch-Site` cannot be forged by a page; browsers without it send `Origin`. Neither means no browser of ours.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        raise ForeignRequest
    origin = request.headers.get("origin")
    if origin is not None:
        if urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
            raise ForeignRequest
    elif site is None:
        raise ForeignRequest


async def require_token(request: Request, session: Session) -> None:
    """Raise ForeignRequest unless the request carries the token of its session, as a header or a form field."""
    token = request.headers.get(TOKEN_HEADER)
    if token is None and request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        async with request.form(max_files=0, max_fields=8) as form:
            field = form.get("token")
            token = field if isinstance(field, str) else None
    if token is None or not hmac.compare_digest(token.encode(), session.csrf.encode()):
        raise ForeignRequest


def session_of(request: Request) -> Session:
    """The session that the gate found."""
    session = request.state.session
    assert isinstance(session, Session)  # noqa: S101 - the gate admits nobody without one
    return session
