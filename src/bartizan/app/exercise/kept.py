"""A review as plain JSON and back: it is kept in the journal, and its report can be written at any later time."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bartizan.app.exercise.report import Came, ExerciseReport, Happening, SceneReport
from bartizan.app.exercise.review import Reaction, Review, Timed
from bartizan.desk.codec import any_words, flag, maybe, moment, record, several, words
from bartizan.desk.event import instant
from bartizan.errors import InputError


def review_to_json(review: Review) -> dict[str, Any]:
    """The review as plain JSON values; instants as RFC 3339 in UTC."""
    plain: dict[str, Any] = _plain(review)
    return plain


def review_of_json(body: Mapping[str, Any]) -> Review:
    """The review that `review_to_json` wrote. Errors: InputError where it is none."""
    try:
        found = _REVIEW(dict(body))
    except ValueError as fault:
        raise InputError(f"what was kept of an exercise is no review: {fault}. Restore the journal") from fault
    assert isinstance(found, Review)  # noqa: S101 - the reader makes nothing else
    return found


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {entry.name: _plain(getattr(value, entry.name)) for entry in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return instant(value) if isinstance(value, datetime) else value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a finite number")
    return float(value)


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("not a whole number from 0")
    return value


_Reader = Callable[[Any], Any]
_SECONDS: _Reader = maybe(_number)
_CAME = record(
    Came, {"alarm": words, "t": _number, "what": any_words, "response": maybe(words), "chance": maybe(_number)}
)
_HAPPENING = record(Happening, {"t": _number, "utc": moment, "what": any_words})
_SCENE = record(
    SceneReport,
    {
        "id": words,
        "name": any_words,
        "start": moment,
        "happenings": several(_HAPPENING),
        "met": several(any_words),
        "missed": several(any_words),
        "alarms": several(_CAME),
        "rendered": _whole,
        "detected": _whole,
        "dropped": _whole,
    },
)
_REPORT = record(
    ExerciseReport,
    {"scenario": words, "scenes": several(_SCENE), "site_hash": words, "seed": _whole, "stopped": flag},
)
_REACTION = record(
    Reaction,
    {
        "scene": any_words,
        "number": _whole,
        "t": _number,
        "what": any_words,
        "acknowledged": _SECONDS,
        "assessed": _SECONDS,
        "sent": _SECONDS,
        "on_scene": _SECONDS,
        "disposition": maybe(words),
        "response": maybe(words),
        "chance": _SECONDS,
    },
)
_TIMED = record(
    Timed,
    {
        "scene": any_words,
        "response": words,
        "seconds": _number,
        "mean": _number,
        "sd": _number,
        "share": maybe(_number),
    },
)
_REVIEW = record(
    Review, {"report": _REPORT, "scripted": flag, "reactions": several(_REACTION), "responses": several(_TIMED)}
)
