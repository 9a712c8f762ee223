"""Rounds of the guards at one desk: called for by the timetable, walked, missed.

A missed checkpoint, and a round that nobody begins, is a signal like any other. It is told to the desk before the event
that says so is kept: a desk that dies in between tells it again, under the same name, and never forgets to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from hmac import compare_digest
from uuid import uuid4
from zoneinfo import ZoneInfo

from bartizan.app.desk.desk import Desk
from bartizan.app.duty.duty import Duty
from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.journal import Record
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.alarms.hidden import DUTY_RUN
from bartizan.desk.duty import Round
from bartizan.desk.duty.timetable import dues
from bartizan.desk.duty.tours import (
    CODEC,
    Event,
    apply,
    decide_begin,
    decide_due,
    decide_end,
    decide_pass_time,
    decide_reach,
)
from bartizan.desk.errors import CommandError, UnknownThingError
from bartizan.desk.event import instant
from bartizan.signal import Phase, Signal
from bartizan.site.tour import Checkpoint, Tour

TOPIC = "tour"
MISSED = "checkpoint-missed"
NOT_BEGUN = "round-not-begun"


class Tours:
    """The rounds of one desk: a book of its ledger. Every method may be called from any thread.

    Tours are those of the desk's site. `minds`: whether the timetable calls for rounds; on a desk of an exercise it
    does not.
    """

    topics = ()

    def __init__(
        self,
        ledger: Ledger,
        desk: Desk,
        duty: Duty,
        *,
        new_id: Callable[[], str] = lambda: str(uuid4()),
        minds: bool = True,
    ) -> None:
        self._ledger, self._desk, self._duty, self._new_id, self._minds = ledger, desk, duty, new_id, minds
        self._book: Histories[Round, Event] = Histories(
            ledger,
            topic=TOPIC,
            apply=apply,
            codec=CODEC,
            is_open=lambda walk: walk.is_open,
            settled=("round-ended",),
        )
        ledger.add(self)

    # ---- what people do; see bartizan.desk.duty.tours for the meaning and the errors of each

    def begin(self, tour_id: str, by: str, *, round_id: str | None = None, exercise: bool = False) -> Round:
        """Set out on a round of a tour: on one that is due (`round_id`, or the oldest that is due), else by hand.

        Errors: UnknownIdError, UnknownThingError, TransitionError, CommandError; StoreError.
        """
        tour = self._desk.site.tour(tour_id)
        with self._ledger.lock:
            walk = self._due_round(tour, exercise) if round_id is None else self.round(round_id)
            if walk is not None and walk.tour != tour.id:
                raise UnknownThingError(f"round {walk.id} is of tour {walk.tour}, not of {tour.id}. Name its tour")
            name = self._new_id() if walk is None else walk.id
            at = self._ledger.utc()
            return self._commit(name, decide_begin(walk, name, tour, by=by, at=at, exercise=exercise))

    def reach(self, round_id: str, checkpoint: str, by: str) -> Round:
        """Be at a checkpoint of a round. Errors: CommandError where it has a plate, whose code says so."""
        with self._ledger.lock:
            walk = self.round(round_id)
            place = self._place(walk, checkpoint)
            if place is not None and place.code is not None:
                raise CommandError(f"checkpoint {checkpoint} is reached by the code on its plate. Give the code")
            return self._commit(walk.id, decide_reach(walk, checkpoint, by=by, at=self._ledger.utc()))

    def reach_by_code(self, code: str, by: str) -> Round:
        """Be at the checkpoint whose plate says `code`, of a round that is under way: one's own before another's.

        Errors: CommandError where no plate of a round under way says so; as `bartizan.desk.duty.tours.decide_reach`.
        """
        with self._ledger.lock:
            under_way = [walk for walk in self._book.open() if walk.state == "under-way"]
            found = [
                (walk, stop)
                for walk in sorted(under_way, key=lambda walk: (walk.by != by, walk.begun_at, walk.id))
                for stop in walk.stops
                if self._says(walk, stop.checkpoint, code)
            ]
            if not found:
                raise CommandError(
                    "no plate of a round that is under way has this code. Begin the round, or type it again"
                )
            # a plate that was read before is read again on another's round only where it is still to be reached there
            walk, stop = next((one for one in found if one[1].reached_at is None), found[0])
            return self._commit(walk.id, decide_reach(walk, stop.checkpoint, by=by, at=self._ledger.utc()))

    def end(self, round_id: str, by: str, reason: str) -> Round:
        """Break a round off; what is alarmed about it clears."""
        with self._ledger.lock:
            walk = self.round(round_id)
            return self._commit(walk.id, decide_end(walk, by=by, at=self._ledger.utc(), reason=reason))

    # ---- what can be read

    def round(self, round_id: str) -> Round:
        """One round. Errors: UnknownThingError."""
        found = self._book.find(round_id) if isinstance(round_id, str) else None
        if found is None:
            raise UnknownThingError(f"there is no round {round_id!r:.60}. Read the list again")
        return found

    def open(self) -> tuple[Round, ...]:
        """Rounds that are due, overdue or under way."""
        return self._book.open()

    def latest(self, count: int = 20) -> tuple[Round, ...]:
        """The last rounds, in the order in which they began."""
        return self._book.latest(count)

    def tours(self) -> tuple[Tour, ...]:
        """The tours of the site."""
        return self._desk.site.tours

    # ---- for the ledger

    def replay(self, record: Record) -> None:
        """Nothing: its records are its book's."""

    def pass_time(self, at: datetime) -> None:
        """Call for rounds that are due, and tell of what was missed."""
        if self._minds:
            for tour, due in self._called_for(at):
                name = f"{tour.id}-{due:%Y%m%dT%H%MZ}"
                if not self._knows(name):
                    self._commit(name, decide_due(name, tour, due, at=at))
        for walk in self._book.open():
            self._commit(walk.id, decide_pass_time(walk, at))

    def _called_for(self, at: datetime) -> Iterator[tuple[Tour, datetime]]:
        site, roster = self._desk.site, self._duty.roster
        if roster is None or site.time_zone is None:
            return
        for tour in site.tours:
            for due in dues(tour, ZoneInfo(site.time_zone), roster.begun_at, at):
                yield tour, due

    def _knows(self, name: str) -> bool:
        try:
            self._book.begun(name)
        except UnknownThingError:
            return False
        return True

    def _place(self, walk: Round, checkpoint: str) -> Checkpoint | None:
        """The checkpoint as the site has it now; None where it has it no more."""
        tour = next((one for one in self._desk.site.tours if one.id == walk.tour), None)
        return None if tour is None else tour.checkpoint(checkpoint)

    def _says(self, walk: Round, checkpoint: str, code: str) -> bool:
        place = self._place(walk, checkpoint)
        return place is not None and place.code is not None and compare_digest(place.code.encode(), code.encode())

    def _due_round(self, tour: Tour, exercise: bool) -> Round | None:
        waiting = [
            walk
            for walk in self._book.open()
            if walk.tour == tour.id and walk.state in ("due", "overdue") and walk.exercise == exercise
        ]
        return min(waiting, key=lambda walk: (walk.due or datetime.max.replace(tzinfo=UTC), walk.id), default=None)

    def _commit(self, name: str, events: Sequence[Event]) -> Round:
        before = self._book.find(name) if self._knows(name) else None
        after = before
        for event in events:
            after = apply(after, event)
        if after is not None and after is not before:
            for signal in self._signals(before, after, events[-1].at):
                self._desk.submit(signal, DUTY_RUN)
        return self._book.commit(name, events)

    def _signals(self, before: Round | None, after: Round, at: datetime) -> Iterator[Signal]:
        """What the desk has to be told of a round that becomes another."""
        over = after.state == "ended"
        if after.state == "overdue" and (before is None or before.state == "due"):
            yield self._told(after, None, "raised", after.begin_by or at)
        if before is not None and before.state == "overdue" and after.state != "overdue":
            yield self._told(after, None, "ended", at)
        known = {} if before is None else {stop.checkpoint: stop for stop in before.stops}
        for stop in after.stops:
            was = known.get(stop.checkpoint)
            if stop.missed_at is not None and (was is None or was.missed_at is None):
                yield self._told(after, stop.checkpoint, "raised", stop.closes)
            if (stop.state == "late" and (was is None or was.state != "late")) or (stop.state == "missed" and over):
                yield self._told(after, stop.checkpoint, "ended", at)

    def _told(self, walk: Round, checkpoint: str | None, state: Phase, moment: datetime) -> Signal:
        tour = next((one for one in self._desk.site.tours if one.id == walk.tour), None)
        place = None if checkpoint is None else self._place(walk, checkpoint)
        because = {"tour": walk.tour, "round": walk.id} | ({} if checkpoint is None else {"checkpoint": checkpoint})
        return Signal(
            id=walk.id if checkpoint is None else f"{walk.id}/{checkpoint}",
            t=moment.timestamp(),
            utc=instant(moment),
            kind=NOT_BEGUN if checkpoint is None else MISSED,
            state=state,
            area=None if place is None else place.area,
            element=None if place is None else place.element,
            severity="medium" if tour is None else tour.severity,
            exercise=walk.exercise,
            because=because,
        )
