"""From a site to its ground: areas, walls, elements, coverage, and words for what cannot be."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

import bartizan
from bartizan.adapters.report.terrain import caption, terrain_image, terrain_png
from bartizan.app.terrain import TerrainStudy, terrain_study
from bartizan.assess.problem import compile_problem
from bartizan.assess.terrain import TerrainResult, terrain
from bartizan.cli.main import main
from bartizan.errors import InputError, MissingPartError
from bartizan.site.document import build

YARD: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "Yard"},
    "area": [
        {"id": "road", "outside": True, "polygon": [[0, 0], [40, 0], [40, 10], [0, 10]]},
        {"id": "yard", "polygon": [[0, 10], [40, 10], [40, 40], [0, 40]]},
    ],
    "element": [
        {
            "id": "gate", "kind": "gate", "between": ["road", "yard"], "line": [[4, 10], [6, 10]],
            "way": [{"id": "climb", "delay": {"mean": 10, "sd": 0}, "p_detection": 0.5, "detect_at": "begin"}],
        }
    ],
    "target": [{"id": "shed", "area": "yard", "at": [35, 35], "way": [{"id": "take", "delay": {"mean": 20, "sd": 0}}]}],
    "response": [{"id": "guard", "arrival": {"mean": 40, "sd": 10}}],
    "threat": [{"id": "thief", "speed": 2.0}],
}  # fmt: skip


def yard(**more: Any) -> dict[str, Any]:
    return copy.deepcopy(YARD) | more


def answer(document: dict[str, Any], resolution: float = 1.0) -> TerrainResult:
    site = build(document)
    problem = compile_problem(site, threat="thief", target="shed", response="guard")
    return terrain(site, problem, resolution=resolution)


def normal(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def test_an_open_yard_is_crossed_straight() -> None:
    result = answer(yard())
    assert result.worst is not None
    assert result.exact
    straight = math.hypot(35 - 5, 35 - 10) / 2.0
    assert 30.0 + straight - 1.0 <= result.worst.delay_mean <= 30.0 + 1.028 * straight + 1.5
    # nothing but the gate notices, and it notices at its begin
    assert result.worst.p_interruption == pytest.approx(0.5 * normal((result.worst.delay_mean - 40.0) / 10.0), abs=0.01)
    assert [one.kind for one in result.worst.stretches] == ["element", "walk", "target"]


def test_no_diagonal_slips_through_a_wall() -> None:
    """A slanting wall of no breadth shuts the shed in; its one opening is far off."""
    wall = {"id": "wall", "line": [[20, 40], [21.3, 30.1], [40, 20.7]], "blocks": ["walking"]}
    shut = answer(yard(obstacle=[wall]))
    assert shut.worst is None
    ends = wall | {"line": [[20, 40], [21.3, 30.1], [37, 22.2]]}
    around = answer(yard(obstacle=[ends]))
    assert around.worst is not None
    xs = [x for one in around.worst.stretches for x, y in one.at if 21.5 < y < 23.0]
    assert xs
    assert min(xs) > 36.0


def test_mud_is_slow_and_a_road_through_it_is_taken() -> None:
    plain = answer(yard())
    mud = {"id": "mud", "polygon": [[0, 12], [40, 12], [40, 40], [0, 40]], "factor": 0.25}
    slow = answer(yard(surface=[mud]))
    path = {"id": "path", "polygon": [[2, 10], [6, 10], [6, 33], [36, 33], [36, 37], [2, 37]], "speed": 2.0}
    paved = answer(yard(surface=[mud, path]))
    assert plain.worst is not None and slow.worst is not None and paved.worst is not None  # noqa: PT018
    assert slow.worst.delay_mean > 60.0 + plain.worst.delay_mean - 40.0
    assert plain.worst.delay_mean < paved.worst.delay_mean < plain.worst.delay_mean + 20.0
    # more delay after the gate: more likely stopped
    assert slow.worst.p_interruption > paved.worst.p_interruption > plain.worst.p_interruption


def test_a_lamp_is_walked_around_and_a_wall_hides_from_it() -> None:
    lamp = {"id": "lamp", "at": [20, 22], "within": 8.0, "per_second": {"value": 0.2, "source": "illustrative"}}
    seen = answer(yard(coverage=[lamp]))
    assert seen.worst is not None
    places = [place for one in seen.worst.stretches for place in one.at]
    assert min(math.hypot(x - 20, y - 22) for x, y in places) > 7.0
    hedge = {"id": "hedge", "line": [[12, 18], [28, 18]], "blocks": ["sight"]}
    hidden = answer(yard(coverage=[lamp], obstacle=[hedge]))
    cell = hidden.raster.cell_at(20.5, 15.5)
    assert cell is not None
    assert seen.hazard.ravel()[cell] == pytest.approx(-math.log(0.8))
    assert hidden.hazard.ravel()[cell] == 0.0
    through = answer(yard(coverage=[lamp | {"sight": False}], obstacle=[hedge]))
    assert through.hazard.ravel()[cell] == pytest.approx(-math.log(0.8))


def test_two_classes_of_one_device_count_once_and_two_devices_add() -> None:
    near = {"id": "near", "at": [20, 22], "within": 8.0, "per_second": 0.2}
    both = answer(yard(coverage=[near, near | {"id": "far", "within": 20.0, "per_second": 0.1}]))
    cell = both.raster.cell_at(20.5, 20.5)
    assert cell is not None
    assert both.hazard.ravel()[cell] == pytest.approx(-math.log(0.8) - math.log(0.9))
    sensor = {"id": "radar", "kind": "radar", "covers": ["gate"], "p_sensed": 0.9, "p_assessed": 0.5, "at": [20, 22]}
    document = yard(sensor=[sensor])
    del document["element"][0]["way"][0]["p_detection"]
    one = {"id": "near", "sensor": "radar", "within": 8.0, "per_second": 0.2}
    document["coverage"] = [one, one | {"id": "far", "within": 20.0, "per_second": 0.1}]
    assert answer(document).hazard.ravel()[cell] == pytest.approx(-math.log(0.9))


def test_nobody_is_alarmed_by_people_in_the_street() -> None:
    everywhere = {"id": "all", "at": [20, 5], "within": 60.0, "per_second": 1.0}
    result = answer(yard(coverage=[everywhere]))
    hazard = result.hazard
    assert (hazard[:10] == 0.0).all()
    assert np.isinf(hazard[11:]).all()
    assert result.worst is not None
    assert math.isfinite(result.worst.p_interruption)


def test_a_camera_covers_where_a_person_has_the_pixels_of_the_class(chancery: Path) -> None:
    site = bartizan.load(chancery).with_changes(
        [
            {"add": {"coverage": {"id": "c", "camera": "forecourt", "class": name, "per_second": 0.1}}}
            for name in ["detect"]
        ]
    )
    problem = compile_problem(site, threat="lone-intruder", target="registry", response="guard-force")
    result = terrain(site, problem, resolution=1.0)
    cells = np.flatnonzero(result.hazard.ravel() > 0.0)
    assert len(cells) > 20
    camera = site.camera("forecourt")
    assert camera.model is not None
    places = result.raster.middles(cells)
    assert (camera.model.height_scale(places) >= 25.0).all()
    pixels = camera.model.to_image(places)
    assert ((pixels >= 0.0) & (pixels < np.array(camera.size))).all()


def test_what_is_to_be_removed_must_be_carried_out() -> None:
    reach = answer(yard())
    document = yard()
    document["target"][0]["objective"] = "remove"
    remove = answer(document)
    assert reach.worst is not None
    assert remove.worst is not None
    assert [one.kind for one in remove.worst.stretches] == ["element", "walk", "target", "walk", "element"]
    assert remove.worst.stretches[-1].leg == "out"
    # the same way back: twice the walk, the gate once more
    assert remove.worst.delay_mean == pytest.approx(2.0 * reach.worst.delay_mean - 20.0, abs=1e-6)


def test_a_finer_raster_changes_little() -> None:
    coarse, fine = answer(yard(), 1.0), answer(yard(), 0.25)
    assert coarse.worst is not None
    assert fine.worst is not None
    assert fine.worst.p_interruption == pytest.approx(coarse.worst.p_interruption, abs=0.02)
    assert fine.exact


def _without(kind: str, *keys: str) -> dict[str, Any]:
    document = yard()
    for key in keys:
        del document[kind][-1][key]
    return document


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (_without("area", "polygon"), "area 'yard' has no polygon"),
        (_without("element", "line"), "element 'gate' has no place"),
        (_without("target", "at"), "target 'shed' has no place"),
        (_without("threat", "speed"), "threat 'thief' has no speed"),
    ],
)
def test_what_is_missing_is_named(document: dict[str, Any], words: str) -> None:
    with pytest.raises(MissingPartError, match=words):
        answer(document)


def test_what_stands_off_the_ground_is_named() -> None:
    document = yard()
    document["target"][0]["at"] = [35, 95]
    with pytest.raises(InputError, match=r"target 'shed' at .* lies off the ground of its area 'yard'"):
        answer(document)
    document = yard()
    document["element"][0]["line"] = [[4, 20], [6, 20]]
    with pytest.raises(InputError, match="element 'gate' and area 'road'"):
        answer(document)


def test_too_fine_a_raster_is_refused_with_one_that_fits() -> None:
    with pytest.raises(InputError, match=r"16,000,000 .* more than 2,000,000. Give ([0-9.]+) m") as refused:
        answer(yard(), 0.01)
    fits = float(str(refused.value).rpartition("Give ")[2].split()[0])
    assert 40 / fits * 40 / fits <= 2_000_000
    for wrong in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(InputError, match="resolution is"):
            answer(yard(), wrong)


def test_rings_that_cross_are_refused_when_the_site_is_read() -> None:
    document = yard(obstacle=[{"id": "x", "polygon": [[1, 1], [5, 5], [5, 1], [1, 5]]}])
    with pytest.raises(bartizan.errors.SiteFileError, match="must not cross itself"):
        build(document)


def test_the_verb_tells_writes_and_draws(chancery: Path, tmp_path: Path) -> None:
    picture = tmp_path / "map.png"
    asked = ["terrain", str(chancery), "--resolution", "1", "--threat", "lone-intruder", "--response", "guard-force"]
    told = CliRunner().invoke(main, [*asked, "--target", "registry", "--picture", str(picture)])
    assert told.exit_code == 0, told.output
    assert "exact on this raster" in told.stdout
    drawn = cv2.imread(str(picture))
    assert drawn is not None
    written = CliRunner().invoke(main, [*asked, "--json"])
    results = json.loads(written.stdout)["results"]
    assert [one["target"] for one in results] == ["registry", "safe-haven"]
    assert all(one["gap"] <= 1e-9 and one["exact"] for one in results)
    other = tmp_path / "site.toml"
    other.write_text("keep me")
    for place in (other, tmp_path / "gone" / "x.png"):
        refused = CliRunner().invoke(main, [*asked, "--picture", str(place)])
        assert refused.exit_code == 2
    assert other.read_text() == "keep me"


def test_the_picture_is_dark_where_one_is_least_likely_stopped() -> None:
    study: TerrainStudy = terrain_study(build(yard()), resolution=1.0)
    (case,) = study.cases
    data = np.frombuffer(terrain_png(case), dtype=np.uint8)
    grey = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    # by the shed nothing is left to stop anybody, before the gate something is
    assert int(grey[20 + 120, 20 + 1440]) < int(grey[20 + 1480, 20 + 300])
    picture = str(terrain_image(case))
    assert picture.startswith('<img src="data:image/png;base64,')
    assert f'alt="{caption(case)}"' in picture
    assert "P_I" in caption(case)


def test_no_path_is_told_in_words() -> None:
    pond = {"id": "pond", "polygon": [[0, 15], [40, 15], [40, 25], [0, 25]]}
    study = terrain_study(build(yard(obstacle=[pond])), resolution=1.0)
    (case,) = study.cases
    assert case.result.worst is None
    assert case.reason is not None
    assert "no way" in case.reason
    assert study.worst is None
    assert study.to_json()["results"][0]["p_interruption"] is None
    assert len(terrain_png(case)) > 1000
