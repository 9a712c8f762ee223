"""Signed heads of the journal's tree, kept in the journal itself, and proofs of its records against the latest.

Who has a head (every package carries one) can later be shown that a record was there when it was signed, and that the
journal has only grown since. The tree is built when it is first asked for and grows with the journal; building it
reads the whole journal once, outside the lock; from then on only what is new.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from bartizan.app.handover.ports import DeskKeys
from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.journal import record_text
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.codec import Codec
from bartizan.desk.errors import HistoryError
from bartizan.desk.event import DESK, Event
from bartizan.desk.evidence import Tree
from bartizan.desk.evidence.heads import Head, head_of, leaf, salt_of, sign_head
from bartizan.desk.sharing.case import CaseRecord
from bartizan.errors import InputError

TOPIC = "heads"
STREAM = "journal"
EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Event):
    """A head was signed; `head` as `Head.to_json` writes it."""

    kind = "signed"
    head: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Event.__post_init__(self)
        object.__setattr__(self, "head", MappingProxyType(dict(self.head)))


def _read_head(value: Any) -> Mapping[str, Any]:
    try:
        head_of(value)
    except InputError as fault:
        raise ValueError(str(fault)) from fault
    return dict(value)


CODEC: Codec[Signed] = Codec(Signed, readers={"head": _read_head})


@dataclass(frozen=True, slots=True)
class _Last:
    """The head that was signed last, and how many were."""

    head: Head
    version: int


class Heads:
    """The heads of one journal, signed with the desk's `keys`."""

    def __init__(self, ledger: Ledger, keys: DeskKeys, *, every: timedelta | None = None) -> None:
        self._ledger = ledger
        self._keys = keys
        self._every = every
        self._tree = Tree()
        self._growing = threading.Lock()
        self._signing: threading.Thread | None = None
        self._book: Histories[_Last, Signed] = Histories(ledger, topic=TOPIC, apply=_apply, codec=CODEC)

    @property
    def key(self) -> bytes:
        """The public key that signs."""
        return self._keys.public

    def latest(self) -> Head | None:
        """The head that was signed last."""
        last = self._book.find(STREAM)
        return None if last is None else last.head

    def sign(self, by: str = DESK) -> Head:
        """Sign the head of the journal as it is, and keep it. Errors: StoreError where the journal is not whole."""
        with self._growing:
            size = self._grow()
            with self._ledger.lock:
                at = self._ledger.utc()
                head = sign_head(size, self._tree.root(size), at, self._keys.public, self._keys.sign)
                last = self._book.find(STREAM)
                version = 1 if last is None else last.version + 1
                self._book.commit(STREAM, [Signed(version=version, at=at, by=by, head=head.to_json())])
        return head

    def records(self, streams: Iterable[str], head: Head) -> tuple[CaseRecord, ...]:
        """The records of some streams that are under a head, each with its proof, in the journal's order."""
        with self._growing:
            if len(self._tree) < head.size:
                self._grow()
            found = []
            for stream in streams:
                for record in self._ledger.read(stream):
                    if record.seq > head.size:
                        break
                    found.append(
                        CaseRecord(
                            seq=record.seq,
                            text=record_text(record).decode("utf-8"),
                            salt=salt_of(self._keys.secret, record.seq).hex(),
                            proof=tuple(step.hex() for step in self._tree.inclusion(record.seq - 1, head.size)),
                        )
                    )
        return tuple(sorted(found, key=lambda one: one.seq))

    def consistency(self, earlier: Head, later: Head) -> tuple[bytes, ...]:
        """The proof that the journal of `later` begins with that of `earlier`."""
        with self._growing:
            if len(self._tree) < later.size:
                self._grow()
            return tuple(self._tree.consistency(earlier.size, later.size))

    def pass_time(self) -> None:
        """Sign, in a thread of its own, where the last head is older than it may be."""
        if self._every is None or (self._signing is not None and self._signing.is_alive()):
            return
        last = self.latest()
        if last is None or self._ledger.utc() - last.at >= self._every:
            self._signing = threading.Thread(target=self.sign, name="head", daemon=True)
            self._signing.start()

    def wait(self) -> None:
        """Until no head is being signed."""
        if self._signing is not None:
            self._signing.join()

    def _grow(self) -> int:
        """Take in what the journal has more than the tree. Returns the tree's size."""
        for record in self._ledger.read(after=len(self._tree)):
            self._tree.append(leaf(salt_of(self._keys.secret, record.seq), record_text(record)))
        return len(self._tree)


def _apply(before: _Last | None, event: Signed) -> _Last:
    head = head_of(event.head)
    if before is not None and head.size < before.head.size:
        raise HistoryError(f"a head of {head.size} records follows one of {before.head.size}. Restore the journal")
    return _Last(head, event.version)
