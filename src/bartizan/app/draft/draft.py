"""The draft of a site: the plan in metres and a site.toml without figures, from what a reader found in a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shapely import total_bounds
from shapely.geometry import mapping

from bartizan import __version__
from bartizan.app.draft.drawing import MOST_FEATURES, Drawing, Drop, Feature, Tally, tallies
from bartizan.app.draft.layers import Layers, propose
from bartizan.app.draft.text import site_text
from bartizan.errors import InputError
from bartizan.geometry.shapes import Frame
from bartizan.site.faults import among

SCHEMA = 1
PLAN_FILE = "plan.geojson"
# a millimetre: plans are no better, and files stay readable
_DIGITS = 3
# a site that is smaller or larger than this [m] is drawn in another unit than its file says
_SMALL, _LARGE = 2.0, 20_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The draft of a site: what is drawn and what is not, with the words and numbers that a person must see.

    `size` is width and height [m]; `outside` counts by kind what lies outside the part asked for, `unasked` what is
    of a kind that was not asked for. `plan` is the GeoJSON and `site` the text of site.toml.
    """

    drawing: Drawing
    features: tuple[Feature, ...]
    tallies: tuple[Tally, ...]
    outside: int
    unasked: int
    size: tuple[float, float]
    notes: tuple[str, ...]
    layers: Layers | None
    plan: dict[str, Any]
    site: str

    @property
    def drops(self) -> tuple[Drop, ...]:
        """Everything that is not drawn although it was asked for, in the order of the file."""
        return self.drawing.drops

    def to_json(self) -> dict[str, Any]:
        """What was read, drawn and left out, as JSON; absent is null."""
        frame = self.drawing.frame
        layers = self.layers
        return {
            "schema": SCHEMA,
            "bartizan": __version__,
            "file": self.drawing.file,
            "form": self.drawing.form,
            "read": dict(self.drawing.read),
            "origin": None if frame is None else list(frame.origin),
            "bearing": None if frame is None else frame.bearing,
            "width": self.size[0],
            "height": self.size[1],
            "kinds": [
                {
                    "kind": one.kind,
                    "found": one.found,
                    "drawn": one.drawn,
                    "points": one.points,
                    "lines": one.lines,
                    "areas": one.areas,
                }
                for one in self.tallies
            ],
            "outside": self.outside,
            "unasked": self.unasked,
            "drops": [
                {"kind": drop.kind, "source": drop.source, "reason": drop.reason, "whole": drop.whole}
                for drop in self.drops
            ],
            "notes": list(self.notes),
            "proposed": None
            if layers is None
            else {
                "areas": len(layers.areas),
                "elements": dict(sorted(Counter(element.kind for element in layers.elements).items())),
                "left": dict(layers.left),
            },
        }


def draft_site(drawing: Drawing, *, kinds: Sequence[str] = (), elements: bool = False) -> Draft:
    """The draft of a site from a drawing.

    `kinds`: only features of these; none named means all. `elements`: also propose areas and elements, with places
    and without figures. Raises InputError where a kind is not in the file, nothing is left to draw, or more is than a
    plan may hold.
    """
    every = list(tallies(drawing.features, drawing.drops))
    known = [one.kind for one in every]
    for kind in kinds:
        if kind not in known:
            raise InputError(f"{drawing.file}: holds nothing of kind '{kind}'. {among(kind, known, 'kind')}")
    inside = [feature for feature in drawing.features if _inside(feature, drawing)]
    features = tuple(feature for feature in inside if not kinds or feature.kind in kinds)
    drops = tuple(drop for drop in drawing.drops if not kinds or drop.kind in kinds)
    if not features:
        raise InputError(f"{drawing.file}: {_nothing(drawing, len(inside))}")
    if len(features) > MOST_FEATURES:
        message = f"{len(features):,} features are more than a plan holds ({MOST_FEATURES:,})"
        raise InputError(f"{drawing.file}: {message}. Cut it with --bbox or --kinds")
    size = _size(features)
    layers = propose(features) if elements else None
    asked = Drawing(
        form=drawing.form,
        file=drawing.file,
        features=features,
        drops=drops,
        read=drawing.read,
        frame=drawing.frame,
        window=drawing.window,
        notes=drawing.notes,
    )
    return Draft(
        drawing=asked,
        features=features,
        tallies=tuple(tallies(features, drops)),
        outside=len(drawing.features) - len(inside),
        unasked=len(inside) - len(features),
        size=size,
        notes=(*drawing.notes, *_odd_size(size)),
        layers=layers,
        plan=_collection(features, drawing.frame),
        site=site_text(asked, size, layers, PLAN_FILE),
    )


def _inside(feature: Feature, drawing: Drawing) -> bool:
    return drawing.window is None or bool(feature.shape.intersects(drawing.window))


def _nothing(drawing: Drawing, inside: int) -> str:
    if drawing.features and not inside:
        return "nothing of it lies in the box asked for. The box is west,south,east,north"
    if drawing.drops:
        first = drawing.drops[0]
        count = len(drawing.drops)
        return f"nothing of it can be drawn; {count} left out, the first {first.source}: {first.reason}"
    return "holds nothing that can be drawn: no building, wall, fence, gate, door or other known feature"


def _size(features: Sequence[Feature]) -> tuple[float, float]:
    left, low, right, high = total_bounds([feature.shape for feature in features]).tolist()
    return round(right - left, _DIGITS), round(high - low, _DIGITS)


def _odd_size(size: tuple[float, float]) -> list[str]:
    if _SMALL <= max(size) <= _LARGE:
        return []
    return [f"the plan is {size[0]:g} x {size[1]:g} m: is that its size? Otherwise give --unit"]


def _collection(features: Sequence[Feature], frame: Frame | None) -> dict[str, Any]:
    collection: dict[str, Any] = {"type": "FeatureCollection"}
    # not of GeoJSON, which leaves further members free; a person who asks where the plan lies finds it here
    collection["frame"] = {
        "unit": "m",
        "origin": None if frame is None else list(frame.origin),
        "bearing": None if frame is None else frame.bearing,
    }
    collection["features"] = [_geojson(feature) for feature in features]
    return collection


def _geojson(feature: Feature) -> dict[str, Any]:
    geometry = mapping(feature.shape)
    properties = {"kind": feature.kind, "source": feature.source}
    if feature.name is not None:
        properties["name"] = feature.name
    rounded = {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])}
    return {"type": "Feature", "id": feature.id, "properties": properties, "geometry": rounded}


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, float | int):
        return round(float(coordinates), _DIGITS)
    return [_rounded(inner) for inner in coordinates]
