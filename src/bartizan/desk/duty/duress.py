"""The silent call for help of somebody who is made to go on as if nothing were.

It is a signal of the highest severity that names the person, and that everybody hears and sees but this person: on
their own screens it makes no sound, and is not there. Nobody can take it away in their name.

It does not model who stands behind the person, nor whether the call was meant; a person finds out.
"""

from __future__ import annotations

from datetime import datetime

from bartizan.desk.alarms.hidden import DURESS, HIDDEN
from bartizan.desk.event import instant
from bartizan.signal import Signal


def duress_signal(id: str, person: str, *, at: datetime, area: str | None, exercise: bool) -> Signal:  # noqa: A002 - the field is named id
    """The signal of a silent call for help.

    `id` is fresh; `at` the instant (UTC); `area` where the person is, where that is known.
    """
    return Signal(
        id=id,
        t=at.timestamp(),
        utc=instant(at),
        kind=DURESS,
        state="raised",
        area=area,
        severity="high",
        exercise=exercise,
        because={"person": person, HIDDEN: person},
    )
