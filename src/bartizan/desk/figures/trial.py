"""Trials of a layer: somebody opened the door thirty times, and so often it was reported. Kept as events.

A set of trials is recorded once and may be withdrawn with a reason (the sensor was not connected); it is never
changed. What is measured is addressed as the site addresses it: "sensor/id" with "p_sensed", and so on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from bartizan.desk.codec import Codec, none_or_more
from bartizan.desk.errors import CommandError, HistoryError, TransitionError
from bartizan.desk.event import Event

LONGEST = 300  # characters of a note or a reason
MOST = 100_000  # trials in one set; more is a slip of the hand

KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sensor": ("p_sensed", "p_transmitted", "p_assessed"),
        "element": ("p_detection",),
        "response": ("p_communication", "p_neutralization"),
    }
)
"""What can be tried of what: of a sensor each of its three probabilities, of a way through an element its one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialsEvent(Event):
    """Something about one set of trials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried(TrialsEvent):
    """`detected` of `trials` did what they should. `about`: which drill or test, in words."""

    kind = "tried"
    id: str
    place: str
    key: str
    detected: int
    trials: int
    about: str
    exercise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(TrialsEvent):
    """The trials count no longer, for `reason`."""

    kind = "withdrawn"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSet:
    """One set of trials as it stands. `at` is when it was recorded (UTC); `withdrawn`: why it counts no longer."""

    id: str
    version: int
    place: str
    key: str
    detected: int
    trials: int
    about: str
    exercise: bool
    at: datetime
    by: str
    withdrawn: str | None = None


TRIALS: Final[Codec[TrialsEvent]] = Codec(Tried, Withdrawn, readers={"detected": none_or_more})


def apply_trials(trials: TrialSet | None, event: TrialsEvent) -> TrialSet:
    """The set after one more event; None before the first. Errors: HistoryError where it cannot follow."""
    if isinstance(event, Tried) and trials is None and event.version == 1:
        return TrialSet(
            id=event.id,
            version=1,
            place=event.place,
            key=event.key,
            detected=event.detected,
            trials=event.trials,
            about=event.about,
            exercise=event.exercise,
            at=event.at,
            by=event.by,
        )
    if isinstance(event, Withdrawn) and trials is not None and event.version == trials.version + 1:
        return replace(trials, version=event.version, withdrawn=event.reason)
    raise HistoryError(
        f"trials: {event.kind} cannot come as version {event.version}. Restore the journal from a backup"
    )


def decide_try(
    place: str,
    key: str,
    detected: int,
    trials: int,
    *,
    id: str,  # noqa: A002 - the field is named id
    about: str,
    exercise: bool,
    by: str,
    at: datetime,
) -> Tried:
    """Record a set of trials. Errors: CommandError where they are none, or nothing that can be tried."""
    kind = place.partition("/")[0]
    ways = place.count("/") == 3 and place.split("/")[2] == "way" if kind == "element" else place.count("/") == 1
    if key not in KEYS.get(kind, ()) or not ways:
        known = "; ".join(f"{name}: {', '.join(keys)}" for name, keys in KEYS.items())
        raise CommandError(
            f"trials of {place!r:.80} and {key!r:.40}: give sensor/ID, element/ID/way/ID or response/ID, and one of "
            f"its keys ({known})"
        )
    if not 1 <= trials <= MOST or not 0 <= detected <= trials:
        raise CommandError(f"{detected} of {trials} trials: give 1 to {MOST} trials and no more detected than tried")
    return Tried(
        version=1,
        at=at,
        by=by,
        id=id,
        place=place,
        key=key,
        detected=detected,
        trials=trials,
        about=in_words(about, "what was tried"),
        exercise=exercise,
    )


def decide_withdraw(trials: TrialSet, reason: str, *, by: str, at: datetime) -> Withdrawn:
    """Let a set count no longer. Errors: TransitionError where it does not; CommandError without a reason."""
    if trials.withdrawn is not None:
        raise TransitionError(f"these trials of {trials.place} are withdrawn already. Record new ones")
    return Withdrawn(version=trials.version + 1, at=at, by=by, reason=in_words(reason, "why they are withdrawn"))


def in_words(text: str, what: str) -> str:
    """The text, trimmed. Errors: CommandError where it is none, too long or not printable."""
    text = text.strip()
    if not text or len(text) > LONGEST or not text.isprintable():
        raise CommandError(f"{what} needs 1 to {LONGEST} printable characters in one line, not {len(text)}")
    return text
