"""Why the desk refuses a command.

CommandRefusedError                what was asked does not fit the state of the alarm
├── AckLostError                   somebody else acknowledged first; carries the winner and the time
├── StaleVersionError              the command was formed on a state that is no longer the state
├── TransitionError                the table of transitions has no such step
└── ExerciseMixError               an exercise and a real event were about to be mixed
SignalError (InputError)           a signal that cannot be kept as it is
CommandError (InputError)          a name, note or reason that is empty, too long or unreadable
UnknownAlarmError (KeyError)       an alarm that the desk does not have
HistoryError (StoreError)          stored events that no desk can have written
"""

from __future__ import annotations

from datetime import datetime

from bartizan.errors import BartizanError, InputError, StoreError


class CommandRefusedError(BartizanError):
    """What was asked does not fit the state of the alarm. Nothing was changed."""

    exit_status = 1


class AckLostError(CommandRefusedError):
    """Somebody else has acknowledged the alarm: `by` at `at` (UTC)."""

    def __init__(self, number: int, by: str, at: datetime) -> None:
        self.by = by
        self.at = at
        super().__init__(f"alarm {number} is already acknowledged by {by} at {at:%H:%M:%S} UTC. Ask {by}")


class StaleVersionError(CommandRefusedError):
    """The command was formed on version `given`; the alarm has moved on to `current`."""

    def __init__(self, number: int, given: int, current: int) -> None:
        self.given = given
        self.current = current
        super().__init__(
            f"alarm {number} has changed since it was read: version {current} now, {given} then. "
            "Read it again and decide again"
        )


class TransitionError(CommandRefusedError):
    """The table of transitions has no such step from where the alarm stands."""


class ExerciseMixError(CommandRefusedError):
    """An exercise and a real event were about to be mixed."""


class SignalError(InputError):
    """A signal that cannot be kept as it is."""


class CommandError(InputError):
    """A name, note, reason or time in a command that is empty, too long or unreadable."""


class UnknownAlarmError(InputError, KeyError):
    """An alarm that the desk does not have."""

    __str__ = Exception.__str__


class HistoryError(StoreError):
    """Stored events that no desk can have written."""
