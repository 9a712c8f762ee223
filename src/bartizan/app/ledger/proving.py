"""The proof of the whole journal while the desk is at work: every record, once a day, at a pace that nobody feels.

A desk with a long journal does not read it whole at its start. What it reads later is proved then; what nobody reads
is proved here. What was altered or lost is an alarm of high priority.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from bartizan.app.ledger.ledger import Ledger
from bartizan.errors import StoreError
from bartizan.signal import Signal, rfc3339

AGAIN = 86_400.0  # seconds from one proof to the next
SHARE = 0.2  # of one processor at most
RUN = "journal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How far the proof has come: `proved` records; when the whole was proved last (UTC), and what is wrong with it."""

    proved: int = 0
    whole_at: datetime | None = None
    fault: str | None = None


class Proving:
    """The proof of a ledger's journal. `take` takes the signal of an altered one: `Desk.take`."""

    def __init__(self, ledger: Ledger, take: Callable[[Signal, str], object]) -> None:
        self._ledger = ledger
        self._take = take
        self.proof = Proof()

    def run(self, stop: threading.Event, *, again: float = AGAIN) -> None:
        """Prove the whole, then wait, until `stop`."""
        while not stop.is_set():
            self.prove(stop)
            stop.wait(again)

    def prove(self, stop: threading.Event) -> Proof:
        """Prove the whole once; ends early at `stop`. The fault that is found is told as an alarm, once."""
        after = 0
        while not stop.is_set():
            begun = time.monotonic()
            try:
                found = self._ledger.prove(after)
            except StoreError as fault:
                self.proof = Proof(proved=after, fault=str(fault))
                self._tell(str(fault))
                return self.proof
            whole = found == after
            self.proof = Proof(proved=found, whole_at=self._ledger.utc() if whole else self.proof.whole_at)
            if whole:
                break
            after = found
            stop.wait((time.monotonic() - begun) * (1.0 / SHARE - 1.0))
        return self.proof

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Prove in a thread of its own while the context lasts."""
        stop = threading.Event()
        thread = threading.Thread(target=self.run, args=(stop,), name="proving", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _tell(self, fault: str) -> None:
        utc = self._ledger.utc()
        # the same time of its own every day: told again it is the same alarm
        signal = Signal(
            id="journal-altered",
            t=0.0,
            kind="journal-altered",
            state="raised",
            utc=rfc3339(utc),
            severity="high",
            because={"fault": fault},
        )
        try:
            self._take(signal, RUN)
        except StoreError:
            # a journal that cannot be read may not be written either; the proof says so, and the pages show it
            return
