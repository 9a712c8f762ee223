"""The desk's own clock: UTC taken once and carried on by the machine's count of seconds, whatever is set meanwhile.

Deadlines are instants in UTC. Were they compared with the machine's wall clock, somebody who sets it an hour wrong
would make every one of them an hour early or late. So the wall clock is read at the start; from then on the desk
counts the seconds since the machine was started, which nobody can set, sleep included. The wall clock is only watched:
a small difference is followed slowly, a large one is told and not followed. A person decides which of the two is
right, and has the desk take the wall clock's time by starting it with that order.

The count goes on over a restart of the desk: its first record says what the count was at which instant, so that a
desk that is started again on the same start of the machine goes on by the same clock.

It does not notice that the wall clock was wrong before the desk was first started, nor a pause of a virtual machine,
which stops every clock that it has: afterwards the wall clock is set right from outside, and that is told as a jump.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

JUMP = 2.0  # seconds of difference that are told; less is the ordinary work of keeping clocks together
SLEW = 0.000_5  # seconds a second by which a small difference is followed: under a second in half an hour
PAUSE = 15.0  # seconds between two looks, of about one second, that mean that the machine slept
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """An instant (UTC) and the count of seconds at it; `boot` names the start of the machine that it counts from."""

    utc: datetime
    elapsed: float
    boot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """The wall clock differs from the desk's by `seconds` (wall less desk); 0 within `JUMP`: they agree again."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The machine did nothing for so many `seconds`."""

    seconds: float


def seconds_since_boot() -> float:
    """Seconds since the machine was started, as far as it can say, with those in which it slept."""
    # Linux stops the one in sleep and not the other; macOS has one that goes on, and which Python's monotonic() is not
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"):
        if hasattr(time, name):
            return time.clock_gettime(getattr(time, name))
    return time.monotonic()


def boot_id() -> str:
    """The name of this start of the machine; empty where the system has none, and then no count is carried on."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


class SteadyClock:
    """The present instant in UTC, by call, from any thread.

    Parameters: `wall`, the machine's clock (UTC); `elapsed`, its count of seconds; `boot`, the name of its start;
    `anchor`, where an earlier desk had it, None to take the wall clock. An anchor of another boot is not used.
    """

    def __init__(
        self,
        *,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        elapsed: Callable[[], float] = seconds_since_boot,
        boot: str | None = None,
        anchor: Anchor | None = None,
    ) -> None:
        self._wall = wall
        self._elapsed = elapsed
        self._boot = boot_id() if boot is None else boot
        self._lock = threading.Lock()
        self._looked = elapsed()
        known = anchor is not None and self._boot != "" and anchor.boot == self._boot
        if known and anchor is not None and anchor.elapsed <= self._looked:
            self._utc, self._at = anchor.utc, anchor.elapsed
        else:
            self._utc, self._at = wall(), self._looked
        self._told = 0.0
        self._last = self._utc

    def __call__(self) -> datetime:
        """The present instant in UTC."""
        with self._lock:
            return self._now(self._elapsed())

    def anchor(self) -> Anchor:
        """Where this clock stands: for a desk that is started later."""
        with self._lock:
            counted = self._elapsed()
            return Anchor(utc=self._now(counted), elapsed=counted, boot=self._boot)

    def look(self) -> tuple[Jump | Pause, ...]:
        """Look at the wall clock, about once a second; returns what there is to tell, each thing once."""
        with self._lock:
            counted = self._elapsed()
            passed, self._looked = counted - self._looked, counted
            own = self._now(counted)
            differs = (self._wall() - own).total_seconds()
            found: list[Jump | Pause] = [Pause(seconds=passed)] if passed > PAUSE else []
            if abs(differs) <= JUMP:
                most = SLEW * passed
                self._utc, self._at = own + timedelta(seconds=max(-most, min(most, differs))), counted
                differs = 0.0
            if abs(differs - self._told) > JUMP or (differs == 0.0 != self._told):
                self._told = differs
                found.append(Jump(seconds=differs))
            return tuple(found)

    def _now(self, counted: float) -> datetime:
        # following a wall clock that is behind must not tell one instant twice in the wrong order
        self._last = max(self._last, self._utc + timedelta(seconds=counted - self._at))
        return self._last
