"""The desk as a web application: its routes, each behind the gate, and what they answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from bartizan.adapters.web.accounts import MAX_NAME, Accounts
from bartizan.adapters.web.alarms import alarm_routes
from bartizan.adapters.web.drawing import drawing
from bartizan.adapters.web.gate import ForeignRequest, GatedRoute, needs, session_of
from bartizan.adapters.web.hub import Hub
from bartizan.adapters.web.login_limit import LoginLimit
from bartizan.adapters.web.pages import error_page, page, say, static_files
from bartizan.adapters.web.permission import Action, NotAllowed, NotLoggedIn, NotTheirs, authorise
from bartizan.adapters.web.picture import boxes_json, jpeg
from bartizan.adapters.web.sessions import ABSOLUTE_LIMIT, IDLE_LIMIT, LoginForms, Sessions
from bartizan.adapters.web.shell import shell_page
from bartizan.adapters.web.shield import LOOPBACK_HOSTS, Shield
from bartizan.adapters.web.stream import EventStream
from bartizan.app.desk import Room
from bartizan.app.desk.feed import LiveFeed
from bartizan.desk.alarms import CommandRefusedError, UnknownAlarmError
from bartizan.errors import BartizanError, InputError, StoreError
from bartizan.site.site import Site

LOGINS_WAITING = 8  # log-ins that may wait for the one thread that hashes; more are asked to come again


def create_app(
    room: Room,
    *,
    site: Site,
    live: LiveFeed,
    accounts: Accounts,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    tls: bool = False,
    hosts: Collection[str] | None = LOOPBACK_HOSTS,
    clock: Callable[[], float] = time.monotonic,
    idle: float = IDLE_LIMIT,
    absolute: float = ABSOLUTE_LIMIT,
) -> FastAPI:
    """The application of one duty room.

    `now` is the instant that the page shows, an exercise's own while one runs; `clock` is seconds for sessions and
    limits, and never an exercise's. `tls`: pages reach the desk encrypted, so cookies are for TLS alone. `hosts`:
    names under which it answers (see `Shield`). `idle` and `absolute`: limits of a session [s].
    """
    hub = Hub(room.desk, live, now)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        hub.start()
        yield
        await hub.stop()
        app.state.hasher.shutdown(wait=False, cancel_futures=True)

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=life)
    state = app.state
    state.room, state.desk, state.site, state.live, state.accounts, state.hub = room, room.desk, site, live, accounts, hub
    state.sessions = Sessions(clock, idle=idle, absolute=absolute)
    state.limit = LoginLimit(clock)
    state.forms = LoginForms()
    state.hasher = ThreadPoolExecutor(1, thread_name_prefix="login")
    state.hashing = 0
    state.tls = tls
    # "__Host-" lets no other host or path of the domain set it; browsers accept it over TLS alone
    state.cookie, state.form_cookie = (f"{'__Host-' if tls else ''}bartizan-{name}" for name in ("desk", "login"))
    state.drawing = drawing(site)
    routes = APIRouter(route_class=GatedRoute)
    for add in (_door, _files, _looking, alarm_routes):
        add(routes)
    app.include_router(routes)
    _refusals(app)
    app.add_middleware(Shield, hosts=hosts, tls=tls)
    return app


def _door(routes: APIRouter) -> None:
    """Logging in and out."""

    @routes.get("/login")
    @needs(Action.PUBLIC)
    def login_page(request: Request) -> Response:
        if request.state.session is not None:
            return RedirectResponse("/", 303)
        return _login_page(request)

    @routes.post("/login")
    @needs(Action.PUBLIC)
    async def login(
        request: Request,
        user: Annotated[str, Form(max_length=4 * MAX_NAME)] = "",
        password: Annotated[str, Form()] = "",
        token: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        state = request.app.state
        address = request.client.host if request.client else ""
        refused = _login_refused(request, address, user, token)
        if refused is not None:
            return refused
        state.hashing += 1
        try:
            loop = asyncio.get_running_loop()
            account = await loop.run_in_executor(state.hasher, state.accounts.check, user, password)
        finally:
            state.hashing -= 1
        if account is None:
            state.limit.failed(address, user)
            return _login_page(request, 401, say("login.wrong"))
        state.limit.succeeded(address)
        if request.state.session is not None:
            state.sessions.end(request.state.session)
        secret, _ = state.sessions.begin(account.name, account.role)
        answer = RedirectResponse("/", 303)
        _set_cookie(answer, state.cookie, secret, state.tls)
        answer.delete_cookie(state.form_cookie, secure=state.tls, httponly=True, samesite="strict")
        return answer

    @routes.post("/logout")
    @needs(Action.LEAVE)
    async def logout(request: Request) -> Response:
        state = request.app.state
        state.sessions.end(session_of(request))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(state.cookie, secure=state.tls, httponly=True, samesite="strict")
        return answer


def _files(routes: APIRouter) -> None:
    """What the pages load."""

    @routes.get("/static/{name}")
    @needs(Action.PUBLIC)
    async def static(name: str) -> Response:
        found = static_files().get(name)
        if found is None:
            raise HTTPException(404)
        return Response(found[0], media_type=found[1])

    @routes.get("/favicon.ico")
    @needs(Action.PUBLIC)
    async def favicon() -> Response:
        content, media_type = static_files()["favicon.svg"]
        return Response(content, media_type=media_type)


def _looking(routes: APIRouter) -> None:
    """The page, and what it shows."""

    @routes.get("/")
    @needs(Action.VIEW)
    async def desk_page(request: Request) -> Response:
        session = session_of(request)
        request.app.state.sessions.used(session)
        return shell_page(request, "desk.html")

    @routes.get("/session")
    @needs(Action.VIEW)
    async def session(request: Request) -> Response:
        found = session_of(request)
        return JSONResponse({"user": found.user, "role": found.role})

    @routes.get("/site.json")
    @needs(Action.VIEW)
    async def site_json(request: Request) -> Response:
        return JSONResponse(request.app.state.drawing)

    @routes.get("/cameras/{camera_id}/picture")
    @needs(Action.VIEW)
    async def picture(request: Request, camera_id: str) -> Response:
        state = request.app.state
        camera = next((one for one in state.site.cameras if one.id == camera_id), None)
        if camera is None:
            raise HTTPException(404)
        authorise(session_of(request), Action.VIEW, camera)
        latest = state.live.look(camera.id)
        if latest is None:
            raise HTTPException(404)
        content = await asyncio.to_thread(jpeg, latest)
        headers = {"bartizan-boxes": boxes_json(latest), "bartizan-number": str(latest.number)}
        return Response(content, media_type="image/jpeg", headers=headers)

    @routes.get("/events")
    @needs(Action.VIEW)
    async def events(request: Request) -> Response:
        hub: Hub = request.app.state.hub
        sessions: Sessions = request.app.state.sessions
        key = session_of(request).key
        outbox = hub.join(key)
        if outbox is None:
            raise HTTPException(503)

        def over() -> str | None:
            if hub.stopping:
                return "bye"
            return None if sessions.living(key) is not None else "ended"

        return EventStream(outbox, over=over, left=lambda slow: hub.leave(outbox, slow))


def _refusals(app: FastAPI) -> None:
    """What is said when something is refused: words, never the input, and JSON where a script asked."""

    @app.exception_handler(NotLoggedIn)
    async def not_logged_in(request: Request, _: Exception) -> Response:
        if request.method == "GET" and request.url.path == "/":
            return RedirectResponse("/login", 303)
        return JSONResponse({"error": say("error.401")}, 401)

    @app.exception_handler(NotTheirs)
    async def not_theirs(_: Request, __: Exception) -> Response:
        # as if it were not there: what another may see can be asked for, and must not be found by asking
        return JSONResponse({"error": say("error.404")}, 404)

    @app.exception_handler(NotAllowed)
    async def not_allowed(_: Request, __: Exception) -> Response:
        return JSONResponse({"error": say("error.403")}, 403)

    @app.exception_handler(ForeignRequest)
    async def foreign(_: Request, __: Exception) -> Response:
        return JSONResponse({"error": say("error.foreign")}, 403)

    @app.exception_handler(RequestValidationError)
    async def not_understood(_: Request, __: Exception) -> Response:
        return JSONResponse({"error": say("error.400")}, 400)

    @app.exception_handler(BartizanError)
    async def refused(_: Request, error: Exception) -> Response:
        return JSONResponse({"error": str(error)}, _status(error))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - that is what the handler is for
        return error_page(error.status_code, request.url.path[:200] if error.status_code == 404 else "")


def _status(error: Exception) -> int:
    kinds: tuple[tuple[type[Exception], int], ...] = (
        (UnknownAlarmError, 404),
        (CommandRefusedError, 409),
        (StoreError, 503),
        (InputError, 400),
    )
    return next((status for kind, status in kinds if isinstance(error, kind)), 500)


def _login_refused(request: Request, address: str, user: str, token: str) -> Response | None:
    """Why this log-in is not even tried: a form of another page, too many failures, too many at once."""
    state = request.app.state
    if not state.forms.fits(request.cookies.get(state.form_cookie), token):
        return _login_page(request, 400, say("login.expired"))
    wait = state.limit.wait(address, user)
    if wait > 0:
        seconds = str(int(wait) + 1)
        answer = _login_page(request, 429, say("login.wait", seconds=seconds))
        answer.headers["retry-after"] = seconds
        return answer
    return _login_page(request, 503, say("login.busy")) if state.hashing >= LOGINS_WAITING else None


def _login_page(request: Request, status: int = 200, wrong: str = "") -> Response:
    state = request.app.state
    cookie, token = state.forms.issue()
    answer = page("login.html", status, site=state.site.name, token=token, wrong=wrong)
    _set_cookie(answer, state.form_cookie, cookie, state.tls)
    return answer


def _set_cookie(answer: Response, name: str, value: Any, tls: bool) -> None:
    answer.set_cookie(name, value, httponly=True, samesite="strict", secure=tls, path="/")
