"""The journal in PostgreSQL: the same rows, order and hashes as in SQLite, behind one connection of one owner.

The owner holds an advisory lock that lives as long as its connection. Where the connection is lost in the middle of
an append, the journal connects again, takes the lock again, and asks the chain itself: the hash of the last record
says whether the append was kept.
"""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bartizan.adapters.store.beside import Row, signal_key, signals_in, tips_of
from bartizan.adapters.store.postgres_address import Address, read_address
from bartizan.adapters.store.postgres_schema import LOCK, OLDEST_SERVER, prepare, recognise
from bartizan.adapters.store.proving import PAGE, chained, prove_run, proved, require_tips, row_of
from bartizan.app.ledger.journal import Record, Settled
from bartizan.desk.evidence import GENESIS
from bartizan.errors import MissingExtraError, StoreError, StoreOwnedError

if TYPE_CHECKING:
    import psycopg

PATIENCE = 5.0  # seconds an append or an opening waits for a server that is away
_NAP = 0.1  # seconds between two attempts to reach it
_STATEMENT = 30_000  # milliseconds a server may work on one question
_LINE = ("08", "57P")  # the line was lost, or the server stops
_NOT_NEXT = ("BZ001", "23505")  # what the journal's own trigger says; a seq or version that is there
_INSERT = """WITH told AS (INSERT INTO bartizan.signal SELECT * FROM unnest(%s::text[], %s::bigint[])),
stands AS (INSERT INTO bartizan.tip SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::bigint[])
ON CONFLICT (stream) DO UPDATE SET version = excluded.version, kind = excluded.kind)
INSERT INTO bartizan.record
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::bytea[])"""
_ALL = "SELECT * FROM bartizan.record WHERE seq > %s ORDER BY seq LIMIT %s"
_OF_A_STREAM = """SELECT *, (SELECT hash FROM bartizan.record AS earlier WHERE earlier.seq = record.seq - 1)
FROM bartizan.record WHERE stream = %s AND version > %s ORDER BY version LIMIT %s"""
_WRONG_TIPS = """SELECT stream FROM bartizan.record LEFT JOIN bartizan.tip USING (stream)
WHERE seq > %s AND seq <= %s AND NOT coalesce(
CASE record.version WHEN tip.version THEN record.kind = tip.kind ELSE record.version < tip.version END
AND (record.version > 1 OR tip.first = record.seq) AND EXISTS
(SELECT 1 FROM bartizan.record AS last WHERE last.stream = tip.stream AND last.version = tip.version), FALSE) LIMIT 1"""
_RECALL = """SELECT stream FROM bartizan.signal JOIN bartizan.record USING (seq)
WHERE key = %s AND stream > %s AND stream < %s AND kind = ANY(%s) ORDER BY seq DESC LIMIT 1"""
_OWNER = """SELECT a.application_name, a.backend_start::text FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %s AND l.objid = %s
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


def open_postgres(url: str, *, reading: bool = False) -> PostgresJournal:
    """Open the journal in the database that `url` names, or make it there; `reading`: to be read alone, unowned.

    The password comes from PGPASSWORD, ~/.pgpass or the file that PGPASSFILE names; see `read_address` for the url.
    Errors: InputError for the address; MissingExtraError without psycopg; StoreOwnedError where another desk owns the
    journal; StoreError where it cannot be reached, or is foreign, altered or of a newer schema.
    """
    address = read_address(url)
    try:
        import psycopg  # noqa: F401, PLC0415 - an extra
    except ImportError:
        raise MissingExtraError.of("a journal in PostgreSQL", "postgres") from None
    return PostgresJournal(address, reading=reading)


class PostgresJournal:
    """A journal in PostgreSQL (see `bartizan.app.ledger.Journal`). Made by `open_postgres`."""

    def __init__(self, address: Address, *, reading: bool = False) -> None:
        self.place = address.shown
        self._reading = reading
        self._settings = address.settings
        self._lock = threading.Lock()
        self._broken: str | None = None
        # an append of which it is not known whether it was kept: the hash behind it
        self._doubt: bytes | None = None
        self._connection = self._connect()
        self._last = self._last_hash()

    def append(self, records: Sequence[Record]) -> None:
        """Keep all of them or none; the server has them on its disk when this returns.

        Where the server goes away meanwhile, the journal waits for it a few seconds and finds out. Errors: StoreError.
        """
        if not records:
            return
        with self._lock:
            until = time.monotonic() + PATIENCE
            self._require_line(until)
            rows, last = [], self._last
            for record in records:
                rows.append(row_of(record, last))
                last = rows[-1][-1]
            self._keep(rows, until)

    def take(self, rows: Sequence[Row]) -> None:
        """Keep rows of another journal as they are, proved, all or none. Errors: StoreError."""
        if not rows:
            return
        with self._lock:
            until = time.monotonic() + PATIENCE
            self._require_line(until)
            prove_run(chained(rows, None if self._last == GENESIS else self._last), self.place, rows[0][0] - 1)
            self._keep(rows, until)

    def _keep(self, rows: Sequence[Row], until: float) -> None:
        while not self._insert(rows):
            if self._kept_in_doubt(until):
                break
            if time.monotonic() >= until:
                raise StoreError(f"{self.place}: the line to the server breaks at every append. See the server's log")
        self._last = rows[-1][-1]

    def read(self, stream: str | None = None, after: int = 0) -> Iterator[Record]:
        """Every record, or those of one stream, in their order; those behind `after`, a `seq` or a version of it.

        Errors: StoreError where one is missing, cannot be read, or is not what its hash says.
        """
        last, before = after, self.hash_at(after) if after and stream is None else None
        while True:
            if stream is None:
                page = self._ask(_ALL, last, PAGE)
                yield from proved(chained(page, before), self.place, None, last)
                last, before = (page[-1][0], page[-1][-1]) if page else (last, before)
            else:
                page = self._ask(_OF_A_STREAM, stream, last, PAGE)
                yield from proved(page, self.place, stream, last)
                last = page[-1][2] if page else last
            if len(page) < PAGE:
                return

    def ends(self) -> Mapping[str, int]:
        """The last version of every stream. Errors: StoreError where a record of the journal is missing."""
        ((count, last),) = self._ask("SELECT count(*), coalesce(max(seq), 0) FROM bartizan.record")
        if count != last:
            raise StoreError(f"{self.place}: {last - count} of {last} records are missing. Restore it from a backup")
        return dict(self._ask("SELECT stream, version FROM bartizan.tip"))

    def settled(self, topic: str, kinds: Collection[str]) -> Iterator[Settled]:
        """The streams of a topic whose last record is of one of `kinds` (see `Journal.settled`)."""
        question = "SELECT stream, first FROM bartizan.tip WHERE stream > %s AND stream < %s AND kind = ANY(%s)"
        for stream, seq in self._ask(f"{question} ORDER BY first", f"{topic}/", f"{topic}0", list(kinds)):
            yield Settled(stream, seq)

    def recall(self, topic: str, kinds: Collection[str], signal: str, run: str) -> str | None:
        """The stream of a topic with the latest record of one of `kinds` about a signal (see `Journal.recall`)."""
        found = self._ask(_RECALL, signal_key(run, signal), f"{topic}/", f"{topic}0", list(kinds))
        return found[0][0] if found else None

    def prove(self, after: int = 0) -> int:
        """Prove the next thousand records behind the one with `seq` `after`; returns the last of them.

        At the end of the journal this is `after`. Errors: StoreError.
        """
        rows = self._ask(_ALL, max(after, 1) - 1, PAGE + 1)
        before = rows.pop(0)[-1] if after and rows and rows[0][0] == after else None
        last = prove_run(chained(rows, before), self.place, after)
        require_tips(self._ask(_WRONG_TIPS, after, last), self.place)
        return last

    def page(self, after: int) -> Sequence[Row]:
        """The next thousand rows behind the one with `seq` `after`; none at the end. Errors: StoreError."""
        return self._ask(_ALL, after, PAGE)

    def end(self) -> tuple[int, bytes]:
        """The last `seq` and hash."""
        found = self._ask("SELECT seq, hash FROM bartizan.record ORDER BY seq DESC LIMIT 1")
        return (found[0][0], bytes(found[0][1])) if found else (0, GENESIS)

    def hash_at(self, seq: int) -> bytes | None:
        """The hash of one record; None where there is none."""
        found = self._ask("SELECT hash FROM bartizan.record WHERE seq = %s", seq)
        return bytes(found[0][0]) if found else None

    def close(self) -> None:
        """Let go of the journal and of its ownership; a second time does nothing."""
        with self._lock:
            self._connection.close()
            self._broken = "it is closed"

    def __enter__(self) -> PostgresJournal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- appending

    def _insert(self, rows: Sequence[Row]) -> bool:
        """Whether they were kept; where it is not known, `_doubt` is left to be settled. Errors: StoreError."""
        import psycopg  # noqa: PLC0415 - an extra

        self._doubt = rows[-1][-1]
        try:
            # one statement and its own transaction: one journey to the server
            self._connection.execute(
                _INSERT, [*_columns(signals_in(rows), 2), *_columns(tips_of(rows), 4), *_columns(rows, 7)]
            )
        except psycopg.Error as fault:
            lost = isinstance(fault, psycopg.OperationalError) and (fault.sqlstate or "08").startswith(_LINE)
            if self._connection.closed or lost:
                self._connection.close()
                return False
            self._doubt = None
            raise self._refusal(fault, rows[0]) from fault
        except BaseException:
            self._broken = "an append was interrupted"
            raise
        self._doubt = None
        return True

    def _kept_in_doubt(self, until: float) -> bool:
        """Connect again, and say whether the append that was in doubt was kept. Errors: StoreError."""
        self._connection.close()
        while True:
            try:
                self._connection = self._connect()
                break
            except StoreOwnedError:
                # a server that has not yet noticed that the old line is dead still holds the lock for it
                if time.monotonic() >= until:
                    self._broken = "the line to the server was lost, and another desk owns the journal"
                    self._require_usable()
            except StoreError:
                if time.monotonic() >= until:
                    raise
            time.sleep(_NAP)
        found, doubt, self._doubt = self._last_hash(), self._doubt, None
        if found not in (doubt, self._last):
            self._broken = "another desk wrote to it while the line to the server was lost"
            self._require_usable()
        return found == doubt

    def _require_line(self, until: float) -> None:
        """Connect again where the line was lost. Errors: StoreError."""
        self._require_usable()
        if self._connection.closed and self._kept_in_doubt(until):
            # the desk was told that it failed, and knows nothing of what is kept
            self._broken = "an append that was given up was kept after all"
            self._require_usable()

    def _refusal(self, fault: psycopg.Error, first: Row) -> StoreError:
        if fault.sqlstate in _NOT_NEXT:
            return StoreError(
                f"{self.place}: record {first[0]} (stream {first[1]}, version {first[2]}) is not the next. "
                "Another desk may have written the journal: read it again"
            )
        cures = {"53100": "the server's disk is full; nothing was kept of this. Make room and try again"}
        cure = cures.get(fault.sqlstate or "", "nothing was kept of this; see the server's log, then try again")
        return StoreError(f"{self.place}: the journal failed ({_words(fault)}): {cure}")

    # ---- the line to the server

    def _ask(self, question: str, *values: Any) -> list[Any]:
        import psycopg  # noqa: PLC0415 - an extra

        with self._lock:
            self._require_line(time.monotonic() + PATIENCE)
            try:
                return self._connection.execute(question, values).fetchall()
            except psycopg.Error as fault:
                raise StoreError(
                    f"{self.place}: the journal cannot be read ({_words(fault)}). See the server's log, then try again"
                ) from fault

    def _connect(self) -> psycopg.Connection[Any]:
        """A connection that owns the journal. Errors: StoreOwnedError; StoreError."""
        import psycopg  # noqa: PLC0415 - an extra

        try:
            connection = psycopg.connect(
                **{"connect_timeout": "5", **self._settings},  # type: ignore[arg-type]  # libpq takes words for numbers
                autocommit=True,
                application_name=f"bartizan, process {os.getpid()} on {platform.node()}"[:63],
                client_encoding="utf-8",
                keepalives=1,
                keepalives_idle=5,
                keepalives_interval=2,
                keepalives_count=3,
                tcp_user_timeout=10_000,
            )
        except psycopg.Error as fault:
            raise StoreError(
                f"{self.place}: the server cannot be reached, or refuses ({_words(fault)}). "
                "Check that it runs, the name of the database, and the password in PGPASSWORD or ~/.pgpass"
            ) from fault
        try:
            if connection.info.server_version < OLDEST_SERVER:
                raise StoreError(f"{self.place}: the server is too old for the journal. Use PostgreSQL 12 or newer")
            connection.execute(f"SET statement_timeout = {_STATEMENT}")
            if self._reading:
                connection.execute("SET default_transaction_read_only TO on")
                recognise(connection, self.place)
            else:
                self._own(connection)
                prepare(connection, self.place)
        except psycopg.Error as fault:
            connection.close()
            raise StoreError(
                f"{self.place}: the journal cannot be made or read ({_words(fault)}). "
                "Let the user make a schema there: GRANT CREATE ON DATABASE ... TO ..."
            ) from fault
        except BaseException:
            connection.close()
            raise
        return connection

    def _own(self, connection: psycopg.Connection[Any]) -> None:
        taken = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", LOCK).fetchone()
        if taken is not None and taken[0]:
            return
        owner = connection.execute(_OWNER, LOCK).fetchone()
        who = f"{owner[0] or 'a program without a name'}, since {owner[1]}" if owner else "unknown"
        raise StoreOwnedError(
            f"{self.place}: another desk ({who}) owns this journal. Stop that one first, "
            "or give this one a database of its own"
        )

    def _last_hash(self) -> bytes:
        found = self._connection.execute("SELECT hash FROM bartizan.record ORDER BY seq DESC LIMIT 1").fetchone()
        return GENESIS if found is None else bytes(found[0])

    def _require_usable(self) -> None:
        if self._broken is not None:
            raise StoreError(f"{self.place}: the journal takes nothing more: {self._broken}. Open it again")


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> list[list[Any]]:
    """The columns of rows, also where there are no rows."""
    return [[row[n] for row in rows] for n in range(count)]


def _words(fault: psycopg.Error) -> str:
    said = fault.diag.message_primary or str(fault)
    return " ".join(said.split())[:300]
