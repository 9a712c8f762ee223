"""The draft of a site: it reads through, holds no figure, and proposes only what the plan shows."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from shapely import LineString, Point, Polygon, box

from bartizan.adapters.files.draft_folder import plan_text, refuse_folder, write_draft
from bartizan.app.draft import Draft, Drawing, Drop, draft_site
from bartizan.app.draft.drawing import Collector, slug
from bartizan.app.draft.layers import element_kind
from bartizan.errors import InputError
from bartizan.geometry.shapes import Frame
from bartizan.geometry.sides import Grounds
from bartizan.site.checks import check

# a house of two rooms in a fenced yard: doors between the rooms, into the house, and a gate in the fence
HOUSE = [
    ("fence", LineString([(0, 0), (40, 0), (40, 30), (0, 30), (0, 0)])),
    ("gate", LineString([(18, 0), (22, 0)])),
    ("building-outline", box(10, 10, 30, 20)),
    ("room", box(10, 10, 20, 20)),
    ("room", box(20, 10, 30, 20)),
    ("door", box(19.9, 14, 20.1, 15)),
    ("door", LineString([(13, 10), (14, 10)])),
    ("window", Point(30, 15)),
    ("wall", LineString([(50, 0), (50, 30)])),
    ("bollard", Point(20, 0)),
]


def drawing(*shapes: tuple[str, Any], drops: Sequence[Drop] = (), **more: Any) -> Drawing:
    collect = Collector()
    for number, (kind, shape) in enumerate(shapes, start=1):
        collect.add(kind, str(number), shape, f"thing {number}", f"{kind} {number}")
    settings: dict[str, Any] = {"form": "GeoJSON", "file": "house.geojson", "read": {"feature": len(shapes)}} | more
    return Drawing(features=tuple(collect.features), drops=tuple(drops), **settings)


def between(draft: Draft) -> dict[str, tuple[str, str]]:
    assert draft.layers is not None
    return {element.id: element.between for element in draft.layers.elements}


def test_the_draft_is_a_site_without_figures_and_check_names_what_is_missing(tmp_path: Path) -> None:
    draft = draft_site(drawing(*HOUSE), elements=True)
    site = write_draft(tmp_path / "house", draft.plan, draft.site)
    assert [area.id for area in site.areas if area.outside] == ["outside"]
    assert not site.targets
    assert not site.responses
    assert not any(element.ways for element in site.elements)
    found = check(site)
    assert {finding.level for finding in found} <= {"warning", "note"}
    about = {finding.about for finding in found if finding.name == "element-without-way"}
    assert about == {f"element/{element.id}" for element in site.elements}
    # nothing that a person would take for a figure
    assert not {"delay", "p_detection", "arrival"} & set(str(tomllib.loads(draft.site)).replace("'", " ").split())


def test_what_stands_between_what() -> None:
    assert between(draft_site(drawing(*HOUSE), elements=True)) == {
        "fence-1": ("outside", "in-fence-1"),
        "gate-2": ("outside", "in-fence-1"),
        "door-6": ("in-room-4", "in-room-5"),
        "door-7": ("in-fence-1", "in-room-4"),
        "window-8": ("in-fence-1", "in-room-5"),
    }


def test_what_parts_no_two_areas_is_left_a_drawing_and_counted() -> None:
    draft = draft_site(drawing(*HOUSE), elements=True)
    assert draft.layers is not None
    assert draft.layers.left == (("wall", 1),)
    assert "# 1 x wall: left as drawings" in draft.site


def test_without_elements_everything_is_a_drawing(tmp_path: Path) -> None:
    draft = draft_site(drawing(*HOUSE))
    site = write_draft(tmp_path / "house", draft.plan, draft.site)
    assert not site.areas
    assert sorted(kind for kind, _ in site.plan.drawings) == sorted(kind for kind, _ in HOUSE)
    area = sum(shape.area for _, shape in site.plan.drawings)
    assert area == pytest.approx(sum(shape.area for _, shape in HOUSE))
    assert draft.size == (50.0, 30.0)


def test_an_area_within_another_keeps_its_place_and_the_outer_one_has_none() -> None:
    outline, room = box(0, 0, 30, 20), box(0, 0, 10, 20)
    shapes = [("building", outline), ("room", room), ("door", Point(10, 5)), ("door", Point(30, 5))]
    draft = draft_site(drawing(*shapes), elements=True)
    assert between(draft) == {"door-3": ("in-building-1", "in-room-2"), "door-4": ("outside", "in-building-1")}
    assert draft.layers is not None
    assert {area.id: area.feature for area in draft.layers.areas} == {
        "outside": None,
        "in-building-1": None,
        "in-room-2": "room-2",
    }


def test_a_fence_that_only_ends_at_a_house_parts_nothing_of_it() -> None:
    fence = LineString([(30, 15), (60, 15)])
    along = LineString([(0, 20.2), (20, 20.2)])
    draft = draft_site(drawing(("building", box(0, 0, 30, 20)), ("fence", fence), ("wall", along)), elements=True)
    assert between(draft) == {"wall-3": ("outside", "in-building-1")}


@pytest.mark.parametrize(
    ("pieces", "shape", "sides"),
    [
        ({"a": box(0, 0, 1, 9)}, Point(5, 5), None),
        ({"a": box(0, 0, 5, 9)}, Point(5.4, 5), (None, "a")),
        ({"a": box(0, 0, 5, 9)}, Point(5.6, 5), None),
        ({"a": box(0, 0, 5, 9), "b": box(5, 0, 9, 9)}, Point(5, 5), ("a", "b")),
        ({"a": box(0, 0, 5, 5), "b": box(5, 0, 9, 5), "c": box(0, 5, 9, 9)}, Point(5, 5), None),
        ({"a": box(0, 0, 9, 9), "b": box(1, 1, 8, 8), "c": box(2, 2, 7, 7)}, Point(2, 5), ("b", "c")),
        ({}, Point(2, 5), None),
    ],
)
def test_the_sides_of_a_thing(pieces: dict[str, Polygon], shape: Any, sides: Any) -> None:
    assert Grounds(pieces).sides(shape) == sides


def test_kinds_of_elements_by_their_words() -> None:
    kinds = ["a-door", "A.Wall_Internal", "retaining-wall", "swing-gate", "hedge", "a-glaz", "kerb", "bollard", "tree"]
    found = [element_kind(kind) for kind in kinds]
    assert found == ["door", "wall", "wall", "gate", "fence", "window", None, None, None]


def test_only_the_kinds_asked_for() -> None:
    drops = [Drop(kind="room", source="r", reason="x"), Drop(kind="door", source="d", reason="x")]
    draft = draft_site(drawing(*HOUSE, drops=drops), kinds=["door", "window"])
    assert [(one.kind, one.found, one.drawn) for one in draft.tallies] == [("door", 3, 2), ("window", 1, 1)]
    assert (draft.unasked, [drop.source for drop in draft.drops]) == (7, ["d"])
    with pytest.raises(InputError, match=r"nothing of kind 'dor'. Did you mean 'door'"):
        draft_site(drawing(*HOUSE), kinds=["dor"])


def test_nothing_to_draw_is_an_answer() -> None:
    with pytest.raises(InputError, match="holds nothing that can be drawn"):
        draft_site(drawing())
    with pytest.raises(InputError, match=r"1 left out, the first way 5: its ring is not closed"):
        draft_site(drawing(drops=[Drop(kind="building", source="way 5", reason="its ring is not closed")]))
    with pytest.raises(InputError, match="lies in the box"):
        draft_site(drawing(("room", box(0, 0, 1, 1)), window=box(50, 50, 60, 60)))


def test_words_of_the_file_cannot_break_out_of_the_site(tmp_path: Path) -> None:
    collect = Collector()
    evil = 'a"]\n[[target]]\nid = "x"\x1b[2J \\ \u202e é 😀' + "n" * 500
    collect.add("do'or\n[x]", evil, box(0, 0, 5, 5), evil, evil)
    collect.add("room", evil, box(0, 0, 5, 5), evil, evil)
    odd = Drawing(form="DXF", file=evil, features=tuple(collect.features), drops=(), read={})
    for elements in (False, True):
        draft = draft_site(odd, elements=elements)
        site = write_draft(tmp_path / str(elements), draft.plan, draft.site)
        assert site.targets == ()
        assert "\x1b" not in draft.site
        assert "\u202e" not in draft.site
    assert all(len(feature.id) <= 80 for feature in collect.features)


def test_the_frame_is_told_in_both_files() -> None:
    known = draft_site(drawing(*HOUSE, frame=Frame((13.4, 52.5), 30.0)))
    assert known.plan["frame"] == {"unit": "m", "origin": [13.4, 52.5], "bearing": 30.0}
    assert "y looks 30 degrees clockwise from north; the origin is longitude 13.400000" in known.site
    unknown = draft_site(drawing(*HOUSE))
    assert unknown.plan["frame"] == {"unit": "m", "origin": None, "bearing": None}
    assert "does not say where north is" in unknown.site


def test_a_plan_is_geojson_with_one_feature_a_line() -> None:
    draft = draft_site(drawing(*HOUSE))
    text = plan_text(draft.plan)
    assert json.loads(text) == json.loads(json.dumps(draft.plan))
    assert text.count("\n") == len(HOUSE) + 3


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    draft = draft_site(drawing(*HOUSE))
    (tmp_path / "mine").mkdir()
    write_draft(tmp_path / "mine", draft.plan, draft.site)
    before = (tmp_path / "mine" / "site.toml").read_bytes()
    for place in (tmp_path / "mine", tmp_path / "mine" / "site.toml"):
        with pytest.raises(InputError, match="there is something already"):
            write_draft(place, draft.plan, "schema = 1")
    with pytest.raises(InputError, match="there is no folder"):
        refuse_folder(tmp_path / "absent" / "house")
    assert (tmp_path / "mine" / "site.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "name"), [("A.Wall_Internal", "a.wall-internal"), ("  ", ""), ("Tür/№ 5", "tur-no-5")]
)
def test_ids_from_words(words: str, name: str) -> None:
    assert slug(words) == name


def test_the_json_form_names_every_drop() -> None:
    drops = [Drop(kind="room", source="r", reason="x", whole=False)]
    told = draft_site(drawing(*HOUSE, drops=drops), elements=True).to_json()
    assert told["drops"] == [{"kind": "room", "source": "r", "reason": "x", "whole": False}]
    assert told["proposed"]["elements"] == {"door": 2, "fence": 1, "gate": 1, "window": 1}
    assert told["proposed"]["left"] == {"wall": 1}
    # a part that is missing is no further thing of the file
    assert [one["found"] for one in told["kinds"] if one["kind"] == "room"] == [2]
    json.dumps(told, allow_nan=False)
