"""The one journal that a desk writes, and the books that are folds over it."""

from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.journal import Journal, MemoryJournal, Record, Settled
from bartizan.app.ledger.ledger import Book, Entry, Ledger
from bartizan.app.ledger.subscription import Notice, Resync, Subscription

__all__ = [
    "Book",
    "Entry",
    "Histories",
    "Journal",
    "Ledger",
    "MemoryJournal",
    "Notice",
    "Record",
    "Resync",
    "Settled",
    "Subscription",
]
