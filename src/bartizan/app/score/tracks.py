"""The score of tracks: on the ground within a metre, or as boxes in a picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bartizan.app.live.stream import Moment
from bartizan.errors import MissingPartError
from bartizan.watch.score import hota

NEAR = 1.0  # metres: a place further off is another's
OVERLAP = 0.5  # of boxes (intersection over union): less is another's
SAME_TIME = 0.05  # seconds within which two tables speak of one moment

Frame = tuple[tuple[int, ...], tuple[int, ...], NDArray[np.float64]]
"""True ids, found ids, and their similarities in [0, 1], shape (true, found); 0 and below is no match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearScore:
    """What the metrics of CLEAR MOT and of identities say; see `TrackScorer`."""

    mota: float
    idf1: float
    switches: int
    fragments: int
    recall: float
    precision: float


class TrackScorer(Protocol):
    """Scores frames by a well-kept library: MOTA, IDF1, switches and fragmentations at one threshold."""

    def score(self, frames: Sequence[Frame], least: float) -> ClearScore:
        """Score frames; a pair that is less alike than `least` is no match."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackScore:
    """The score of tracks: `by` says what a match was; HOTA with its halves, then the metrics of `ClearScore`."""

    by: str
    frames: int
    hota: float
    detection: float
    association: float
    clear: ClearScore

    def to_json(self) -> dict[str, Any]:
        """The score as a JSON object."""
        told = asdict(self)
        return {**told, **told.pop("clear")}


def score_tracks(frames: Sequence[Frame], scorer: TrackScorer, *, by: str, least: float) -> TrackScore:
    """Score frames of true and found tracks. Raises MissingPartError where there is no frame."""
    if not frames:
        raise MissingPartError("the two tables share no moment. Give tracks of the same time, in the same seconds")
    whole = hota(frames)
    return TrackScore(
        by=by,
        frames=len(frames),
        hota=whole.hota,
        detection=whole.detection,
        association=whole.association,
        clear=scorer.score(frames, least),
    )


def ground_frames(true: Sequence[Moment], found: Sequence[Moment]) -> list[Frame]:
    """Frames from tracks on the ground: alike is 1 - distance / 2 m, so that 1 m is 0.5.

    Every moment of the truth is a frame; the found places are those of the nearest moment within SAME_TIME.
    """
    times = np.array([t for t, _ in found])
    names: dict[tuple[str, str], int] = {}

    def coded(side: str, people: Iterable[tuple[str, float, float]]) -> tuple[tuple[int, ...], NDArray[np.float64]]:
        rows = list(people)
        ids = tuple(names.setdefault((side, track), len(names)) for track, _, _ in rows)
        return ids, np.array([(x, y) for _, x, y in rows]).reshape(-1, 2)

    frames: list[Frame] = []
    for t, people in true:
        ours, at = coded("true", people)
        nearest = int(np.argmin(np.abs(times - t))) if len(times) else -1
        near = nearest >= 0 and abs(times[nearest] - t) <= SAME_TIME
        theirs, there = coded("found", found[nearest][1] if near else ())
        distance = np.linalg.norm(at[:, None, :] - there[None, :, :], axis=2)
        frames.append((ours, theirs, np.maximum(0.0, 1.0 - distance / (2.0 * NEAR))))
    return frames


Box = tuple[int, int, float, float, float, float]
"""Frame, id, left, top, width, height [pixels]."""


def picture_frames(true: Iterable[Box], found: Iterable[Box]) -> list[Frame]:
    """Frames from boxes in a picture: alike is the intersection over the union; every frame that either names."""
    ours, theirs = _by_frame(true), _by_frame(found)
    return [
        (
            tuple(int(row[1]) for row in ours.get(number, ())),
            tuple(int(row[1]) for row in theirs.get(number, ())),
            _overlaps(_corners(ours.get(number, ())), _corners(theirs.get(number, ()))),
        )
        for number in sorted(ours.keys() | theirs.keys())
    ]


def _by_frame(boxes: Iterable[Box]) -> dict[int, list[Box]]:
    frames: dict[int, list[Box]] = {}
    for box in boxes:
        frames.setdefault(box[0], []).append(box)
    return frames


def _corners(boxes: Sequence[Box]) -> NDArray[np.float64]:
    return np.array([(left, top, left + wide, top + high) for _, _, left, top, wide, high in boxes]).reshape(-1, 4)


def _overlaps(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0.0, None), axis=2)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (one, other)]
    return np.asarray(shared / np.maximum(areas[0][:, None] + areas[1][None, :] - shared, 1e-12))


def moments_of(rows: Iterable[tuple[float, list[Any]]]) -> Iterator[Moment]:
    """The rows of a table of tracks as moments."""
    for t, people in rows:
        yield t, [(row.track, row.x, row.y) for row in people]
