"""Kept pictures found again: by when they were taken, each under an id that is no path."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from bartizan.app.replay.ports import PastPicture
from bartizan.errors import StoreError

LARGEST = 20_000  # bytes of what is told of one picture
MOST = 50_000  # pictures that are looked at


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore")
    signal: str = Field(max_length=300)
    rule: str = Field(max_length=300)
    camera: str = Field(max_length=300)
    taken: AwareDatetime


class AlbumReader:
    """The pictures in an album's folder. What is told of each is read once; one that cannot be read is left out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._known: dict[str, PastPicture | None] = {}

    def between(self, begin: datetime, end: datetime, most: int) -> tuple[PastPicture, ...]:
        """The pictures taken from `begin` to `end` (UTC), oldest first; of more than `most` the latest."""
        found = sorted(
            (one for one in self._all().values() if one is not None and begin <= one.taken <= end),
            key=lambda one: (one.taken, one.id),
        )
        return tuple(found[-most:])

    def find(self, picture_id: str) -> PastPicture | None:
        """The picture of that id; None where there is none."""
        return self._all().get(picture_id)

    def image(self, picture: PastPicture) -> bytes | None:
        """The picture as JPEG; None where it has been deleted."""
        # the id is a name that was found in the folder, never what somebody sent
        if picture.id not in self._all():
            return None
        try:
            return (self._folder / f"{picture.id}.jpg").read_bytes()
        except OSError:
            return None

    def delete(self, picture: PastPicture) -> None:
        """Delete a picture before its time, and what is told of it. Errors: StoreError."""
        if picture.id not in self._all():
            return
        for ending in ("jpg", "json"):
            path = self._folder / f"{picture.id}.{ending}"
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise StoreError(f"{path}: it cannot be deleted: {error.strerror}. Delete it by hand") from error

    def _all(self) -> dict[str, PastPicture | None]:
        with self._lock:
            try:
                names = sorted(path.stem for path in self._folder.glob("*.jpg"))[-MOST:]
            except OSError:
                names = []
            known = self._known
            self._known = {name: known[name] if name in known else self._read(name) for name in names}
            return self._known

    def _read(self, name: str) -> PastPicture | None:
        try:
            with (self._folder / f"{name}.json").open("rb") as file:
                told = _Told.model_validate_json(file.read(LARGEST))
        except (OSError, ValidationError):
            return None
        return PastPicture(
            id=name, camera=told.camera, taken=told.taken.astimezone(UTC), signal=told.signal, rule=told.rule
        )
