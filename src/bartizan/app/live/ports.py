"""What a live run needs of the outside world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Frame = tuple[float, NDArray[np.uint8]]
"""A picture and its time: t [s] of the stream, and shape (height, width, 3) in BGR."""


class FrameSource(Protocol):
    """The pictures of one camera in the order of time."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pictures [pixels]."""
        ...

    def __iter__(self) -> Iterator[Frame]: ...
