"""Escalation: who is told next when nobody deals with an alarm, and when, until somebody does.

A chain has steps, each so many seconds after the alarm began to wait, and after its last step it begins again, louder:
it never ends by itself. What stops it is that somebody acknowledges (a chain until "acknowledged") or says what it was
(until "assessed"), that the alarm is closed, or that it is shelved; a shelf that ends begins it anew.

Deadlines are instants (UTC) in the events: a restart finds what is overdue and tells it at once. Steps that fell due
while the desk was away are all told; whole rounds that would have been are told once.

It does not model how somebody is reached, nor whether they were: that somebody was is what stops the chain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bartizan.desk import event
from bartizan.desk.alarms.state import Alarm
from bartizan.desk.codec import Codec
from bartizan.desk.errors import HistoryError
from bartizan.desk.event import DESK, instant
from bartizan.site.escalation import EscalationChain as Chain
from bartizan.site.escalation import EscalationStep as Step
from bartizan.site.escalation import Until


def fits(chain: Chain, alarm: Alarm) -> bool:
    """Whether a chain is for this alarm: it fits all of what the chain names."""
    told = alarm.signal
    return all(
        not wanted or found in wanted
        for wanted, found in (
            (chain.priorities, alarm.priority),
            (chain.kinds, told.get("kind")),
            (chain.zones, told.get("zone")),
            (chain.areas, told.get("area")),
            (chain.elements, told.get("element")),
        )
    )


# seconds as commonly quoted of EN 50518-2:2010 for hold-up and for other alarms: typical, no claim of compliance
BUILT_IN: tuple[Chain, ...] = (
    Chain(
        id="built-in-duress",
        kinds=frozenset({"duress"}),
        steps=(Step(after=0.0, who=("role/supervisor",)), Step(after=30.0, who=("everybody",))),
        again=30.0,
    ),
    Chain(
        id="built-in-high",
        priorities=frozenset({"high"}),
        steps=(Step(after=30.0, who=("on-duty",)), Step(after=60.0, who=("role/supervisor",))),
        again=60.0,
    ),
    Chain(
        id="built-in",
        steps=(Step(after=90.0, who=("on-duty",)), Step(after=180.0, who=("role/supervisor",))),
        again=180.0,
    ),
)


def chain_for(alarm: Alarm, until: Until, chains: Iterable[Chain]) -> Chain | None:
    """The chain of an alarm that waits for `until`: the first that fits; None where there is none."""
    return next((chain for chain in chains if chain.until == until and fits(chain, alarm)), None)


# ---- events


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(event.Event):
    """What happens to the escalation of an alarm."""

    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed(Event):
    """A chain began: the alarm waits since `since`, and its first step is due at `due` (UTC)."""

    kind = "armed"
    chain: str
    until: Until
    since: datetime
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(Event):
    """Step number `step` of round number `round` was told to `who`; the next one is due at `due` (UTC)."""

    kind = "escalated"
    step: int
    round: int
    who: tuple[str, ...]
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(Event):
    """Nobody need be told any more, for `reason`."""

    kind = "stopped"
    reason: str


CODEC: Codec[Event] = Codec(Armed, Escalated, Stopped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """How far the escalation of an alarm has come: `step` of `round` was told last (0 of 1: none yet).

    `due` is when the next step is told (UTC); None where it is stopped. `told` are those told so far, once each.
    """

    alarm: str
    version: int
    chain: str
    until: Until
    since: datetime
    due: datetime | None
    step: int = 0
    round: int = 1
    told: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.due is not None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "alarm": self.alarm,
            "chain": self.chain,
            "until": self.until,
            "since": instant(self.since),
            "due": None if self.due is None else instant(self.due),
            "step": self.step,
            "round": self.round,
            "told": list(self.told),
        }


def apply(before: Escalation | None, happened: Event) -> Escalation:
    """The escalation after one more event; None before the first. Errors: HistoryError."""
    version = 0 if before is None else before.version
    if happened.version != version + 1 or (before is not None and happened.alarm != before.alarm):
        raise HistoryError(
            f"the escalation of alarm {happened.alarm}: after version {version} comes {happened.kind} as version "
            f"{happened.version}. Restore the journal from a backup"
        )
    if isinstance(happened, Armed):
        return Escalation(
            alarm=happened.alarm,
            version=happened.version,
            chain=happened.chain,
            until=happened.until,
            since=happened.since,
            due=happened.due,
        )
    if before is None:
        raise HistoryError(
            f"the escalation of alarm {happened.alarm} begins with {happened.kind}. Restore the journal from a backup"
        )
    if isinstance(happened, Escalated):
        told = (*before.told, *(one for one in happened.who if one not in before.told))
        return replace(
            before, version=happened.version, step=happened.step, round=happened.round, due=happened.due, told=told
        )
    return replace(before, version=happened.version, due=None)


# ---- what is due


def decide_escalation(
    before: Escalation | None, alarm: Alarm, chains: tuple[Chain, ...], at: datetime
) -> tuple[Event, ...]:
    """What the passing of time, and what people did to the alarm, brings about by `at` (UTC).

    Asked again with what it returned folded in, it returns nothing: it may be asked at any time and as often as one
    likes.
    """
    until = _awaited(alarm)
    chain = None if until is None else chain_for(alarm, until, chains)
    if until is None or chain is None:
        if before is None or not before.is_open:
            return ()
        reason = "shelved" if alarm.suppression is not None else alarm.handling
        return (Stopped(alarm=alarm.id, version=before.version + 1, at=at, by=DESK, reason=reason),)
    events: list[Event] = []
    now = before
    since = _since(alarm, until)
    if now is None or not now.is_open or (now.chain, now.until, now.since) != (chain.id, until, since):
        armed = Armed(
            alarm=alarm.id,
            version=(0 if now is None else now.version) + 1,
            at=at,
            by=DESK,
            chain=chain.id,
            until=until,
            since=since,
            due=since + timedelta(seconds=chain.steps[0].after),
        )
        events.append(armed)
        now = apply(now, armed)
    while now.due is not None and now.due <= at:
        told = _next_step(now, chain, at)
        events.append(told)
        now = apply(now, told)
    return tuple(events)


def _awaited(alarm: Alarm) -> Until | None:
    """What people still have to do, where it may be asked of them."""
    if not alarm.is_open or alarm.suppression is not None:
        return None
    if alarm.waits:
        return "acknowledged"
    return "assessed" if alarm.disposition is None else None


def _since(alarm: Alarm, until: Until) -> datetime:
    if until == "assessed" and alarm.acknowledged_at is not None:
        return max(alarm.acknowledged_at, alarm.waits_since)
    return alarm.waits_since


def _next_step(now: Escalation, chain: Chain, at: datetime) -> Escalated:
    assert now.due is not None  # noqa: S101 - what is stopped is never asked
    # a chain may have become shorter since: what was told before counts, and a new round begins
    number, turn = (now.step + 1, now.round) if now.step < len(chain.steps) else (1, now.round + 1)
    if number < len(chain.steps):
        wait = chain.steps[number].after - chain.steps[number - 1].after
        due = now.due + timedelta(seconds=wait)
    else:
        due = now.due + timedelta(seconds=chain.again)
    # rounds that the desk slept through are told once: the first one is told to its end
    if due <= at and (turn > 1 or number == len(chain.steps)):
        due = at + timedelta(seconds=chain.again if number == len(chain.steps) else wait)
    return Escalated(
        alarm=now.alarm,
        version=now.version + 1,
        at=at,
        by=DESK,
        step=number,
        round=turn,
        who=chain.steps[number - 1].who,
        due=due,
    )
