"""The desk: signals in, alarms kept, people's commands, and what an alarm means for the clock."""

from bartizan.app.desk.desk import Desk
from bartizan.app.desk.journal import Journal, MemoryJournal, Record
from bartizan.app.desk.room import Room, open_desk, open_room
from bartizan.app.desk.situation import Situation
from bartizan.app.desk.subscription import Notice, Resync, Subscription

__all__ = [
    "Desk",
    "Journal",
    "MemoryJournal",
    "Notice",
    "Record",
    "Resync",
    "Room",
    "Situation",
    "Subscription",
    "open_desk",
    "open_room",
]
