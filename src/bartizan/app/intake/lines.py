"""Lines that the desk hears by: one that is lost is an alarm, for what cannot be heard is not quiet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bartizan.signal import Phase, Signal, rfc3339

RUN = "lines"  # the run of these signals
KIND = "line-lost"
LOST_AFTER = timedelta(seconds=20)  # more than two attempts to dial, and than a broker takes to begin again


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    name: str
    up: Callable[[], bool]
    down_since: datetime | None = None
    case: str | None = None
    began: datetime | None = None


class Lines:
    """The lines of one desk; their signals go to the desk as run "lines"."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}
        self._going_on: dict[str, tuple[str, datetime]] = {}

    def resume(self, signals: Iterable[Mapping[str, Any]]) -> None:
        """Go on with what the desk still holds as active."""
        for signal in signals:
            because = signal.get("because")
            name = because.get("line") if isinstance(because, Mapping) else None
            if signal.get("kind") == KIND and isinstance(name, str) and isinstance(signal.get("since"), int | float):
                self._going_on[name] = (str(signal["id"]), datetime.fromtimestamp(signal["since"], UTC))

    def mind(self, name: str, up: Callable[[], bool]) -> None:
        """Mind a line from now on; `up` says whether it stands, and is called about once a second."""
        case, began = self._going_on.get(name, (None, None))
        self._lines[name] = _Line(name=name, up=up, case=case, began=began)

    def standing(self) -> dict[str, bool]:
        """Whether each line stands, by name."""
        return {line.name: line.up() for line in self._lines.values()}

    def pass_time(self, now: datetime) -> tuple[Signal, ...]:
        """The signals of lines that are lost for long enough by `now` (UTC), or stand again."""
        signals = []
        for line in tuple(self._lines.values()):
            changed, signal = _step(line, now)
            self._lines[line.name] = changed
            if signal is not None:
                signals.append(signal)
        return tuple(signals)


def _step(line: _Line, now: datetime) -> tuple[_Line, Signal | None]:
    if line.up():
        if line.case is None or line.began is None:
            return replace(line, down_since=None), None
        over = _signal(line.name, line.case, line.began, max(now, line.began), "ended")
        return replace(line, down_since=None, case=None, began=None), over
    since = line.down_since or now
    if line.case is not None or now - since < LOST_AFTER:
        return replace(line, down_since=since), None
    case = f"line-{line.name}-{since:%Y%m%dT%H%M%S.%fZ}"
    return replace(line, down_since=since, case=case, began=since), _signal(line.name, case, since, now, "raised")


def _signal(name: str, case: str, since: datetime, now: datetime, state: Phase) -> Signal:
    return Signal(
        id=case,
        t=now.timestamp(),
        utc=rfc3339(now, "milliseconds"),
        kind=KIND,
        state=state,
        since=since.timestamp(),
        severity="medium",
        because={"line": name, "text": f"Nothing can be heard of {name}: the line to the broker is lost"},
    )
