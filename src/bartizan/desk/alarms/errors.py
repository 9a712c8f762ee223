"""Why the desk refuses a command on an alarm, besides what `bartizan.desk.errors` has for everything.

AckLostError (CommandRefusedError)   somebody else acknowledged first; carries the winner and the time
SignalError (InputError)             a signal that cannot be kept as it is
UnknownAlarmError                    an alarm that the desk does not have
"""

from __future__ import annotations

from datetime import datetime

from bartizan.desk.errors import CommandRefusedError, UnknownThingError
from bartizan.errors import InputError


class AckLostError(CommandRefusedError):
    """Somebody else has acknowledged the alarm: `by` at `at` (UTC)."""

    def __init__(self, number: int, by: str, at: datetime) -> None:
        self.by = by
        self.at = at
        super().__init__(f"alarm {number} is already acknowledged by {by} at {at:%H:%M:%S} UTC. Ask {by}")


class SignalError(InputError):
    """A signal that cannot be kept as it is."""


class UnknownAlarmError(UnknownThingError):
    """An alarm that the desk does not have."""
