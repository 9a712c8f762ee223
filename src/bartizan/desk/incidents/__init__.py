"""Incidents: what several alarms are about, led by a procedure from the first alarm to the review.

::

    new -> in-progress -> (handed-over) -> resolved -> closed -> reviewed
                ^                             |          |          |
                +-----------------------------+----------+----------+  reopened, with a reason

It is in progress from the first step done, responder sent, or person who leads it. It is resolved only when every step
was done or skipped and every alarm assessed; closed only when a supervisor has seen what was skipped; reviewed only by
somebody who did not lead it. Whether it is an exercise is fixed when it is opened.
"""

from bartizan.desk.incidents.events import CODEC
from bartizan.desk.incidents.fold import apply
from bartizan.desk.incidents.state import (
    MANNERS,
    RELATIONS,
    SHARINGS,
    STAGES,
    Entry,
    Incident,
    IncidentState,
    Link,
    Manner,
    Relation,
    Sending,
    Sharing,
    Stage,
    Timers,
)

__all__ = [
    "CODEC",
    "MANNERS",
    "RELATIONS",
    "SHARINGS",
    "STAGES",
    "Entry",
    "Incident",
    "IncidentState",
    "Link",
    "Manner",
    "Relation",
    "Sending",
    "Sharing",
    "Stage",
    "Timers",
    "apply",
]
