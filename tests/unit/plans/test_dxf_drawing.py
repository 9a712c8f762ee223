"""Reading a DXF drawing: units, curves within their tolerance, blocks, layers, and what is left out."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ezdxf
import pytest
from scipy.special import ellipe
from shapely import Point

from bartizan.adapters.plans import dxf
from bartizan.adapters.plans.dxf import TOLERANCE, read_dxf
from bartizan.app.draft import Drawing, draft_site
from bartizan.app.draft.drawing import Placing
from bartizan.errors import MissingExtraError, PlanError

NONE = Placing()


def drawn(folder: Path, draw: Callable[[Any, Any], object], units: int = 6, placing: Placing = NONE) -> Drawing:
    document = ezdxf.new("R2010")  # type: ignore[attr-defined]
    document.header["$INSUNITS"] = units
    draw(document, document.modelspace())
    path = folder / "plan.dxf"
    document.saveas(path)
    return read_dxf(path, placing)


# the units' definitions: inch and foot are international, the survey foot 1200/3937 m
@pytest.mark.parametrize(
    ("units", "metres"),
    [
        (1, 0.0254),
        (2, 0.3048),
        (4, 0.001),
        (5, 0.01),
        (6, 1.0),
        (7, 1000.0),
        (8, 2.54e-8),
        (9, 2.54e-5),
        (10, 0.9144),
        (14, 0.1),
        (21, 1200 / 3937),
        (22, 100 / 3937),
    ],
)
def test_units_of_the_file(tmp_path: Path, units: int, metres: float) -> None:
    length = 120.0 / metres
    drawing = drawn(tmp_path, lambda _d, m: m.add_line((0, 0), (length, 0)), units)
    assert drawing.features[0].shape.length == pytest.approx(120.0, rel=1e-9)


def test_a_file_without_a_unit_is_refused_until_one_is_given(tmp_path: Path) -> None:
    def line(_document: Any, model: Any) -> None:
        model.add_line((0, 0), (100, 0))

    with pytest.raises(PlanError, match=r"does not say in which unit .*INSUNITS = 0.*Give --unit: mm, cm, m"):
        drawn(tmp_path, line, 0)
    drawing = drawn(tmp_path, line, 0, Placing(unit="ft"))
    assert drawing.features[0].shape.length == pytest.approx(30.48)
    assert drawing.notes == ()


def test_a_unit_that_is_given_counts_against_the_file_and_is_told(tmp_path: Path) -> None:
    drawing = drawn(tmp_path, lambda _d, m: m.add_line((0, 0), (1000, 0)), 1, Placing(unit="mm"))
    assert drawing.features[0].shape.length == pytest.approx(1.0)
    assert drawing.notes == ("read in mm as you say; the file itself says inches",)


def test_a_size_that_no_site_has_is_told(tmp_path: Path) -> None:
    notes = draft_site(drawn(tmp_path, lambda _d, m: m.add_line((0, 0), (900, 0)), 4)).notes
    assert any("0.9 x 0 m" in note and "--unit" in note for note in notes)


@pytest.mark.parametrize("radius", [0.3, 5.0, 300.0])
def test_a_circle_lies_within_the_tolerance(tmp_path: Path, radius: float) -> None:
    (one,) = drawn(tmp_path, lambda _d, m: m.add_circle((7, 3), radius)).features
    ring = one.shape.exterior  # type: ignore[union-attr]
    off = max(abs(Point(7, 3).distance(Point(corner)) - radius) for corner in ring.coords)
    sagitta = radius - Point(7, 3).distance(ring)
    assert off <= 1e-9 * radius
    assert 0.0 < sagitta <= TOLERANCE * (1 + 1e-9)


def test_arcs_bulges_ellipses_and_splines_have_their_lengths(tmp_path: Path) -> None:
    def draw(_document: Any, model: Any) -> None:
        model.add_arc((0, 0), 10.0, 0, 90)
        # a bulge of tan(angle / 4): a half circle over a chord of 20
        model.add_lwpolyline([(0, 0, 1.0), (20, 0, 0.0)], format="xyb")
        model.add_ellipse((0, 0), (6, 0), 0.5)
        model.add_spline(fit_points=[(0, 0), (10, 0), (20, 0)])
        model.add_polyline2d([(0, 0), (3, 4), (3, 9)])

    lengths = [feature.shape.length for feature in drawn(tmp_path, draw).features]
    # the perimeter of an ellipse of 6 and 3 by the complete elliptic integral of the second kind
    expected = [5 * math.pi, 10 * math.pi, 4 * 6 * float(ellipe(1 - 0.25)), 20.0, 10.0]
    # a chord that lies within s of a circle of radius r is shorter than its arc by s / 3 r at the most
    for length, true, radius in zip(lengths, expected, [10.0, 10.0, 1.5, math.inf, math.inf], strict=True):
        assert -1e-9 * true <= true - length <= (TOLERANCE / radius + 1e-9) * true


def test_closed_lines_are_areas_and_open_ones_are_not(tmp_path: Path) -> None:
    corners = [(0, 0), (4, 0), (4, 3), (0, 3)]

    def draw(_document: Any, model: Any) -> None:
        model.add_lwpolyline(corners, close=True)
        model.add_lwpolyline([*corners, corners[0]])
        model.add_lwpolyline(corners)
        model.add_lwpolyline([(0, 0), (2, 2), (2, 0), (0, 2)], close=True)

    drawing = drawn(tmp_path, draw)
    assert [feature.shape.geom_type for feature in drawing.features] == ["Polygon"] * 2 + ["LineString"] * 2
    assert drawing.features[0].shape.area == pytest.approx(12.0)
    ((reason, whole),) = [(drop.reason, drop.whole) for drop in drawing.drops]
    assert "must not cross itself" in reason
    assert "drawn as a line" in reason
    assert not whole


def test_blocks_are_taken_apart_where_they_stand(tmp_path: Path) -> None:
    def draw(document: Any, model: Any) -> None:
        leaf = document.blocks.new("leaf")
        leaf.add_line((0, 0), (1, 0))
        leaf.add_line((0, 0), (0, 1), dxfattribs={"layer": "A-GLAZ"})
        pair = document.blocks.new("pair")
        pair.add_blockref("leaf", (0, 0))
        pair.add_blockref("leaf", (10, 0))
        insert = {"layer": "A-DOOR", "xscale": 2.0, "yscale": 2.0, "rotation": 90.0}
        model.add_blockref("pair", (100, 50), insert)
        model.add_blockref("leaf", (0, 0), {"layer": "A-DOOR", "column_count": 3, "column_spacing": 5.0})
        model.add_blockref("absent", (0, 0))

    drawing = drawn(tmp_path, draw)
    kinds = [feature.kind for feature in drawing.features]
    assert kinds == ["a-door", "a-glaz"] * 5
    first, second, third = (feature.shape.bounds for feature in drawing.features[:3])
    # turned by a quarter and twice as large: what points along x then points along y
    assert first == pytest.approx((100, 50, 100, 52))
    assert second == pytest.approx((98, 50, 100, 50))
    assert third == pytest.approx((100, 70, 100, 72))
    assert [feature.shape.bounds[0] for feature in drawing.features[4::2]] == pytest.approx([0, 5, 10])
    assert len({feature.id for feature in drawing.features}) == 10
    assert [drop.reason for drop in drawing.drops] == ["the block 'absent' is not in the file"]
    assert drawing.read == {"INSERT": 3}


def test_layers_are_kinds_and_hidden_ones_are_left_out(tmp_path: Path) -> None:
    def draw(document: Any, model: Any) -> None:
        document.layers.add("A.Wall_Internal")
        document.layers.add("Möbel").off()
        document.layers.add("Alt").freeze()
        for layer in ("A.Wall_Internal", "MÖBEL", "Alt", "0"):
            model.add_line((0, 0), (5, 0), dxfattribs={"layer": layer})
        model.add_text("Office")
        model.add_point((1, 1))

    drawing = drawn(tmp_path, draw)
    assert [feature.kind for feature in drawing.features] == ["a.wall-internal", "layer-0", "layer-0"]
    assert [drop.reason for drop in drawing.drops] == [
        "LINE lies on the layer 'MÖBEL', which is off or frozen",
        "LINE lies on the layer 'Alt', which is off or frozen",
        "TEXT is not drawn",
    ]


@pytest.mark.parametrize(
    ("end", "word"), [((math.nan, 0), "not a number"), ((math.inf, 0), "not a number"), ((5e9, 0), "not on a site")]
)
def test_coordinates_that_are_none(tmp_path: Path, end: tuple[float, float], word: str) -> None:
    drawing = drawn(tmp_path, lambda _d, m: m.add_line((0, 0), end))
    assert drawing.features == ()
    assert word in drawing.drops[0].reason
    assert drawing.drops[0].source.startswith("LINE #")


def test_lines_without_length_are_told(tmp_path: Path) -> None:
    drawing = drawn(tmp_path, lambda _d, m: m.add_line((2, 2), (2, 2)))
    assert [drop.whole for drop in drawing.drops] == [True]


def test_bombs_of_blocks_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dxf, "MOST_ENTITIES", 2000)

    def empty_copies(document: Any, model: Any) -> None:
        document.blocks.new("empty")
        model.add_blockref("empty", (0, 0), {"row_count": 30_000, "row_spacing": 1.0})

    def nested(document: Any, model: Any) -> None:
        for level in range(10):
            block = document.blocks.new(f"b{level}")
            for _ in range(10):
                block.add_blockref(f"b{level - 1}", (0, 0)) if level else block.add_line((0, 0), (1, 0))
        model.add_blockref("b9", (0, 0))

    def itself(document: Any, model: Any) -> None:
        document.blocks.new("loop").add_blockref("loop", (0, 0))
        model.add_blockref("loop", (0, 0))

    for bomb in (empty_copies, nested):
        with pytest.raises(PlanError, match="more than 2,000 entities"):
            drawn(tmp_path, bomb)
    with pytest.raises(PlanError, match="more than 16 deep"):
        drawn(tmp_path, itself)


@pytest.mark.parametrize("text", ["", "nonsense", "0\nSECTION\n2\nENTITIES\n0\nLINE\n10\nx\n0\nENDSEC\n0\nEOF\n"])
def test_a_file_that_is_no_dxf(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.dxf"
    path.write_text(text)
    with pytest.raises(PlanError, match=r"is not a DXF file .*Save it again"):
        read_dxf(path, NONE)


def test_an_origin_needs_a_file_that_knows_north(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="nothing of where north is"):
        drawn(tmp_path, lambda _d, m: m.add_line((0, 0), (1, 0)), placing=Placing(origin=(13.4, 52.5)))


def with_geodata(scale: float = 1.0, north: tuple[float, float] = (1.0, 0.0), tag: str = "") -> Callable[..., None]:
    def draw(_document: Any, model: Any) -> None:
        geodata = model.new_geodata()
        geodata.dxf.coordinate_type = 1  # a local grid, in lengths
        geodata.dxf.design_point = (100, 200, 0)
        geodata.dxf.north_direction = north
        geodata.dxf.horizontal_unit_scale = scale
        geodata.dxf.geo_rss_tag = tag
        model.add_line((100, 200), (110, 200))

    return draw


def test_geodata_turns_north_up_about_its_design_point(tmp_path: Path) -> None:
    tag = "<georss:point>52.5 13.4</georss:point>"
    drawing = drawn(tmp_path, with_geodata(tag=tag))
    # the drawing's x axis looks north: on the plan that is y
    assert drawing.features[0].shape.bounds == pytest.approx((0, 0, 0, 10))
    assert drawing.frame is not None
    assert (drawing.frame.origin, drawing.frame.bearing) == ((13.4, 52.5), 0.0)
    turned = drawn(tmp_path, with_geodata(tag=tag), placing=Placing(bearing=90.0))
    # along a y axis that looks east, north is at the left
    assert turned.features[0].shape.bounds == pytest.approx((-10, 0, 0, 0), abs=1e-9)


def test_geodata_gives_the_unit_where_the_file_does_not_and_may_not_contradict_it(tmp_path: Path) -> None:
    drawing = drawn(tmp_path, with_geodata(scale=0.0254), 0)
    assert drawing.features[0].shape.length == pytest.approx(0.254)
    with pytest.raises(PlanError, match=r"says metres .*0.0254 m to the unit.*Give --unit"):
        drawn(tmp_path, with_geodata(scale=0.0254), 6)
    assert drawn(tmp_path, with_geodata(scale=0.0254), 6, Placing(unit="in")).features[0].shape.length == (
        pytest.approx(0.254)
    )


def test_geodata_without_north(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="no direction of north"):
        drawn(tmp_path, with_geodata(north=(math.nan, 1.0)))


def test_a_part_of_a_block_that_cannot_be_placed_is_told(tmp_path: Path) -> None:
    def draw(document: Any, model: Any) -> None:
        block = document.blocks.new("odd")
        block.add_line((0, 0), (1, 0))
        # two vertices in one place with a bulge between: an arc about nothing
        block.add_lwpolyline([(0, 0, 1.0), (0, 0, 1.0), (5, 0, 0.5), (5, 5, 0.0)], format="xyb")
        model.add_blockref("odd", (0, 0), {"xscale": 2.0, "yscale": 1.0})
        model.add_line((50, 0), (60, 0))

    drawing = drawn(tmp_path, draw)
    lengths = [feature.shape.length for feature in drawing.features]
    assert lengths[0] == pytest.approx(2.0)
    assert lengths[-1] == pytest.approx(10.0)
    assert len(lengths) + len(drawing.drops) >= 3


def test_a_polyline_that_stays_in_one_place_for_a_while_is_drawn(tmp_path: Path) -> None:
    corners = [(0, 0, 1.0), (0, 0, 0.0), (3, 0, 0.0), (3, 4, 0.0)]
    drawing = drawn(tmp_path, lambda _d, m: m.add_lwpolyline(corners, format="xyb"))
    assert [feature.shape.length for feature in drawing.features] == pytest.approx([7.0])


def test_what_is_drawn_in_a_mirrored_plane_is_seen_from_above(tmp_path: Path) -> None:
    # an extrusion that looks down has the x axis of its own plane reversed (DXF Reference, arbitrary axis)
    down = {"extrusion": (0, 0, -1)}
    drawing = drawn(tmp_path, lambda _d, m: m.add_lwpolyline([(1, 0), (5, 0)], dxfattribs=down))
    assert drawing.features[0].shape.bounds == pytest.approx((-5, 0, -1, 0))


def test_a_drawing_in_degrees_is_refused(tmp_path: Path) -> None:
    def draw(_document: Any, model: Any) -> None:
        model.new_geodata().dxf.coordinate_type = 3
        model.add_line((13.4, 52.5), (13.5, 52.5))

    with pytest.raises(PlanError, match=r"drawn in degrees.*Save it as GeoJSON"):
        drawn(tmp_path, draw)


@pytest.mark.parametrize(
    ("bulge", "centre", "radius"),
    [
        # a quarter to the left, to the right, and three quarters the long way round
        (math.tan(math.pi / 8), (0, 0), 10.0),
        (-math.tan(math.pi / 8), (10, 10), 10.0),
        (math.tan(3 * math.pi / 8), (10, 10), 10.0),
        (1.0, (5, 5), math.sqrt(50)),
    ],
)
def test_a_bulge_bends_to_its_side(tmp_path: Path, bulge: float, centre: tuple[int, int], radius: float) -> None:
    (one,) = drawn(tmp_path, lambda _d, m: m.add_lwpolyline([(10, 0, bulge), (0, 10, 0)], format="xyb")).features
    corners = list(one.shape.coords)
    assert (corners[0], corners[-1]) == ((10.0, 0.0), (0.0, 10.0))
    assert [math.dist(corner, centre) for corner in corners] == pytest.approx([radius] * len(corners))
    turn = 4 * math.atan(abs(bulge))
    assert one.shape.length == pytest.approx(turn * radius, rel=1e-3)


def test_without_its_library_the_cure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ezdxf.filemanagement", None)
    with pytest.raises(MissingExtraError, match=r"a DXF drawing needs an extra .*pip install 'bartizan\[dxf\]'"):
        read_dxf(tmp_path / "plan.dxf", NONE)


@pytest.mark.parametrize(("begin", "end", "turn"), [(90, 180, 90), (350, 10, 20), (10, 350, 340), (45, 45, 360)])
def test_an_arc_runs_counter_clockwise_from_its_start(tmp_path: Path, begin: float, end: float, turn: float) -> None:
    (one,) = drawn(tmp_path, lambda _d, m: m.add_arc((5, 5), 8.0, begin, end)).features
    places = list(getattr(one.shape, "exterior", one.shape).coords)
    for place, angle in ((places[0], begin), (places[-1], end)):
        where = (5 + 8 * math.cos(math.radians(angle)), 5 + 8 * math.sin(math.radians(angle)))
        assert place == pytest.approx(where, abs=1e-9)
    assert one.shape.length == pytest.approx(math.radians(turn) * 8.0, rel=2e-3)


def test_on_layer_0_of_a_block_a_thing_takes_the_nearest_layer_around_it(tmp_path: Path) -> None:
    def draw(document: Any, model: Any) -> None:
        document.blocks.new("inner").add_line((0, 0), (1, 0))
        document.blocks.new("outer").add_blockref("inner", (0, 0), {"layer": "near"})
        model.add_blockref("outer", (0, 0), {"layer": "far"})

    assert [feature.kind for feature in drawn(tmp_path, draw).features] == ["near"]
