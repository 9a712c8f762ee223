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

    `site` is the path of the site folder, `source` an address of pictures; `zero` (UTC) is the zero of the run's times
    and `epoch` that same moment on the machine's monotonic clock, which all processes share. A file is played by the
    "clock", or as fast as it is looked at ("free"), when nothing is dropped. `show` [s]: one picture in that time is
    told for showing; None for none.
    """

    site: str
    camera: str
    source: str
    fps: float | None
    zero: datetime
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


_ADAPTER = TypeAdapter(CameraJob)
