"""Vital signs of a desk: each a group, a name, what is shown, and whether it is well."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from bartizan.app.desk.feed import Counts
from bartizan.app.room import Room

VitalState = Literal["good", "warn", "bad", "none"]
Group = Literal["cameras", "workers", "store", "queues", "dropped", "clock", "pages"]
Probe = Callable[[], Sequence["Vital"]]

CLOCK_WARN, CLOCK_BAD = 1.0, 60.0  # seconds between the desk's clock and the machine's


@dataclass(frozen=True, slots=True, kw_only=True)
class Vital:
    """One sign: `group` it stands in, `name` and `values` for the words of the page, and how it is.

    `state` "none" is a number that is neither well nor ill.
    """

    group: Group
    name: str
    values: Mapping[str, str | int | float]
    state: VitalState = "none"

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def feed_vitals(counts: Counts) -> Iterator[Vital]:
    """What came and what was lost on the way from the cameras to the pages: every drop is a fact that is shown."""
    yield Vital(group="dropped", name="received", values={"n": counts.received})
    yield Vital(group="dropped", name="detected", values={"n": counts.detected})
    yield _none_is_good("source", counts.dropped)
    yield Vital(group="dropped", name="unseen", values={"n": counts.unseen})
    yield _none_is_good("cut", counts.cut)


def _none_is_good(name: str, count: int) -> Vital:
    return Vital(group="dropped", name=name, values={"n": count}, state="warn" if count else "good")


def room_vitals(room: Room, machine: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[Vital]:
    """What the duty room says of itself: records, open alarms, what waits to be sent, its clock and the machine's.

    `machine` is the time that the machine has; an exercise's clock is no fault of it.
    """
    waiting = sum(one.waits for one in room.desk.open_alarms())
    yield Vital(group="store", name="records", values={"n": room.ledger.seq})
    left = len(room.evidence.left)
    yield Vital(group="store", name="left", values={"n": left}, state="bad" if left else "good")
    yield Vital(group="queues", name="open", values={"n": len(room.desk.open_alarms()), "waiting": waiting})
    for name, count in sorted(room.inbox.counts().items()):
        yield Vital(group="dropped", name="intake", values={"what": name, "n": count})
    yield _none_is_good("audit", room.audit.unkept)
    if room.outreach is not None:
        backlog = room.outreach.backlog()
        problem = backlog.problem or ""
        state: VitalState = "bad" if problem else "warn" if backlog.waiting else "good"
        yield Vital(group="queues", name="outreach", values={"n": backlog.waiting, "problem": problem}, state=state)
        yield _none_is_good("given-up", backlog.given_up)
    off = abs((room.ledger.utc() - machine()).total_seconds())
    how: VitalState = "good" if off < CLOCK_WARN else "warn" if off < CLOCK_BAD else "bad"
    yield Vital(group="clock", name="off", values={"seconds": round(off, 1)}, state=how)
