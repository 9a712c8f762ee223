"""What a camera's worker is asked to do, as it goes through the pipe to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter

Pace = Literal["clock", "free"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraJob:
    """One camera of a run.

    `site` is the path of the site folder, `source` an address of pictures; `epoch` is the zero of the run's times on
    the machine's monotonic clock, which all processes share. A file is played by the
    "clock", or as fast as it is looked at ("free"), when nothing is dropped. `show` [s]: one picture in that time is
    told for showing; None for none.
    """

    site: str
    camera: str
    source: str
    fps: float | None
    epoch: float
    pace: Pace = "clock"
    show: float | None = None

    def write(self) -> bytes:
        """The job as bytes."""
        return _ADAPTER.dump_json(self)

    @classmethod
    def read(cls, data: bytes) -> CameraJob:
        """The job in some bytes that `write` gave."""
        return _ADAPTER.validate_json(data)


@dataclass(frozen=True, slots=True)
class GoAhead:
    """The word that all workers begin with: files begin at `begin` [s of the run's clock], `zero` (UTC) is its zero."""

    begin: float
    zero: datetime

    def write(self) -> bytes:
        """The word as bytes."""
        return _WORD.dump_json(self)

    @classmethod
    def read(cls, data: bytes) -> GoAhead:
        """The word in some bytes that `write` gave."""
        return _WORD.validate_json(data)


_ADAPTER = TypeAdapter(CameraJob)
_WORD = TypeAdapter(GoAhead)
