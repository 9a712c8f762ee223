"""Laws of the import: anything is read or refused in words, every feature is drawn or told, and metres are kept."""

from __future__ import annotations

import json
import math
import random
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ezdxf
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bartizan.adapters.files.draft_folder import write_draft
from bartizan.adapters.plans.geojson import read_geojson
from bartizan.adapters.plans.reader import read_plan
from bartizan.adapters.plans.rings import joined
from bartizan.app.draft import Drawing, draft_site
from bartizan.app.draft.drawing import Placing
from bartizan.errors import BartizanError, InputError
from bartizan.geometry.shapes import Frame

ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-200, 200)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
NUMBER = st.integers(-50, 50)
POSITION = st.tuples(NUMBER, NUMBER).map(list)
KINDS = st.sampled_from(["wall", "fence", "gate", "door", "room", "building", "", "tree", "Wäll/1"])
GEOMETRY = st.one_of(
    ANY,
    st.builds(lambda at: {"type": "Point", "coordinates": at}, POSITION),
    st.builds(lambda at: {"type": "LineString", "coordinates": at}, st.lists(POSITION, max_size=5)),
    st.builds(lambda at: {"type": "Polygon", "coordinates": [[*at, *at[:1]]]}, st.lists(POSITION, max_size=6)),
    st.builds(lambda at: {"type": "MultiPoint", "coordinates": at}, st.lists(POSITION, max_size=4)),
)
FEATURE = st.one_of(
    ANY,
    st.builds(
        lambda geometry, kind, name: {
            "type": "Feature",
            "geometry": geometry,
            "properties": {"type": kind, "id": name},
        },
        GEOMETRY,
        KINDS,
        ANY,
    ),
)


def geojson(features: list[Any]) -> Drawing:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plan.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return read_geojson(path, Placing(unit="m"))


@settings(max_examples=150)
@given(st.lists(FEATURE, max_size=6))
@example([None, {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[]]}, "properties": {"id": 1}}])
@example([{"type": "Feature", "geometry": {"type": ["x"]}, "properties": {"type": {}}}])
def test_every_feature_is_drawn_or_told(features: list[Any]) -> None:
    drawing = geojson(features)
    told = {feature.source for feature in drawing.features} | {drop.source for drop in drawing.drops}
    empty = [
        one
        for one in features
        if isinstance(one, dict)
        and isinstance(one.get("geometry"), dict)
        and str(one["geometry"].get("type", "")).startswith("Multi")
        and one["geometry"].get("coordinates") == []
    ]
    names = [
        str((one.get("properties") or {}).get("id"))
        if isinstance(one, dict)
        and isinstance(one.get("properties"), dict)
        and isinstance(one["properties"].get("id"), str | int)
        else None
        for one in features
    ]
    twice = len([name for name in names if name is not None]) - len({name for name in names if name is not None})
    assert len(features) - len(empty) - twice <= len(told) <= len(features)
    assert len({feature.id for feature in drawing.features}) == len(drawing.features)
    assert all(math.isfinite(value) for feature in drawing.features for value in feature.shape.bounds)
    assert all(drop.reason for drop in drawing.drops)


@settings(max_examples=40)
@given(st.lists(FEATURE, max_size=8), st.booleans())
def test_what_is_drafted_is_a_site_that_reads_through(features: list[Any], elements: bool) -> None:
    drawing = geojson(features)
    try:
        draft = draft_site(drawing, elements=elements)
    except InputError:
        assert not drawing.features
        return
    with TemporaryDirectory() as folder:
        site = write_draft(Path(folder) / "site", draft.plan, draft.site)
    drawn = len(site.plan.drawings)
    placed = sum(area.shape is not None for area in site.areas)
    placed += sum(element.shape is not None for element in site.elements)
    # what lies within a millimetre is a point once it is written, and then no line any more
    assert drawn + placed >= len(draft.features) - sum(f.shape.length < 0.01 for f in draft.features)
    assert not any(element.ways for element in site.elements)


@settings(max_examples=60)
@given(
    st.floats(-179.0, 179.0),
    st.floats(-80.0, 80.0),
    st.floats(-180.0, 180.0),
    st.lists(st.tuples(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02)), min_size=2, max_size=2, unique=True),
)
def test_a_length_does_not_depend_on_origin_or_bearing(
    longitude: float, latitude: float, bearing: float, ends: list[tuple[float, float]]
) -> None:
    here = [[longitude + x, latitude + y] for x, y in ends]
    lengths = []
    for origin, turn in (((longitude, latitude), 0.0), ((longitude, latitude + 0.01), bearing)):
        frame = Frame(origin, turn)
        lengths.append(math.dist(frame.to_plan(here[0]), frame.to_plan(here[1])))
    # within 4 km of the origin the tangent plane shortens by less than half of (d / R) squared
    assert lengths[0] == pytest.approx(lengths[1], rel=1e-6, abs=1e-6)


@settings(max_examples=100)
@given(st.text(max_size=120), st.sampled_from(["plan.osm", "plan.geojson", "plan.dxf", "plan.osm.gz"]))
@example("<osm><node id='1' lat='1' lon='1'></osm>", "plan.osm")
@example("<osm><way id='1'><nd ref='1'/><tag/></way><node/></osm>", "plan.osm")
@example("  0\nSECTION\n  2\nENTITIES\n  0\nENDSEC\n  0\nEOF\n", "plan.dxf")
def test_any_text_is_read_or_refused_in_words(text: str, name: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(text, encoding="utf-8")
        told = ""
        try:
            read_plan(path, Placing())
        except BartizanError as error:
            told = str(error)
        assert not told or str(path) in told


@settings(max_examples=60)
@given(st.integers(3, 30), st.integers(0, 2**32 - 1))
def test_a_ring_in_pieces_is_the_ring(size: int, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 pieces of a ring
    ring = [*range(size), 0]
    cuts = sorted(draw.sample(range(1, size), draw.randint(0, size - 1)))
    pieces = [ring[begin : end + 1] for begin, end in zip([0, *cuts], [*cuts, size], strict=True)]
    pieces = [piece[:: draw.choice([1, -1])] for piece in pieces]
    draw.shuffle(pieces)
    (found,), left = joined(pieces)
    assert left == []
    edges = {frozenset(edge) for edge in pairwise(found)}
    assert edges == {frozenset(edge) for edge in pairwise(ring)}
    assert len(found) == len(ring)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500), st.floats(-4, 4)), min_size=2, max_size=6),
    st.booleans(),
    st.sampled_from([(1, 0.0254), (2, 0.3048), (4, 0.001), (6, 1.0)]),
)
def test_a_polyline_with_bulges_is_as_long_as_its_arcs(
    vertices: list[tuple[float, float, float]], close: bool, unit: tuple[int, float]
) -> None:
    code, metres = unit
    document = ezdxf.new("R2010")  # type: ignore[attr-defined]
    document.header["$INSUNITS"] = code
    document.modelspace().add_lwpolyline(
        [(x / metres, y / metres, bulge) for x, y, bulge in vertices], format="xyb", close=close
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plan.dxf"
        document.saveas(path)
        drawing = read_plan(path, Placing())
    expected = 0.0
    pairs = list(zip(vertices, [*vertices[1:], *vertices[:1]], strict=True))
    for (x, y, bulge), (u, v, _) in pairs if close else pairs[:-1]:
        chord, angle = math.hypot(u - x, v - y), 4.0 * math.atan(abs(bulge))
        # the arc of an angle over a chord: its radius is chord / (2 sin(angle / 2))
        expected += chord if angle < 1e-9 else chord * angle / 2.0 / math.sin(angle / 2.0)
    length = sum(feature.shape.length for feature in drawing.features)
    if drawing.features:
        # each chord lies within 1 cm of its arc: of the same length to second order, and never longer
        assert length <= expected * (1 + 1e-9) + 1e-9
        assert length >= expected * (1 - 5e-3) - 0.05 * len(vertices)
    else:
        assert expected < 1e-3
