"""Messages of other programs that were recorded, a line each, as `mosquitto_sub -F %J` writes them."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bartizan.adapters.foreign.taken import ForeignCounts
from bartizan.adapters.foreign.told import ForeignTeller, Source
from bartizan.app.live.join import MOST, Join
from bartizan.app.live.wire import Ended, Notice, Report, Waiting
from bartizan.errors import InputError
from bartizan.site.site import Site

LONGEST = 4 << 20  # bytes of a line: a message of the largest size, escaped
_SEARCHED = 1000  # lines in which the first time of a file must stand
_EARLY = datetime(2001, 1, 1, tzinfo=UTC)  # where times are told from until the first is known


@dataclass(slots=True)
class LineCounts:
    """Lines that were read, and those that hold no topic and payload, or are too long."""

    lines: int = 0
    odd: int = 0
    late: int = 0
    sources: list[tuple[str, ForeignCounts]] = field(default_factory=list)


def began(files: Sequence[tuple[Source, Path]], site: Site) -> datetime:
    """The whole second (UTC) of the earliest message among the first that can be read of each file.

    Raises InputError where a file cannot be read, or none of its first lines holds a message with a time.
    """
    firsts = [_first(source, path, site) for source, path in files]
    earliest = _EARLY + timedelta(seconds=min(firsts))
    return earliest.replace(microsecond=0)


class ForeignLines:
    """The messages of all files in the order of their times, as far as `most` of them must be sorted at once.

    Iterable, once. What comes in the files after later ones than that is dropped and counted as `counts.late`.
    Raises InputError where a file cannot be read.
    """

    def __init__(self, files: Sequence[tuple[Source, Path]], site: Site, zero: datetime, *, most: int = MOST) -> None:
        self.counts = LineCounts()
        self._join = Join([camera.id for camera in site.cameras], wait=float("inf"), most=most, whole=False)
        self._streams = []
        for source, path in files:
            teller = ForeignTeller(source, site, zero)
            self.counts.sources.append((str(path), teller.counts))
            self._streams.append(_told(path, teller, self.counts))

    def __iter__(self) -> Iterator[Report | Notice]:
        for message in heapq.merge(*self._streams, key=lambda one: one.t):
            yield from _ours(self._join.put(message, 0.0))
        yield from _ours(self._join.finish())
        self.counts.late += self._join.counts.dropped


def _told(path: Path, teller: ForeignTeller, counts: LineCounts) -> Iterator[Report | Notice]:
    for topic, payload in _messages(path, counts):
        yield from teller.read(topic, payload)


def _ours(joined: tuple[Report | Waiting | Ended | Notice, ...]) -> Iterator[Report | Notice]:
    return (one for one in joined if isinstance(one, Report | Notice))


def _first(source: Source, path: Path, site: Site) -> float:
    teller = ForeignTeller(source, site, _EARLY)
    counts = LineCounts()
    for topic, payload in _messages(path, counts):
        found = [message.t for message in teller.read(topic, payload)]
        if found:
            return min(found)
        if counts.lines >= _SEARCHED:
            break
    why = ", ".join(f"{count:,} {name}" for name, count in sorted(teller.counts.refused.items()))
    raise InputError(
        f"{path}: none of its first {counts.lines:,} lines holds a message of {source} about a camera of the site"
        f"{f' ({why})' if why else ''}. Record it with: mosquitto_sub -F %J, and give their cameras the site's ids"
    )


def _messages(path: Path, counts: LineCounts) -> Iterator[tuple[str, bytes]]:
    """Topic and payload of each line; other lines are counted as odd."""
    try:
        with path.open("rb") as file:
            while line := file.readline(LONGEST):
                counts.lines += 1
                found = None if len(line) >= LONGEST else _message(line)
                if found is not None:
                    yield found
                elif line.strip():
                    counts.odd += 1
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}. Check its name and rights") from error


def _message(line: bytes) -> tuple[str, bytes] | None:
    try:
        told = json.loads(line)
        topic, payload = told["topic"], told["payload"]
        body = payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    return (topic, body) if isinstance(topic, str) else None
