"""Where kept pictures are found again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bartizan.desk.event import instant


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPicture:
    """One kept picture: its id, its camera, when it was taken (UTC), of which signal and rule."""

    id: str
    camera: str
    taken: datetime
    signal: str
    rule: str

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "id": self.id,
            "camera": self.camera,
            "taken": instant(self.taken),
            "signal": self.signal,
            "rule": self.rule,
        }


class PastPictures(Protocol):
    """The album, for who looks back."""

    def between(self, begin: datetime, end: datetime, most: int) -> tuple[PastPicture, ...]:
        """The pictures taken from `begin` to `end` (UTC), oldest first; of more than `most` the latest."""
        ...

    def find(self, picture_id: str) -> PastPicture | None:
        """The picture of that id, while it is kept."""
        ...

    def image(self, picture: PastPicture) -> bytes | None:
        """The picture as JPEG; None where it has been deleted."""
        ...

    def delete(self, picture: PastPicture) -> None:
        """Delete a picture before its time; one that is gone already is no fault. Errors: StoreError."""
        ...
