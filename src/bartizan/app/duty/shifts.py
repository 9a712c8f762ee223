"""Shifts that are handed over, and musters: kept in the one ledger, read from what the desk shows now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from bartizan.app.desk.desk import Desk
from bartizan.app.incidents.incidents import Incidents
from bartizan.app.incidents.posture import Posture
from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk import muster as roll
from bartizan.desk import shifts
from bartizan.desk.errors import ExerciseMixError, TransitionError
from bartizan.desk.event import Event, instant
from bartizan.desk.muster import Muster, Whereabouts
from bartizan.desk.muster.life import Begun as MusterBegun
from bartizan.desk.said import person
from bartizan.desk.service import Outage
from bartizan.desk.shifts import Handover
from bartizan.desk.shifts.life import Begun as HandoverBegun

MOST_ALARMS = 200  # open alarms in what is signed; how many more there are is said
Changed = Callable[[str, str], object]


class Shifts:
    """The hand-overs of one desk.

    `on_duty` names who is on duty now. `changed` is told who has gone and who has come, once both have signed.
    `outages`, once it is set, says what is out of service.
    """

    def __init__(
        self,
        ledger: Ledger,
        desk: Desk,
        incidents: Incidents,
        posture: Posture,
        *,
        new_id: Callable[[], str] = lambda: str(uuid4()),
        on_duty: Callable[[], Iterable[str]] = lambda: (),
        changed: Changed = lambda _outgoing, _incoming: None,
    ) -> None:
        self._ledger, self._desk, self._incidents, self._posture = ledger, desk, incidents, posture
        self._new_id = new_id
        self.on_duty, self.changed = on_duty, changed
        self.outages: Callable[[], Iterable[Outage]] = lambda: ()
        self._book: Histories[Handover, Event] = Histories(
            ledger, topic="shift", apply=shifts.apply, codec=shifts.CODEC, is_open=lambda one: one.is_open
        )

    def handover(self, handover_id: str) -> Handover:
        """One hand-over. Errors: UnknownThingError."""
        return self._book.get(handover_id)

    def all(self) -> tuple[Handover, ...]:
        """Every hand-over, oldest first."""
        return self._book.all()

    def under_way(self) -> Handover | None:
        """The hand-over that somebody still has to sign; None where there is none."""
        return next(iter(self._book.open()), None)

    def situation(self) -> dict[str, Any]:
        """What who comes has to know, as plain JSON values: the same for everybody who looks now.

        A silent call for help is not in it: who made it may be the one who reads.
        """
        with self._ledger.lock:
            waiting = tuple(one for one in self._desk.queue() if one.hidden_from is None)
            holding = self._posture.holding
            return {
                "incidents": [
                    {
                        "id": one.id,
                        "number": one.number,
                        "title": one.title,
                        "state": one.state,
                        "lead": one.lead,
                        "exercise": one.exercise,
                        "step": None if one.run is None or one.run.step is None else one.run.step.text,
                        "away": [sent.responder for sent in one.sendings if sent.left_at is None],
                        "unseen_skips": len(one.unseen_skips),
                    }
                    for one in self._incidents.open_ones()
                    if all(alarm.hidden_from is None for alarm in self._incidents.alarms(one))
                ],
                "alarms": [
                    {
                        "id": one.id,
                        "number": one.number,
                        "kind": one.source.kind,
                        "priority": one.priority,
                        "handling": one.handling,
                        "condition": one.condition,
                        "exercise": one.exercise,
                    }
                    for one in waiting[:MOST_ALARMS]
                ],
                "more_alarms": max(0, len(waiting) - MOST_ALARMS),
                "shelved": [
                    {
                        "id": one.id,
                        "number": one.number,
                        "kind": one.source.kind,
                        "until": instant(one.suppression.until),
                        "by": one.suppression.by,
                        "reason": one.suppression.reason,
                    }
                    for one in waiting
                    if one.suppression is not None
                ],
                "out_of_service": [
                    {
                        "id": one.id,
                        "number": one.number,
                        "things": list(one.things),
                        "order": one.order,
                        "until": instant(one.until),
                        "by": one.by,
                        "second": one.second,
                    }
                    for one in self.outages()
                ],
                "posture": {"state": self._posture.present, "set": None if holding is None else holding.to_json()},
                "on_duty": sorted(self.on_duty()),
            }

    def begin(self, by: str) -> Handover:
        """Begin to hand one's shift over. Errors: TransitionError where somebody else's is under way."""
        by = person(by)
        with self._ledger.lock:
            known = self.under_way()
            if known is not None:
                if known.outgoing == by:
                    return known
                raise TransitionError(
                    f"{known.outgoing} is handing over (number {known.number}). Take it, or withdraw it with a reason"
                )
            begun = HandoverBegun(
                version=1, at=self._ledger.utc(), by=by, handover=self._new_id(), number=len(self._book) + 1
            )
            return self._book.commit(begun.handover, [begun])

    def remark(self, handover_id: str, text: str, by: str) -> Handover:
        """Write a line for who comes."""
        return self._do(handover_id, lambda one, at: shifts.decide_note(one, text, by=by, at=at))

    def sign(self, handover_id: str, by: str) -> Handover:
        """Who goes signs the situation as it stands now, with the remarks."""
        with self._ledger.lock:
            handover = self.handover(handover_id)
            told = self.situation() | {
                "remarks": [{"at": instant(one.at), "by": one.by, "text": one.text} for one in handover.remarks]
            }
            return self._do(handover_id, lambda one, at: shifts.decide_sign(one, told, by=by, at=at))

    def accept(self, handover_id: str, digest: str, by: str, remark: str | None = None) -> Handover:
        """Who comes signs the same: from now on they have the desk."""
        with self._ledger.lock:
            before = self.handover(handover_id).state
            after = self._do(
                handover_id, lambda one, at: shifts.decide_accept(one, digest, by=by, at=at, remark=remark)
            )
            if before != "accepted":
                self.changed(after.outgoing, by)
            return after

    def withdraw(self, handover_id: str, reason: str, by: str) -> Handover:
        """It does not take place."""
        return self._do(handover_id, lambda one, at: shifts.decide_withdraw(one, reason, by=by, at=at))

    def _do(self, handover_id: str, decide: Callable[[Handover, datetime], Sequence[Event]]) -> Handover:
        with self._ledger.lock:
            return self._book.commit(handover_id, decide(self.handover(handover_id), self._ledger.utc()))


class Musters:
    """The musters of one desk."""

    def __init__(
        self, ledger: Ledger, incidents: Incidents, *, new_id: Callable[[], str] = lambda: str(uuid4())
    ) -> None:
        self._ledger, self._incidents, self._new_id = ledger, incidents, new_id
        self._book: Histories[Muster, Event] = Histories(
            ledger, topic="muster", apply=roll.apply, codec=roll.CODEC, is_open=lambda one: one.is_open
        )

    def muster(self, muster_id: str) -> Muster:
        """One muster. Errors: UnknownThingError."""
        return self._book.get(muster_id)

    def all(self) -> tuple[Muster, ...]:
        """Every muster, oldest first."""
        return self._book.all()

    def begin(
        self, names: Iterable[str], by: str, *, incident: str | None = None, exercise: bool | None = None
    ) -> Muster:
        """Look for everybody on the list. One of an incident is an exercise where the incident is one.

        Errors: CommandError; UnknownThingError; ExerciseMixError.
        """
        by, people = person(by), roll.names_of(names)
        with self._ledger.lock:
            flag = False if exercise is None else exercise
            if incident is not None:
                flag = self._incidents.incident(incident).exercise
                if exercise is not None and exercise != flag:
                    raise ExerciseMixError("a muster is an exercise where its incident is one, and only there")
            begun = MusterBegun(
                version=1,
                at=self._ledger.utc(),
                by=by,
                muster=self._new_id(),
                number=len(self._book) + 1,
                exercise=flag,
                incident=incident,
                names=people,
            )
            return self._book.commit(begun.muster, [begun])

    def mark(self, muster_id: str, name: str, whereabouts: Whereabouts, by: str, note: str | None = None) -> Muster:
        """Say where somebody is."""
        with self._ledger.lock:
            at = self._ledger.utc()
            events = roll.decide_mark(self.muster(muster_id), name, whereabouts, by=by, at=at, note=note)
            return self._book.commit(muster_id, events)

    def end(self, muster_id: str, by: str, note: str | None = None) -> Muster:
        """End it; where somebody is missing, with a note."""
        with self._ledger.lock:
            events = roll.decide_end(self.muster(muster_id), by=by, at=self._ledger.utc(), note=note)
            return self._book.commit(muster_id, events)
