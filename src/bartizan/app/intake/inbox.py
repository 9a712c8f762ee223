"""The inbox of a desk: what comes is durable on the desk before anybody is told that it was taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bartizan.app.desk.desk import Desk
from bartizan.app.intake.lines import RUN as LINES
from bartizan.app.intake.lines import Lines
from bartizan.app.intake.panel import Panel, Turn
from bartizan.app.intake.reading import Reading, Refused, read
from bartizan.app.ledger import Ledger, Record
from bartizan.desk.alarms import Alarm
from bartizan.errors import UnknownIdError
from bartizan.site.inputs import Input
from bartizan.site.site import Site

RUN = "inputs"  # the run of the signals that the panel makes
_MOST_REASONS = 1000  # pairs of input and reason that are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of an input: its state (None: it has said nothing yet) and since when, when it was heard last, the
    kinds of its signals that go on, and how many of its messages were refused. Instants in UTC."""

    input: str
    on: bool | None
    since: datetime | None
    heard: datetime
    going_on: tuple[str, ...]
    refused: int


class Inbox:
    """Takes messages and readings of a site's inputs to its desk. Every method may be called from any thread.

    Parameters: the `site`, the `desk` and its `ledger`, whose lock is held from the thought to the journal. It is a
    book of the ledger without records, for the sake of time. Where the desk's site comes to be in another state, so do
    its inputs; `subscriptions`, the topics of a broker that they are told on, are those of the beginning. `taken`
    counts the words that were taken, `refused` what was not, by input and reason. `minds`: whether an input that says
    nothing is missed; on a desk of an exercise alone it is not.
    """

    def __init__(self, site: Site, desk: Desk, ledger: Ledger, *, minds: bool = True) -> None:
        self.taken = 0
        self.refused: Counter[tuple[str, str]] = Counter()
        self._desk, self._ledger = desk, ledger
        self._site = site
        self._read(site)
        self.subscriptions = tuple(self._topics)
        self._panel = Panel(site, ledger.utc(), minds=minds)
        self._lines = Lines()
        self._open = False
        ledger.add(self)

    @property
    def topics(self) -> tuple[str, ...]:
        """No topic of the journal: what its signals became stands there as alarms."""
        return ()

    def hear(self, topic: str, payload: bytes, *, kept: bool = False) -> tuple[Alarm, ...]:
        """Take a message of a broker: each input that is told on its topic reads it. What none can read is counted.

        Returns the alarms that it touched, durable by then. Errors: StoreError, and then it is not taken: it must
        be told again.
        """
        alarms: list[Alarm] = []
        with self._ledger.lock:
            self._resume()
            sources = tuple(self._topics.get(topic, ()))
        for source in sources:
            alarms += self._hear(source, payload, kept=kept)
        return tuple(alarms)

    def tell(self, name: str, payload: bytes) -> tuple[Alarm, ...]:
        """Take a message for one input. Errors: UnknownIdError; Refused, in one word; StoreError as `hear`."""
        with self._ledger.lock:
            self._resume()
            source = self._sources.get(name)
            if source is None:
                raise UnknownIdError(f"the site has no input '{name:.80}'. Add [[input]] to its file")
            try:
                reading = read(source, payload, self._ledger.utc())
            except Refused as why:
                self._count(source.id, str(why))
                raise
            return self.take(reading)

    def take(self, reading: Reading) -> tuple[Alarm, ...]:
        """Take a reading. Errors: UnknownIdError; StoreError as `hear`."""
        with self._ledger.lock:
            now = self._ledger.utc()
            self._resume()
            alarms = self._do(self._panel.take(reading, now))
            self.taken += 1
            return alarms

    def mind(self, name: str, up: Callable[[], bool]) -> None:
        """Mind a line that messages come by: that it is lost is an alarm. `up` says whether it stands."""
        with self._ledger.lock:
            self._resume()
            self._lines.mind(name, up)

    def known(self) -> tuple[Known, ...]:
        """What is known of every input, in the order of the site file."""
        with self._ledger.lock:
            told = []
            for name in self._sources:
                state = self._panel.state(name)
                told.append(
                    Known(
                        input=name,
                        on=state.on,
                        since=state.since,
                        heard=state.heard,
                        going_on=tuple(case.kind for case in state.cases.values() if case.ended is None),
                        refused=sum(count for (source, _), count in self.refused.items() if source == name),
                    )
                )
            return tuple(told)

    def lines(self) -> Mapping[str, bool]:
        """The lines that are minded, by name, and whether each stands."""
        with self._ledger.lock:
            return self._lines.standing()

    def counts(self) -> Mapping[str, int]:
        """What was not taken, by reason, over all inputs."""
        with self._ledger.lock:
            told: Counter[str] = Counter()
            for (_, why), count in self.refused.items():
                told[why] += count
            return dict(told)

    def replay(self, record: Record) -> None:
        """No record is its own."""

    def pass_time(self, at: datetime) -> None:
        """Do what has become due by `at` (UTC). At the first time it goes on with what the desk holds as active."""
        with self._ledger.lock:
            self._resume()
            self._do(self._panel.pass_time(at))
            for signal in self._lines.pass_time(at):
                self._desk.take(signal, LINES)

    def _read(self, site: Site) -> None:
        self._sources = {source.id: source for source in site.inputs}
        self._topics: dict[str, list[Input]] = {}
        for source in site.inputs:
            if source.topic is not None:
                self._topics.setdefault(source.topic, []).append(source)

    def _resume(self) -> None:
        """Go on with what the desk holds as active, the first time; and with its site in the state that holds now."""
        if not self._open:
            self._open = True
            held = [one for one in self._desk.queue() if one.condition == "active"]
            self._panel.resume(alarm.signal for alarm in held if alarm.source.run == RUN)
            self._lines.resume(alarm.signal for alarm in held if alarm.source.run == LINES)
        if self._desk.site is not self._site:
            site, now = self._desk.site, self._ledger.utc()
            self._do(self._panel.gone(site, now))
            self._panel.hold(site, now)
            self._read(site)
            self._site = site

    def _hear(self, source: Input, payload: bytes, *, kept: bool) -> tuple[Alarm, ...]:
        with self._ledger.lock:
            try:
                reading = read(source, payload, self._ledger.utc(), kept=kept)
            except Refused as why:
                self._count(source.id, str(why))
                return ()
            return self.take(reading)

    def _do(self, turn: Turn) -> tuple[Alarm, ...]:
        # the desk first: where it refuses, the panel has not moved, and the same word makes the same signals again
        alarms = [self._desk.take(signal, RUN) for signal in turn.signals]
        self._panel.settle(turn)
        return tuple(alarm for alarm in alarms if alarm is not None)

    def _count(self, name: str, why: str) -> None:
        if (name, why) in self.refused or len(self.refused) < _MOST_REASONS:
            self.refused[name, why] += 1
