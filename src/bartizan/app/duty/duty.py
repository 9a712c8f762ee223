"""Duty at one desk: who is on it, the alarm when nobody is, and the silent call for help.

What is amiss becomes an alarm like any other, through the one way in, and clears when somebody is there again. Its
signal is named after the moment since when it holds, so that a restart goes on with the alarm and raises no second.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from bartizan.app.desk.desk import Desk
from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.journal import Record
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.alarms.hidden import DUTY_RUN
from bartizan.desk.duty import ROSTER, Lapse, OnDuty, Roster, asked, duress_signal, lapses, presence
from bartizan.desk.event import instant
from bartizan.desk.said import person as name_of
from bartizan.signal import Signal
from bartizan.site.duty import DutyRules

TOPIC = "duty"
LAPSES = ("desk-unmanned", "desk-unwatched", "no-sign-of-life")


class Duty:
    """The duty of one desk: a book of its ledger. Every method may be called from any thread.

    `minds`: whether it raises alarms at all, as the site's `[desk]` demands; a desk of an exercise does not.
    """

    topics = ()

    def __init__(
        self, ledger: Ledger, desk: Desk, *, new_id: Callable[[], str] = lambda: str(uuid4()), minds: bool = True
    ) -> None:
        self._ledger, self._desk, self._new_id, self._minds = ledger, desk, new_id, minds
        self._beats: dict[str, datetime] = {}
        self._opened: datetime | None = None
        self._book: Histories[Roster, presence.Event] = Histories(
            ledger, topic=TOPIC, apply=presence.apply, codec=presence.CODEC
        )
        ledger.add(self)

    # ---- who is there

    @property
    def rules(self) -> DutyRules:
        """What the site demands."""
        return self._desk.site.desk or DutyRules()

    @property
    def roster(self) -> Roster | None:
        """Who is on duty, as it stands; None where nobody ever was."""
        return self._book.find(ROSTER)

    def on_duty(self, at: datetime | None = None) -> tuple[OnDuty, ...]:
        """Who is on duty, or was at an instant (UTC), in the order in which they came."""
        if at is None:
            roster = self.roster
            return () if roster is None else roster.people
        then: Roster | None = None
        for event in self._book.history(ROSTER) if self.roster is not None else ():
            if event.at > at:
                break
            then = presence.apply(then, event)
        return () if then is None else then.people

    def come(self, person: str, by: str) -> tuple[OnDuty, ...]:
        """Put a person on duty. On duty already: nothing changes. Errors: CommandError; StoreError."""
        with self._ledger.lock:
            events = presence.decide_come(self.roster, person, by=by, at=self._ledger.utc())
            self._beats[name_of(person)] = self._ledger.utc()
            return self._commit(events)

    def go(self, person: str, by: str) -> tuple[OnDuty, ...]:
        """Take a person off duty. Not on duty: nothing changes. Errors: CommandError; StoreError."""
        with self._ledger.lock:
            return self._commit(presence.decide_go(self.roster, person, by=by, at=self._ledger.utc()))

    def answer(self, person: str, digit: int = 0, *, area: str | None = None) -> tuple[OnDuty, ...]:
        """A sign of life of a person on duty: any digit; the site's own digit also calls for help in silence.

        What is returned, and what can be seen of it, is the same either way. Errors: TransitionError where the person
        is not on duty; StoreError.
        """
        with self._ledger.lock:
            if digit == self.rules.duress_digit:
                # first: whatever may be wrong with the answer, the call goes out
                self.call_for_help(person, area=area)
            return self._commit(presence.decide_answer(self.roster, person, at=self._ledger.utc()))

    def beat(self, person: str) -> None:
        """A screen of this person is alive. Kept in memory alone: it comes every few seconds."""
        with self._ledger.lock:
            roster = self.roster
            if roster is not None and roster.find(person) is not None:
                self._beats[person] = self._ledger.utc()

    def asked(self) -> tuple[tuple[str, datetime], ...]:
        """Who is to give a sign of life now, and until when (UTC)."""
        with self._ledger.lock:
            return asked(self.roster, self.rules, self._ledger.utc()) if self._minds else ()

    # ---- help

    def call_for_help(self, person: str, *, area: str | None = None, exercise: bool = False) -> None:
        """Raise a silent call for help of a person, on duty or not: all hear of it but this person.

        Nothing is returned, so that nothing can be shown of it. Errors: CommandError; StoreError, and then nobody
        knows: call again.
        """
        with self._ledger.lock:
            signal = duress_signal(self._new_id(), name_of(person), at=self._ledger.utc(), area=area, exercise=exercise)
            self._desk.submit(signal, DUTY_RUN)

    # ---- for the ledger

    def replay(self, record: Record) -> None:
        """Nothing: its records are its book's."""

    def pass_time(self, at: datetime) -> None:
        """Raise what is amiss, clear what no longer is."""
        self._opened = self._opened or at
        if not self._minds:
            return
        if (self.rules.minds or self._desk.site.tours) and self.roster is None:
            self._commit(presence.decide_begin(None, by="desk", at=at))
        wrong = {_id(lapse): lapse for lapse in lapses(self.roster, self._beats, self.rules, at, self._opened)}
        standing = {
            alarm.source.signal: alarm
            for alarm in self._desk.open_alarms()
            if alarm.source.run == DUTY_RUN and alarm.source.kind in LAPSES and alarm.condition == "active"
        }
        for name, alarm in standing.items():
            if name not in wrong:
                over = Signal(
                    id=name,
                    t=max(at.timestamp(), alarm.source.t),
                    utc=instant(at),
                    kind=alarm.source.kind,
                    state="ended",
                    severity=alarm.priority,
                    because=alarm.signal["because"],
                )
                self._desk.submit(over, DUTY_RUN)
        for name, lapse in wrong.items():
            if name not in standing:
                self._desk.submit(_signal(name, lapse, self.rules), DUTY_RUN)

    def _commit(self, events: tuple[presence.Event, ...]) -> tuple[OnDuty, ...]:
        if events:
            self._book.commit(ROSTER, events)
        return self.on_duty()


def _id(lapse: Lapse) -> str:
    return f"{lapse.kind}/{lapse.person or ''}/{instant(lapse.since)}"


def _signal(name: str, lapse: Lapse, rules: DutyRules) -> Signal:
    because = {"since": instant(lapse.since)} | ({} if lapse.person is None else {"person": lapse.person})
    return Signal(
        id=name,
        t=lapse.due.timestamp(),
        utc=instant(lapse.due),
        since=lapse.since.timestamp(),
        kind=lapse.kind,
        state="raised",
        severity=rules.severity,
        because=because,
    )
