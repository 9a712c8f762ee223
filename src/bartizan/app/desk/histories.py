"""A book of things that are folds over their events: incidents, shifts, alarms, whatever has a life on the desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from bartizan.app.desk.journal import Record
from bartizan.app.desk.ledger import Entry, Ledger
from bartizan.app.desk.subscription import Notice
from bartizan.desk.codec import Codec
from bartizan.desk.errors import HistoryError, UnknownThingError
from bartizan.desk.event import Event
from bartizan.errors import StoreError

State = TypeVar("State")
E = TypeVar("E", bound=Event)


class Histories(Generic[State, E]):
    """The things of one topic, in memory as they stand and in the ledger as they became.

    `topic` names them ("incident"); `apply(state, event)` is one step of the fold, with None before the first event,
    and raises HistoryError where the event cannot follow; `codec` writes and reads their events. `shown` is called
    with the thing's id and state whenever it has a new one, also at the replay. `is_open` says what people still have
    to deal with, and `due` what has become due for such a thing at an instant.

    Commands hold the ledger's lock from reading the state to `commit`.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        topic: str,
        apply: Callable[[State | None, E], State],
        codec: Codec[E],
        shown: Callable[[str, State], None] = lambda _id, _state: None,
        is_open: Callable[[State], bool] = lambda _state: True,
        due: Callable[[State, datetime], Sequence[E]] | None = None,
    ) -> None:
        self.topic = topic
        self._ledger = ledger
        self._apply = apply
        self._codec = codec
        self._shown = shown
        self._is_open = is_open
        self._due = due
        self._things: dict[str, State] = {}
        self._open: dict[str, State] = {}
        ledger.add(self)

    @property
    def topics(self) -> tuple[str, ...]:
        """The one topic."""
        return (self.topic,)

    def get(self, name: str) -> State:
        """One thing as it stands. Errors: UnknownThingError."""
        with self._ledger.lock:
            try:
                return self._things[name]
            except (KeyError, TypeError):
                raise UnknownThingError(f"there is no {self.topic} {name!r:.60}. Read the list again") from None

    def find(self, name: str) -> State | None:
        """One thing as it stands; None where there is none."""
        with self._ledger.lock:
            return self._things.get(name)

    def all(self) -> tuple[State, ...]:
        """Every thing, in the order in which they began."""
        with self._ledger.lock:
            return tuple(self._things.values())

    def open(self) -> tuple[State, ...]:
        """Every thing that people still have to deal with; one that was opened again comes last."""
        with self._ledger.lock:
            return tuple(self._open.values())

    def __len__(self) -> int:
        return len(self._things)

    def history(self, name: str) -> tuple[E, ...]:
        """Everything that ever happened to a thing, in order, from the journal. Errors: UnknownThingError."""
        self.get(name)
        return tuple(self._codec.decode(record.body) for record in self._ledger.read(f"{self.topic}/{name}"))

    def commit(self, name: str, events: Sequence[E]) -> State:
        """Fold, keep, show, tell: in this order. What cannot be folded is never kept. Returns the thing after it.

        No events: the thing as it stands. Errors: HistoryError; StoreError, and then nothing has changed.
        """
        if not events:
            return self.get(name)
        with self._ledger.lock:
            state = self._things.get(name)
            steps = []
            for event in events:
                state = self._apply(state, event)
                steps.append((event, state))
            entries = [self._entry(name, event) for event in events]
            records = self._ledger.keep(entries)
            last = steps[-1][1]
            self._show(name, last)
            self._ledger.tell(
                [
                    Notice(seq=kept.seq, topic=self.topic, id=name, event=event, thing=after)
                    for kept, (event, after) in zip(records, steps, strict=True)
                ]
            )
            return last

    def replay(self, record: Record) -> None:
        """Take a record of an earlier run. Errors: HistoryError naming it."""
        name = record.stream.partition("/")[2]
        try:
            event = self._codec.decode(record.body)
            if not name or event.version != record.version:
                raise HistoryError(f"it makes version {event.version}")
            self._show(name, self._apply(self._things.get(name), event))
        except StoreError as fault:
            raise HistoryError(f"record {record.seq} of the journal ({record.stream}): {fault}") from fault

    def pass_time(self, at: datetime) -> None:
        """Do what has become due."""
        if self._due is None:
            return
        for name, state in tuple(self._open.items()):
            events = self._due(state, at)
            if events:
                self.commit(name, events)

    def _entry(self, name: str, event: E) -> Entry:
        return Entry(
            stream=f"{self.topic}/{name}",
            version=event.version,
            kind=event.kind,
            at=event.at,
            body=self._codec.encode(event),
        )

    def _show(self, name: str, state: State) -> None:
        self._things[name] = state
        if self._is_open(state):
            self._open[name] = state
        else:
            self._open.pop(name, None)
        self._shown(name, state)
