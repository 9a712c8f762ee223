"""Where the desk's journal is kept."""

from bartizan.adapters.store.journal import SqliteJournal, open_journal
from bartizan.adapters.store.postgres import PostgresJournal, open_postgres

__all__ = ["PostgresJournal", "SqliteJournal", "open_journal", "open_postgres"]
