"""Reading a GeoJSON plan: degrees or lengths, kinds by the usual keys, and every feature that is left out."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from bartizan.adapters.plans import geojson
from bartizan.adapters.plans.geojson import read_geojson
from bartizan.app.draft import Drawing, draft_site
from bartizan.app.draft.drawing import Placing
from bartizan.errors import PlanError

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
METRES = Placing(unit="m")


def feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def written(folder: Path, *features: Any, **members: Any) -> Path:
    path = folder / "plan.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": list(features)}))
    return path


def drawn(folder: Path, *features: Any, placing: Placing = METRES) -> Drawing:
    return read_geojson(written(folder, *features), placing)


def test_lengths_in_the_unit_that_is_given(tmp_path: Path) -> None:
    yard = feature("Polygon", [SQUARE], type="yard", id=3)
    for unit, metres in (("m", 1.0), ("ft", 0.3048), ("mm", 0.001), ("in", 0.0254)):
        (one,) = drawn(tmp_path, yard, placing=Placing(unit=unit)).features
        assert (one.id, one.kind) == ("yard-3", "yard")
        assert one.shape.area == pytest.approx(100 * metres**2, rel=1e-12)


def test_lengths_are_turned_counter_clockwise_by_the_bearing(tmp_path: Path) -> None:
    # a y axis that looks east has north on its left
    (one,) = drawn(tmp_path, feature("Point", [0, 7]), placing=Placing(unit="m", bearing=90.0)).features
    assert (one.shape.x, one.shape.y) == pytest.approx((-7.0, 0.0))  # type: ignore[union-attr]


def test_degrees_become_metres_on_the_ellipsoid(tmp_path: Path) -> None:
    # at the equator a degree of longitude is a / 57.3 and one of latitude a (1 - e2) / 57.3 long
    fence = feature("LineString", [[0.0, 0.0], [1e-3, 0.0], [1e-3, 1e-3]], barrier="fence")
    (one,) = drawn(tmp_path, fence, placing=Placing(origin=(0.0, 0.0))).features
    assert one.kind == "fence"
    east = math.radians(1e-3) * 6_378_137.0
    left, low, right, high = one.shape.bounds
    assert (right - left, high - low) == pytest.approx((east, east * (1 - 0.00669438)), abs=1e-4)


def test_the_frame_of_the_older_form(tmp_path: Path) -> None:
    here = feature("Point", [13.4, 52.5])
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert len(read_geojson(written(tmp_path, here, crs=crs), Placing()).features) == 1
    crs["properties"] = {"name": "urn:ogc:def:crs:EPSG::25833"}
    with pytest.raises(PlanError, match=r"another frame .*EPSG:4326.*--unit m") as caught:
        read_geojson(written(tmp_path, here, crs=crs), Placing())
    assert "25833" in caught.value.faults[0].value
    assert len(read_geojson(written(tmp_path, here, crs=crs), METRES).features) == 1


@pytest.mark.parametrize(
    ("properties", "kind"),
    [
        ({"kind": "Gate"}, "gate"),
        ({"type": "building_outline", "barrier": "wall"}, "building-outline"),
        ({"feature_type": "opening"}, "opening"),
        ({"building": "yes"}, "building"),
        ({"barrier": "retaining_wall"}, "retaining-wall"),
        ({"type": 5, "kind": ""}, "drawing"),
        ({}, "drawing"),
        (None, "drawing"),
    ],
)
def test_kinds_by_the_usual_keys(tmp_path: Path, properties: Any, kind: str) -> None:
    one = feature("LineString", [[0, 0], [1, 1]]) | {"properties": properties}
    assert [found.kind for found in drawn(tmp_path, one).features] == [kind]


def test_ids_of_the_file_in_order_of_preference_and_never_twice(tmp_path: Path) -> None:
    at = [[0, 0], [1, 1]]
    listed = [
        feature("LineString", at, id=7) | {"id": "north wall/1"},
        feature("LineString", at, id=7),
        feature("LineString", at, id=7),
        feature("LineString", at, **{"@id": "way/5"}),
        feature("LineString", at),
        feature("LineString", at, id="Türe №5 \x1b[31m"),
    ]
    ids = [found.id for found in drawn(tmp_path, *listed).features]
    assert ids == [
        "drawing-north-wall-1",
        "drawing-7",
        "drawing-7.2",
        "drawing-way-5",
        "drawing-5",
        "drawing-Ture-No5-31m",
    ]


def test_parts_of_a_multi_geometry_are_features_and_one_thing(tmp_path: Path) -> None:
    far = [[[20, 0], [30, 0], [30, 10], [20, 0]]]
    crossed = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]
    drawing = drawn(tmp_path, feature("MultiPolygon", [[SQUARE], far, crossed], type="building", id=1))
    assert [found.id for found in drawing.features] == ["building-1", "building-1.2"]
    (tally,) = draft_site(drawing).tallies
    assert (tally.found, tally.drawn, tally.areas) == (1, 1, 2)
    assert [(drop.source, drop.whole) for drop in drawing.drops] == [("feature 1", False)]


def test_holes_and_heights(tmp_path: Path) -> None:
    hole = [[2, 2, 5], [4, 2, 5], [4, 4, 5], [2, 2, 5]]
    (one,) = drawn(tmp_path, feature("Polygon", [SQUARE, hole])).features
    assert one.shape.area == pytest.approx(98.0)


@pytest.mark.parametrize(
    ("odd", "word"),
    [
        (feature("Polygon", [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]], id=9), "must not cross itself"),
        (feature("Polygon", [SQUARE[:-1]], id=9), "not closed"),
        (feature("Polygon", [], id=9), "needs a ring"),
        (feature("Polygon", SQUARE, id=9), "a position is two numbers|lists of numbers"),
        (feature("Polygon", [[[0, 0], [1, 0], [0, 0]]], id=9), "three different corners"),
        (feature("LineString", [[0, 0], [0, 0]], id=9), "two different places"),
        (feature("LineString", [[0, 0], [1, "2"]], id=9), "a position is two numbers"),
        (feature("LineString", [[0, 0], [10**400, 1]], id=9), "a position is two numbers"),
        (feature("LineString", [[0, 0], [True, 1]], id=9), "a position is two numbers"),
        (feature("Point", [5e9, 1], id=9), "within 1000000 m"),
        (feature("Point", None, id=9), "a position is two numbers"),
        (feature("GeometryCollection", None, id=9), "is not drawn"),
        (feature("Point", [1, 1], id=9) | {"geometry": None}, "has no geometry"),
        (feature("Point", [1, 1], id=9) | {"geometry": {"type": ["x"]}}, "is not drawn"),
    ],
)
def test_a_feature_that_cannot_be_drawn_is_told_by_its_id(tmp_path: Path, odd: Any, word: str) -> None:
    drawing = drawn(tmp_path, odd, feature("Point", [0, 0], id=1))
    assert [found.id for found in drawing.features] == ["drawing-1"]
    ((source, reason, whole),) = [(drop.source, drop.reason, drop.whole) for drop in drawing.drops]
    assert source == "feature 9"
    assert any(part in reason for part in word.split("|"))
    assert whole
    assert drawing.read == {"feature": 2}


def test_what_is_no_feature_at_all_is_counted(tmp_path: Path) -> None:
    drawing = drawn(tmp_path, None, 5, {"type": "Folder"}, feature("Point", [0, 0]))
    assert [drop.source for drop in drawing.drops] == ["feature number 1", "feature number 2", "feature number 3"]


@pytest.mark.parametrize(
    ("places", "word"),
    [
        ([[400, 5]], "is no longitude and latitude"),
        ([[52.5, 100.0]], "is no longitude and latitude"),
        ([[0, 0], [30, 40], [50, 80], [10, 60]], "more than 20 km when read in degrees"),
        ([], "no coordinates"),
    ],
)
def test_coordinates_that_are_no_degrees_are_refused(tmp_path: Path, places: Any, word: str) -> None:
    with pytest.raises(PlanError, match=word):
        drawn(tmp_path, *(feature("Point", place) for place in places), placing=Placing())


def test_latitude_before_longitude_is_told_where_the_origin_is_known(tmp_path: Path) -> None:
    drawing = drawn(tmp_path, feature("Point", [52.5, 13.4]), placing=Placing(origin=(13.4, 52.5)))
    assert "longitude comes first, then latitude" in drawing.drops[0].reason


def test_an_origin_for_lengths_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="Leave --origin away"):
        drawn(tmp_path, feature("Point", [1, 1]), placing=Placing(unit="m", origin=(13.4, 52.5)))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "not JSON"),
        ("[1, 2", "not JSON"),
        ("[]", "no GeoJSON FeatureCollection"),
        ('{"type": "Topology"}', "no GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection", "features": {}}', "no GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection", "features": [NaN]}', "NaN is not a number of JSON"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_geojson(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "plan.geojson"
    path.write_text(text)
    with pytest.raises(PlanError) as caught:
        read_geojson(path, METRES)
    (fault,) = caught.value.faults
    assert word in fault.message
    assert fault.cure


def test_bytes_that_are_no_text_and_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plan.geojson"
    path.write_bytes(b'{"type":\n "\xff"}')
    with pytest.raises(PlanError, match=r"plan\.geojson:2: is not text in UTF-8"):
        read_geojson(path, METRES)
    monkeypatch.setattr(geojson, "MOST_FEATURES", 2)
    with pytest.raises(PlanError, match="more than 2 features"):
        drawn(tmp_path, *[feature("Point", [1, 1])] * 3)
