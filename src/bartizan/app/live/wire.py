"""What a camera's worker hands over: one form for pipes between processes, the broker and recordings.

A message is one JSON object in UTF-8, of bounded size. What comes in is hostile until it was read here: a number that
is none, a key too many, a list without end is refused with a word for the count and words for people. Reading what was
written gives the same message, to the last bit of every number.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    Base64Bytes,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from bartizan.app.live.eye import Glimpse
from bartizan.app.live.ports import SourceCounters
from bartizan.errors import InputError
from bartizan.signal import Observation, Severity, rfc3339
from bartizan.watch.detection.detect import Detection
from bartizan.watch.health import Reading

SCHEMA = 1
LONGEST = 1 << 20  # bytes of one message: a thousand people and a picture
MOST_SEEN = 1000  # detections in one picture: more is noise, and would cost the tracker its pace
MOST_PICTURE = 500_000  # bytes of a picture for showing
FARTHEST = 1e9  # no plan is this wide [m], no stream this long [s]

Refusal = Literal["too long", "not JSON", "another version", "a number", "a form"]


class WireError(InputError):
    """A message that is none of ours; `reason` is one of few words, for counting."""

    def __init__(self, reason: Refusal, words: str) -> None:
        super().__init__(words)
        self.reason: Refusal = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one frame of one camera gave, as its worker tells it.

    `sender` is a token that the worker drew when it began, `number` counts its messages from 1: together they name the
    message, wherever it travels and however often it arrives. `site` is the hash of what watching needs of the site it
    was worked out for (`Site.watch_hash`). `t` [s] since `zero` (UTC), or since the stream's own beginning where that
    is None. `detections` in pixels, `observations` on the plan. `health` are the figures of the camera's health reading
    by name, `source` the counters of its stream. Dropped by the worker: `unsent` messages that nobody took in time,
    `unusable` sightings that are no numbers or too many. `picture` is a JPEG for showing, which is no evidence and is
    never kept.
    """

    sender: str
    number: int
    site: str
    camera: str
    t: float
    zero: datetime | None = None
    detections: tuple[Detection, ...] = ()
    observations: tuple[Observation, ...] = ()
    health: Reading | None = None
    source: SourceCounters | None = None
    unsent: int = 0
    unusable: int = 0
    picture: bytes | None = field(default=None, repr=False)

    @property
    def glimpse(self) -> Glimpse:
        """What the frame shows, for the tracker."""
        return Glimpse(self.t, self.camera, self.detections, self.observations)

    def moved(self, t: float, zero: datetime | None) -> Report:
        """The report with its time told from another zero."""
        observations = self.observations if t == self.t else tuple(replace(one, t=t) for one in self.observations)
        return replace(self, t=t, zero=zero, observations=observations)

    def without_picture(self) -> Report:
        """The report as it may be kept."""
        return self if self.picture is None else replace(self, picture=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A camera's pictures are over for good: `why`, in words, at `t` [s]. The other fields are as of a `Report`."""

    sender: str
    number: int
    site: str
    camera: str
    t: float
    why: str
    zero: datetime | None = None

    def moved(self, t: float, zero: datetime | None) -> Ended:
        """The message with its time told from another zero."""
        return replace(self, t=t, zero=zero)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A camera had no picture up to `t` [s], and is alive to say so. The other fields are as of a `Report`."""

    sender: str
    number: int
    site: str
    camera: str
    t: float
    zero: datetime | None = None
    source: SourceCounters | None = None
    unsent: int = 0

    def moved(self, t: float, zero: datetime | None) -> Waiting:
        """The message with its time told from another zero."""
        return replace(self, t=t, zero=zero)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Somebody else's camera or recorder says that something began ("raised") at `t` [s], or is over ("ended").

    `case` is the sender's own name for it, the same at its beginning and its end. `zone` is one of the site, or None;
    `because` says in words who noticed it and what. The other fields are as of a `Report`.
    """

    sender: str
    number: int
    site: str
    camera: str
    t: float
    case: str
    kind: str
    state: Literal["raised", "ended"]
    zone: str | None = None
    severity: Severity = "medium"
    because: Mapping[str, str] = field(default_factory=dict, hash=False)
    zero: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "because", MappingProxyType(dict(self.because)))

    def moved(self, t: float, zero: datetime | None) -> Notice:
        """The message with its time told from another zero."""
        return replace(self, t=t, zero=zero)


@dataclass(frozen=True, slots=True)
class Tick:
    """It is `t` [s], whoever speaks or is silent."""

    t: float


@dataclass(frozen=True, slots=True)
class Lost:
    """The worker of a camera died, and is started again: `why`, in words, known at `t` [s]."""

    camera: str
    t: float
    why: str


@dataclass(frozen=True, slots=True)
class Armed:
    """From `t` [s] on a rule is armed or disarmed by a person's order; None: it is as the site says again."""

    rule: str
    t: float
    armed: bool | None


@dataclass(frozen=True, slots=True)
class Held:
    """From `t` [s] on these states of the site hold: somebody has changed its posture."""

    states: tuple[str, ...]
    t: float


Told = Report | Waiting | Ended | Notice
"""What is told of a camera: by its worker, or (reports and notices) by somebody else's recorder."""

Message = Told | Tick | Lost | Armed | Held
"""What a run takes, and a recording holds."""


def usable(glimpse: Glimpse) -> tuple[Glimpse, int]:
    """The glimpse without what cannot be told, and how many detections and observations that were."""
    detections = tuple(d for d in glimpse.detections if _are_numbers(*d.box, d.score))[:MOST_SEEN]
    observations = tuple(o for o in glimpse.observations if _is_place(o))[:MOST_SEEN]
    left_out = len(glimpse.detections) - len(detections) + len(glimpse.observations) - len(observations)
    return replace(glimpse, detections=detections, observations=observations), left_out


def encode(message: Message) -> bytes:
    """The message as one line of JSON, without the end of line. ValueError where a number in it is none."""
    return json.dumps(_plain(message), ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")


def decode(data: bytes) -> Message:
    """The message in some bytes; WireError where they are none of ours, whatever they are."""
    if len(data) > LONGEST:
        raise WireError("too long", f"a message of {len(data):,} bytes; at most {LONGEST:,} are read")
    try:
        return _ADAPTER.validate_json(data).message()
    except ValidationError as fault:
        raise _refusal(fault) from None


def _are_numbers(*values: float) -> bool:
    return all(math.isfinite(value) and abs(value) <= FARTHEST for value in values)


def _is_place(one: Observation) -> bool:
    box = one.box or ()
    height = () if one.height is None else (one.height,)
    return _are_numbers(one.t, *one.at, *one.covariance, one.score, *box, *height)


def _plain(message: Message) -> dict[str, Any]:
    if isinstance(message, Tick):
        return {"schema": SCHEMA, "what": "tick", "t": message.t}
    if isinstance(message, Armed):
        return {"schema": SCHEMA, "what": "armed", "rule": message.rule, "t": message.t, "armed": message.armed}
    if isinstance(message, Held):
        return {"schema": SCHEMA, "what": "held", "states": list(message.states), "t": message.t}
    if isinstance(message, Lost):
        why = message.why[:_MOST_WORDS]
        return {"schema": SCHEMA, "what": "lost", "camera": message.camera, "t": message.t, "why": why}
    head = {
        "schema": SCHEMA,
        "what": type(message).__name__.lower(),
        "sender": message.sender,
        "number": message.number,
        "site": message.site,
        "camera": message.camera,
        "t": message.t,
        "zero": None if message.zero is None else rfc3339(message.zero, "microseconds"),
    }
    return {**head, **_told(message)}


def _told(message: Told) -> dict[str, Any]:
    """What a message says beside its head."""
    if isinstance(message, Ended):
        return {"why": message.why[:_MOST_WORDS]}
    if isinstance(message, Notice):
        told = {name: getattr(message, name) for name in ("case", "kind", "state", "zone", "severity")}
        return {**told, "because": {name: why[:_MOST_WORDS] for name, why in message.because.items()}}
    source = None if message.source is None else _source(message.source)
    if isinstance(message, Waiting):
        return {"source": source, "unsent": message.unsent}
    return {
        "detections": [{"box": one.box, "score": one.score, "label": one.label} for one in message.detections],
        "observations": [_observation(message, one) for one in message.observations],
        "health": None if message.health is None else message.health.to_json(),
        "source": source,
        "unsent": message.unsent,
        "unusable": message.unusable,
        "picture": None if message.picture is None else base64.b64encode(message.picture).decode("ascii"),
    }


def _observation(report: Report, one: Observation) -> dict[str, Any]:
    """A place; what it shares with the detection it came from is told once."""
    of = next(
        (
            index
            for index, found in enumerate(report.detections)
            if (found.box, found.score, found.label) == (one.box, one.score, one.label)
        ),
        None,
    )
    told: dict[str, Any] = {"of": of, "at": one.at, "error": one.covariance, "height": one.height}
    return told if of is not None else {**told, "box": one.box, "score": one.score, "label": one.label}


def _source(counters: SourceCounters) -> dict[str, Any]:
    told = {name: getattr(counters, name) for name in SourceCounters.__dataclass_fields__}
    return {**told, "words": counters.words[:_MOST_WORDS]}


_MOST_WORDS = 300
_MOST_NAME = 200
_MOST_REASONS = 16
_Number = Annotated[float, Field(ge=-FARTHEST, le=FARTHEST, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=0, le=1 << 53)]
_Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)]
_Token = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+$", max_length=40)]
_Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]+$", max_length=64)]
_Words = Annotated[str, StringConstraints(max_length=_MOST_WORDS)]
_Label = Literal["person", "vehicle", "animal", "object"]
_Box = tuple[_Number, _Number, _Number, _Number]
_Picture = Annotated[Base64Bytes, Field(max_length=MOST_PICTURE)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Detection(_Model):
    box: _Box
    score: _Number
    label: _Label


class _Observation(_Model):
    of: Annotated[int, Field(ge=0, lt=MOST_SEEN)] | None
    at: tuple[_Number, _Number]
    error: tuple[_Number, _Number, _Number]
    height: _Number | None
    box: _Box | None = None
    score: _Number = 1.0
    label: _Label = "person"


class _Source(_Model):
    state: Literal["opening", "playing", "lost", "closed"]
    frames: _Count
    connections: _Count
    failures: _Count
    late: _Count
    backlog: _Count
    resized: _Count
    garbled: _Count
    mended: _Count
    jumps: _Count
    words: _Words

    def counters(self) -> SourceCounters:
        return SourceCounters(**self.model_dump())


class _Head(_Model):
    schema_: Literal[1] = Field(alias="schema")
    sender: _Token
    number: Annotated[int, Field(ge=1, le=1 << 53)]
    site: _Hash
    camera: _Id
    t: _Number
    zero: AwareDatetime | None

    def _names(self) -> dict[str, Any]:
        zero = None if self.zero is None else self.zero.astimezone(UTC)
        return {name: getattr(self, name) for name in ("sender", "number", "site", "camera", "t")} | {"zero": zero}


class _Report(_Head):
    what: Literal["report"]
    detections: Annotated[list[_Detection], Field(max_length=MOST_SEEN)]
    observations: Annotated[list[_Observation], Field(max_length=MOST_SEEN)]
    health: Annotated[dict[str, Any], Field(max_length=64)] | None
    source: _Source | None
    unsent: _Count
    unusable: _Count
    picture: _Picture | None

    def message(self) -> Report:
        detections = tuple(Detection(one.box, one.score, one.label) for one in self.detections)
        return Report(
            **self._names(),
            detections=detections,
            observations=tuple(self._place(one, detections) for one in self.observations),
            health=None if self.health is None else _reading(self.health),
            source=None if self.source is None else self.source.counters(),
            unsent=self.unsent,
            unusable=self.unusable,
            picture=self.picture,
        )

    def _place(self, one: _Observation, detections: tuple[Detection, ...]) -> Observation:
        found: Detection | _Observation = one
        if one.of is not None:
            if one.of >= len(detections):
                raise WireError("a form", f"observations: of {one.of}, and there are {len(detections)} detections")
            found = detections[one.of]
        return Observation(
            t=self.t,
            camera=self.camera,
            at=one.at,
            covariance=one.error,
            score=found.score,
            box=found.box,
            label=found.label,
            height=one.height,
        )


def _reading(told: dict[str, Any]) -> Reading:
    try:
        return Reading.from_json(told)
    except ValueError:  # also a whole number too long to be shown
        raise WireError("a form", "a message whose health is no reading of a camera's pictures") from None


class _Waiting(_Head):
    what: Literal["waiting"]
    source: _Source | None
    unsent: _Count

    def message(self) -> Waiting:
        source = None if self.source is None else self.source.counters()
        return Waiting(**self._names(), source=source, unsent=self.unsent)


class _Ended(_Head):
    what: Literal["ended"]
    why: _Words

    def message(self) -> Ended:
        return Ended(**self._names(), why=self.why)


class _Notice(_Head):
    what: Literal["notice"]
    case: _Id
    kind: _Id
    state: Literal["raised", "ended"]
    zone: Annotated[str, StringConstraints(min_length=1, max_length=_MOST_NAME)] | None
    severity: Severity
    because: Annotated[dict[_Id, _Words], Field(max_length=_MOST_REASONS)]

    def message(self) -> Notice:
        told = {name: getattr(self, name) for name in ("case", "kind", "state", "zone", "severity", "because")}
        return Notice(**self._names(), **told)


class _Tick(_Model):
    schema_: Literal[1] = Field(alias="schema")
    what: Literal["tick"]
    t: _Number

    def message(self) -> Tick:
        return Tick(self.t)


class _Lost(_Model):
    schema_: Literal[1] = Field(alias="schema")
    what: Literal["lost"]
    camera: _Id
    t: _Number
    why: _Words

    def message(self) -> Lost:
        return Lost(self.camera, self.t, self.why)


class _Armed(_Model):
    schema_: Literal[1] = Field(alias="schema")
    what: Literal["armed"]
    rule: _Id
    t: _Number
    armed: bool | None

    def message(self) -> Armed:
        return Armed(self.rule, self.t, self.armed)


class _Held(_Model):
    schema_: Literal[1] = Field(alias="schema")
    what: Literal["held"]
    states: Annotated[list[_Id], Field(max_length=_MOST_REASONS)]
    t: _Number

    def message(self) -> Held:
        return Held(tuple(self.states), self.t)


_ADAPTER: TypeAdapter[_Report | _Waiting | _Ended | _Notice | _Tick | _Lost | _Armed | _Held] = TypeAdapter(
    Annotated[_Report | _Waiting | _Ended | _Notice | _Tick | _Lost | _Armed | _Held, Field(discriminator="what")]
)
_WHATS = ("report", "waiting", "ended", "notice", "tick", "lost", "armed", "held")
_NUMBERS = ("finite_number", "less_than", "greater_than", "float", "int")


def _refusal(fault: ValidationError) -> WireError:
    """The first of the faults, in words that are ours: what was sent may be anything and stays out of them."""
    first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
    kind, place = first["type"], ".".join(str(part) for part in first["loc"] if part not in _WHATS)
    if kind == "json_invalid":
        return WireError("not JSON", "a message that is not JSON in UTF-8")
    if place.endswith("schema"):
        return WireError("another version", f"a message of another version than {SCHEMA}. Run the same version on both")
    reason: Refusal = "a number" if kind.startswith(_NUMBERS) else "a form"
    return WireError(reason, f"a message whose {place[:80] or 'form'} is not as it must be: {first['msg'][:120]}")
