"""The page of the desk's own health: cameras, workers, store, queues, what was dropped, and the clock."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from bartizan.adapters.web.gate import needs, session_of
from bartizan.adapters.web.hub import MAX_PAGES, Hub
from bartizan.adapters.web.permission import Action, may
from bartizan.adapters.web.shell import shell_page
from bartizan.adapters.web.stream import finite
from bartizan.app.health import Probe, Vital, VitalState, feed_vitals, room_vitals

STALE, LOST = 4.0, 15.0  # seconds without a new picture: as the pages say it themselves, and as an alarm tells it
LATE_WARN, LATE_BAD = 0.3, 2.0  # seconds by which a heartbeat may come late

log = logging.getLogger(__name__)


def health_routes(routes: APIRouter) -> None:
    """What the desk says of itself names no alarm and no person: whoever may look at the desk may look at this."""

    @routes.get("/health")
    @needs(Action.VIEW)
    async def health_page(request: Request) -> Response:
        return shell_page(request, "health.html")

    @routes.get("/health.json")
    @needs(Action.VIEW)
    def health(request: Request) -> Response:
        state = request.app.state
        vitals = [*_cameras(request), *_pages(state.hub, state.bench.waiting)]
        vitals += [*feed_vitals(state.live.counts()), *room_vitals(state.room)]
        for probe in state.probes:
            vitals += _asked(probe)
        return JSONResponse(finite({"vitals": [one.to_json() for one in vitals]}))


def _asked(probe: Probe) -> list[Vital]:
    try:
        return list(probe())
    except Exception:
        # what cannot be asked is itself a sign, and must not take the others from the page
        log.exception("a sign of the desk's health could not be read")
        return [Vital(group="workers", name="unread", values={}, state="bad")]


def _cameras(request: Request) -> Iterator[Vital]:
    """Every camera that this person may see: when its last picture came."""
    hub: Hub = request.app.state.hub
    now = time.monotonic()
    session = session_of(request)
    for camera in request.app.state.site.cameras:
        if not may(session, Action.VIEW, camera):
            continue
        name = camera.name or camera.id
        at = hub.vital.pictures.get(camera.id)
        if at is None:
            watched = camera.source is not None
            yield Vital(
                group="cameras", name="never" if watched else "none", values={"camera": name},
                state="warn" if watched else "none",
            )  # fmt: skip
            continue
        age = now - at
        state: VitalState = "good" if age < STALE else "warn" if age < LOST else "bad"
        yield Vital(group="cameras", name="age", values={"camera": name, "seconds": round(age, 1)}, state=state)


def _pages(hub: Hub, jobs: int) -> Iterator[Vital]:
    late = hub.vital.slowest_beat
    state: VitalState = "good" if late < LATE_WARN else "warn" if late < LATE_BAD else "bad"
    yield Vital(group="pages", name="open", values={"n": hub.pages, "most": MAX_PAGES})
    yield Vital(group="pages", name="late", values={"seconds": round(late, 2)}, state=state)
    yield Vital(group="pages", name="read", values={"seconds": round(hub.vital.slowest_read, 2)})
    yield Vital(group="dropped", name="merged", values={"n": hub.merged})
    yield Vital(group="queues", name="bench", values={"n": jobs})
