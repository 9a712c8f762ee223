"""What an alarm means now: its chain, its place, since when, the interruption clock and a line of words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bartizan.app.desk.chain import CHAIN_WINDOW, Chain, chain_of
from bartizan.app.desk.place import Places
from bartizan.app.desk.words import advice
from bartizan.assess.clock import ClockReading, read_clock
from bartizan.assess.clock import Dispatch as ClockDispatch
from bartizan.desk.alarms import Alarm
from bartizan.errors import BartizanError
from bartizan.site.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What an alarm means now.

    `place` is an area's or element's id; `since` the t0 of the clock and `now` the instant of the reading (UTC);
    `chain` the numbers of the alarms of the same intrusion. `reading` is None where there is no clock; `reason` then
    says why. `words` is one line for the person who has to act.
    """

    alarm: str
    place: str | None
    since: datetime | None
    now: datetime
    chain: tuple[int, ...]
    reading: ClockReading | None
    reason: str | None
    words: str


class Situations:
    """Reads the situation of alarms on one site, for one threat and target (None: as `bartizan.assess.clock` says)."""

    def __init__(
        self, site: Site, *, threat: str | None = None, target: str | None = None, window: timedelta = CHAIN_WINDOW
    ) -> None:
        self._site = site
        self._threat = threat
        self._target = target
        self._window = window
        self._places = Places(site, target)

    def of(self, alarm: Alarm, alarms: Iterable[Alarm], now: datetime) -> Situation:
        """The situation of one alarm among the open `alarms` at `now` (UTC)."""
        chain = chain_of(alarm, alarms, self._places, self._window)
        if isinstance(chain, str):
            return self._without(alarm, None, chain, now)
        if not alarm.is_open:
            return self._without(alarm, chain, "The alarm is closed.", now)
        if alarm.disposition not in (None, "real"):
            return self._without(alarm, chain, f"The alarm was assessed as {alarm.disposition}.", now)
        try:
            reading = self._read(chain, now)
        except BartizanError as fault:  # the site lacks a part: the alarm stands, only its clock does not
            return self._without(alarm, chain, str(fault), now)
        return Situation(
            alarm=alarm.id,
            place=chain.place.id,
            since=chain.since,
            now=now,
            chain=tuple(member.number for member in chain.alarms),
            reading=reading,
            reason=None,
            words=advice(self._site, reading),
        )

    def _read(self, chain: Chain, now: datetime) -> ClockReading:
        dispatches = _dispatches(chain)
        assessed = [
            member.assessed_at.timestamp()
            for member in chain.alarms
            if member.disposition == "real" and member.assessed_at is not None
        ]
        past = [chain.since.timestamp(), *assessed, *(one.sent_at for one in dispatches if one.sent_at is not None)]
        return read_clock(
            self._site,
            target=self._target,
            threat=self._threat,
            place=chain.place.id,
            since=chain.since.timestamp(),
            # where the machine's clock was set back, what was recorded does not come to lie in the future
            now=max(now.timestamp(), *past),
            dispatches=dispatches,
            assessed_at=min(assessed, default=None),
            contact_confirmed=any(member.contact_confirmed for member in chain.alarms),
        )

    def _without(self, alarm: Alarm, chain: Chain | None, reason: str, now: datetime) -> Situation:
        return Situation(
            alarm=alarm.id,
            place=None if chain is None else chain.place.id,
            since=None if chain is None else chain.since,
            now=now,
            chain=(alarm.number,),
            reading=None,
            reason=reason,
            words=reason,
        )


def _dispatches(chain: Chain) -> tuple[ClockDispatch, ...]:
    """What was sent on any alarm of the chain: each response once, from its first sending."""
    sent: dict[str, float | None] = {}
    there: set[str] = set()
    for dispatch in (dispatch for member in chain.alarms for dispatch in member.dispatches):
        known = sent.get(dispatch.response)
        own = None if dispatch.sent_at is None else dispatch.sent_at.timestamp()
        sent[dispatch.response] = min((moment for moment in (known, own) if moment is not None), default=None)
        if dispatch.on_scene_at is not None:
            there.add(dispatch.response)
    return tuple(
        ClockDispatch(response=response, sent_at=at, on_scene=response in there) for response, at in sent.items()
    )
