"""What is out of service at one desk: taken out for a work order, agreed to, put back; its alarms make no sound.

An alarm of a thing that is out of service is raised, kept and shown like any other, as suppressed. What stood before is
not touched: somebody deals with it, or shelves it. When the thing is back, what is still open is heard again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol
from uuid import uuid4

from bartizan.app.desk.desk import Desk
from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.journal import Record
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.errors import CommandError
from bartizan.desk.event import Event
from bartizan.desk.service import CODEC, Outage, apply, covering
from bartizan.desk.service.life import decide_agree, decide_pass_time, decide_put_back, decide_take_out
from bartizan.desk.service.quiet import THINGS, Thing
from bartizan.signal import Signal

TOPIC = "service"


class _Named(Protocol):
    """A thing of the site."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str | None: ...


class Service:
    """The outages of one desk: a book of its ledger. Every method may be called from any thread."""

    topics = ()

    def __init__(self, ledger: Ledger, desk: Desk, *, new_id: Callable[[], str] = lambda: str(uuid4())) -> None:
        self._ledger, self._desk, self._new_id = ledger, desk, new_id
        self._book: Histories[Outage, Event] = Histories(
            ledger, topic=TOPIC, apply=apply, codec=CODEC, is_open=lambda outage: outage.stands, settled=("put-back",)
        )
        desk.out_of_service = self.covering
        ledger.add(self)

    # ---- what can be read

    def outage(self, outage_id: str) -> Outage:
        """One outage. Errors: UnknownThingError."""
        return self._book.get(outage_id)

    def standing(self) -> tuple[Outage, ...]:
        """What is out of service now, the first that was taken out first."""
        return tuple(sorted(self._book.open(), key=lambda one: one.number))

    def latest(self, count: int = 20) -> tuple[Outage, ...]:
        """The last outages, in the order in which they began."""
        return self._book.latest(count)

    def things(self) -> tuple[tuple[str, str], ...]:
        """What of the site can be taken out of service, as "kind/id", with its name."""
        site = self._desk.site
        of: Mapping[Thing, Iterable[_Named]] = {
            "element": site.elements,
            "sensor": site.sensors,
            "camera": site.cameras,
            "zone": site.zones,
            "input": site.inputs,
        }
        return tuple((f"{kind}/{thing.id}", thing.name or thing.id) for kind in THINGS for thing in of[kind])

    def covering(self, signal: Signal) -> Outage | None:
        """The outage that quiets a signal; None where it is to be heard."""
        return covering(self._book.open(), signal)

    # ---- what people do; see bartizan.desk.service.life for the meaning and the errors of each

    def take_out(self, things: Sequence[str], by: str, *, until: datetime, order: str, reason: str) -> Outage:
        """Take things of the site out of service until an instant. Errors: CommandError."""
        known = dict(self.things())
        for thing in things:
            if thing not in known:
                raise CommandError(
                    f"the site has no {thing!r:.60} to take out of service. Name a thing of it as KIND/ID, such as "
                    f"{next(iter(known), 'camera/north')}"
                )
        with self._ledger.lock:
            name = self._new_id()
            event = decide_take_out(
                name,
                len(self._book) + 1,
                things,
                by=by,
                at=self._ledger.utc(),
                until=until.astimezone(UTC),
                order=order,
                reason=reason,
            )
            return self._book.commit(name, [event])

    def agree(self, outage_id: str, by: str) -> Outage:
        """Agree, as a second person, that what is of high priority is quiet too."""
        with self._ledger.lock:
            outage = self.outage(outage_id)
            return self._book.commit(outage_id, decide_agree(outage, by=by, at=self._ledger.utc()))

    def put_back(self, outage_id: str, by: str, reason: str | None = None) -> Outage:
        """Put it back in service: what is still open of it is heard again."""
        with self._ledger.lock:
            events = decide_put_back(self.outage(outage_id), by=by, at=self._ledger.utc(), reason=reason)
            after = self._book.commit(outage_id, events)
            self._sound()
            return after

    # ---- for the ledger

    def replay(self, record: Record) -> None:
        """Nothing: its records are its book's."""

    def pass_time(self, at: datetime) -> None:
        """Put back what has run out of its time, and let be heard what nothing quiets any more."""
        for outage in self._book.open():
            self._book.commit(outage.id, decide_pass_time(outage, at))
        self._sound()

    def _sound(self) -> None:
        # also after a crash between the two: an alarm is never quiet for an outage that is over
        for alarm in self._desk.open_alarms():
            name = None if alarm.suppression is None else alarm.suppression.outage
            outage = None if name is None else self._book.find(name)
            if name is not None and (outage is None or not outage.stands):
                self._desk.hear_again(alarm.id)
