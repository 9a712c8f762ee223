"""How the words of a sensor, a door or a button are read: [[input]], from a message to what it says of the site."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from bartizan.signal import Severity as SignalSeverity
from bartizan.site.figures import Part, wrong
from bartizan.site.hours import Hours
from bartizan.site.parts import Id, Name
from bartizan.site.rules import HoursEntry, Severity

InputKind = Literal["contact", "detector", "tamper", "fault", "duress", "badge", "exit"]
Value = str | int | float | bool
"""What a message may say: text, a number, true or false."""

SEVERITIES: dict[InputKind, SignalSeverity] = {
    "contact": "high",
    "detector": "medium",
    "tamper": "high",
    "fault": "low",
    "duress": "high",
    "badge": "medium",
    "exit": "low",
}
PASSES: frozenset[InputKind] = frozenset({"badge", "exit"})  # what lets a door be opened
_PLACES = ("element", "area", "zone")
_MOST_WORDS, _LONGEST_WORD = 50, 200


def _is_topic(text: str) -> str:
    if set("+#\0") & set(text) or not text.isprintable() or text.startswith("$") or text.strip("/") != text:
        cure = "Write one topic, such as 'site/gate/contact', without '+', '#' and a '/' at its ends"
        raise wrong("is no topic of one sensor", cure)
    return text


def _is_path(text: str) -> str:
    if not all(text.split(".")):
        raise wrong("is no key of a message", "Write the key, such as 'state', or 'after.state' for one inside another")
    return text


Topic = Annotated[
    str,
    StringConstraints(min_length=1, max_length=250),
    AfterValidator(_is_topic),
    Field(description="the topic it is told on, such as 'site/gate/contact'"),
]
Path = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(_is_path),
    Field(description="a key of a JSON message; 'after.state' for one inside another"),
]


def _are_words(told: Any) -> Any:
    words = told if isinstance(told, list) else [told]
    if not 1 <= len(words) <= _MOST_WORDS:
        raise wrong(f"is a list of 1 to {_MOST_WORDS} words", "Write one word, or a list of them")
    for word in words:
        fine = len(word) <= _LONGEST_WORD if isinstance(word, str) else isinstance(word, bool | int | float)
        if not fine or (isinstance(word, float) and not math.isfinite(word)):
            cure = f"Write text of at most {_LONGEST_WORD} characters, a number, true or false, or a list of them"
            raise wrong("is nothing that a message can say", cure)
    return told


Words = Annotated[
    Any,
    AfterValidator(_are_words),
    Field(description="what the message says then: text, a number, true or false, or a list of them"),
]
_Span = Annotated[float, Field(gt=0, le=1e6, description="seconds, above 0")]


class InputEntry(Part):
    """[[input]]: what a sensor, a door or a button tells over MQTT or HTTP, and what it means."""

    id: Id
    name: Name | None = None
    kind: InputKind
    sensor: Id | None = Field(None, description="the sensor whose word it is; its place is the input's")
    element: Id | None = None
    area: Id | None = None
    zone: Id | None = None
    topic: Topic | None = None
    field: Path | None = None
    time: Path | None = Field(None, description="the key of the message's own time: RFC 3339, or Unix seconds")
    on: Words | None = None
    off: Words | None = None
    granted: Words | None = None
    denied: Words | None = None
    holder: Path | None = Field(None, description="the key of the badge's number, kept with an alarm")
    severity: Severity | None = None
    hours: list[HoursEntry] = Field(default_factory=list, description="when it sounds by the clock of the site")
    clears_after: _Span | None = None
    settle: float = Field(1.0, ge=0, le=600, description="seconds that 'off' must last before it counts")
    rejoin: float = Field(60.0, ge=0, le=1e5, description="seconds within which it goes on with what had ended")
    held_after: _Span | None = None
    passes_for: float = Field(10.0, gt=0, le=600, description="seconds in which a door may be opened")
    quiet_after: _Span | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> InputEntry:
        needed, allowed = _KEYS[self.kind]
        for key in needed:
            if getattr(self, key) is None:
                raise wrong(f"kind = '{self.kind}' needs {key}", f"Add {key} = what the message says then")
        for key in _OF_KINDS - needed - allowed:
            if getattr(self, key) is not None:
                raise wrong(f"kind = '{self.kind}' has no {key}", f"Take {key} out, or correct kind")
        if self.on is not None and self.kind not in PASSES and self.off is None and self.clears_after is None:
            raise wrong("never ends", "Add off = what the message says then, or clears_after = seconds")
        return self

    @model_validator(mode="after")
    def _has_one_place(self) -> InputEntry:
        given = [key for key in _PLACES if getattr(self, key) is not None]
        if len(given) > 1:
            raise wrong("has more than one place", f"Keep one of {', '.join(given)}")
        if not given and self.sensor is None:
            raise wrong("has no place", "Add sensor, element, area or zone")
        if self.kind in PASSES and self.element is None and self.sensor is None:
            raise wrong(f"kind = '{self.kind}' belongs to a door", "Add element = the door's id")
        return self

    @model_validator(mode="after")
    def _is_not_two_things(self) -> InputEntry:
        told: list[tuple[str, Value]] = []
        for key in ("on", "off", "granted", "denied"):
            for word in values(getattr(self, key)):
                if any(alike(word, other) for _, other in told):
                    raise wrong(f"one word says two things: {word!r:.60}", "Take it out of one of them")
                told.append((key, word))
        if self.time is not None and self.field is None:
            raise wrong("time stands in a JSON message, and field says where the word is", "Add field = key")
        if self.holder is not None and self.field is None:
            raise wrong("holder stands in a JSON message, and field says where the word is", "Add field = key")
        return self


# the keys that an input of each kind needs, and those that it may have besides
_STATE = (frozenset({"on"}), frozenset({"off", "clears_after"}))
_KEYS: dict[InputKind, tuple[frozenset[str], frozenset[str]]] = {
    "contact": (frozenset({"on", "off"}), frozenset({"held_after"})),
    "detector": _STATE,
    "tamper": _STATE,
    "fault": _STATE,
    "duress": _STATE,
    "badge": (frozenset({"granted"}), frozenset({"denied", "holder"})),
    "exit": (frozenset({"on"}), frozenset({"off"})),
}
_OF_KINDS = frozenset().union(*(needed | allowed for needed, allowed in _KEYS.values()))


def values(words: object) -> tuple[Value, ...]:
    """Words as a site file writes them, one or a list, as a tuple."""
    if words is None:
        return ()
    return tuple(words) if isinstance(words, list | tuple) else (words,)  # type: ignore[return-value]


def alike(one: Value, other: Value) -> bool:
    """Whether two words are the same: 1 and 1.0 are, 1 and true are not."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Where the words of a sensor, a door or a button come from, and what each says.

    `place` is the kind and id of what it speaks of ("element", "area" or "zone"), or None where it is the place of
    its `sensor`. `on`, `off`, `granted` and `denied` hold the words that say so; `field`, `time` and `holder` the keys
    of a JSON message. Times in seconds; `hours` (none: always) are those in which it sounds.
    """

    id: str
    kind: InputKind
    name: str | None = None
    sensor: str | None = None
    place: tuple[str, str] | None = None
    topic: str | None = None
    field: str | None = None
    time: str | None = None
    on: tuple[Value, ...] = ()
    off: tuple[Value, ...] = ()
    granted: tuple[Value, ...] = ()
    denied: tuple[Value, ...] = ()
    holder: str | None = None
    severity: SignalSeverity = "medium"
    hours: tuple[Hours, ...] = ()
    clears_after: float | None = None
    settle: float = 1.0
    rejoin: float = 60.0
    held_after: float | None = None
    passes_for: float = 10.0
    quiet_after: float | None = None


def input_of(entry: InputEntry, hours: tuple[Hours, ...]) -> Input:
    """The input that an entry describes."""
    place = next(((key, getattr(entry, key)) for key in _PLACES if getattr(entry, key) is not None), None)
    return Input(
        id=entry.id,
        kind=entry.kind,
        name=entry.name,
        sensor=entry.sensor,
        place=place,
        topic=entry.topic,
        field=entry.field,
        time=entry.time,
        on=_sorted(entry.on),
        off=_sorted(entry.off),
        granted=_sorted(entry.granted),
        denied=_sorted(entry.denied),
        holder=entry.holder,
        severity=entry.severity or SEVERITIES[entry.kind],
        hours=hours,
        clears_after=entry.clears_after,
        settle=entry.settle,
        rejoin=entry.rejoin,
        held_after=entry.held_after,
        passes_for=entry.passes_for,
        quiet_after=entry.quiet_after,
    )


def _sorted(words: object) -> tuple[Value, ...]:
    """Words in one order, so that the order in which they are written changes nothing."""
    return tuple(sorted(values(words), key=lambda word: (type(word).__name__, str(word))))
