"""Plans of the development data: OpenStreetMap (ODbL), ezdxf's examples (MIT), WRLD's Westport House (CC BY 4.0)."""

from __future__ import annotations

import gzip
import itertools
import json
import math
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from shapely import Polygon, box

from bartizan.adapters.files.draft_folder import write_draft
from bartizan.adapters.plans.reader import read_plan
from bartizan.app.draft import Draft, draft_site
from bartizan.app.draft.drawing import Placing
from bartizan.errors import InputError
from bartizan.site.checks import check

pytestmark = pytest.mark.data


def draft(data_dir: Path, name: str, *, placing: Placing | None = None, elements: bool = False) -> Draft:
    return draft_site(read_plan(data_dir / "plans" / name, placing or Placing()), elements=elements)


def found(plan: Draft) -> dict[str, int]:
    return {one.kind: one.found for one in plan.tallies}


# the counts are those of the folder's README
def test_neukoelln_has_what_its_readme_says(data_dir: Path) -> None:
    plan = draft(data_dir, "osm/neukolln.osm.gz")
    assert plan.drawing.read == {"node": 4771, "way": 700, "relation": 18}
    kinds = {one.kind: one for one in plan.tallies}
    assert {kind: kinds[kind].found for kind in ("building", "entrance", "wall", "retaining-wall", "fence")} == {
        "building": 127,
        "entrance": 43,
        "wall": 21,
        "retaining-wall": 15,
        "fence": 15,
    }
    assert (kinds["gate"].points, kinds["bollard"].points) == (21, 51)
    assert all(kinds[kind].drawn == kinds[kind].found for kind in kinds if kind != "road")


def test_what_neukoelln_lacks_is_told(data_dir: Path) -> None:
    drops = draft(data_dir, "osm/neukolln.osm.gz").drops
    assert [(drop.source, drop.whole) for drop in drops] == [("way 155595021", True), ("relation 8100093", False)]
    assert "absent from the file" in drops[0].reason
    assert "holes left out" in drops[1].reason


def test_northgate_has_what_its_readme_says(data_dir: Path) -> None:
    plan = draft(data_dir, "osm/northgate.osm")
    assert plan.drawing.read == {"node": 1987, "way": 396, "relation": 28}
    assert found(plan)["building"] == 36


def radii(latitude: float) -> tuple[float, float]:
    """Metres to a degree of longitude and of latitude there, on WGS84 (Snyder, 1987, equations 4-18 and 4-19)."""
    a, e2 = 6_378_137.0, 0.006_694_379_990_14
    w2 = 1.0 - e2 * math.sin(math.radians(latitude)) ** 2
    east = a / math.sqrt(w2) * math.cos(math.radians(latitude))
    return math.radians(east), math.radians(a * (1.0 - e2) / w2**1.5)


@pytest.mark.parametrize("name", ["osm/neukolln.osm.gz", "osm/northgate.osm"])
def test_buildings_of_openstreetmap_have_their_ground_area(data_dir: Path, name: str) -> None:
    path = data_dir / "plans" / name
    raw = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    root = ElementTree.fromstring(raw)  # noqa: S314 the data is ours
    places = {node.get("id"): (float(node.get("lon", "")), float(node.get("lat", ""))) for node in root.iter("node")}
    areas = {feature.source: feature.shape.area for feature in draft(data_dir, name).features}
    compared = 0
    for way in root.iter("way"):
        if not any(tag.get("k") == "building" for tag in way.iter("tag")):
            continue
        ring = [places[part.get("ref")] for part in way.iter("nd")]
        east, north = radii(ring[0][1])
        flat = Polygon([((x - ring[0][0]) * east, (y - ring[0][1]) * north) for x, y in ring])
        # radii taken at one corner of the building: they change by 1e-6 over 40 m
        assert areas[f"way {way.get('id')}"] == pytest.approx(flat.area, rel=2e-5)
        compared += 1
    assert compared == {"osm/neukolln.osm.gz": 126, "osm/northgate.osm": 34}[name]


WESTPORT: dict[str, dict[str, int]] = {
    "indoor/westport-house-floor-gf.geojson": {"wall": 39, "door": 36, "window": 20, "stairs": 6, "elevator": 6},
    "indoor/westport-house-floor-2.geojson": {
        "wall": 43,
        "door": 25,
        "window": 31,
        "room": 5,
        "stairs": 4,
        "elevator": 1,
    },
}


@pytest.mark.parametrize(("name", "features"), list(zip(WESTPORT, (111, 121), strict=True)))
def test_westport_house_has_what_its_readme_says(data_dir: Path, name: str, features: int) -> None:
    plan = draft(data_dir, name)
    assert plan.drawing.read == {"feature": features}
    assert plan.drops == ()
    assert len(plan.features) == features
    assert found(plan).items() >= WESTPORT[name].items()
    types = Counter(one["properties"]["type"] for one in collection(data_dir, name)["features"])
    assert found(plan) == {kind.replace("_", "-"): count for kind, count in types.items()}


def collection(data_dir: Path, name: str) -> Any:
    return json.loads((data_dir / "plans" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", WESTPORT)
def test_walls_doors_and_rooms_have_their_ground_area(data_dir: Path, name: str) -> None:
    areas = {feature.source: feature.shape.area for feature in draft(data_dir, name).features}
    for one in collection(data_dir, name)["features"]:
        rings = one["geometry"]["coordinates"]
        x0, y0 = rings[0][0]
        east, north = radii(y0)
        flat = [[((x - x0) * east, (y - y0) * north) for x, y, *_ in ring] for ring in rings]
        shape = Polygon(flat[0], flat[1:])
        assert areas[f"feature {one['properties']['id']}"] == pytest.approx(shape.area, rel=5e-5, abs=1e-6)


def group_codes(path: Path) -> list[tuple[int, str]]:
    """A DXF file as it stands on disk: pairs of a code and a value."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [(int(code), value.strip()) for code, value in zip(lines[::2], lines[1::2], strict=False)]


def test_the_palace_of_westminster_in_metres(data_dir: Path) -> None:
    name = "dxf/houses_of_parliament_georeferenced.dxf"
    plan = draft(data_dir, name)
    assert plan.drawing.read == {"LWPOLYLINE": 1}
    ring = plan.features[0].shape.exterior.coords  # type: ignore[union-attr]
    sides = [math.dist(one, other) for one, other in itertools.pairwise(ring)]
    # "nearly 300 metres long" from the south to the north and covering 3.24 hectares (parliament.uk, "Palace today");
    # the outline is drawn from above and leaves out what is small
    assert 285.0 < plan.size[1] < 300.0
    assert plan.features[0].shape.area == pytest.approx(32_400.0, rel=0.1)
    # its corners as they stand in the file, by an inch of 0.0254 m
    codes = group_codes(data_dir / "plans" / name)
    begin = max(index for index, pair in enumerate(codes) if pair == (0, "LWPOLYLINE"))
    end = next(index for index in range(begin + 1, len(codes)) if codes[index][0] == 0)
    part = codes[begin:end]
    x = [float(value) * 0.0254 for code, value in part if code == 10]
    y = [float(value) * 0.0254 for code, value in part if code == 20]
    assert len(x) == len(ring) == 16
    assert plan.features[0].shape.area == pytest.approx(Polygon(list(zip(x, y, strict=True))).area, rel=1e-9)
    lengths = [math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]) for i in range(15)]
    assert sides == pytest.approx(lengths, rel=1e-9)


def test_the_palace_of_westminster_lies_along_the_thames(data_dir: Path) -> None:
    plan = draft(data_dir, "dxf/houses_of_parliament_georeferenced.dxf")
    ring = list(plan.features[0].shape.exterior.coords)  # type: ignore[union-attr]
    one, other = max(itertools.pairwise(ring), key=lambda side: math.dist(*side))
    front = math.degrees(math.atan2(other[0] - one[0], other[1] - one[1])) % 180.0
    # north of the file is (-0.53, 0.85), and the drawn front (-0.424, 0.906): 32.0 - 25.1 degrees clockwise of north
    north = math.degrees(math.atan2(-0.5299192642332047, 0.8480480961564261))
    drawn = math.degrees(math.atan2(22478.68177662527 - 26949.46102454514, 16140.02821701173 - 6582.01138472493))
    assert front == pytest.approx(drawn - north, abs=0.01)
    # the Thames runs a little east of north there: the front is not to be west of it, as it is in the drawing
    assert 0.0 < front < 15.0
    assert plan.drawing.frame is not None
    assert plan.drawing.frame.origin == (-0.1256, 51.4983)
    assert "drawn in inches: 0.0254 m to the unit" in plan.notes


def test_the_door_drawing_has_the_entities_of_its_readme(data_dir: Path) -> None:
    plan = draft(data_dir, "dxf/wipeout_door.dxf")
    assert plan.drawing.read == {
        "LINE": 136,
        "MTEXT": 4,
        "LWPOLYLINE": 2,
        "INSERT": 2,
        "CIRCLE": 2,
        "ARC": 2,
        "WIPEOUT": 1,
    }
    left = Counter(drop.reason for drop in plan.drops)
    # each insertion of the door brings a wipeout of its own
    assert left == {"MTEXT is not drawn": 4, "WIPEOUT is not drawn": 3}
    walls = [feature for feature in plan.features if feature.kind == "a.wall-internal"]
    # 100 x 3583 units: in inches, as the file says, a wall of 91 m; in millimetres, as it must mean, one of 3.6 m
    assert [wall.shape.area for wall in walls] == pytest.approx([100 * 3583.0138506778 * 0.0254**2] * 2, rel=1e-6)
    small = draft(data_dir, "dxf/wipeout_door.dxf", placing=Placing(unit="mm"))
    assert small.size[0] == pytest.approx(plan.size[0] / 25.4, rel=1e-3)
    assert "read in mm as you say; the file itself says inches" in small.notes


def test_a_drawing_of_pictures_alone_is_refused_with_their_count(data_dir: Path) -> None:
    drawing = read_plan(data_dir / "plans" / "dxf/Graz_10km_3m.dxf", Placing())
    assert drawing.read == {"IMAGE": 8}
    assert len(drawing.drops) == 8
    assert any("1.47 times" in note for note in drawing.notes)
    with pytest.raises(InputError, match="8 left out, the first IMAGE"):
        draft_site(drawing)


@pytest.mark.parametrize("name", ["osm/neukolln.osm.gz", "osm/northgate.osm", *WESTPORT])
def test_a_draft_with_elements_reads_through(data_dir: Path, tmp_path: Path, name: str) -> None:
    plan = draft(data_dir, name, elements=True)
    site = write_draft(tmp_path / "site", plan.plan, plan.site)
    assert plan.layers is not None
    assert len(site.elements) == len(plan.layers.elements) > 0
    findings = check(site)
    assert not [finding for finding in findings if finding.level == "error"]
    assert {finding.name for finding in findings} <= {"element-without-way", "areas-overlap", "element-off-area"}
    assert sum(finding.name == "element-without-way" for finding in findings) == len(site.elements)


def test_a_box_cuts_a_town_to_a_block(data_dir: Path) -> None:
    window = (-122.325, 47.707, -122.322, 47.710)
    plan = draft(data_dir, "osm/northgate.osm", placing=Placing(box=window))
    everything = draft(data_dir, "osm/northgate.osm")
    assert plan.outside == len(everything.features) - len(plan.features) > 0
    east, north = radii(47.7085)
    asked = box(-0.0015 * east, -0.0015 * north, 0.0015 * east, 0.0015 * north)
    assert all(feature.shape.distance(asked) < 0.1 for feature in plan.features)
