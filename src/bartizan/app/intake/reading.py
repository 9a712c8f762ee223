"""What a message of a sensor, a door or a button says, by the site's [[input]]. Messages are hostile until read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from bartizan.site.inputs import Input, Value, alike

Said = Literal["on", "off", "granted", "denied"]
LARGEST = 1 << 16  # bytes of a message: a sensor has little to say
LONGEST_HOLDER = 64  # characters of a badge's number that are kept
_MILLISECONDS = 1e11  # Unix times beyond it are in milliseconds: in seconds they would lie after the year 5000
_OLDEST, _AHEAD = timedelta(hours=24), timedelta(seconds=5)  # a message's own time outside of these is a wrong clock


class Refused(Exception):  # noqa: N818 - it is counted, and nobody above the intake hears of it
    """Why a message is not taken: one word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A word of one input: what it said, when (UTC), and the badge that was shown.

    `kept` where a broker had kept it for whoever comes: it says how things are, not that something happens.
    """

    input: str
    said: Said
    at: datetime
    holder: str | None = None
    kept: bool = False


def read(source: Input, payload: bytes, now: datetime, *, kept: bool = False) -> Reading:
    """What a message says.

    Parameters: the `source` that it came from; its `payload`; `now` (UTC), which also stands where the message has no
    time, or one that is more than a day old or lies ahead; `kept` as in `Reading`.
    Errors: Refused, with one word: too-large, not-text, not-json, no-field, unknown-word, no-time.
    """
    if len(payload) > LARGEST:
        raise Refused("too-large")
    if source.field is None:
        return Reading(input=source.id, said=_said(source, _plain(payload)), at=now, kept=kept)
    message = _json(payload)
    told = _inside(message, source.field)
    at = now if source.time is None else _moment(_inside(message, source.time), now)
    holder = None
    if source.holder is not None:
        shown = _find(message, source.holder)
        if isinstance(shown, str | int) and not isinstance(shown, bool):
            holder = "".join(sign for sign in str(shown)[:LONGEST_HOLDER] if sign.isprintable()) or None
    return Reading(input=source.id, said=_said(source, (told,)), at=at, holder=holder, kept=kept)


def _said(source: Input, told: tuple[Any, ...]) -> Said:
    for said, words in _meanings(source):
        if any(alike(word, one) for word in words for one in told if isinstance(one, str | int | float)):
            return said
    raise Refused("unknown-word")


def _meanings(source: Input) -> Iterator[tuple[Said, tuple[Value, ...]]]:
    yield "on", source.on
    yield "off", source.off
    yield "granted", source.granted
    yield "denied", source.denied


def _plain(payload: bytes) -> tuple[Any, ...]:
    """A message that is one word: as text, and as the number, true or false that it spells."""
    try:
        text = payload.decode().strip()
    except UnicodeDecodeError:
        raise Refused("not-text") from None
    try:
        return (text, json.loads(text))
    except (ValueError, RecursionError):
        return (text,)


def _json(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    # a deep nest of brackets ends in RecursionError, a number of 5,000 digits in ValueError
    except (ValueError, RecursionError):
        raise Refused("not-json") from None


def _inside(message: Any, path: str) -> Any:
    found = _find(message, path)
    if found is None:
        raise Refused("no-field")
    return found


def _find(message: Any, path: str) -> Any:
    """What stands at a key, or at keys inside one another; a key may hold the dot itself. None where nothing does."""
    if isinstance(message, Mapping) and path in message:
        return message[path]
    for key in path.split("."):
        message = message.get(key) if isinstance(message, Mapping) else None
    return message


def _moment(told: Any, now: datetime) -> datetime:
    """The message's own time where it can be believed, else `now`. Refused where it is no time at all."""
    try:
        if isinstance(told, str):
            own = datetime.fromisoformat(told)
            if own.tzinfo is None:
                raise Refused("no-time")
            own = own.astimezone(UTC)
        elif isinstance(told, int | float) and not isinstance(told, bool) and math.isfinite(told):
            own = datetime.fromtimestamp(told / 1000.0 if abs(told) > _MILLISECONDS else told, UTC)
        else:
            raise Refused("no-time")
    except (ValueError, OverflowError, OSError):
        raise Refused("no-time") from None
    return own if now - _OLDEST <= own <= now + _AHEAD else now
