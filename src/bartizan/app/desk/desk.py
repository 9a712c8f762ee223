"""The desk: signals become alarms, people deal with them, and whoever listens hears of it when it is durable.

One lock, one writer. A command is decided on the present state, folded, appended to the journal, and only then shown
and told. Where the journal refuses, nothing has changed and nobody has heard anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from bartizan.app.desk.chain import CHAIN_WINDOW
from bartizan.app.desk.silent import SilentSignals
from bartizan.app.desk.situation import Situation, Situations
from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.ledger import Ledger
from bartizan.app.ledger.subscription import ROOM, Subscription
from bartizan.assess.clock import ClockReading
from bartizan.desk.alarms import (
    CODEC,
    MOST_ROWS,
    Alarm,
    Disposition,
    Event,
    ExerciseMixError,
    Group,
    HistoryError,
    SignalError,
    Source,
    UnknownAlarmError,
    apply,
    group,
    urgency,
)
from bartizan.desk.alarms import decide as decisions
from bartizan.desk.alarms.groups import source_of
from bartizan.desk.alarms.hidden import DUTY_RUN, shown_to
from bartizan.desk.alarms.report import again, decide_open, decide_reactivate, decide_report, same
from bartizan.desk.errors import UnknownThingError
from bartizan.desk.service import Outage
from bartizan.errors import BartizanError
from bartizan.signal import Signal
from bartizan.site.site import Site

_TELLING = ("raised", "reactivated")  # the events that tell which signal an alarm is of


class _Batch:
    """What several signals bring, for one commit; `answers` are filled when it is kept."""

    def __init__(self, alarms: Histories[Alarm, Event], answers: list[Alarm | BartizanError | None]) -> None:
        self._alarms, self._answers = alarms, answers
        self.keys: set[tuple[Any, ...]] = set()  # of the signals in it: ids and sources
        self.events: dict[str, Sequence[Event]] = {}
        self.fresh = 0  # alarms that begin with it
        self._places: dict[str, int] = {}

    def add(self, place: int, keys: set[tuple[Any, ...]], name: str, events: Sequence[Event]) -> None:
        self.keys |= keys
        self.events[name] = events
        self.fresh += bool(events) and events[0].version == 1
        self._places[name] = place

    def keep(self) -> None:
        try:
            self._alarms.commit_all(self.events)
        except BartizanError as fault:
            for place in self._places.values():
                self._answers[place] = fault
        else:
            for name, place in self._places.items():
                self._answers[place] = self._alarms.get(name)
        self.keys, self.events, self.fresh, self._places = set(), {}, 0, {}


class Desk:
    """The alarms of one site.

    Parameters: the `site` (in the state that holds); the `ledger`, opened when every book has been added to it (see
    `bartizan.app.room.room`); `new_id`, fresh opaque ids; the `threat` and `target` that the interruption clock
    reckons with (None: as `bartizan.assess.clock` says); `chain_window`, how long an alarm without news still belongs
    with a later one (`bartizan.app.desk.chain`). How soon what comes again is the same alarm is the site's to say.

    Every method may be called from any thread.
    """

    def __init__(
        self,
        site: Site,
        ledger: Ledger,
        *,
        new_id: Callable[[], str] = lambda: str(uuid4()),
        threat: str | None = None,
        target: str | None = None,
        chain_window: timedelta = CHAIN_WINDOW,
    ) -> None:
        self.site = site
        self._ledger = ledger
        self._lock = ledger.lock
        self._new_id = new_id
        self._situate = partial(Situations, threat=threat, target=target, window=chain_window)
        self._situations = self._situate(site)
        self._by_signal: dict[tuple[str, str], str] = {}
        self._by_source: dict[tuple[Any, ...], str] = {}
        self._indexed: dict[str, Source] = {}
        self._alarms: Histories[Alarm, Event] = Histories(
            ledger,
            topic="alarm",
            apply=apply,
            codec=CODEC,
            shown=self._index,
            is_open=lambda alarm: alarm.is_open,
            due=lambda alarm, at: decisions.decide_pass_time(alarm, at=at),
            settled=("closed",),
        )
        self._silent = SilentSignals(ledger)
        # who knows what is out of service says so: nothing is, unless somebody is told of
        self.out_of_service: Callable[[Signal], Outage | None] = lambda _signal: None

    def hold(self, site: Site) -> None:
        """From now on the site is in another state: clocks reckon with it. Alarms stay as they are."""
        with self._lock:
            self.site, self._situations = site, self._situate(site)

    # ---- signals

    def take(self, signal: Signal, run: str = "") -> Alarm | None:
        """Take a signal as it comes: a silent one is kept in the journal and is no alarm, any other is submitted.

        Errors: as `submit`; SignalError where the run is the one that the duty of the desk itself has.
        """
        if run == DUTY_RUN:
            raise SignalError(f"no source is called {run!r}: so the desk calls itself. Give the source another name")
        if signal.silent is None:
            return self.submit(signal, run)
        self._silent.take(signal, run)
        return None

    def submit(self, signal: Signal, run: str = "") -> Alarm:
        """Take a signal: open its alarm, go on with it, or clear it. Returns the alarm, durable by then.

        `run` names the run where ids of signals are unique only within one. The same signal twice is one alarm.
        Errors: SignalError, also for a silent signal, which is no alarm; ExerciseMixError; StoreError, and then the
        alarm is not stored: submit it again.
        """
        if signal.silent is not None:
            raise SignalError(f"signal {signal.id!r} is silent ({signal.silent}) and no alarm. Give it to take()")
        with self._lock:
            return self._alarms.commit(*self._decided(signal, run, len(self._alarms)))

    def take_together(self, told: Sequence[tuple[Signal, str]]) -> list[Alarm | BartizanError | None]:
        """Take many signals with their runs, each as `take` would, in few commits.

        Returns for each, in its place, what `take` returns or raises, durable by then. Where the journal refuses,
        all of a commit are refused.
        """
        answers: list[Alarm | BartizanError | None] = [None] * len(told)
        with self._lock:
            batch = _Batch(self._alarms, answers)
            for place, (signal, run) in enumerate(told):
                try:
                    if signal.silent is not None or run == DUTY_RUN:
                        answers[place] = self.take(signal, run)
                        continue
                    keys = {(run, signal.id), (signal.exercise, *source_of(signal.to_json()))}
                    # what is decided on an alarm must know all that was decided on it before
                    if keys & batch.keys:
                        batch.keep()
                    decided = self._decided(signal, run, len(self._alarms) + batch.fresh)
                    if decided[0] in batch.events:
                        batch.keep()
                        decided = self._decided(signal, run, len(self._alarms))
                    batch.add(place, keys, *decided)
                except BartizanError as fault:
                    answers[place] = fault
            batch.keep()
        return answers

    # ---- what people do; see bartizan.desk.alarms.decide for the meaning and the errors of each

    def acknowledge(self, alarm_id: str, by: str, version: int | None = None) -> Alarm:
        """Take the alarm; exactly one person wins, and AckLostError tells the others who."""
        return self._do(
            alarm_id, by, lambda alarm, at: decisions.decide_acknowledge(alarm, by=by, at=at, version=version)
        )

    def begin_assessment(self, alarm_id: str, by: str, version: int | None = None) -> Alarm:
        """Say that somebody is finding out what it is."""
        return self._do(
            alarm_id, by, lambda alarm, at: decisions.decide_begin_assessment(alarm, by=by, at=at, version=version)
        )

    def assess(
        self,
        alarm_id: str,
        by: str,
        disposition: Disposition,
        note: str | None = None,
        version: int | None = None,
        *,
        duplicate_of: str | None = None,
        force: bool = False,
    ) -> Alarm:
        """Say what it turned out to be; anything but "real" closes it as soon as its condition is cleared."""

        def decide(alarm: Alarm, at: datetime) -> Sequence[Event]:
            self._require_of_one_kind(alarm, duplicate_of)
            return decisions.decide_assess(
                alarm,
                disposition,
                by=by,
                at=at,
                note=note,
                duplicate_of=duplicate_of,
                force=force,
                version=version,
            )

        return self._do(alarm_id, by, decide)

    def dispose(
        self,
        alarm_id: str,
        by: str,
        disposition: Disposition,
        note: str | None = None,
        version: int | None = None,
        *,
        duplicate_of: str | None = None,
    ) -> Alarm:
        """Take the alarm, where nobody has, and say what it was, in one go."""

        def decide(alarm: Alarm, at: datetime) -> Sequence[Event]:
            self._require_of_one_kind(alarm, duplicate_of)
            return decisions.decide_dispose(
                alarm, disposition, by=by, at=at, note=note, duplicate_of=duplicate_of, version=version
            )

        return self._do(alarm_id, by, decide)

    def close(
        self, alarm_id: str, by: str, version: int | None = None, *, force: bool = False, reason: str | None = None
    ) -> Alarm:
        """Close an assessed alarm; while it is active only by `force` and with a `reason`."""
        return self._do(
            alarm_id,
            by,
            lambda alarm, at: decisions.decide_close(alarm, by=by, at=at, force=force, reason=reason, version=version),
        )

    def reopen(self, alarm_id: str, by: str, reason: str, version: int | None = None) -> Alarm:
        """Open a closed alarm again; it is to be acknowledged and assessed anew."""
        return self._do(
            alarm_id, by, lambda alarm, at: decisions.decide_reopen(alarm, by=by, at=at, reason=reason, version=version)
        )

    def send(self, alarm_id: str, response_id: str, by: str) -> Alarm:
        """Send a response of the site. Errors: UnknownIdError where the site has no such response."""
        self.site.response(response_id)
        return self._do(alarm_id, by, lambda alarm, at: decisions.decide_send(alarm, response_id, by=by, at=at))

    def on_scene(self, alarm_id: str, response_id: str, by: str) -> Alarm:
        """Say that a response is on the scene. Errors: UnknownIdError where the site has no such response."""
        self.site.response(response_id)
        return self._do(alarm_id, by, lambda alarm, at: decisions.decide_on_scene(alarm, response_id, by=by, at=at))

    def confirm_contact(self, alarm_id: str, by: str) -> Alarm:
        """Say that the response has answered."""
        return self._do(alarm_id, by, lambda alarm, at: decisions.decide_confirm_contact(alarm, by=by, at=at))

    def shelve(
        self,
        alarm_id: str,
        by: str,
        until: datetime,
        reason: str,
        *,
        version: int | None = None,
    ) -> Alarm:
        """Keep the alarm quiet until an instant, at most one shift ahead.

        Where it is active and of high priority this is a proposal (`Alarm.shelf_proposal`): see `agree_to_shelf`.
        """
        return self._do(
            alarm_id,
            by,
            lambda alarm, at: decisions.decide_shelve(alarm, by=by, at=at, until=until, reason=reason, version=version),
        )

    def agree_to_shelf(self, alarm_id: str, by: str, version: int | None = None) -> Alarm:
        """Agree, as a second person, to what another proposed: from now on the alarm is quiet."""
        return self._do(alarm_id, by, lambda alarm, at: decisions.decide_agree(alarm, by=by, at=at, version=version))

    def decline_shelf(self, alarm_id: str, by: str, reason: str | None = None) -> Alarm:
        """Decline, or take back, a proposal to keep the alarm quiet."""
        return self._do(alarm_id, by, lambda alarm, at: decisions.decide_decline(alarm, by=by, at=at, reason=reason))

    def unshelve(self, alarm_id: str, by: str, version: int | None = None) -> Alarm:
        """Let the alarm be heard again."""
        return self._do(alarm_id, by, lambda alarm, at: decisions.decide_unshelve(alarm, by=by, at=at, version=version))

    def hear_again(self, alarm_id: str) -> Alarm:
        """What the alarm is about is in service again, so it may be heard."""
        with self._lock:
            alarm = self.alarm(alarm_id)
            return self._alarms.commit(alarm_id, decisions.decide_hear_again(alarm, at=self._ledger.utc()))

    def pass_time(self) -> None:
        """Do what has become due on this desk. Call it about once a second."""
        self._ledger.pass_time()

    # ---- what can be read

    def silent(self) -> Iterator[Mapping[str, Any]]:
        """What was recorded and not sounded, oldest first: signals as `Signal.to_json` has them, with their `run`."""
        return self._silent.all()

    def lately_silent(self, count: int) -> tuple[Mapping[str, Any], ...]:
        """The last `count` of what was recorded and not sounded, oldest first: quick, however many there are."""
        return self._silent.latest(count)

    def queue(self) -> tuple[Alarm, ...]:
        """Every open alarm: shelved ones last, then high priority first, real ones, untaken ones, the oldest first."""
        return tuple(sorted(self._alarms.open(), key=urgency))

    def open_alarms(self) -> tuple[Alarm, ...]:
        """Every open alarm, in no order that means anything: for who looks at each of them every second."""
        return self._alarms.open()

    def groups(self, person: str | None = None, most: int = MOST_ROWS) -> tuple[Group, ...]:
        """The queue in at most `most` rows (see `bartizan.desk.alarms.groups`), less what `person` must not see."""
        return group((alarm for alarm in self._alarms.open() if shown_to(person, alarm)), most)

    def alarms(self) -> tuple[Alarm, ...]:
        """Every alarm, open and closed, oldest first."""
        return self._alarms.all()

    def latest(self, count: int) -> tuple[Alarm, ...]:
        """The `count` alarms that were raised last, in the order in which they were raised."""
        return self._alarms.latest(count)

    def awake(self) -> tuple[Alarm, ...]:
        """The alarms that need not be read from the journal first, in no order."""
        return self._alarms.awake()

    def alarm(self, alarm_id: str) -> Alarm:
        """One alarm. Errors: UnknownAlarmError."""
        try:
            return self._alarms.get(alarm_id)
        except UnknownThingError:
            raise _unknown(alarm_id) from None

    def history(self, alarm_id: str) -> tuple[Event, ...]:
        """Everything that ever happened to an alarm, in order, from the journal. Errors: UnknownAlarmError."""
        return self._alarms.history(self.alarm(alarm_id).id)

    @property
    def seq(self) -> int:
        """The place of the last event in the journal; 0 where there is none."""
        return self._ledger.seq

    def situation(self, alarm_id: str) -> Situation:
        """The alarm's chain, place, t0 and interruption clock, with a line of words. Errors: UnknownAlarmError."""
        with self._lock:
            alarm = self.alarm(alarm_id)
            waiting = self._alarms.open()
            at = self._ledger.utc()
        return self._situations.of(alarm, waiting, at)

    def clock(self, alarm_id: str) -> ClockReading | None:
        """The interruption clock of the alarm; None where it has none (`situation` says why)."""
        return self.situation(alarm_id).reading

    def subscribe(self, room: int = ROOM) -> Subscription:
        """Hear of everything from now on; at most `room` notices wait, then the listener is told to read again."""
        return self._ledger.subscribe(room)

    # ---- inside

    def _do(self, alarm_id: str, by: str, decide: Callable[[Alarm, datetime], Sequence[Event]]) -> Alarm:
        with self._lock:
            alarm = self.alarm(alarm_id)
            if not shown_to(by, alarm):
                raise _unknown(alarm_id)
            return self._alarms.commit(alarm.id, decide(alarm, self._ledger.utc()))

    def _decided(self, signal: Signal, run: str, count: int) -> tuple[str, Sequence[Event]]:
        """What a signal brings, and to which alarm; `count`: how many alarms there are."""
        at = self._ledger.utc()
        known = self._known(run, signal.id)
        alarm = None if known is None else self._alarms.get(known)
        if alarm is not None and same(alarm, signal, run):
            return alarm.id, decide_report(alarm, signal, run=run, at=at)
        alarm = None if run == DUTY_RUN else self._come_again(signal, run, at)
        if alarm is not None:
            return self._in_service(alarm, signal, decide_reactivate(alarm, signal, run=run, at=at))
        opened = decide_open(signal, id=self._fresh_id(), number=count + 1, run=run, at=at)
        return self._in_service(None, signal, opened)

    def _in_service(self, alarm: Alarm | None, signal: Signal, events: Sequence[Event]) -> tuple[str, Sequence[Event]]:
        """What a report brings to which alarm; one of what is out of service is quiet from its first instant on."""
        for event in events:
            alarm = apply(alarm, event)
        assert alarm is not None  # noqa: S101 - what came brings an event at least
        outage = self.out_of_service(signal)
        if outage is not None:
            events = (
                *events,
                *decisions.decide_suppress(
                    alarm,
                    outage=outage.id,
                    who=outage.by,
                    second=outage.second,
                    until=outage.until,
                    reason=outage.reason,
                    at=events[-1].at,
                ),
            )
        return alarm.id, events

    def _require_of_one_kind(self, alarm: Alarm, duplicate_of: str | None) -> None:
        if duplicate_of is not None and self.alarm(duplicate_of).exercise != alarm.exercise:
            raise ExerciseMixError(
                f"alarm {alarm.number} and the one it is said to repeat are not both exercise or both real"
            )

    def _come_again(self, signal: Signal, run: str, at: datetime) -> Alarm | None:
        """The alarm that a new report repeats; None where it is an alarm of its own."""
        rules = self.site.desk
        known = self._by_source.get((signal.exercise, *source_of(signal.to_json())))
        if rules is None or not rules.reactivation or known is None:
            return None
        alarm = self._alarms.get(known)
        return alarm if again(alarm, signal, run, timedelta(seconds=rules.reactivation), at) else None

    def _known(self, run: str, signal_id: str) -> str | None:
        """The alarm that this signal belongs to; where a source has used an id again, the newer one."""
        awake = self._by_signal.get((run, signal_id))
        told = self._alarms.recall(_TELLING, signal_id, run)
        if awake is None or told is None:
            return awake or told
        return max(awake, told, key=self._alarms.begun)

    def _index(self, alarm_id: str, alarm: Alarm) -> None:
        if self._indexed.get(alarm_id) != alarm.source:
            self._indexed[alarm_id] = alarm.source
            self._by_signal[alarm.source.run, alarm.source.signal] = alarm_id
            self._by_source[alarm.exercise, *source_of(alarm.signal)] = alarm_id

    def _fresh_id(self) -> str:
        fresh = self._new_id()
        if not fresh or self._alarms.find(fresh) is not None:
            raise HistoryError(f"the source of ids gave {fresh!r}, which is empty or in use. Give fresh ids")
        return fresh


def _unknown(alarm_id: str) -> UnknownAlarmError:
    return UnknownAlarmError(f"there is no alarm {alarm_id!r:.60}. Read the queue again")
