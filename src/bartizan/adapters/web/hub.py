"""What every page is told: read once, said to all who may see it.

Alarms on every change, clocks once a second, what moves, and of everything else that the desk keeps that there is news.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bartizan.adapters.web.pages import say
from bartizan.adapters.web.permission import Action, Subject, may
from bartizan.adapters.web.sessions import Session
from bartizan.adapters.web.stream import Outbox, message
from bartizan.app.desk.feed import LiveFeed, MovingTrack
from bartizan.app.ledger.subscription import Notice, Resync
from bartizan.app.room import Room
from bartizan.desk.alarms import Alarm
from bartizan.desk.alarms.groups import Ranking, rows_of
from bartizan.desk.event import instant

MAX_SHOWN = 100  # open alarms in a page; how many more there are is said
ROW_ALARMS = 20  # ids of a row of many; its number is told
MAX_CLOSED = 20  # the latest closed ones stay in sight
LATEST = 200  # alarms raised last, among which the closed ones are looked for; what was closed since is known besides
MAX_PAGES = 64
MOST_TOLD = 500  # alarms that are kept as they were told last
MOVING_EVERY = 0.1  # seconds between two words about what moves
ALARMS_EVERY = 0.05  # seconds between two lists of alarms: a flood is shown as its latest state
ALARMS_AT_LEAST = 0.3  # and this at most, however long the list is
TURN = 0.5  # seconds between two looks at what is due: with what a look takes, nothing is late by more than a second
FORGET = 0.98  # of the worst delay that is still told a second later: half of it in half a minute
CLOCKS_AT_ONCE = 24  # clocks read in one second; with more open alarms they take turns

log = logging.getLogger(__name__)


class Hub:
    """Listens to the desk and the feed for all pages. Its tasks run between `start` and `stop`, in one asyncio loop.

    `now` is the desk's instant, which an exercise may run by its own clock; `boot` names this run of the desk. A page
    is told what its person may see: those who may see the same cameras are told the same.
    """

    def __init__(self, room: Room, live: LiveFeed, now: Callable[[], datetime]) -> None:
        self.boot = secrets.token_hex(8)
        self.stopping = False
        self.vital = Pulse()
        self._room, self._desk, self._live, self._now = room, room.desk, live, now
        self._rehearsed = room.rehearsals.feed  # what an exercise shows, told by topics of its own
        self._pages: dict[Outbox, Session] = {}
        self._slow: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._turn = 0
        self._clocks: dict[str, dict[str, Any]] = {}
        self._clocked: dict[str, Alarm] = {}
        self._closed: OrderedDict[str, Alarm] = OrderedDict()
        self._ranking = Ranking()
        self._as_json: dict[str, tuple[Alarm, dict[str, Any]]] = {}
        self._following = False  # whether what is closed is known from then on
        self._merged = 0
        # clocks must never wait behind logins, nor pictures behind clocks
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="desk-reader")
        # and what is due behind none of them
        self._time = ThreadPoolExecutor(1, thread_name_prefix="desk-time")

    def start(self) -> None:
        """Begin to listen."""
        self._tasks = [
            asyncio.create_task(self._keep(task))
            for task in (
                self._tell_alarms,
                self._tell_moving,
                self._tell_rehearsed,
                self._beat,
                self._let_time_pass,
                self._tell_clocks,
            )
        ]

    async def stop(self) -> None:
        """End: pages are let go, nothing is told any more."""
        self.let_go()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for threads in (self._reader, self._time):
            threads.shutdown(wait=False, cancel_futures=True)

    def let_go(self) -> None:
        """Say to every page that the desk stops, so that its stream ends now."""
        self.stopping = True
        self._say("bye", {})

    # ---- pages

    @property
    def pages(self) -> int:
        """How many pages listen."""
        return len(self._pages)

    def join(self, session: Session) -> Outbox | None:
        """The outbox of a new page with everything in it; None where too many pages are open."""
        if len(self._pages) >= MAX_PAGES:
            return None
        outbox = Outbox()
        slow = session.key in self._slow
        self._slow.discard(session.key)
        outbox.put("hello", message("hello", {"boot": self.boot, "slow": slow}))
        outbox.put("beat", message("beat", self._beating()))
        outbox.put("scene", message("scene", _scene(self._live)))
        outbox.put("alarms", message("alarms", self._alarms(session)))
        outbox.put("tracks", message("tracks", _tracks(self._live, session)))
        outbox.put("clocks", message("clocks", self._seen_clocks(session)))
        for camera in self._live.cameras():
            if _sees(session, camera):
                outbox.put("picture:" + camera, message("picture", _picture(self._live, camera)))
        outbox.put("exercise-scene", message("exercise-scene", _scene(self._rehearsed)))
        outbox.put("exercise-tracks", message("exercise-tracks", _tracks(self._rehearsed, session)))
        for camera in self._rehearsed.cameras():
            if _sees(session, camera):
                outbox.put(f"exercise-picture:{camera}", message("exercise-picture", _picture(self._rehearsed, camera)))
        self._pages[outbox] = session
        return outbox

    def leave(self, outbox: Outbox, slow: bool) -> None:
        """A page has gone; where it was cut off for being slow, it is told when it comes back."""
        session = self._pages.pop(outbox, None)
        self._merged += outbox.merged
        if slow and session is not None and len(self._slow) < MAX_PAGES:
            self._slow.add(session.key)

    def _say(self, event: str, data: Any, topic: str | None = None) -> None:
        """Say the same to everybody."""
        if self._pages:
            text = message(event, data)
            for outbox in self._pages:
                outbox.put(topic or event, text)

    async def _say_seen(self, event: str, read: Callable[[Session], Any]) -> None:
        """Say to everybody what they may see of it, read once for those who may see the same."""
        known = (*self._desk.open_alarms(), *tuple(self._closed.values()))
        secret = any(one.hidden_from is not None for one in known)

        def sight(page: Session) -> Sight:
            # who is not to know of something is told apart from all others
            return page.cameras, page.user if secret else None

        texts: dict[Sight, str] = {}
        for session in {sight(page): page for page in self._pages.values()}.values():
            texts[sight(session)] = await self._read(partial(_message_of, event, read, session))
        for outbox, session in self._pages.items():
            # a page that came meanwhile was given everything as it came
            if sight(session) in texts:
                outbox.put(event, texts[sight(session)])

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
        with self._room.ledger.subscribe() as news:
            self._closed = await self._read(self._lately_closed)
            self._following = True
            told: Any = None
            while not news.closed:
                topics = {"alarm"}
                if told is not None:
                    topics = {self._heard(told)}
                    while (told := await news.receive(0.0)) is not None:
                        topics.add(self._heard(told))
                began = time.monotonic()
                for topic in sorted(topics - {"alarm"}):
                    self._say("news", {"topic": topic}, "news:" + topic)
                if "alarm" in topics:
                    await self._say_seen("alarms", self._alarms)
                    await self._read(self._read_clocks)
                    await self._say_seen("clocks", self._seen_clocks)
                took = time.monotonic() - began
                told = await news.receive()
                # a long list takes its time: pages and sensors must have theirs; what is urgent waits for nobody's
                await asyncio.sleep(ALARMS_EVERY if _presses(told) else min(max(ALARMS_EVERY, took), ALARMS_AT_LEAST))

    def _heard(self, told: Notice | Resync) -> str:
        """What there is news of. Pages read again what it is about, so nothing can be missed."""
        if isinstance(told, Resync):
            self._closed = self._lately_closed()
            return "alarm"
        if isinstance(told.thing, Alarm):
            self._closed.pop(told.id, None)
            if not told.thing.is_open:
                self._closed[told.id] = told.thing
                if len(self._closed) > MAX_CLOSED:
                    self._closed.popitem(last=False)
        return told.topic

    async def _tell_moving(self) -> None:
        await self._tell_of(self._live, "")

    async def _tell_rehearsed(self) -> None:
        await self._tell_of(self._rehearsed, "exercise-")

    async def _tell_of(self, feed: LiveFeed, kind: str) -> None:
        """What a feed shows, under topics of its kind: an exercise is never told as what is real."""
        with feed.watch() as watcher:
            while True:
                for topic in sorted(await watcher.wait()):
                    if topic == "tracks":
                        await self._say_seen(kind + topic, partial(_tracks, feed))
                    elif topic == "scene":
                        self._say(kind + topic, _scene(feed))
                    elif topic.startswith("picture:"):
                        self._tell_picture(feed, kind, topic.removeprefix("picture:"))
                await asyncio.sleep(MOVING_EVERY)

    def _tell_picture(self, feed: LiveFeed, kind: str, camera: str) -> None:
        if feed is self._live:
            self.vital.pictures[camera] = time.monotonic()
        text = message(f"{kind}picture", _picture(feed, camera))
        for outbox, session in self._pages.items():
            if _sees(session, camera):
                outbox.put(f"{kind}picture:{camera}", text)

    async def _beat(self) -> None:
        while True:
            self._say("beat", self._beating())
            due = time.monotonic() + 1.0
            await asyncio.sleep(1.0)
            self.vital.late(time.monotonic() - due)

    async def _let_time_pass(self) -> None:
        while True:
            await asyncio.sleep(TURN)
            people = {session.user for session in self._pages.values()}
            await asyncio.get_running_loop().run_in_executor(self._time, self._pass_time, people)

    async def _tell_clocks(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            began = time.monotonic()
            if self._pages:
                await self._read(self._read_clocks)
                await self._say_seen("clocks", self._seen_clocks)
            self.vital.read(time.monotonic() - began)

    def _pass_time(self, people: Collection[str]) -> None:
        """An open page says that a screen of its person is alive; then what has become due is done."""
        for person in people:
            self._room.duty.beat(person)
        self._room.pass_time()

    async def _read(self, read: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._reader, read)

    def _beating(self) -> dict[str, Any]:
        counts = self._live.counts()
        return {
            "now": instant(self._now().astimezone(UTC)),
            "counts": {
                "received": counts.received,
                "detected": counts.detected,
                "dropped": counts.dropped,
                "unseen": counts.unseen,
                "cut": counts.cut,
                "merged": self.merged,
            },
        }

    @property
    def merged(self) -> int:
        """Updates of pages that were merged, because a page had not read the one before."""
        return self._merged + sum(outbox.merged for outbox in self._pages)

    def _alarms(self, subject: Subject) -> dict[str, Any]:
        waiting = [one for one in self._ranking.queue(self._desk.open_alarms()) if _may_see(subject, one)]
        rows = rows_of(waiting, source=self._ranking.source)
        # the alarm to deal with first of every row can be chosen, however many stand before it
        firsts = {row.first for row in rows}
        shown = [one for i, one in enumerate(waiting) if i < MAX_SHOWN or one.id in firsts]
        over = self._closed if self._following else self._lately_closed()
        closed = sorted(over.copy().values(), key=lambda one: one.closed_at or one.raised_at, reverse=True)
        return {
            "open": [self._told(alarm) for alarm in shown],
            "rows": [row.to_json(ROW_ALARMS) for row in rows],
            "closed": [self._told(alarm) for alarm in closed if _may_see(subject, alarm)][:MAX_CLOSED],
            "more": len(waiting) - len(shown),
        }

    def _told(self, alarm: Alarm) -> dict[str, Any]:
        """The alarm as JSON, made once for every version of it."""
        known = self._as_json.get(alarm.id)
        if known is None or known[0] is not alarm:
            known = self._as_json[alarm.id] = (alarm, alarm.to_json())
            if len(self._as_json) > MOST_TOLD:
                self._as_json.pop(next(iter(self._as_json)), None)
        return known[1]

    def _lately_closed(self) -> OrderedDict[str, Alarm]:
        """The alarms that were raised lately and are closed; from then on the notices tell of them."""
        over = [one for one in self._desk.latest(LATEST) if not one.is_open]
        over.sort(key=lambda one: one.closed_at or one.raised_at)
        return OrderedDict((one.id, one) for one in over[-MAX_CLOSED:])

    def _read_clocks(self) -> None:
        """Read the clocks that are due, for everybody."""
        alarms = {alarm.id: alarm for alarm in self._ranking.queue(self._desk.open_alarms())[:MAX_SHOWN]}
        shown = list(alarms)
        due = shown
        if len(shown) > CLOCKS_AT_ONCE:
            self._turn = (self._turn + CLOCKS_AT_ONCE) % len(shown)
            due = (shown + shown)[self._turn : self._turn + CLOCKS_AT_ONCE]
        fresh = {one: self._clock(one) for one in due}
        known = self._clocks | fresh
        self._clocks, self._clocked = {one: known[one] for one in shown if one in known}, alarms

    def _seen_clocks(self, subject: Subject) -> dict[str, Any]:
        alarms, clocks = self._clocked, self._clocks
        return {one: clock for one, clock in clocks.items() if one in alarms and _may_see(subject, alarms[one])}

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


class Pulse:
    """How the desk itself does, for the page of its health: times in seconds."""

    def __init__(self) -> None:
        self.pictures: dict[str, float] = {}
        self.slowest_beat = 0.0
        self.last_read = 0.0
        self.slowest_read = 0.0

    def late(self, seconds: float) -> None:
        """A beat came so late: the loop that answers the pages was held up."""
        self.slowest_beat = max(self.slowest_beat * FORGET, seconds)

    def read(self, seconds: float) -> None:
        """Reading the clocks and doing what was due took so long."""
        self.last_read = seconds
        self.slowest_read = max(self.slowest_read * FORGET, seconds)


Sight = tuple[frozenset[str] | None, str | None]


def _message_of(event: str, read: Callable[[Session], Any], session: Session) -> str:
    return message(event, read(session))


def _presses(told: Notice | Resync | None) -> bool:
    """Whether there is news of an alarm of high priority that nobody has taken."""
    alarm = told.thing if isinstance(told, Notice) else None
    return isinstance(alarm, Alarm) and alarm.priority == "high" and alarm.waits


def _may_see(subject: Subject, alarm: Alarm) -> bool:
    """Whether a person may know of an alarm: theirs to see, and not their own silent call for help."""
    return may(subject, Action.VIEW, alarm)


def _sees(subject: Subject, camera: str) -> bool:
    return subject.cameras is None or camera in subject.cameras


def _follows(subject: Subject, track: MovingTrack) -> bool:
    """Somebody on the plan is shown to who may see one of the cameras that see them."""
    return not track.cameras or any(_sees(subject, camera) for camera in track.cameras)


def _tracks(feed: LiveFeed, subject: Subject) -> dict[str, Any]:
    t, found = feed.tracks()
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
            for one in found
            if _follows(subject, one)
        ],
    }


def _picture(feed: LiveFeed, camera: str) -> dict[str, Any]:
    number, t = feed.news_of(camera) or (0, 0.0)
    return {"camera": camera, "number": number, "t": t}


def _scene(feed: LiveFeed) -> dict[str, Any]:
    scene = feed.scene()
    return {"title": scene.title, "utc": scene.utc, "exercise": scene.exercise}
