"""Lets in what comes from other machines: of this site, from its cameras, in its time, and each message once."""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bartizan.app.live.wire import Armed, Held, Lost, Notice, Refusal, Tick, Told, WireError, decode

AHEAD = 10.0  # seconds that a message may be ahead of the clock: two machines' clocks never agree to the last second
MOST_SENDERS = 1000  # workers remembered: each start of a worker draws a new token
MOST_MISSING = 10_000  # numbers of one sender that are waited for

Refused = Refusal | Literal["no report", "another site", "an unknown camera", "twice", "ahead of the clock"]


@dataclass(slots=True)
class IntakeCounts:
    """What was let in, and what was not and why. `last` are the words for the latest refusal."""

    taken: int = 0
    refused: Counter[Refused] = field(default_factory=Counter)
    last: str = ""

    def words(self) -> str:
        """What was refused, for people; empty where nothing was."""
        told = ", ".join(f"{count:,} {'came ' if why == 'twice' else 'for '}{why}" for why, count in _sorted(self))
        return f"{told} (last: {self.last})" if told else ""


@dataclass(slots=True)
class _Numbers:
    """Which messages of one sender have come; `early` are those from before the first that was heard."""

    first: int
    top: int = 0
    missing: set[int] = field(default_factory=set)
    early: set[int] = field(default_factory=set)

    def take(self, number: int) -> bool:
        """Note a message; False where it has come before, or is so old that nobody remembers."""
        if number > self.top:
            first = max(self.top + 1, number - MOST_MISSING)
            self.missing.update(range(first, number))
            while len(self.missing) > MOST_MISSING:
                self.missing.remove(min(self.missing))
            self.top = number
            return True
        if number in self.missing:
            self.missing.remove(number)
            return True
        # what was told before we listened is sent again until somebody takes it
        if number < self.first and number not in self.early and len(self.early) < MOST_MISSING:
            self.early.add(number)
            return True
        return False


class Intake:
    """Reads messages of other machines for one run.

    `site` is what watching needs of the run's site (`Site.watch_hash`), `cameras` are those that may report, `zero`
    (UTC) is the zero of the run's times, or None where it has none. A message that was worked out from another zero is
    moved to this one. Nothing raises: what is refused is counted by its reason, and told in words. Memory is bounded
    whatever comes.
    """

    def __init__(self, site: str, cameras: Iterable[str], zero: datetime | None = None) -> None:
        self.counts = IntakeCounts()
        self._site = site
        self._cameras = frozenset(cameras)
        self._zero = zero
        self._numbers: OrderedDict[str, _Numbers] = OrderedDict()

    @property
    def missing(self) -> int:
        """Messages that were sent, by their numbers, and have not come."""
        return sum(len(numbers.missing) for numbers in self._numbers.values())

    def read(self, data: bytes, now: float = math.inf) -> tuple[Told | None, tuple[str, int] | None]:
        """The message in `data` as the run may take it, or None; and its sender and number, where it has them.

        `now` [s] is the run's clock: what is further ahead of it than AHEAD is refused.
        """
        try:
            told = decode(data)
        except WireError as error:
            self._refuse(error.reason, str(error))
            return None, None
        if isinstance(told, Tick | Lost | Armed | Held | Notice):
            self._refuse("no report", "a message that is only for recordings; each run has its own clock")
            return None, None
        name = (told.sender, told.number)
        return self._admit(told, now), name

    def _admit(self, told: Told, now: float) -> Told | None:
        if told.site != self._site:
            self._refuse(
                "another site",
                f"camera '{told.camera}' reports for the site {told.site[:12]}, and this is {self._site[:12]}. "
                "Give every machine the same site folder: its plan, zones, cameras and rules",
            )
            return None
        if told.camera not in self._cameras:
            self._refuse("an unknown camera", f"'{told.camera}' is no camera of the site")
            return None
        if not self._first(told.sender, told.number):
            self._refuse("twice", f"message {told.number} of '{told.camera}' came twice")
            return None
        moved = self._moved(told)
        if moved.t > now + AHEAD:
            self._refuse(
                "ahead of the clock",
                f"camera '{told.camera}' reports of {moved.t - now:.0f} s from now. Set the clock of its machine",
            )
            return None
        self.counts.taken += 1
        return moved

    def _first(self, sender: str, number: int) -> bool:
        numbers = self._numbers.pop(sender, None) or _Numbers(first=number, top=number - 1)
        self._numbers[sender] = numbers
        while len(self._numbers) > MOST_SENDERS:
            self._numbers.popitem(last=False)
        return numbers.take(number)

    def _moved(self, told: Told) -> Told:
        """With its time told from the run's zero."""
        if told.zero is None or self._zero is None:
            return told
        return told.moved(told.t + (told.zero - self._zero).total_seconds(), self._zero)

    def _refuse(self, why: Refused, words: str) -> None:
        self.counts.refused[why] += 1
        self.counts.last = words


def _sorted(counts: IntakeCounts) -> list[tuple[Refused, int]]:
    return sorted(counts.refused.items(), key=lambda item: (-item[1], item[0]))
