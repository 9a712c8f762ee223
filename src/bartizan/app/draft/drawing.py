"""A drawing as a reader of plans hands it on: features in metres, and everything that was left out, with its reason."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from shapely import Polygon

from bartizan.geometry.shapes import Frame, Shape

MOST_FEATURES = 50_000  # what a site's plan may hold
LONGEST_ID = 80
LONGEST_NAME = 200

Form = Literal["OpenStreetMap", "DXF", "GeoJSON"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One thing that is drawn: its id as a site may use it, what it is, where [m], and what it is in its file."""

    id: str
    kind: str
    shape: Shape
    source: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Something of the file that is not drawn. `whole`: nothing of that thing is drawn, else only a part is missing."""

    kind: str
    source: str
    reason: str
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many things of a kind the file holds, how many are drawn, and as what."""

    kind: str
    found: int
    drawn: int
    points: int
    lines: int
    areas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A plan as it was read: features in metres on its own frame, x east and y north where the file says where that is.

    `read` counts what the file holds, by its own words (node, way, relation; LINE, ARC; feature). `frame` is where
    the origin lies on earth and what the y axis looks along, None where the file does not say. `window` is the part
    of the plan that was asked for. `notes` are what a person should know before using it.
    """

    form: Form
    file: str
    features: tuple[Feature, ...]
    drops: tuple[Drop, ...]
    read: Mapping[str, int]
    frame: Frame | None = None
    window: Polygon | None = None
    notes: tuple[str, ...] = ()


@dataclass
class Collector:
    """Gathers features and drops while a file is read; ids come out unique and as a site may use them."""

    features: list[Feature] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)

    def add(self, kind: str, label: str, shape: Shape, source: str, name: str | None = None) -> None:
        """A feature of a kind; `label` tells it from others of its kind in the file's own words."""
        feature = Feature(id=self._new_id(f"{kind}-{label}"), kind=kind, shape=shape, source=source, name=shown(name))
        self.features.append(feature)

    def drop(self, kind: str, source: str, reason: str, *, whole: bool = True) -> None:
        """Something that is not drawn."""
        self.drops.append(Drop(kind=kind, source=source, reason=reason, whole=whole))

    def _new_id(self, wish: str) -> str:
        base = slug(wish, keep_case=True)[: LONGEST_ID - 8] or "thing"
        name, number = base, 1
        while name in self._ids:
            number += 1
            name = f"{base}.{number}"
        self._ids.add(name)
        return name


def slug(words: str, *, keep_case: bool = False) -> str:
    """Words as an id has them: letters and digits of ASCII, hyphens for all else; accents fall."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", plain if keep_case else plain.lower())
    return plain.strip("-.")[:LONGEST_ID].strip("-.")


def shown(name: str | None) -> str | None:
    """A name without control characters and at a length that a site takes; None where nothing is left."""
    if name is None:
        return None
    kept = " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in name).split())
    return kept[:LONGEST_NAME].strip() or None


def tallies(features: Iterable[Feature], drops: Iterable[Drop]) -> Iterator[Tally]:
    """One line for each kind, the most frequent first. A thing in several pieces counts once."""
    sources: dict[str, set[str]] = {}
    shapes: dict[str, Counter[str]] = {}
    for feature in features:
        sources.setdefault(feature.kind, set()).add(feature.source)
        shapes.setdefault(feature.kind, Counter())[feature.shape.geom_type] += 1
    lost: dict[str, set[str]] = {}
    for drop in drops:
        if drop.whole:
            lost.setdefault(drop.kind, set()).add(drop.source)
    found = {kind: len(sources.get(kind, set()) | lost.get(kind, set())) for kind in {*sources, *lost}}
    for kind in sorted(found, key=lambda kind: (-found[kind], kind)):
        forms = shapes.get(kind, Counter())
        yield Tally(
            kind=kind,
            found=found[kind],
            drawn=len(sources.get(kind, set())),
            points=forms["Point"],
            lines=forms["LineString"],
            areas=forms["Polygon"],
        )


# metres to the unit; inches and feet are international (1959), the survey foot is of the United States (1893)
UNITS = {
    "mm": 0.001,
    "cm": 0.01,
    "m": 1.0,
    "km": 1000.0,
    "in": 0.0254,
    "ft": 0.3048,
    "yd": 0.9144,
    "us-ft": 1200.0 / 3937.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """How a person wants a plan placed: what the file does not say, or says wrongly.

    `unit` is one of `UNITS`, for files in lengths; `origin` longitude, latitude [degrees] and `bearing` what the y
    axis shall look along [degrees clockwise from north]; `box` is west, south, east, north in degrees, or for a file
    in lengths in metres of the plan.
    """

    unit: str | None = None
    origin: tuple[float, float] | None = None
    bearing: float | None = None
    box: tuple[float, float, float, float] | None = None
