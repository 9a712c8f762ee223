"""The desk as a web application: its routes, each behind the gate, and what they answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import State
from starlette.exceptions import HTTPException

from bartizan.adapters.web.accounts import Accounts
from bartizan.adapters.web.alarms import alarm_desk_routes, alarm_routes
from bartizan.adapters.web.assessment import assessment_routes
from bartizan.adapters.web.door import door_routes
from bartizan.adapters.web.drawing import drawing
from bartizan.adapters.web.drills import drill_routes
from bartizan.adapters.web.duty import duty_routes, in_role, tour_routes
from bartizan.adapters.web.editor import editor_routes
from bartizan.adapters.web.evidence import evidence_routes
from bartizan.adapters.web.figures import figures_routes
from bartizan.adapters.web.gate import GatedRoute, needs, session_of
from bartizan.adapters.web.handover import handover_routes
from bartizan.adapters.web.health import health_routes
from bartizan.adapters.web.hub import Hub
from bartizan.adapters.web.incidents import incident_routes
from bartizan.adapters.web.intake import intake_routes
from bartizan.adapters.web.logbook import logbook_routes
from bartizan.adapters.web.login_limit import LoginLimit
from bartizan.adapters.web.media import media_routes
from bartizan.adapters.web.outreach import outreach_routes
from bartizan.adapters.web.own import own_routes
from bartizan.adapters.web.pages import static_files
from bartizan.adapters.web.people import people_routes
from bartizan.adapters.web.permission import ROLES, Action, Role, authorise
from bartizan.adapters.web.picture import boxes_json, jpeg
from bartizan.adapters.web.refusals import refusals
from bartizan.adapters.web.replay import replay_routes
from bartizan.adapters.web.service import service_routes
from bartizan.adapters.web.sessions import ABSOLUTE_LIMIT, IDLE_LIMIT, LoginForms, Sessions
from bartizan.adapters.web.settings import Orders, settings_routes
from bartizan.adapters.web.shell import shell_page
from bartizan.adapters.web.shield import LOOPBACK_HOSTS, Shield
from bartizan.adapters.web.shifts import shift_routes
from bartizan.adapters.web.stream import EventStream
from bartizan.adapters.web.thumbnails import thumbnails_of
from bartizan.adapters.web.tokens import Tokens
from bartizan.adapters.web.wall import wall_routes
from bartizan.app.assessment import Bench
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.editing import Drafts, SiteFolder
from bartizan.app.exercise import Review
from bartizan.app.figures import Gains
from bartizan.app.health import Probe
from bartizan.app.replay import PastPictures
from bartizan.app.room import Room
from bartizan.site.site import Site

# who gives rights and who comes from outside need a second factor everywhere
# requests that wait for the disk at once: what signals wait together is kept together
_AT_WORK = 32
_SECOND_FACTOR: tuple[Role, ...] = ("administrator", "partner")


def create_app(
    room: Room,
    *,
    site: Site,
    live: LiveFeed,
    accounts: Accounts,
    tokens: Tokens | None = None,
    limit: LoginLimit | None = None,
    second_factor: Collection[Role] | None = None,
    site_folder: SiteFolder | None = None,
    album: PastPictures | None = None,
    probes: Collection[Probe] = (),
    orders: Orders | None = None,
    drill_report: Callable[[Review, Gains], str] | None = None,
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
    names under which it answers (see `Shield`). `idle` and `absolute`: limits of a session [s]. `tokens` are those of
    machines and `limit` the failed log-ins; without, both are kept in memory alone. `second_factor`: the roles that
    must have one; by itself every role where pages come over TLS, and those who give rights or come from outside where
    the desk is reached from its own machine alone. `site_folder` is where the site lies, for who edits it;
    `drill_report` writes the report of an exercise.
    """
    hub = Hub(room, live, now)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_AT_WORK, thread_name_prefix="desk-work"))
        hub.start()
        yield
        await hub.stop()
        app.state.bench.close()
        await asyncio.to_thread(room.rehearsals.end)
        app.state.hasher.shutdown(wait=False, cancel_futures=True)

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=life)
    state = app.state
    state.room, state.desk, state.site, state.live, state.accounts, state.hub = (
        room,
        room.desk,
        site,
        live,
        accounts,
        hub,
    )
    state.audit = room.audit
    room.escalations.in_role = partial(in_role, accounts)
    state.tokens = tokens or Tokens()
    state.sessions = Sessions(clock, idle=idle, absolute=absolute, epoch=accounts.epoch)
    state.limit = limit or LoginLimit(clock)
    state.second_factor = frozenset(second_factor if second_factor is not None else ROLES if tls else _SECOND_FACTOR)
    state.enrolling = {}
    state.forms = LoginForms()
    state.hasher = ThreadPoolExecutor(1, thread_name_prefix="login")
    state.hashing = 0
    state.tls = tls
    # "__Host-" lets no other host or path of the domain set it; browsers accept it over TLS alone
    state.cookie, state.form_cookie = (f"{'__Host-' if tls else ''}bartizan-{name}" for name in ("desk", "login"))
    state.drawing = drawing(site)
    room.siting.follow(partial(_stand_on, state))
    state.bench = Bench()
    state.album = album
    state.thumbnails = thumbnails_of(room.evidence)
    state.probes = tuple(probes)
    state.orders = orders
    state.drill_report = drill_report
    state.drafts = None if site_folder is None else Drafts(site_folder, room.siting.take)
    # on the application's own router: one that is included is built a second time at the first request
    routes = app.router
    routes.route_class = GatedRoute
    for add in (
        intake_routes,  # first: what comes most often is looked for least
        door_routes,
        own_routes,
        people_routes,
        _files,
        _looking,
        alarm_routes,
        alarm_desk_routes,
        duty_routes,
        tour_routes,
        service_routes,
        logbook_routes,
        incident_routes,
        shift_routes,
        wall_routes,
        assessment_routes,
        editor_routes,
        replay_routes,
        health_routes,
        settings_routes,
        evidence_routes,
        media_routes,
        handover_routes,
        drill_routes,
        figures_routes,
        outreach_routes,
    ):
        add(routes)
    refusals(app)
    # each route bounds its own body at the gate; nothing reads one elsewhere
    app.add_middleware(Shield, hosts=hosts, tls=tls, body=None)
    return app


def _stand_on(state: State, site: Site) -> None:
    """The pages go by another site from now on; one that is open shows it when it is loaded again."""
    state.drawing = drawing(site)
    state.site = site


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
    async def picture(request: Request, camera_id: str, exercise: bool = False) -> Response:
        """The latest picture of a camera; of the exercise that goes on, what it would see of that."""
        state = request.app.state
        camera = next((one for one in state.site.cameras if one.id == camera_id), None)
        if camera is None:
            raise HTTPException(404)
        authorise(session_of(request), Action.VIEW, camera)
        feed: LiveFeed = state.room.rehearsals.feed if exercise else state.live
        latest = feed.look(camera.id)
        if latest is None:
            return Response(status_code=204)  # the camera is there; it has shown nothing yet, or no longer
        content = await asyncio.to_thread(jpeg, latest)
        headers = {"bartizan-boxes": boxes_json(latest), "bartizan-number": str(latest.number)}
        return Response(content, media_type="image/jpeg", headers=headers)

    @routes.get("/events")
    @needs(Action.VIEW)
    async def events(request: Request) -> Response:
        hub: Hub = request.app.state.hub
        sessions: Sessions = request.app.state.sessions
        session = session_of(request)
        key = session.key
        outbox = hub.join(session)
        if outbox is None:
            raise HTTPException(503)

        def over() -> str | None:
            if hub.stopping:
                return "bye"
            return None if sessions.living(key) is not None else "ended"

        return EventStream(outbox, over=over, left=lambda slow: hub.leave(outbox, slow))
