"""What every page is told: read once, said to all. Alarms on every change, clocks once a second, and what moves."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from bartizan.adapters.web.pages import say
from bartizan.adapters.web.stream import Outbox, message
from bartizan.app.desk import Desk
from bartizan.app.desk.feed import LiveFeed
from bartizan.desk.event import instant

MAX_SHOWN = 100  # open alarms in a page; how many more there are is said
MAX_CLOSED = 20  # the latest closed ones stay in sight
MAX_PAGES = 64
MOVING_EVERY = 0.1  # seconds between two words about what moves
ALARMS_EVERY = 0.05  # seconds between two lists of alarms: a flood is shown as its latest state
CLOCKS_AT_ONCE = 24  # clocks read in one second; with more open alarms they take turns

log = logging.getLogger(__name__)


class Hub:
    """Listens to the desk and the feed for all pages. Its tasks run between `start` and `stop`, in one asyncio loop.

    `now` is the desk's instant, which an exercise may run by its own clock; `boot` names this run of the desk.
    """

    def __init__(self, desk: Desk, live: LiveFeed, now: Callable[[], datetime]) -> None:
        self.boot = secrets.token_hex(8)
        self.stopping = False
        self._desk, self._live, self._now = desk, live, now
        self._pages: dict[Outbox, str] = {}
        self._slow: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._turn = 0
        self._clocks: dict[str, dict[str, Any]] = {}
        self._merged = 0
        # clocks must never wait behind logins, nor pictures behind clocks
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="desk-reader")

    def start(self) -> None:
        """Begin to listen."""
        self._tasks = [
            asyncio.create_task(self._keep(task))
            for task in (self._tell_alarms, self._tell_moving, self._beat, self._tell_clocks)
        ]

    async def stop(self) -> None:
        """End: pages are let go, nothing is told any more."""
        self.let_go()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._reader.shutdown(wait=False, cancel_futures=True)

    def let_go(self) -> None:
        """Say to every page that the desk stops, so that its stream ends now."""
        self.stopping = True
        self._say("bye", {})

    # ---- pages

    def join(self, session_key: str) -> Outbox | None:
        """The outbox of a new page with everything in it; None where too many pages are open."""
        if len(self._pages) >= MAX_PAGES:
            return None
        outbox = Outbox()
        slow = session_key in self._slow
        self._slow.discard(session_key)
        outbox.put("hello", message("hello", {"boot": self.boot, "slow": slow}))
        outbox.put("beat", message("beat", self._beating()))
        outbox.put("scene", message("scene", self._scene()))
        outbox.put("alarms", message("alarms", self._alarms()))
        outbox.put("tracks", message("tracks", self._tracks()))
        outbox.put("clocks", message("clocks", self._clocks))
        for camera in self._live.cameras():
            outbox.put("picture:" + camera, message("picture", self._picture(camera)))
        self._pages[outbox] = session_key
        return outbox

    def leave(self, outbox: Outbox, slow: bool) -> None:
        """A page has gone; where it was cut off for being slow, it is told when it comes back."""
        key = self._pages.pop(outbox, None)
        self._merged += outbox.merged
        if slow and key is not None and len(self._slow) < MAX_PAGES:
            self._slow.add(key)

    def _say(self, event: str, data: Any, topic: str | None = None) -> None:
        if self._pages:
            text = message(event, data)
            for outbox in self._pages:
                outbox.put(topic or event, text)

    # ---- what is told

    async def _keep(self, task: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a task again whatever becomes of it: pages must go on hearing of alarms."""
        while True:
            try:
                await task()
                return
            except Exception:
                log.exception("telling the pages failed; it goes on")
            await asyncio.sleep(1.0)

    async def _tell_alarms(self) -> None:
        with self._desk.subscribe() as news:
            while not news.closed:
                # what a notice says does not matter: the list is read whole, so nothing can be missed
                self._say("alarms", await self._read(self._alarms))
                self._say("clocks", await self._read(self._read_clocks))
                await news.receive()
                await asyncio.sleep(ALARMS_EVERY)
                while await news.receive(0.0) is not None:
                    pass

    async def _tell_moving(self) -> None:
        with self._live.watch() as watcher:
            while True:
                for topic in sorted(await watcher.wait()):
                    if topic == "tracks":
                        self._say("tracks", self._tracks())
                    elif topic == "scene":
                        self._say("scene", self._scene())
                    elif topic.startswith("picture:"):
                        self._say("picture", self._picture(topic.removeprefix("picture:")), topic)
                await asyncio.sleep(MOVING_EVERY)

    async def _beat(self) -> None:
        while True:
            self._say("beat", self._beating())
            await asyncio.sleep(1.0)

    async def _tell_clocks(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            await self._read(self._desk.pass_time)
            if self._pages:
                self._say("clocks", await self._read(self._read_clocks))

    async def _read(self, read: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._reader, read)

    def _beating(self) -> dict[str, Any]:
        counts = self._live.counts()
        merged = self._merged + sum(outbox.merged for outbox in self._pages)
        return {
            "now": instant(self._now().astimezone(UTC)),
            "counts": {
                "received": counts.received,
                "detected": counts.detected,
                "dropped": counts.dropped,
                "unseen": counts.unseen,
                "cut": counts.cut,
                "merged": merged,
            },
        }

    def _alarms(self) -> dict[str, Any]:
        waiting = self._desk.queue()
        closed = [alarm for alarm in self._desk.alarms() if not alarm.is_open]
        closed.sort(key=lambda alarm: alarm.closed_at or alarm.raised_at, reverse=True)
        return {
            "open": [alarm.to_json() for alarm in waiting[:MAX_SHOWN]],
            "closed": [alarm.to_json() for alarm in closed[:MAX_CLOSED]],
            "more": max(0, len(waiting) - MAX_SHOWN),
        }

    def _read_clocks(self) -> dict[str, Any]:
        shown = [alarm.id for alarm in self._desk.queue()[:MAX_SHOWN]]
        due = shown
        if len(shown) > CLOCKS_AT_ONCE:
            self._turn = (self._turn + CLOCKS_AT_ONCE) % len(shown)
            due = (shown + shown)[self._turn : self._turn + CLOCKS_AT_ONCE]
        fresh = {one: self._clock(one) for one in due}
        known = self._clocks | fresh
        self._clocks = {one: known[one] for one in shown if one in known}
        return self._clocks

    def _clock(self, alarm_id: str) -> dict[str, Any]:
        try:
            situation = self._desk.situation(alarm_id)
        except Exception:
            # one clock that cannot be read must take neither the others nor the alarm from the page
            log.exception("the clock of alarm %s could not be read", alarm_id)
            reason = say("clock.none.failed")
            return {"words": reason, "reason": reason, "chain": [], "reading": None}
        reading = situation.reading
        return {
            "words": situation.words,
            "reason": situation.reason,
            "chain": list(situation.chain),
            "reading": None
            if reading is None
            else {
                "counting": reading.counting,
                "since_utc": None if situation.since is None else instant(situation.since),
                "elapsed": reading.now - reading.since,
                "best": reading.best,
                "chances": [
                    {
                        "response": one.response,
                        "chance": one.chance,
                        "sent": one.sent,
                        "on_scene": one.on_scene,
                        "eta_mean": one.eta_mean,
                    }
                    for one in reading.chances
                ],
                "layers": [
                    {"kind": one.kind, "id": one.id, "way": one.way, "mean": one.mean, "p10": one.p10, "p90": one.p90}
                    for one in reading.layers
                ],
            },
        }

    def _tracks(self) -> dict[str, Any]:
        t, tracks = self._live.tracks()
        return {
            "t": t,
            "tracks": [
                {
                    "track": one.track,
                    "x": round(one.x, 2),
                    "y": round(one.y, 2),
                    "cameras": one.cameras,
                    "trail": [(round(x, 2), round(y, 2)) for x, y in one.trail],
                }
                for one in tracks
            ],
        }

    def _picture(self, camera: str) -> dict[str, Any]:
        number, t = self._live.news_of(camera) or (0, 0.0)
        return {"camera": camera, "number": number, "t": t}

    def _scene(self) -> dict[str, Any]:
        scene = self._live.scene()
        return {"title": scene.title, "utc": scene.utc, "exercise": scene.exercise}
