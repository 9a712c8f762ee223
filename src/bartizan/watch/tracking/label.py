"""What kind of thing a track is, and how tall: the sense of many sightings, none of which decides alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

# what a detector may take for one another from picture to picture: a person who crawls is an animal to many
_ALIKE = {"person": "living", "animal": "living", "vehicle": "vehicle", "object": "object"}
LABELS = frozenset(_ALIKE)

# a height is believed to be near the middle of the first few, and then follows slowly
_FIRST = 5
# [m] by which one sighting may disagree: beyond, half the body is hidden or two stand in one box
_DISAGREE = 0.25
# sightings after which the mean forgets the eldest
_LONG = 100
# [m] beyond which no thing on the ground has a height
_TALLEST = 30.0


def kind_of(label: str) -> str:
    """The kind of a label; things of different kinds are never one track."""
    return _ALIKE[label]


@dataclass(slots=True)
class Looks:
    """What was said of one track: votes for its label, and its height [m]. Its size does not grow with time."""

    votes: dict[str, int] = field(default_factory=dict)
    _first: list[float] = field(default_factory=list)
    _mean: float = math.nan
    _count: int = 0

    @property
    def label(self) -> str:
        """What most sightings took it for; of two with as many votes, the first in the alphabet but "person" first."""
        return min(self.votes, key=lambda one: (-self.votes[one], one != "person", one), default="person")

    @property
    def height(self) -> float | None:
        """Its height [m]: the median of the first few sightings, then their mean with outliers held back."""
        return self._mean if self._count else None

    def add(self, label: str, height: float | None) -> None:
        """Take one sighting's word."""
        self.votes[label] = self.votes.get(label, 0) + 1
        if height is None or not 0.0 < height <= _TALLEST:
            return
        self._count += 1
        if self._count <= _FIRST:
            self._first.append(height)
            self._mean = _median(self._first)
            return
        off = min(max(height - self._mean, -_DISAGREE), _DISAGREE)
        self._mean += off / min(self._count, _LONG)

    def join(self, other: Looks) -> None:
        """Take over what was said of another track that turned out to be the same."""
        for label, votes in other.votes.items():
            self.votes[label] = self.votes.get(label, 0) + votes
        if other._count > self._count:
            self._first, self._mean, self._count = list(other._first), other._mean, other._count


def _median(values: list[float]) -> float:
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2.0
