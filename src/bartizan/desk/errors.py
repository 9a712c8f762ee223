"""Why the desk refuses a command, or cannot read what it kept.

CommandRefusedError                what was asked does not fit the state of the thing
├── StaleVersionError              the command was formed on a state that is no longer the state
├── TransitionError                the table of transitions has no such step
└── ExerciseMixError               an exercise and a real event were about to be mixed
CommandError (InputError)          a name, note or reason that is empty, too long or unreadable
UnknownThingError (KeyError)       a thing that the desk does not have
HistoryError (StoreError)          stored events that no desk can have written
"""

from __future__ import annotations

from bartizan.errors import BartizanError, InputError, StoreError


class CommandRefusedError(BartizanError):
    """What was asked does not fit the state of the thing. Nothing was changed."""

    exit_status = 1


class StaleVersionError(CommandRefusedError):
    """The command was formed on version `given` of `thing` (as "alarm 7"); it has moved on to `current`."""

    def __init__(self, thing: str, given: int, current: int) -> None:
        self.given = given
        self.current = current
        super().__init__(
            f"{thing} has changed since it was read: version {current} now, {given} then. "
            "Read it again and decide again"
        )


class TransitionError(CommandRefusedError):
    """The table of transitions has no such step from where the thing stands."""


class ExerciseMixError(CommandRefusedError):
    """An exercise and a real event were about to be mixed."""


class CommandError(InputError):
    """A name, note, reason or time in a command that is empty, too long or unreadable."""


class UnknownThingError(InputError, KeyError):
    """A thing that the desk does not have."""

    __str__ = Exception.__str__


class HistoryError(StoreError):
    """Stored events that no desk can have written."""
