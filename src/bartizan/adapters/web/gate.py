"""The gate of every route: who asks, from where, and may they. A route that names no action cannot be built."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from bartizan.adapters.web.permission import Action, NotAllowed, NotLoggedIn, Subject, authorise
from bartizan.adapters.web.sessions import Session, Sessions
from bartizan.adapters.web.shield import MAX_BODY, bounded
from bartizan.adapters.web.tokens import Tokens
from bartizan.app.room import Room
from bartizan.app.upkeep.audit import Audit, Outcome
from bartizan.errors import BartizanError, StoreError

SAFE_METHODS = frozenset({"GET", "HEAD"})
TOKEN_HEADER = "x-csrf-token"  # noqa: S105 - the name of a header
# what cannot be undone or gives others rights: the person must have proved lately who they are
STEP_UP: Final = frozenset({Action.PEOPLE, Action.TOKENS, Action.SETTINGS, Action.ERASE, Action.SHARE})
STRANGER = "stranger"  # who asked, where nobody is logged in
MAX_FIELDS = 64  # of a form
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

log = logging.getLogger(__name__)


class ForeignRequest(Exception):  # noqa: N818 - it ends a request; nobody below the web hears of it
    """A request to change something that did not come from our own page."""


class NotProved(Exception):  # noqa: N818 - as above
    """The person may do this, and must first prove again who they are."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a route asks of who comes, and what it does: see `needs`."""

    action: Action
    body: int
    from_elsewhere: bool
    changes: bool
    prove: bool


def needs(
    action: Action,
    *,
    body: int = MAX_BODY,
    from_elsewhere: bool = False,
    changes: bool = True,
    prove: bool | None = None,
) -> Callable[[Endpoint], Endpoint]:
    """Name the action that a route performs.

    `body` is the longest body that is read [bytes]. `from_elsewhere` lets a request in that no page of ours sent,
    such as the one click of a mail program: for public routes alone, where a secret in the address is the authority.
    `changes` is False where a question is too long for an address, and nothing is changed by it: what was answered
    is then not kept in the audit, and what was refused is. `prove`: whether a change takes a fresh proof of who asks;
    by itself where the action is one of STEP_UP.

    Errors: TypeError where `from_elsewhere` stands at a route that is not public.
    """
    if from_elsewhere and action is not Action.PUBLIC:
        raise TypeError(f"only a public route may be asked from elsewhere, not one that needs {action.value}")

    def named(endpoint: Endpoint) -> Endpoint:
        endpoint.__dict__["needs"] = Need(
            action, body, from_elsewhere, changes, action in STEP_UP if prove is None else prove
        )
        return endpoint

    return named


@dataclass(slots=True)
class Noted:
    """What a route adds to the record of the audit: what it was done to, how, and by whom where nobody was in."""

    thing: str | None = None
    detail: str = ""
    by: str | None = None


class GatedRoute(APIRoute):
    """A route that answers only after the gate let the request through, and leaves one record of every change.

    `request.app.state.sessions` finds the session by the cookie named `request.app.state.cookie`; the endpoint finds
    it in `request.state.session`, and who asks (person or token) in `request.state.subject`.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **kwargs: Any) -> None:
        need = getattr(endpoint, "needs", None)
        if not isinstance(need, Need):
            raise TypeError(f"route {path} names no action; decorate {endpoint!r} with @needs(...)")
        self.need = need
        super().__init__(path, endpoint, **kwargs)

    @property
    def action(self) -> Action:
        """The action that the route performs."""
        return self.need.action

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of FastAPI behind the gate."""
        handle = super().get_route_handler()

        async def gated(arrived: Request) -> Response:
            request = _bounded(arrived, self.need.body)
            request.state.noted = Noted()
            request.state.action = self.action
            _identify(request, self.action)
            if request.method in SAFE_METHODS:
                authorise(request.state.subject, self.action)
                return await handle(request)
            return await self._change(request, handle)

        return gated

    async def _change(self, request: Request, handle: Callable[[Request], Coroutine[Any, Any, Response]]) -> Response:
        """Answer a request that changes something, and leave its one record."""
        # what the browser of somebody was made to send says nothing of that person: refused, and not kept
        if self.action is not Action.INTAKE and not self.need.from_elsewhere:
            require_same_origin(request)
        outcome: Outcome = "failed"
        try:
            await self._admit(request)
            answer = await handle(request)
            outcome = "done" if answer.status_code < 400 else "refused"
            return answer
        except (NotLoggedIn, ForeignRequest):
            outcome = "unknown"
            raise
        except NotAllowed:
            outcome = "denied"
            raise
        except Exception as error:
            outcome = "refused" if is_refusal(error) else "failed"
            raise
        finally:
            await self._record(request, outcome)

    async def _admit(self, request: Request) -> None:
        """Return when who asks may do this now."""
        subject: Subject | None = request.state.subject
        authorise(subject, self.action)
        session: Session | None = request.state.session
        if session is None or self.action is Action.PUBLIC:
            return
        sessions: Sessions = request.app.state.sessions
        await require_token(request, session)
        sessions.used(session)
        if self.need.prove and not sessions.proved(session):
            raise NotProved

    async def _record(self, request: Request, outcome: Outcome) -> None:
        """Keep what was asked. Requests of nobody leave a line in the log alone, so that no stranger fills the disk."""
        if outcome == "done" and not self.need.changes:
            return
        audit: Audit = request.app.state.audit
        noted: Noted = request.state.noted
        subject: Subject | None = request.state.subject
        if outcome == "unknown" or (subject is None and self.action is not Action.PUBLIC):
            log.warning("refused: %s %s from %s", request.method, self.path, _address(request))
            return
        named = noted.thing if noted.thing is not None else ", ".join(str(one) for one in request.path_params.values())
        by = noted.by or (STRANGER if subject is None else subject.user)
        role = getattr(subject, "role", None)
        what = f"{request.method} {self.path}"
        await asyncio.to_thread(
            audit.record,
            by=by,
            role=role,
            action=self.action.value,
            what=what,
            thing=named,
            outcome=outcome,
            detail=noted.detail,
            known=subject is not None,
            machine=self.action is Action.INTAKE,
        )


def is_refusal(error: Exception) -> bool:
    """Whether an error is the desk's no to what was asked, and not a fault of the desk."""
    if isinstance(error, HTTPException):
        return error.status_code < 500
    return isinstance(error, RequestValidationError | NotProved) or (
        isinstance(error, BartizanError) and not isinstance(error, StoreError)
    )


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
        form = await request.form(max_files=0, max_fields=MAX_FIELDS)
        field = form.get("token")
        token = field if isinstance(field, str) else None
    if token is None or not hmac.compare_digest(token.encode(), session.csrf.encode()):
        raise ForeignRequest


def session_of(request: Request) -> Session:
    """The session that the gate found."""
    session = request.state.session
    assert isinstance(session, Session)  # noqa: S101 - the gate admits nobody without one
    return session


def room_of(request: Request) -> Room:
    """The room that the desk serves."""
    room: Room = request.app.state.room
    return room


def action_of(request: Request) -> Action:
    """The action that the route named: what a route does to a thing is what its gate asked for."""
    action = request.state.action
    assert isinstance(action, Action)  # noqa: S101 - set before any endpoint runs
    return action


def subject_of(request: Request) -> Subject:
    """Who asks: the person of the session, or the token."""
    subject: Subject | None = request.state.subject
    assert subject is not None  # noqa: S101 - as above
    return subject


def note(request: Request, *, thing: str | None = None, detail: str = "", by: str | None = None) -> None:
    """Add to the record that this request leaves: never a secret, never what a stranger typed."""
    noted: Noted = request.state.noted
    noted.thing = noted.thing if thing is None else thing
    noted.detail = detail or noted.detail
    noted.by = by or noted.by


def _identify(request: Request, action: Action) -> None:
    """Find who asks. A token is a log-in for intake alone, and a log-in is none for intake."""
    state = request.app.state
    sessions: Sessions = state.sessions
    session = sessions.find(request.cookies.get(state.cookie)) if action is not Action.INTAKE else None
    request.state.session = session
    request.state.subject = session
    if action is Action.INTAKE:
        tokens: Tokens = state.tokens
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        request.state.subject = tokens.find(shown.strip()) if scheme.lower() == "bearer" else None


def _bounded(request: Request, most: int) -> Request:
    """The request with a body of at most `most` bytes; a longer one is refused when that is known."""
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or int(length[:20]) > most:
        raise HTTPException(413)
    return Request(request.scope, bounded(request.receive, most), request._send)


def _address(request: Request) -> str:
    return request.client.host if request.client else "nowhere"
