"""Hands the messages of this machine's cameras to a broker, and keeps each until somebody says that he has it.

The broker's own word is not enough: it says that a message has come to the broker, which may be killed before anybody
hears of it. So whoever joins the messages says which he took, and what he did not is sent again.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque

from bartizan.adapters.bus.access import Access
from bartizan.adapters.bus.address import BusAddress
from bartizan.adapters.bus.line import Line
from bartizan.adapters.bus.spool import Spool
from bartizan.errors import StoreError

TURN = 0.05  # seconds between two looks: what comes within them is written to disk in one go
WINDOW = 500  # messages that are sent and not yet taken
AGAIN = 5.0  # seconds after which a message that nobody took is sent again
MOST = 2000  # messages that wait to be written to disk: only where the disk has stopped
MOST_TAKEN = 1 << 16  # bytes of a word about what was taken


class Publisher:
    """Tells a broker what cameras tell; a context. Nothing is lost while the broker is away but what the spool drops.

    `waiting`: how many wait to be taken, as far as WINDOW. `unwritten` counts messages that the disk did not take in
    time. `failed` is what ended it, where something did. `spool_dropped`: what the disk dropped, by the reason.
    """

    def __init__(self, address: BusAddress, access: Access, spool: Spool) -> None:
        self.unwritten = 0
        self.waiting = WINDOW
        self.failed: StoreError | None = None
        self.spool_dropped: dict[str, int] = {}
        self._spool = spool
        self._address = address
        self._lock = threading.Lock()
        self._inbox: deque[tuple[str, int, str, bytes]] = deque()
        self._taken: deque[tuple[str, int]] = deque()
        self._sent: dict[int, float] = {}
        self._last = 0
        self._anew = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self.line = Line(address, access, topics=[address.topic("taken", "+")], heard=self._hear, up=self._anew.set)

    def __enter__(self) -> Publisher:
        self.line.open()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def tell(self, sender: str, number: int, camera: str, body: bytes) -> None:
        """Hand over a message. It is on disk within a TURN."""
        with self._lock:
            if len(self._inbox) >= MOST:
                self._inbox.popleft()
                self.unwritten += 1
            self._inbox.append((sender, number, camera, body))

    def say(self, topic: str, body: bytes) -> None:
        """Publish something of the moment under our prefix: it is not kept."""
        self.line.say(self._address.topic(topic), body)

    def drain(self, wait: float) -> bool:
        """Wait until all is taken, at most `wait` [s]; whether it is."""
        until = time.monotonic() + wait
        while time.monotonic() < until and self.failed is None:
            with self._lock:
                empty = not self._inbox
            if empty and not self.waiting:
                return True
            time.sleep(TURN)
        return False

    def close(self) -> None:
        """Write what is left to disk, and hang up."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        self.line.close()
        self._spool.close()

    def _run(self) -> None:
        try:
            while True:
                over = self._over.wait(TURN)
                self._turn()
                if over:
                    return
        except StoreError as error:
            self.failed = error

    def _turn(self) -> None:
        with self._lock:
            put, self._inbox = self._inbox, deque()
            taken, self._taken = self._taken, deque()
            self.waiting = max(self.waiting, len(put))
        if put:
            self._spool.put(put, time.time())
            self.spool_dropped = self._spool.dropped
        if taken:
            self._spool.taken(taken)
        oldest = self._spool.oldest(WINDOW)
        # what was taken or dropped is gone from the disk, and needs no more thought
        self._sent = {id_: self._sent[id_] for id_ in oldest if id_ in self._sent}
        self.waiting = len(oldest)
        self._send(oldest, time.monotonic())

    def _send(self, oldest: list[int], now: float) -> None:
        if not self.line.connected.is_set():
            return
        if self._anew.is_set():
            self._anew.clear()
            self._sent.clear()
        for id_ in oldest:
            kept = self._spool.message(id_) if now - self._sent.get(id_, -AGAIN) >= AGAIN else None
            if kept is None:
                continue
            if not self.line.say(self._address.topic("report", kept.camera), kept.body):
                return
            self._sent[id_] = now

    def _hear(self, _topic: str, body: bytes) -> None:
        """Somebody says what he has; whatever it is, it is judged here."""
        if len(body) > MOST_TAKEN:
            return
        try:
            told = json.loads(body)
            sender, numbers = str(told["sender"]), [int(number) for number in told["numbers"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        known = [(sender, number) for number in numbers[:1000] if 0 < number < 1 << 53]
        with self._lock:
            self._taken.extend(known)
            while len(self._taken) > 100 * WINDOW:
                self._taken.popleft()
