"""Where the desk's journal is kept."""

from bartizan.adapters.store.journal import SqliteJournal, open_journal, read_journal
from bartizan.adapters.store.postgres import PostgresJournal, open_postgres
from bartizan.adapters.store.reserve import RESERVE

__all__ = ["RESERVE", "PostgresJournal", "SqliteJournal", "open_journal", "open_postgres", "read_journal"]
