"""Hears from a broker what sensors and doors tell, and says that a message is taken when it is on disk.

The broker keeps what is told while nobody is there (a persistent session, QoS 1), and tells again what was not taken:
a desk that is killed between hearing and keeping hears it once more.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable

from bartizan.adapters.bus.access import Access
from bartizan.adapters.bus.address import BusAddress
from bartizan.adapters.bus.line import Line, Message, Session
from bartizan.errors import StoreError

LASTS = 7 * 24 * 3600  # seconds that a broker keeps messages for a desk that is away
MOST = 1000  # messages that wait to be kept; what comes beyond stays with the broker, and is told at the next line
AGAIN = 1.0  # seconds before a message that the disk refused is tried again

Hear = Callable[[str, bytes, bool], object]
"""Keeps a message: its topic, its bytes, and whether the broker had kept it. StoreError: it was not kept."""


class Inlet:
    """Hands messages of `topics` to `hear`, one after the other; a context.

    `name` is that of this desk at the broker, and no other desk's. `lost` counts what came while too much waited and
    was told at QoS 0, which no broker tells again. `refusing`: why the disk refuses, in words, while it does. `broken`
    counts messages that `hear` failed at, which telling again would not mend, and `trouble` hears of the first.
    """

    def __init__(
        self,
        address: BusAddress,
        access: Access,
        *,
        name: str,
        topics: Iterable[str],
        hear: Hear,
        trouble: Callable[[str], None] = lambda words: None,
    ) -> None:
        self.lost = 0
        self.broken = 0
        self.refusing = ""
        self._hear, self._trouble = hear, trouble
        self._waiting: queue.Queue[Message] = queue.Queue(MOST)
        self._over = threading.Event()
        session = Session(name=name, lasts=LASTS)
        self.line = Line(address, access, topics=topics, session=session, told=self._put)
        self._thread = threading.Thread(target=self._run, name="inlet", daemon=True)

    def __enter__(self) -> Inlet:
        self.line.open()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        self.line.close()

    def _put(self, message: Message) -> None:
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            self.lost += message.quality == 0

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                message = self._waiting.get(timeout=0.1)
            except queue.Empty:
                continue
            self._keep(message)

    def _keep(self, message: Message) -> None:
        """Keep one message, however often the disk refuses; what comes after waits, so that the order stays."""
        while not self._over.is_set():
            try:
                self._hear(message.topic, message.body, message.kept)
            except StoreError as error:
                self.refusing = str(error)
                self._over.wait(AGAIN)
                continue
            except Exception as error:  # noqa: BLE001 - one message must not end the hearing of all others
                self.broken += 1
                if self.broken == 1:
                    self._trouble(f"a message on {message.topic:.100} could not be dealt with: {error!r:.300}")
            self.refusing = ""
            self.line.take(message)
            return
