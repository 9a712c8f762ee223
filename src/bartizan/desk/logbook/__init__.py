"""The log-book: lines of free text with their time, one after the other, never changed; a mistake gets a new line."""

from bartizan.desk.logbook.lines import CODEC, LINES, Line, Written, decide_write, line_of

__all__ = ["CODEC", "LINES", "Line", "Written", "decide_write", "line_of"]
