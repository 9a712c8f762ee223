"""Where kept pictures go."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bartizan.signal import rfc3339


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPicture:
    """One kept picture: of which signal and rule, which camera, when it was taken, and until when it may stay."""

    signal: str
    rule: str
    camera: str
    taken: datetime
    until: datetime
    purpose: str

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {**asdict(self), "taken": rfc3339(self.taken), "until": rfc3339(self.until)}


class PictureStore(Protocol):
    """Keeps pictures, and deletes them."""

    def keep(self, about: KeptPicture, image: NDArray[np.uint8]) -> None:
        """Keep a picture, shape (height, width, 3), BGR, whole or not at all."""
        ...

    def delete_until(self, now: datetime) -> int:
        """Delete every picture that may not stay beyond `now`; how many there were."""
        ...
