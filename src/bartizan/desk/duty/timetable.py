"""When rounds are due: times of day by the clock of the site, as instants.

An hour that the clock leaves out when summer time begins is taken as the hour after; one that it shows twice as the
first of the two. So every due round is due once.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bartizan.site.tour import Tour

LOOK_BACK = timedelta(hours=24)  # rounds that fell due while the desk was away are missed for so long


def dues(tour: Tour, zone: ZoneInfo, after: datetime, at: datetime) -> tuple[datetime, ...]:
    """The instants (UTC) later than `after`, and not later than `at`, at which a round of the tour was due.

    At most those of the last 24 hours; `zone` is the time zone of the site.
    """
    first = max(after, at - LOOK_BACK)
    found = []
    day = first.astimezone(zone).date()
    while day <= at.astimezone(zone).date():
        for begins in tour.begins:
            if day.weekday() in begins.days:
                wall = datetime.combine(day, time(*divmod(begins.minute, 60)), tzinfo=zone)
                found.append(wall.astimezone(UTC))
        day += timedelta(days=1)
    return tuple(sorted({due for due in found if first < due <= at}))
