"""How far something may go in a message: the levels of the Traffic Light Protocol, of which red goes nowhere."""

from __future__ import annotations

from bartizan.desk.sharing.tlp import LEVELS, Tlp, reaches

Level = Tlp

__all__ = ["LEVELS", "Level", "within"]


def within(level: Level, reader: Level) -> bool:
    """Whether what is of `level` may be sent to who reads up to `reader`; red is for no message at all."""
    return level != "red" and reaches(reader, level)
