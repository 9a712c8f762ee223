"""The duty room: every part of a desk over one ledger."""

from bartizan.app.room.room import Room, open_desk, open_room

__all__ = ["Room", "open_desk", "open_room"]
