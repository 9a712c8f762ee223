"""Alarms: what a signal becomes on the desk, what people may do to it, and how it is kept.

Of the eight invariants of the desk these hold here and in `bartizan.app.desk`, each with its test:

1. An alarm is durable before anybody hears of it.
2. State moves only by appended events; the present state is their fold.
3. Exactly one acknowledgement wins; the loser is told who did.
4. Nothing closes without disposition, person and time; what is still active closes only by force, with a reason.
5. A shelved alarm, and one of what is out of service, stays in every list; when that runs out it is heard again. What
   is active and of high priority is kept quiet by two people, each under their own log-in, and never by one.
6. Exercise and real never mix: the flag is fixed when the alarm is raised.
7. Instants are absolute and in UTC; a restart lets what is overdue fall due.
8. Escalation to people who never answer goes to the end of the chain and begins again; nobody on duty is itself an
   alarm (`bartizan.desk.duty`).
"""

from bartizan.desk.alarms.codec import CODEC, KINDS, decode, encode
from bartizan.desk.alarms.errors import AckLostError, SignalError, UnknownAlarmError
from bartizan.desk.alarms.escalation import BUILT_IN, Escalation
from bartizan.desk.alarms.events import Event
from bartizan.desk.alarms.fold import apply, fold
from bartizan.desk.alarms.groups import MOST_ROWS, Group, group, urgency
from bartizan.desk.alarms.state import (
    DISPOSITIONS,
    PRIORITIES,
    Alarm,
    Condition,
    Dispatch,
    Disposition,
    Handling,
    Shelf,
    ShelfProposal,
    Source,
)
from bartizan.desk.errors import (
    CommandError,
    CommandRefusedError,
    ExerciseMixError,
    HistoryError,
    StaleVersionError,
    TransitionError,
)
from bartizan.desk.event import DESK

__all__ = [
    "BUILT_IN",
    "CODEC",
    "DESK",
    "DISPOSITIONS",
    "KINDS",
    "MOST_ROWS",
    "PRIORITIES",
    "AckLostError",
    "Alarm",
    "CommandError",
    "CommandRefusedError",
    "Condition",
    "Dispatch",
    "Disposition",
    "Escalation",
    "Event",
    "ExerciseMixError",
    "Group",
    "Handling",
    "HistoryError",
    "Shelf",
    "ShelfProposal",
    "SignalError",
    "Source",
    "StaleVersionError",
    "TransitionError",
    "UnknownAlarmError",
    "apply",
    "decode",
    "encode",
    "fold",
    "group",
    "urgency",
]
