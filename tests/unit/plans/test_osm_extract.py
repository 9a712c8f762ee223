"""Reading an OpenStreetMap extract: what is drawn, where, and every thing that is left out with its id."""

from __future__ import annotations

import gzip
import math
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest

from bartizan.adapters.plans import osm_file, source
from bartizan.adapters.plans.osm import read_osm
from bartizan.adapters.plans.reader import read_plan
from bartizan.adapters.plans.rings import joined
from bartizan.app.draft import Drawing, draft_site
from bartizan.app.draft.drawing import Placing
from bartizan.errors import InputError, PlanError
from bartizan.geometry.shapes import Frame

HERE = (13.4, 52.5)
# the meridian's and the prime vertical's radius of curvature at 52.5 degrees north, from the axes of WGS84
_A, _E2 = 6_378_137.0, 0.006_694_379_990_14
_W = math.sqrt(1.0 - _E2 * math.sin(math.radians(HERE[1])) ** 2)
NORTH = math.radians(1e-4) * _A * (1.0 - _E2) / _W**3  # metres to 1e-4 degrees of latitude
EAST = math.radians(1e-4) * _A / _W * math.cos(math.radians(HERE[1]))  # and of longitude


def node(name: int, east: float, north: float, **tags: str) -> str:
    """A node so many 1e-4 degrees from here."""
    inside = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
    return f'<node id="{name}" lat="{HERE[1] + north * 1e-4:.7f}" lon="{HERE[0] + east * 1e-4:.7f}">{inside}</node>'


def way(number: int, nodes: Sequence[int], **tags: str) -> str:
    parts = "".join(f'<nd ref="{ref}"/>' for ref in nodes)
    return f'<way id="{number}">{parts}{"".join(f"<tag k={k!r} v={v!r}/>" for k, v in tags.items())}</way>'


def relation(name: int, members: Sequence[tuple[int, str]], **tags: str) -> str:
    parts = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members)
    return f'<relation id="{name}">{parts}{"".join(f"<tag k={k!r} v={v!r}/>" for k, v in tags.items())}</relation>'


# a square of ten by ten, a smaller one in it, and a line of nodes to the east
GRID = "".join(
    [node(i, x, y) for i, (x, y) in enumerate([(0, 0), (10, 0), (10, 10), (0, 10)], start=1)]
    + [node(i, x, y) for i, (x, y) in enumerate([(3, 3), (6, 3), (6, 6), (3, 6)], start=11)]
    + [node(20 + i, 20 + i, 0) for i in range(5)]
)
SQUARE = [1, 2, 3, 4, 1]
COURT = [11, 12, 13, 14, 11]


def drawn(folder: Path, body: str, placing: Placing | None = None) -> Drawing:
    path = folder / "plan.osm"
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{GRID}{body}</osm>', encoding="utf-8")
    return read_osm(path, placing or Placing(origin=HERE))


def reasons(drawing: Drawing) -> list[tuple[str, str, bool]]:
    return [(drop.kind, drop.source, drop.whole) for drop in drawing.drops]


def test_a_building_in_metres_east_and_north(tmp_path: Path) -> None:
    (house,) = drawn(tmp_path, way(7, SQUARE, building="yes", name="Alte Wache")).features
    assert (house.id, house.kind, house.name, house.source) == ("building-w7", "building", "Alte Wache", "way 7")
    # over 70 m the plane is flat to far below the millimetre that a degree's seventh digit leaves open (1 cm)
    left, low, right, high = house.shape.bounds
    assert (left, low) == pytest.approx((0.0, 0.0), abs=0.01)
    assert (right, high) == pytest.approx((10 * EAST, 10 * NORTH), abs=0.01)


def test_a_plan_is_turned_to_look_along_a_bearing(tmp_path: Path) -> None:
    (gate,) = drawn(tmp_path, node(99, 5, 0, barrier="gate"), Placing(origin=HERE, bearing=90.0)).features
    # a y axis that looks east has what lies in the east straight ahead
    assert (gate.shape.x, gate.shape.y) == pytest.approx((0.0, 5 * EAST), abs=0.01)  # type: ignore[union-attr]


def test_what_tags_mean(tmp_path: Path) -> None:
    body = (
        way(1, SQUARE, building="no", barrier="fence")
        + way(2, [21, 22], barrier="retaining_wall")
        + way(3, [21, 22], highway="footway")
        + way(4, [21, 22], highway="service")
        + way(5, SQUARE, indoor="room")
        + way(6, SQUARE, natural="water")
        + way(7, SQUARE, landuse="grass")
        + way(8, SQUARE, barrier="wall", area="yes")
        + node(51, 1, 1, entrance="main", barrier="gate")
        + node(52, 1, 1, barrier="yes")
        + node(53, 1, 1, door="hinged")
        + node(54, 1, 1, building="yes")
        + node(55, 1, 1, entrance="no")
    )
    kinds = [(feature.source, feature.kind, feature.shape.geom_type) for feature in drawn(tmp_path, body).features]
    assert kinds == [
        ("way 1", "fence", "LineString"),
        ("way 2", "retaining-wall", "LineString"),
        ("way 3", "path", "LineString"),
        ("way 4", "road", "LineString"),
        ("way 5", "room", "Polygon"),
        ("way 6", "water", "Polygon"),
        ("way 8", "wall", "Polygon"),
        ("node 51", "entrance", "Point"),
        ("node 52", "barrier", "Point"),
        ("node 53", "door", "Point"),
    ]


def test_a_line_with_absent_nodes_is_drawn_in_the_pieces_that_are_there(tmp_path: Path) -> None:
    drawing = drawn(tmp_path, way(5, [21, 22, 777, 23, 24], barrier="fence"))
    assert [feature.id for feature in drawing.features] == ["fence-w5", "fence-w5.2"]
    assert [feature.shape.length for feature in drawing.features] == pytest.approx([EAST, EAST], abs=0.01)
    assert reasons(drawing) == [("fence", "way 5", False)]
    assert "1 of its nodes is absent from the file: drawn in 2 pieces" in drawing.drops[0].reason
    (fence,) = draft_site(drawing).tallies
    assert (fence.found, fence.drawn, fence.lines) == (1, 1, 2)


@pytest.mark.parametrize(
    ("body", "kind", "name", "word"),
    [
        (way(5, [21, 777, 23], barrier="fence"), "fence", "way 5", "no two that follow are there"),
        (way(5, [1, 2, 3, 777, 1], building="yes"), "building", "way 5", "its ring has a gap"),
        (way(5, [1, 2, 3, 4], building="yes"), "building", "way 5", "not closed"),
        (way(5, [1, 2], building="yes"), "building", "way 5", "not closed"),
        (way(5, [], building="yes"), "building", "way 5", "not closed"),
        (way(5, [1, 3, 2, 4, 1], building="yes"), "building", "way 5", "must not cross itself"),
        (way(5, [21, 21], barrier="wall"), "wall", "way 5", "two different places"),
        (way(5, [], barrier="wall"), "wall", "way 5", "no two that follow are there"),
        (relation(5, [(77, "outer")], type="multipolygon", building="yes"), "building", "relation 5", "1 of its outer"),
        (relation(5, [], type="multipolygon", building="yes"), "building", "relation 5", "outer ring is not closed"),
    ],
)
def test_what_cannot_be_drawn_is_told_by_its_id(tmp_path: Path, body: str, kind: str, name: str, word: str) -> None:
    drawing = drawn(tmp_path, body)
    assert drawing.features == ()
    assert reasons(drawing) == [(kind, name, True)]
    assert word in drawing.drops[0].reason


def test_a_multipolygon_of_pieces_either_way_round_with_its_court(tmp_path: Path) -> None:
    body = way(1, [1, 2, 3]) + way(2, [1, 4, 3]) + way(3, COURT)
    members = [(1, "outer"), (2, ""), (3, "inner")]
    (house,) = drawn(tmp_path, body + relation(9, members, type="multipolygon", building="yes")).features
    assert house.id == "building-r9"
    assert house.shape.area == pytest.approx((100 - 9) * EAST * NORTH, rel=1e-4)


def test_a_multipolygon_without_its_court_is_drawn_whole_and_told(tmp_path: Path) -> None:
    members = [(1, "outer"), (404, "inner")]
    body = way(1, SQUARE) + relation(9, members, type="multipolygon", building="yes")
    drawing = drawn(tmp_path, body)
    assert drawing.features[0].shape.area == pytest.approx(100 * EAST * NORTH, rel=1e-4)
    assert reasons(drawing) == [("building", "relation 9", False)]


def test_two_outer_rings_are_two_pieces_of_one_building(tmp_path: Path) -> None:
    more = "".join(node(30 + i, x, y) for i, (x, y) in enumerate([(40, 0), (50, 0), (50, 10)]))
    body = more + way(1, SQUARE) + way(2, [30, 31, 32, 30])
    members = [(1, "outer"), (2, "outer")]
    drawing = drawn(tmp_path, body + relation(9, members, type="multipolygon", building="yes"))
    assert [feature.id for feature in drawing.features] == ["building-r9", "building-r9.2"]
    (tally,) = draft_site(drawing).tallies
    assert (tally.found, tally.drawn, tally.areas) == (1, 1, 2)


def test_relations_of_other_types_draw_nothing(tmp_path: Path) -> None:
    body = way(1, SQUARE, building="yes") + relation(9, [(1, "outline")], type="building", building="yes")
    assert [feature.source for feature in drawn(tmp_path, body).features] == ["way 1"]


@pytest.mark.parametrize("written", ["NaN", "91", "-91", "1e2", "", "52,5", "inf", "0x10", "５２"])
def test_a_node_that_is_no_place_is_told(tmp_path: Path, written: str) -> None:
    drawing = drawn(tmp_path, f'<node id="66" lat="{written}" lon="13"><tag k="barrier" v="gate"/></node>')
    assert reasons(drawing) == [("node", "node 66", True)]
    assert "no place on earth" in drawing.drops[0].reason


def test_ids_that_are_none_and_ids_given_twice_are_told(tmp_path: Path) -> None:
    drawing = drawn(tmp_path, '<node id="one" lat="52" lon="13"/>' + node(1, 5, 5))
    assert [drop.reason.split(";")[0] for drop in drawing.drops] == [
        "its id is not a number",
        "two nodes have this id",
    ]


def test_what_lies_far_off_is_told_and_the_origin_is_the_middle_of_the_nodes(tmp_path: Path) -> None:
    far = node(90, 9000, 0) + way(5, [1, 90], barrier="fence") + way(6, SQUARE, building="yes")
    drawing = drawn(tmp_path, far, Placing())
    assert reasons(drawing) == [("fence", "way 5", True)]
    assert "more than 20 km" in drawing.drops[0].reason
    assert drawing.frame is not None
    assert Frame(drawing.frame.origin).to_plan(HERE) == pytest.approx((0.0, 0.0), abs=200.0)


def test_a_box_keeps_whole_what_touches_it(tmp_path: Path) -> None:
    window = (HERE[0] - 1e-4, HERE[1] - 1e-4, HERE[0] + 5e-4, HERE[1] + 5e-4)
    body = way(6, SQUARE, building="yes") + way(7, [21, 22], barrier="fence")
    draft = draft_site(drawn(tmp_path, body, Placing(box=window)))
    assert [feature.source for feature in draft.features] == ["way 6"]
    assert draft.outside == 1
    assert draft.features[0].shape.area == pytest.approx(100 * EAST * NORTH, rel=1e-4)


@pytest.mark.parametrize("window", [(1, 1, 0, 2), (1, 1, 1, 1)])
def test_a_box_that_encloses_nothing(tmp_path: Path, window: tuple[float, float, float, float]) -> None:
    with pytest.raises(InputError, match=r"encloses nothing.*west,south,east,north"):
        drawn(tmp_path, "", Placing(origin=HERE, box=window))


@pytest.mark.parametrize(
    ("text", "word", "cure"),
    [
        ("", "not a whole XML", "Fetch"),
        ("<osm><node", "not a whole XML", "Fetch"),
        ("<gpx/>", "root <gpx>", "OpenStreetMap extract"),
        ("<osm/>", "no node with a place", "extract with nodes"),
        ('<!DOCTYPE osm [<!ENTITY a "aaaa">]><osm>&a;</osm>', "document type", "OpenStreetMap itself"),
        ('<!DOCTYPE osm SYSTEM "http://host.example/x.dtd"><osm/>', "document type", "OpenStreetMap itself"),
    ],
)
def test_a_file_that_is_no_extract(tmp_path: Path, text: str, word: str, cure: str) -> None:
    path = tmp_path / "plan.osm"
    path.write_text(text)
    with pytest.raises(PlanError) as caught:
        read_osm(path, Placing())
    (fault,) = caught.value.faults
    assert word in fault.message
    assert cure in fault.cure


def test_packed_files_are_read_and_bombs_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plan.osm.gz"
    body = f"<osm>{GRID}{way(6, SQUARE, building='yes')}</osm>".encode()
    path.write_bytes(gzip.compress(body))
    assert len(read_plan(path, Placing()).features) == 1
    monkeypatch.setattr(osm_file, "MOST_BYTES", 3_000_000)
    path.write_bytes(gzip.compress(b"<osm>" + b" " * 4_000_000 + body[5:]))
    with pytest.raises(PlanError, match="holds more than 3 MB"):
        read_plan(path, Placing())
    path.write_bytes(gzip.compress(body)[:-20])
    with pytest.raises(PlanError, match="not a whole gzip file"):
        read_plan(path, Placing())
    path.write_bytes(b"PK\3\4")
    with pytest.raises(PlanError, match="not a whole gzip file"):
        read_plan(path, Placing())


def test_a_stream_gives_all_its_bytes_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(bytes(range(200)))
    with source.opened(path, 200) as stream:
        assert stream.read() == bytes(range(200))
    with pytest.raises(PlanError), source.opened(path, 199) as stream:
        stream.read()


def test_bounds_on_what_one_thing_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osm_file, "MOST_PARTS", 50)
    with pytest.raises(PlanError, match="more than 50 parts"):
        drawn(tmp_path, way(5, [1, 2] * 80, barrier="fence"))
    monkeypatch.setattr(osm_file, "MOST_NODES", 12)
    with pytest.raises(PlanError, match="more than 12 nodes"):
        drawn(tmp_path, "")


@pytest.mark.parametrize(("name", "word"), [("a.pbf", "osmium cat"), ("a.dwg", "DXF"), ("a.txt", "Give an Open")])
def test_other_forms_are_told_what_to_do(tmp_path: Path, name: str, word: str) -> None:
    with pytest.raises(PlanError, match=word):
        read_plan(tmp_path / name, Placing())


def test_rings_join_end_to_end() -> None:
    assert joined([[1, 2], [3, 2], [3, 1]]) == ([[1, 2, 3, 1]], [])
    assert joined([[1, 2, 1], [5, 6, 7], [8, 7], [9]]) == ([[1, 2, 1]], [[5, 6, 7, 8]])


def test_what_has_been_read_is_not_held(tmp_path: Path) -> None:
    count = 20_000
    path = tmp_path / "plan.osm"
    path.write_text("<osm>" + "".join(node(i, i % 100, i // 100) for i in range(1, count)) + "</osm>")
    tracemalloc.start()
    try:
        osm_file.read_osm_file(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # a number, its place and their share of an index: some 150 bytes; an element of the tree takes several times that
    assert peak < 300 * count


def test_what_an_editor_has_deleted_is_left_out_and_told(tmp_path: Path) -> None:
    gone = way(5, SQUARE, building="yes").replace("<way", "<way action='delete'")
    new = way(-6, [21, 22], barrier="fence")
    node_gone = node(77, 3, 3, barrier="gate").replace("<node", '<node visible="false"')
    drawing = drawn(tmp_path, gone + new + node_gone)
    assert [feature.id for feature in drawing.features] == ["fence-wnew6"]
    assert [(drop.kind, drop.source, drop.reason) for drop in drawing.drops] == [
        ("way", "way 5", "is marked as deleted"),
        ("node", "node 77", "is marked as deleted"),
    ]
