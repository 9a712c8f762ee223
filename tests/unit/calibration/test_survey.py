from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from shapely import Point, Polygon

import bartizan
from bartizan.adapters.report.survey import render
from bartizan.app.calibration import EDITIONS, calibrated, concerns, survey
from bartizan.app.calibration.survey import SurveyParams, cover, sample
from bartizan.errors import MissingPartError
from bartizan.geometry.homography import Homography
from bartizan.geometry.pinhole import Pinhole
from bartizan.geometry.projection import Points
from bartizan.site import build
from bartizan.site.ground_checks import ground_findings, unseen
from bartizan.site.model import Camera, Rule, Zone
from bartizan.site.site import Site
from bartizan.watch.detection.observe import ObserveParams

SIZE = (640, 480)
FOCAL, HIGH = 600.0, 6.0
MODEL = Pinhole.looking(position=(0.0, 0.0, HIGH), at=(0.0, 14.0), focal_px=FOCAL, size=SIZE)
CAMERA = Camera(id="north", size=SIZE, model=MODEL, fps=10.0)


def site_with(*polygons: list[list[float]]) -> Site:
    zones = [{"id": f"z{n}", "area": "yard", "polygon": ring} for n, ring in enumerate(polygons)]
    return build({"schema": 1, "site": {"name": "Yard"}, "area": [{"id": "yard", "outside": True}], "zone": zones}, {})


def square(x: float, y: float, half: float) -> list[list[float]]:
    return [[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]]


def kinds(camera: Camera, *polygons: list[list[float]], fps: float | None = None) -> set[str]:
    return {one.kind for one in calibrated(site_with(*polygons), camera, fps=fps).concerns}


def test_the_classes_are_those_of_the_standard() -> None:
    # 80, 40, 16, 8, 4 and 1 mm a pixel of the edition of 2014
    assert [one.least for one in EDITIONS["2014"].classes] == pytest.approx([1000 / mm for mm in (80, 40, 16, 8, 4, 1)])
    assert [one.least for one in EDITIONS["2025"].classes] == [20, 40, 80, 125, 250, 500, 1500]
    assert EDITIONS["2014"].of(30.0) == "detect"
    assert EDITIONS["2014"].of(5.0) is None
    assert EDITIONS["2025"].of(130.0) == "perceive"


def test_error_and_detail_over_the_picture_are_those_of_the_ray() -> None:
    found = survey(site_with(), CAMERA)
    raster = found.raster
    middle = (len(raster.y) // 2, len(raster.x) // 2)
    assert (raster.x[middle[1]], raster.y[middle[0]]) == (320.0, 240.0)
    np.testing.assert_allclose(raster.ground[middle], (0.0, 14.0), atol=1e-9)
    # an upright metre at range R under the tilt a shows as about f cos(a) / R pixels
    reach, tilt = math.hypot(14.0, HIGH), math.atan2(HIGH, 14.0)
    assert raster.density[middle] == pytest.approx(FOCAL * math.cos(tilt) / reach, rel=0.06)
    # along the view a pixel covers R / (f sin(a)) metres; a foot is off by 5 % of the person, 1.5 pixels at least
    pixels = max(0.05 * raster.density[middle] * 1.75, 1.5)
    assert raster.error[middle] == pytest.approx(pixels * reach / (FOCAL * math.sin(tilt)), rel=0.01)
    assert raster.error[0].min() > 10.0  # the upper edge looks to within two degrees of the horizon


def test_the_reach_ends_where_the_error_is_told_to_and_classes_lie_in_one_another() -> None:
    params = SurveyParams(observe=ObserveParams(farthest=1.0))
    found = survey(site_with(), CAMERA, params=params)
    assert found.reach is not None
    wide = survey(site_with(), CAMERA).reach
    assert wide is not None
    assert wide.area > 5.0 * found.reach.area
    north = found.reach.bounds[3]
    pixel = MODEL.to_image(np.array([[0.0, north]]))
    sigma = max(0.05 * 1.75 * float(MODEL.height_scale(np.array([[0.0, north]]))[0]), 1.5)
    assert np.sqrt(np.linalg.eigvalsh(MODEL.ground_covariance(pixel, sigma))[0, -1]) == pytest.approx(1.0, rel=0.1)
    for reached in found.editions.values():
        areas = [one.area for one in reached]
        assert areas == sorted(areas, reverse=True)
        assert areas[0] <= found.reach.area * 1.001


def test_a_zone_is_covered_as_far_as_feet_in_it_are_in_the_picture() -> None:
    inside = Zone(id="in", polygon=Polygon(square(0.0, 14.0, 2.0)))
    behind = Zone(id="behind", polygon=Polygon(square(0.0, -14.0, 2.0)))
    edge_x = 320.0 / FOCAL * math.hypot(14.0, HIGH)  # where the right edge of the picture meets the row of the middle
    half = Zone(id="half", polygon=Polygon(square(edge_x, 14.0, 0.5)))
    p = SurveyParams()
    assert cover(CAMERA, inside, p).share == 1.0
    assert cover(CAMERA, inside, p).narrow == pytest.approx(4.0, rel=0.1)
    assert cover(CAMERA, inside, p).steepest == pytest.approx(math.degrees(math.atan2(HIGH, 12.0)), abs=1.5)
    gone = cover(CAMERA, behind, p)
    assert (gone.share, gone.error, gone.density, gone.steepest, gone.narrow) == (0.0, None, None, None, 0.0)
    assert cover(CAMERA, half, p).share == pytest.approx(0.5, abs=0.08)


def test_heads_above_the_picture_are_not_whole_people() -> None:
    # 8 m up, the upper edge looks down by 45 degrees: at 7.3 m feet are seen, and a head of 1.75 m is above the edge
    steep = Pinhole.looking(position=(0.0, 0.0, 8.0), at=(0.0, 2.0), focal_px=400.0, size=SIZE)
    found = cover(replace(CAMERA, model=steep), Zone(id="far", polygon=Polygon(square(0.0, 7.3, 0.4))), SurveyParams())
    assert found.share > 0.9
    assert found.whole == 0.0


def test_what_is_wrong_with_a_view_is_said() -> None:
    good = square(0.0, 14.0, 4.0)
    assert kinds(CAMERA, good) == {"error-unknown"}
    assert "zone-unseen" in kinds(CAMERA, square(0.0, -30.0, 2.0))
    assert "zone-in-part" in kinds(CAMERA, square(0.0, 4.0, 4.0))
    assert "few-pixels" in kinds(CAMERA, square(0.0, 30.0, 4.0))
    assert "horizon-in-zone" in kinds(CAMERA, [[-2, 20], [2, 20], [2, 400], [-2, 400]])
    assert {"few-frames", "runner-missed"} <= kinds(CAMERA, square(0.0, 14.0, 1.5), fps=4.0)
    assert "too-short" in kinds(CAMERA, square(0.0, 14.0, 0.8))
    assert "fps-unknown" in kinds(replace(CAMERA, fps=None), good)
    steep = Pinhole.looking(position=(0.0, 0.0, 8.0), at=(0.0, 2.0), focal_px=400.0, size=SIZE)
    assert "too-steep" in kinds(replace(CAMERA, model=steep), square(0.0, 2.0, 2.0))


def points(count: int, wrong: float = 0.0) -> Homography:
    pixels = np.array([[60, 300], [580, 310], [80, 460], [560, 450], [320, 380], [200, 420], [420, 330], [330, 300.0]])
    places: Points = MODEL.to_ground(pixels)
    places[5] += wrong
    return Homography.from_points(np.column_stack([pixels, places])[:count].tolist(), SIZE)


def test_what_is_wrong_with_points_is_said() -> None:
    good = square(0.0, 9.0, 1.7)
    assert "error-unknown" in kinds(replace(CAMERA, model=points(4)), good)
    assert "few-points" in kinds(replace(CAMERA, model=points(5)), good)
    assert "point-disagrees" in kinds(replace(CAMERA, model=points(8, wrong=2.0)), good)
    assert kinds(replace(CAMERA, model=points(8)), good) == set()
    assert "outside-points" in kinds(replace(CAMERA, model=points(8)), square(0.0, 30.0, 3.0))


def test_a_camera_without_model_or_size_says_what_is_missing() -> None:
    with pytest.raises(MissingPartError, match="has no model"):
        survey(site_with(), replace(CAMERA, model=None))
    with pytest.raises(MissingPartError, match="has no size"):
        survey(site_with(), replace(CAMERA, size=None))


def test_the_answer_is_plain_json_for_every_kind_of_camera() -> None:
    site = site_with(square(0.0, 14.0, 2.0), square(0.0, -14.0, 2.0))
    above = Pinhole.looking(position=(0.0, 0.0, 3.0), at=(0.0, 9000.0), focal_px=30_000.0, size=SIZE)
    for model in (MODEL, points(4), points(7), above):
        told = json.loads(json.dumps(calibrated(site, replace(CAMERA, model=model)).to_json(), allow_nan=False))
        assert told["schema"] == 1
        assert [one["zone"] for one in told["zones"]] == ["z0", "z1"]
    assert calibrated(site, replace(CAMERA, model=points(4))).to_json()["fit"]["rms"] is None


def test_samples_lie_in_the_polygon_also_in_a_sliver() -> None:
    sliver = Polygon([(0.0, 0.0), (1000.0, 1000.0), (1000.0, 1000.0001)])
    assert len(sample(sliver, 600)) == 1
    star = Polygon([[0, 0], [10, 0], [5, 2], [10, 10], [0, 10]])
    places = sample(star, 600)
    assert 500 < len(places) < 700


def test_the_cameras_of_the_example_cover_its_zones(chancery: object) -> None:
    site = bartizan.load(str(chancery))
    found = calibrated(site, site.camera("entrance"))
    best: dict[str, float] = {}
    for one in found.covers:
        best[one.zone.id] = max(best.get(one.zone.id, 0.0), one.share)
    assert set(best) == {zone.id for zone in site.zones}
    assert concerns(found.survey)


def walled(*obstacles: Mapping[str, object], zones: list[list[list[float]]]) -> Site:
    told = [{"id": f"z{n}", "area": "yard", "polygon": ring} for n, ring in enumerate(zones)]
    yard = {"id": "yard", "outside": True}
    return build({"schema": 1, "site": {"name": "Yard"}, "area": [yard], "zone": told, "obstacle": list(obstacles)}, {})


WALL = {"id": "wall", "line": [[-40, 16], [40, 16]], "blocks": ["sight"]}


def test_what_lies_behind_a_wall_is_not_covered() -> None:
    """The camera at the origin looks north; a wall across its view at 16 m hides the northern half of the zone."""
    found = survey(walled(WALL, zones=[square(0.0, 16.0, 2.0)]), CAMERA)
    (seen,) = found.covers
    assert seen.share == pytest.approx(0.5, abs=0.03)
    assert seen.hidden == pytest.approx(0.5, abs=0.03)
    assert seen.beyond == 0.0
    assert found.past is True
    assert found.reach is not None
    # the reach is made of the picture's rows, a fifth of a metre apart there
    assert found.reach.bounds[3] == pytest.approx(16.0, abs=0.5)
    reached = calibrated(walled(WALL, zones=[square(0.0, 16.0, 2.0)]), CAMERA)
    assert "hidden-in-zone" in {one.kind for one in reached.concerns}
    assert reached.to_json()["zones"][0]["hidden"] == pytest.approx(0.5, abs=0.03)


def test_the_page_says_what_was_made_of_what_stands_in_the_way() -> None:
    zone = square(0.0, 16.0, 2.0)
    pages = {
        "hidden": render(calibrated(walled(WALL, zones=[zone]), CAMERA)),
        "open": render(calibrated(site_with(zone), CAMERA)),
    }
    assert "is taken out, however low" in pages["hidden"]
    assert ">wall<" in pages["hidden"], "the obstacle is drawn"
    assert "what stands in the way is not taken out" in pages["open"]


def test_a_house_throws_a_shadow_that_widens_with_distance() -> None:
    """A house 2 m wide at 10 m hides 4 m at 20 m: by the intercept theorem, half of a zone 8 m wide."""
    house = {"id": "house", "polygon": [[-1, 10], [1, 10], [1, 11], [-1, 11]]}
    site = walled(house, zones=[[[-4, 19.9], [4, 19.9], [4, 20.1], [-4, 20.1]]])
    (seen,) = survey(site, CAMERA).covers
    assert seen.hidden == pytest.approx(0.5, abs=0.03)


def test_what_blocks_only_walking_hides_nothing_and_neither_does_the_wall_that_the_camera_hangs_on() -> None:
    pond = {"id": "pond", "polygon": [[-5, 8], [5, 8], [5, 10], [-5, 10]], "blocks": ["walking"]}
    facade = {"id": "facade", "line": [[-20, 0.1], [20, 0.1]]}
    site = walled(pond, facade, zones=[square(0.0, 14.0, 2.0)])
    (seen,) = survey(site, CAMERA).covers
    assert (seen.share, seen.hidden) == (1.0, 0.0)
    nothing = survey(site_with(square(0.0, 14.0, 2.0)), CAMERA)
    assert nothing.past is False


def test_a_camera_that_hangs_nobody_knows_where_sees_past_everything_and_that_is_said() -> None:
    site = walled(WALL, zones=[square(0.0, 16.0, 2.0)])
    corners = np.array([[60, 300], [580, 310], [80, 460], [560, 450.0]])
    # points of a picture whose middle nobody knows tell of the ground, and of no lens
    model = Homography.from_points(np.column_stack([corners, MODEL.to_ground(corners)]).tolist())
    assert model.camera is None
    camera = replace(CAMERA, model=model)
    found = survey(site, camera)
    assert found.past is None
    assert found.covers[0].hidden == 0.0
    assert "place-unknown" in {one.kind for one in calibrated(site, camera).concerns}
    placed = replace(camera, shape=Point(0.0, 0.0))
    assert survey(site, placed).covers[0].hidden == pytest.approx(0.5, abs=0.03)


def test_a_zone_behind_a_wall_is_one_that_nobody_sees() -> None:
    hidden = walled(WALL, zones=[square(0.0, 20.0, 2.0)])
    rule = Rule(id="loiter", kind="loitering", zone="z0", settings={"after": 60.0})
    site = replace(hidden, cameras=(CAMERA,), rules=(rule,))
    assert [one.name for one in ground_findings(site) if one.name.startswith("zone-")] == ["zone-unseen"]
    assert list(unseen(site, {"north"})) == ["z0"]
    open_ = replace(site, obstacles=())
    assert not [one for one in ground_findings(open_) if one.name.startswith("zone-")]
    assert not list(unseen(open_, {"north"}))
