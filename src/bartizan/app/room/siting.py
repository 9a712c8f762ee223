"""The site of a desk that is at work: as its file says, taken anew when the file was written.

What the desk itself does with its site (posture and its clocks, procedures, responders, partners, inputs, tours,
escalations, the plan on its pages) follows at once. What was set up at the start and reads no site again is named:
it goes on with the site as it was then, until the desk is started again. That a desk took another site, and whose
doing it was, is kept in its journal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bartizan.app.incidents.posture import Posture
from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.codec import Codec
from bartizan.desk.errors import HistoryError
from bartizan.desk.event import Event
from bartizan.desk.said import person
from bartizan.site.site import Site

TOPIC = "site"
_ONLY = "file"  # the journal's stream is site/file


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTaken(Event):
    """From now on the desk goes by a site whose meaning has this `hash`, as its file was written by somebody."""

    kind = "site-taken"
    hash: str


CODEC: Codec[SiteTaken] = Codec(SiteTaken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The site that was taken last, and when (UTC)."""

    version: int
    hash: str
    since: datetime
    by: str


def _apply(before: Standing | None, event: SiteTaken) -> Standing:
    if event.version != (0 if before is None else before.version) + 1:
        raise HistoryError(f"the site's version {event.version} is not the next. Restore the journal from a backup")
    return Standing(version=event.version, hash=event.hash, since=event.at, by=event.by)


class Siting:
    """The site of one desk. `posture` gives it to whoever follows it."""

    def __init__(self, ledger: Ledger, posture: Posture) -> None:
        self._ledger, self._posture = ledger, posture
        self._set_up: dict[str, tuple[Callable[[Site], Any], Any]] = {}
        self._refused = False
        self._followers: list[Callable[[Site], object]] = []
        self._book: Histories[Standing, SiteTaken] = Histories(ledger, topic=TOPIC, apply=_apply, codec=CODEC)

    @property
    def site(self) -> Site:
        """The site as its file says, in no state."""
        return self._posture.site

    @property
    def taken(self) -> Standing | None:
        """What was taken last while a desk was at work; None where nothing ever was."""
        return self._book.find(_ONLY)

    def follow(self, follower: Callable[[Site], object]) -> None:
        """Tell `follower` the site, as its file says, whenever it is another."""
        self._followers.append(follower)

    def set_up(self, name: str, part: Callable[[Site], Any]) -> None:
        """Something named `name` was set up for what `part` gives of the site, and reads it not again."""
        self._set_up[name] = (part, part(self.site))

    @property
    def waits(self) -> tuple[str, ...]:
        """What goes on with the site as it was, because it is changed in what that needs: restart the desk for it.

        "desk" is all of it: the file says what the states that the desk was begun in cannot hold in.
        """
        if self._refused:
            return ("desk",)
        return tuple(name for name, (part, then) in self._set_up.items() if part(self.site) != then)

    def take(self, site: Site, by: str) -> tuple[str, ...]:
        """Go by another site from now on; returns what waits for a restart. Errors: StoreError."""
        by = person(by)
        with self._ledger.lock:
            self._refused = not self._posture.can_hold(site)
            if self._refused:
                return self.waits
            if site.hash != self.site.hash:
                version = 1 if self.taken is None else self.taken.version + 1
                event = SiteTaken(version=version, at=self._ledger.utc(), by=by, hash=site.hash)
                self._book.commit(_ONLY, [event])
            # names and sources are no part of the meaning, and are shown
            self._posture.resite(site)
        for follower in self._followers:
            follower(site)
        return self.waits
