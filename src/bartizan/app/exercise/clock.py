"""The one clock of an exercise: the script's time, which only the exercise moves, and never backwards."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from bartizan.errors import InputError


class ExerciseClock:
    """The present instant of the exercise (UTC). Give `clock` itself to the desk as its `now`."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise InputError(f"the clock of an exercise needs an instant with an offset, not {start.isoformat()}")
        self._now = start
        self._lock = Lock()

    def __call__(self) -> datetime:
        """The present instant."""
        with self._lock:
            return self._now

    def advance(self, instant: datetime) -> None:
        """Move to an instant; an earlier one changes nothing, because what has been recorded stays recorded."""
        with self._lock:
            self._now = max(self._now, instant)
