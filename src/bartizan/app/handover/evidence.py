"""The evidence of a desk: what was received, kept as it came, and a record of every hand that touched it.

Content is put into the vault first and is durable there before the ledger tells of it; erasing goes the other way
round. What a crash leaves between the two is put right when the desk opens: content that no record tells of is
destroyed, and so is the key of what is recorded as erased.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Literal
from uuid import uuid4

from bartizan.app.handover.ports import MemoryVault, Sealed, Vault
from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.errors import CommandError
from bartizan.desk.event import DESK, Event
from bartizan.desk.evidence import item as decisions
from bartizan.desk.evidence.item import CODEC, Item
from bartizan.desk.sharing.tlp import Tlp
from bartizan.errors import StoreError

TOPIC = "evidence"
ALARM_DAYS = 30.0  # the site says otherwise where its law or its purpose does
CASE_DAYS = 365.0
EVERY = timedelta(minutes=1)
AT_ONCE = 20  # items erased in one second: each goes to the disk while alarms wait for the lock
_DECIDED: Final = "its time was over"

About = Callable[[str], bool]
"""Whether the thing that evidence is to be about ("alarm/ID") is an exercise. Errors: UnknownThingError."""
Needed = Callable[[Item], "datetime | Literal['open'] | None"]
"""Until when a case needs an item: an instant, "open" while the case is, None where it belongs to no case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long evidence stays: of alarms from when it came, of a case from when it was closed [days]."""

    alarm_days: float = ALARM_DAYS
    case_days: float = CASE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An item that is to be erased, since when its time is over (UTC), and what keeps it all the same, in words."""

    item: Item
    since: datetime
    kept_by: str | None = None


class Evidence:
    """The evidence of one desk. `is_exercise` and `needed` ask the desk and its incidents.

    Every method may be called from any thread.
    """

    def __init__(
        self,
        ledger: Ledger,
        vault: Vault | None = None,
        *,
        is_exercise: About = lambda _: False,
        needed: Needed = lambda _: None,
        retention: Retention = Retention(),
        new_id: Callable[[], str] = lambda: str(uuid4()),
        erased: Callable[[Item], None] = lambda _: None,
    ) -> None:
        self._ledger = ledger
        self._vault: Vault = MemoryVault() if vault is None else vault
        self._is_exercise = is_exercise
        self._needed = needed
        self._retention = retention
        self._new_id = new_id
        self.erased = erased
        self._about: dict[str, list[str]] = {}
        self._left: dict[str, str] = {}
        self._looked_for_due: datetime | None = None
        self._book: Histories[Item, Event] = Histories(
            ledger,
            topic=TOPIC,
            apply=decisions.apply,
            codec=CODEC,
            shown=self._index,
            is_open=lambda item: item.erased_at is None,
        )

    # ---- what can be read

    def item(self, item_id: str) -> Item:
        """One item. Errors: UnknownThingError."""
        return self._known(self._book.get(item_id))

    def find(self, item_id: str) -> Item | None:
        """One item; None where there is none."""
        found = self._book.find(item_id)
        return None if found is None else self._known(found)

    def items(self, about: str | None = None) -> tuple[Item, ...]:
        """Every item, or those about one thing ("alarm/ID", "incident/ID"), in the order in which they came."""
        with self._ledger.lock:
            if about is None:
                return tuple(self._known(item) for item in self._book.all())
            return tuple(self.item(name) for name in self._about.get(about, ()))

    def custody(self, item_id: str) -> tuple[Event, ...]:
        """Everything that was ever done with an item, from the journal."""
        return self._book.history(item_id)

    def sealed(self, item: Item) -> Sealed | None:
        """What opens an item's seal; None where its key is destroyed."""
        return self._vault.sealed(item.id, item.address)

    def due(self, at: datetime) -> tuple[Due, ...]:
        """What is over its time at `at` (UTC): what `pass_time` would erase, and what something keeps."""
        found = []
        for item in self._book.open():
            since = self._over_since(item)
            if since is not None and since <= at:
                found.append(Due(item=item, since=since, kept_by=self._kept_by(item)))
        return tuple(found)

    # ---- what people do

    def put(
        self,
        content: bytes,
        media_type: str,
        about: str,
        by: str,
        parent: str | None = None,
        *,
        note: str | None = None,
        tlp: Tlp = "amber",
        until: datetime | None = None,
    ) -> Item:
        """Take something into evidence, as it came. Durable when it returns.

        `about` is "alarm/ID" or "incident/ID"; `parent` the item that this was derived from; without `until` its time
        is that of its kind. Errors: CommandError; UnknownThingError; StoreError, and then nothing is kept.
        """
        decisions.require_fitting(about, media_type, len(content))
        exercise = self._is_exercise(about)
        origin = None if parent is None else self.item(parent)
        name = self._fresh_id()
        sealed = self._vault.put(name, content)
        try:
            with self._ledger.lock:
                at = self._ledger.utc()
                events = decisions.decide_receive(
                    name,
                    about=about,
                    media_type=media_type,
                    size=len(content),
                    address=sealed.address,
                    seal=sealed.seal,
                    exercise=exercise,
                    tlp=tlp,
                    by=by,
                    at=at,
                    parent=origin,
                    note=note,
                    until=at + timedelta(days=self._retention.alarm_days) if until is None else until,
                )
                return self._known(self._book.commit(name, events))
        except BaseException:
            self._vault.destroy(name, sealed.address)
            raise

    def open(self, item_id: str, by: str, why: str) -> bytes:
        """The content of an item. The look is on the record before anything is seen.

        Errors: UnknownThingError; TransitionError where it is erased; LostError where it is not what it was.
        """
        item = self._do(item_id, partial(decisions.decide_look, why=why, by=by))
        return self._vault.open(item.id, item.address)

    def copied(self, item_id: str, to: str, by: str, why: str, package: str | None = None) -> Item:
        """Record that a copy went to somebody."""
        return self._do(item_id, partial(decisions.decide_copy, to=to, why=why, by=by, package=package))

    def content(self, item_id: str) -> bytes:
        """The content, for a copy that `copied` has recorded, or for a small picture that tells which item it is."""
        item = self._book.get(item_id)
        return self._vault.open(item.id, item.address)

    def hold(self, item_id: str, by: str, reason: str) -> Item:
        """Lay a legal hold on it."""
        return self._do(item_id, partial(decisions.decide_hold, reason=reason, by=by))

    def lift(self, item_id: str, hold: int, by: str, reason: str) -> Item:
        """Lift a hold."""
        return self._do(item_id, lambda item, at: decisions.decide_lift(item, hold, reason=reason, by=by, at=at))

    def mark(self, item_id: str, tlp: Tlp, by: str) -> Item:
        """Give it another level."""
        return self._do(item_id, lambda item, at: decisions.decide_mark(item, tlp, by=by, at=at))

    def keep(self, item_id: str, until: datetime, by: str, reason: str) -> Item:
        """Let it stay until another instant (UTC)."""
        return self._do(item_id, lambda item, at: decisions.decide_keep(item, until, reason=reason, by=by, at=at))

    def erase(self, item_id: str, by: str, reason: str) -> Item:
        """Destroy its key: nobody sees it again, and its record stays. Errors: TransitionError under a legal hold."""
        item = self._do(item_id, partial(decisions.decide_erase, reason=reason, by=by))
        self.drop(item.id, item.address)
        self.erased(item)
        return item

    def drop(self, name: str, address: str) -> None:
        """Destroy a content in the vault. Where the disk refuses it is tried again each minute, and is in `left`."""
        try:
            self._vault.destroy(name, address)
            self._left.pop(name, None)
        except (StoreError, OSError):
            self._left[name] = address

    @property
    def left(self) -> tuple[str, ...]:
        """What is to be destroyed and could not be, by name: for people to know."""
        return tuple(self._left)

    # ---- by itself

    def pass_time(self) -> tuple[Item, ...]:
        """Erase what is over its time and that nothing keeps; returns what was erased.

        It looks once a minute, however often it is called; where more is due than AT_ONCE, it goes on at the next call.
        """
        at = self._ledger.utc()
        if self._looked_for_due is not None and timedelta(0) <= at - self._looked_for_due < EVERY:
            return ()
        self._looked_for_due = at
        for name, address in tuple(self._left.items()):
            self.drop(name, address)
        due = [one for one in self.due(at) if one.kept_by is None]
        if len(due) > AT_ONCE:
            self._looked_for_due = None
        return tuple(self.erase(one.item.id, DESK, _DECIDED) for one in due[:AT_ONCE])

    def mend(self, others: Iterable[str] = ()) -> int:
        """Put right what a crash left: keys of what is erased, and content that nothing tells of.

        `others` are names in the vault that belong to somebody else. Returns how many were destroyed. Call it once,
        when the ledger is open and before anybody works.
        """
        with self._ledger.lock:
            living = {item.id for item in self._book.open()} | set(others)
            left = [name for name in self._vault.names() if name not in living]
            for name in left:
                found = self._book.find(name)
                self._vault.destroy(name, "" if found is None else found.address)
            return len(left)

    # ----

    def _do(self, item_id: str, decide: Callable[..., Sequence[Event]]) -> Item:
        with self._ledger.lock:
            item = self._book.get(item_id)
            return self._known(self._book.commit(item_id, decide(item, at=self._ledger.utc())))

    def _known(self, item: Item) -> Item:
        """The item with the hash of its content, while the key is there."""
        if item.erased_at is not None:
            return item
        sealed = self._vault.sealed(item.id, item.address)
        return item if sealed is None else replace(item, sha256=sealed.sha256)

    def _index(self, name: str, item: Item) -> None:
        if item.version == 1:
            self._about.setdefault(item.about, []).append(name)

    def _over_since(self, item: Item) -> datetime | None:
        """Since when, or from when, its time is over; None where a case is open."""
        needed = self._needed(item)
        if needed == "open" or item.until is None:
            return None
        if needed is None:
            return item.until
        return max(item.until, needed + timedelta(days=self._retention.case_days))

    def _kept_by(self, item: Item) -> str | None:
        if item.is_held:
            return f"a legal hold of {item.holds[0].by}: {item.holds[0].reason}"
        return None

    def _fresh_id(self) -> str:
        name = self._new_id()
        if self._book.find(name) is not None:
            raise CommandError(f"the id {name} is taken. Try again")
        return name


def told(item: Item, custody: Sequence[Event]) -> dict[str, Any]:
    """An item and its custody, as plain JSON values."""
    return {**item.to_json(), "custody": [dict(decisions.told(event)) for event in custody]}
