"""Tells a broker how the desk stands: what has changed at once, and everything anew whenever the line comes up."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from bartizan.adapters.bus.access import Access
from bartizan.adapters.bus.address import BusAddress
from bartizan.adapters.bus.line import Line, Will
from bartizan.app.intake.announce import OFFLINE, ONLINE, Announcer
from bartizan.app.ledger.subscription import Notice, Resync
from bartizan.desk.alarms import Alarm

TURN = 0.1  # seconds between two looks: what changes within them is told once
MOST = 10_000  # alarms whose news wait for a line; beyond it the oldest go, and their states stay told


class News(Protocol):
    """A subscription of the desk's ledger."""

    def get(self, timeout: float | None = None) -> Notice | Resync | None:
        """The next notice, a resync, or None after the time."""
        ...


class Outlet:
    """Tells `announcer`'s topics at a broker; a context.

    `alarms` gives the open alarms, `news` every notice of the desk. `discovery`: Home Assistant's prefix, or None where
    it is not told. `dropped` counts news that no line came for; what the kept topics say is not concerned.
    """

    def __init__(
        self,
        address: BusAddress,
        access: Access,
        announcer: Announcer,
        *,
        alarms: Callable[[], Iterable[Alarm]],
        news: News,
        discovery: str | None,
    ) -> None:
        self.dropped = 0
        self._changed = True
        self._announcer, self._alarms, self._news, self._discovery = announcer, alarms, news, discovery
        self._said: dict[str, bytes] = {}
        self._waiting: OrderedDict[str, tuple[str, bytes]] = OrderedDict()
        self._anew = threading.Event()
        self._over = threading.Event()
        topics = [] if discovery is None else [f"{discovery}/status"]
        will = Will(topic=announcer.status, body=OFFLINE)
        self.line = Line(address, access, topics=topics, heard=self._hear, up=self._anew.set, will=will)
        self._thread = threading.Thread(target=self._run, name="outlet", daemon=True)

    def __enter__(self) -> Outlet:
        for alarm in self._alarms():
            self._note(alarm)
        self.line.open()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        # a line that is hung up tells no will
        self.line.say(self._announcer.status, OFFLINE, keep=True)
        self.line.close()

    def _run(self) -> None:
        while not self._over.is_set():
            notice = self._news.get(TURN)
            if notice is not None:
                # what comes in one burst is told in one go
                self._over.wait(TURN)
            while notice is not None:
                self._changed = True
                if isinstance(notice, Resync):
                    for alarm in self._alarms():
                        self._note(alarm)
                elif isinstance(notice.thing, Alarm):
                    self._note(notice.thing)
                notice = self._news.get(0.0)
            self._tell()

    def _note(self, alarm: Alarm) -> None:
        """News of an alarm: only how it stands last is told."""
        event = self._announcer.event(alarm)
        if event is None:
            return
        self._waiting.pop(alarm.id, None)
        self._waiting[alarm.id] = event
        while len(self._waiting) > MOST:
            self._waiting.popitem(last=False)
            self.dropped += 1

    def _tell(self) -> None:
        if not self.line.connected.is_set():
            return
        if self._anew.is_set():
            self._anew.clear()
            self._said, self._changed = {}, True
            found = {} if self._discovery is None else self._announcer.discovery(self._discovery)
            self._keep({**found, self._announcer.status: ONLINE})
        if self._changed:
            self._changed = not self._keep(self._announcer.states(self._alarms()))
        while self._waiting:
            id_, (topic, body) = next(iter(self._waiting.items()))
            if not self.line.say(topic, body):
                return
            del self._waiting[id_]

    def _keep(self, told: Mapping[str, bytes]) -> bool:
        """Say what is not said yet; whether all of it is."""
        for topic, body in told.items():
            if self._said.get(topic) != body:
                if not self.line.say(topic, body, keep=True):
                    return False
                self._said[topic] = body
        return True

    def _hear(self, topic: str, body: bytes) -> None:
        """Home Assistant has begun: it is told of everything again."""
        if body[:10] == ONLINE:
            self._anew.set()
