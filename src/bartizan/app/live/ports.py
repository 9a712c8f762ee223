"""What a live run needs of the outside world: pictures with their times, and who finds things in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from bartizan.site.model import Camera
from bartizan.watch.detection.detect import Detection

Picture = NDArray[np.uint8]
"""Shape (height, width, 3) in BGR."""

Frame = tuple[float, Picture]
"""A picture and its time: t [s] of the run's clock."""

SourceState = Literal["opening", "playing", "lost", "closed"]


class FrameSource(Protocol):
    """The pictures of one camera in the order of time."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pictures [pixels]."""
        ...

    def __iter__(self) -> Iterator[Frame]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCounters:
    """What a live source took, mended and dropped since it was opened. A drop is of one picture.

    `state` is how the stream is now: "opening" until its first picture, "playing", "lost" while it is tried again, or
    "closed". `frames` were given to whoever looks at them. `connections` that were made, `failures` to make or keep
    one. Pictures dropped: `late` because nobody took them in time (the oldest goes), `backlog` because the server sent
    old ones in a burst, `resized` of another size than the camera's, `garbled` not to be decoded. Times: `mended`
    stood still, went back or were none; `jumps` of the stream's own clock. `words` says what happened last, without
    name and password; empty where nothing did.
    """

    state: SourceState = "opening"
    frames: int = 0
    connections: int = 0
    failures: int = 0
    late: int = 0
    backlog: int = 0
    resized: int = 0
    garbled: int = 0
    mended: int = 0
    jumps: int = 0
    words: str = ""

    @property
    def dropped(self) -> int:
        """Pictures that came and were not given on."""
        return self.late + self.backlog + self.resized + self.garbled

    def to_json(self) -> dict[str, Any]:
        """The counters as plain JSON values."""
        return {
            "state": self.state,
            "frames": self.frames,
            "connections": self.connections,
            "failures": self.failures,
            "dropped": {
                "late": self.late,
                "backlog": self.backlog,
                "resized": self.resized,
                "garbled": self.garbled,
            },
            "times": {"mended": self.mended, "jumps": self.jumps},
            "words": self.words,
        }


@runtime_checkable
class LiveSource(FrameSource, Protocol):
    """A camera that goes on for ever: a lost stream is tried again until `close`. Iterating ends only then.

    It fetches and decodes in a thread of its own from when it is made; `take`, `counters` and `close` are for one
    other thread, or several.
    """

    @property
    def counters(self) -> SourceCounters:
        """How it stands now."""
        ...

    def take(self, wait: float) -> Frame | None:
        """The oldest picture not yet taken; None where none comes within `wait` [s], or the source is closed."""
        ...

    def close(self) -> None:
        """Hang up. What was not taken is gone; iterating ends."""
        ...


class Detector(Protocol):
    """Finds people, vehicles, animals and objects in the pictures of one camera, given in the order of time."""

    def detect(self, t: float, picture: Picture) -> Sequence[Detection]:
        """What the picture at `t` [s], shape (height, width, 3) in BGR, shows; boxes in its pixels."""
        ...


DetectorFactory = Callable[[Camera, tuple[int, int]], Detector]
"""Makes the detector of a camera whose pictures have this width and height [pixels]."""
