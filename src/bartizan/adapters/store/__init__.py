"""Where the desk's journal is kept."""

from bartizan.adapters.store.journal import SqliteJournal, open_journal

__all__ = ["SqliteJournal", "open_journal"]
