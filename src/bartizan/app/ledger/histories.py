"""A book of things that are folds over their events: incidents, shifts, alarms, whatever has a life on the desk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from bartizan.app.ledger.journal import Journal, Record
from bartizan.app.ledger.ledger import Entry, Ledger
from bartizan.app.ledger.subscription import Notice
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

    Where the journal is long, a thing whose last event is of a kind in `settled` sleeps: it is read when it is asked
    for, by `get`, `find`, `latest` or `all`, and not shown; `recall` finds it by what it was called. Name only kinds
    after which a thing is not open.

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
        settled: Sequence[str] = (),
    ) -> None:
        self.topic = topic
        self._ledger = ledger
        self._apply = apply
        self._codec = codec
        self._shown = shown
        self._is_open = is_open
        self._due = due
        self._settled = tuple(settled)
        self._begun: dict[str, int] = {}  # every thing, and the place in the journal where it began
        self._asleep: set[str] = set()
        self._slept = False  # whether some were asleep at the start: of these nobody was shown anything
        self._things: dict[str, State] = {}
        self._open: dict[str, State] = {}
        ledger.add(self)

    @property
    def topics(self) -> tuple[str, ...]:
        """The one topic."""
        return (self.topic,)

    def get(self, name: str) -> State:
        """One thing as it stands. Errors: UnknownThingError."""
        found = self.find(name) if isinstance(name, str) else None
        if found is None:
            raise self._unknown(name)
        return found

    def find(self, name: str) -> State | None:
        """One thing as it stands; None where there is none."""
        found = self._things.get(name)  # without the lock, as in `open`
        if found is not None:
            return found
        with self._ledger.lock:
            if name in self._asleep:
                self._wake(name, self._read(name))
            return self._things.get(name)

    def all(self) -> tuple[State, ...]:
        """Every thing, in the order in which they began. What sleeps is read first, which takes long where much does.

        Ask without holding the lock, and nobody else has to wait; `latest` and `open` are quick.
        """
        for name in tuple(self._asleep):
            state = self._read(name)
            with self._ledger.lock:
                if name in self._asleep:
                    self._wake(name, state)
        with self._ledger.lock:
            return tuple(self._things[name] for name in sorted(self._things, key=self._begun.__getitem__))

    def awake(self) -> tuple[State, ...]:
        """Every thing but those that sleep, in no order: quick, however long the journal is."""
        with self._ledger.lock:
            return tuple(self._things.values())

    def latest(self, count: int) -> tuple[State, ...]:
        """The `count` things that began last, in the order in which they began."""
        with self._ledger.lock:
            last = sorted(self._begun, key=self._begun.__getitem__)[-count:] if count > 0 else []
            return tuple(self.get(name) for name in last)

    def begun(self, name: str) -> int:
        """The place in the journal where a thing began, also of one that sleeps. Errors: UnknownThingError."""
        with self._ledger.lock:
            if name not in self._begun:
                raise self._unknown(name)
            return self._begun[name]

    def recall(self, kinds: Collection[str], signal: str, run: str) -> str | None:
        """The thing whose event of one of `kinds` told last of a signal (see `Journal.recall`).

        It is looked for only where some slept at the start: all others have been shown. Errors: StoreError.
        """
        with self._ledger.lock:
            stream = self._ledger.recall(self.topic, kinds, signal, run) if self._slept else None
        return None if stream is None else stream.partition("/")[2]

    def open(self) -> tuple[State, ...]:
        """Every thing that people still have to deal with; one that was opened again comes last."""
        # without the lock, which is held while the disk works: a copy is made in one step, and what it holds is durable
        return tuple(self._open.copy().values())

    def __len__(self) -> int:
        return len(self._begun)

    def history(self, name: str) -> tuple[E, ...]:
        """Everything that ever happened to a thing, in order, from the journal. Errors: UnknownThingError."""
        self.get(name)
        return tuple(self._codec.decode(record.body) for record in self._ledger.read(f"{self.topic}/{name}"))

    def commit(self, name: str, events: Sequence[E]) -> State:
        """Fold, keep, show, tell: in this order. What cannot be folded is never kept. Returns the thing after it.

        No events: the thing as it stands. Errors: HistoryError; StoreError, and then nothing has changed.
        """
        if events:
            self.commit_all({name: events})
        return self.get(name)

    def commit_all(self, batch: Mapping[str, Sequence[E]]) -> None:
        """As `commit`, for many things at once: all of it is kept together, or none."""
        with self._ledger.lock:
            steps: list[tuple[str, E, State]] = []
            for name, events in batch.items():
                state = self.find(name)
                for event in events:
                    state = self._apply(state, event)
                    steps.append((name, event, state))
            records = self._ledger.keep([self._entry(name, event) for name, event, _ in steps])
            for kept, (name, _, _) in zip(records, steps, strict=True):
                self._begun.setdefault(name, kept.seq)
            for name, last in {name: state for name, _, state in steps}.items():
                self._show(name, last)
            self._ledger.tell(
                [
                    Notice(seq=kept.seq, topic=self.topic, id=name, event=event, thing=after)
                    for kept, (name, event, after) in zip(records, steps, strict=True)
                ]
            )

    def replay(self, record: Record) -> None:
        """Take a record of an earlier run. Errors: HistoryError naming it."""
        name = record.stream.partition("/")[2]
        state = self._step(self._things.get(name), record)
        self._begun.setdefault(name, record.seq)
        self._show(name, state)

    def lay_down(self, journal: Journal, ends: Mapping[str, int]) -> Collection[str]:
        """Let what is over sleep; returns its streams. Errors: StoreError."""
        if not self._settled:
            return ()
        over = dict(journal.settled(self.topic, self._settled))
        self._begun = {stream.partition("/")[2]: seq for stream, seq in over.items()}
        self._asleep = set(self._begun)
        self._slept = bool(self._asleep)
        return over.keys()

    def pass_time(self, at: datetime) -> None:
        """Do what has become due."""
        if self._due is None:
            return
        for name, state in tuple(self._open.items()):
            events = self._due(state, at)
            if events:
                self.commit(name, events)

    def _read(self, name: str) -> State:
        """A thing that sleeps. Errors: HistoryError; StoreError."""
        state: State | None = None
        for record in self._ledger.read(f"{self.topic}/{name}"):
            state = self._step(state, record)
        if state is None:
            raise HistoryError(f"the journal has lost {self.topic} {name}. Restore it from a backup")
        return state

    def _wake(self, name: str, state: State) -> None:
        self._asleep.discard(name)
        self._things[name] = state
        if self._is_open(state):
            self._open[name] = state

    def _step(self, state: State | None, record: Record) -> State:
        try:
            event = self._codec.decode(record.body)
            if event.version != record.version or not record.stream.partition("/")[2]:
                raise HistoryError(f"it makes version {event.version}")
            return self._apply(state, event)
        except StoreError as fault:
            raise HistoryError(f"record {record.seq} of the journal ({record.stream}): {fault}") from fault

    def _unknown(self, name: object) -> UnknownThingError:
        return UnknownThingError(f"there is no {self.topic} {name!r:.60}. Read the list again")

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
