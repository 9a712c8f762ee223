"""A document becomes a site: figures, defaults, look-ups, graph, walking distances."""

from __future__ import annotations

import copy
import pickle
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely import LineString, Polygon

import bartizan
from bartizan.errors import MissingPartError, SiteFileError, UnknownIdError
from bartizan.quantity import Duration, Probability
from bartizan.site import Site, build
from bartizan.site.graph import outside_areas, passages, reachable, usable_ways

DEPOT = Path(__file__).parents[2] / "sites" / "depot"


@pytest.fixture(scope="module")
def depot() -> Site:
    site = bartizan.load(DEPOT)
    assert isinstance(site, Site)
    return site


def small(**parts: Any) -> dict[str, Any]:
    return {"schema": 1, "site": {"name": "Small"}, **parts}


def test_every_spelling_of_a_figure_gives_the_figure_it_states(depot: Site) -> None:
    climb, force = depot.element("gate").ways
    assert climb.p_detection == Probability.pert(0.2, 0.5, 0.8, "three guards asked")
    assert climb.delay == Duration.pert(10, 20, 60)
    assert force.delay == Duration(60, 18, "lognormal")
    assert force.p_detection is None
    sensed = depot.sensor("gate-contact").p_sensed
    assert sensed.value == pytest.approx(18.5 / 21)
    assert sensed.source == "test of last spring"
    assert depot.target("stock").ways[0].delay == Duration.triangular(60, 90, 240)
    assert depot.way("door/key").delay == Duration.uniform(2, 6)
    crossing = depot.area("hall").crossing
    assert crossing is not None
    assert crossing.delay == Duration.fixed(5, "stop watch")


def test_a_missing_sd_takes_the_sites_share_of_the_mean(depot: Site) -> None:
    assert depot.way("door/force").delay == Duration(90, 0.3 * 90)


def test_what_is_not_written_has_the_default_of_the_contract() -> None:
    site = build(
        small(
            area=[{"id": "a", "outside": True}, {"id": "b", "crossing": {"detect_at": "begin"}}],
            element=[{"id": "e", "kind": "wall", "between": ["a", "b"], "way": [{"id": "w"}]}],
            sensor=[{"id": "s", "kind": "radar", "covers": ["b"], "p_sensed": 0.5}],
            response=[{"id": "r", "arrival": {"mean": 1, "sd": 0}}],
            threat=[{"id": "t"}],
        )
    )
    way = site.way("e/w")
    assert (way.needs, way.p_detection, way.delay.mean, way.delay.sd) == (frozenset(), None, 0, 0)
    assert site.element("e").direction == "both"
    assert site.area("b").outside is False
    assert site.sensor("s").p_transmitted.value == 1.0
    assert site.response("r").p_communication.value == 1.0
    assert site.response("r").p_neutralization is None
    assert (site.threat("t").count, site.threat("t").speed) == (1, None)


def test_a_site_may_hold_zones_and_rules_without_layers() -> None:
    zone = {"id": "z", "polygon": [[0, 0], [4, 0], [4, 3]]}
    site = build(small(zone=[zone], rule=[{"id": "r", "kind": "intrusion", "zone": "z"}]))
    assert site.zone("z").polygon.area == 6.0
    assert site.areas == ()
    assert site.rule("r").grace == 5.0


def test_shapes_come_from_the_file_or_from_the_plan(depot: Site) -> None:
    assert depot.area("street").shape == Polygon([(0, 0), (40, 0), (40, 10), (0, 10)])
    assert depot.element("door").shape == LineString([(19, 30), (21, 30)])
    assert depot.zone("ramp").polygon.bounds == (17, 8, 23, 12)
    # what has an id and is used belongs to its thing; the rest is drawn for people
    assert [kind for kind, _ in depot.plan.drawings] == ["building"]
    building = depot.plan.drawings[0][1]
    assert building.area == 30 * 15 - 5 * 5


def test_a_camera_model_puts_its_own_points_where_they_are(depot: Site) -> None:
    camera = depot.camera("north")
    assert camera.model is not None
    assert camera.size == (768, 576)
    place = camera.model.to_ground(np.array([[44.6, 513.2]]))
    assert place[0] == pytest.approx([30, 8], abs=0.01)


def test_walks_are_measured_on_the_plan_and_take_the_threats_speed(depot: Site) -> None:
    crossing = depot.area("yard").crossing_from("gate", "door")
    assert crossing is not None
    # gate (18..22, 10) and door (19..21, 30) are 20 m apart
    walk = crossing.delay_for(2.0)
    assert walk.mean == 10.0
    assert walk.sd == pytest.approx(3.0)
    with pytest.raises(MissingPartError, match=r"is a walk, and the threat has no speed\. Give the threat speed"):
        crossing.delay_for(None)
    back = depot.area("yard").crossing_from("door", "gate")
    assert back is depot.area("yard").crossing
    assert back is not None
    assert back.delay_for(None) == Duration(8, 2.5)


def test_degrees_are_brought_to_metres_about_the_origin() -> None:
    origin = [16.3725, 48.2085]
    # 0.001 degrees of latitude at 48 degrees north are 111.2 m, of longitude 74.3 m
    square = [[16.3725, 48.2085], [16.3735, 48.2085], [16.3735, 48.2095], [16.3725, 48.2095]]
    plan = {"crs": "wgs84", "origin": origin}
    north_up = build(small(plan=plan, zone=[{"id": "z", "polygon": square}])).zone("z").polygon
    assert north_up.bounds == pytest.approx((0, 0, 74.32, 111.20), abs=0.05)
    turned = build(small(plan=plan | {"bearing": 90}, zone=[{"id": "z", "polygon": square}])).zone("z").polygon
    # the y axis looks east, so north is on the left
    assert turned.bounds == pytest.approx((-111.20, 0, 0, 74.32), abs=0.05)
    assert turned.area == pytest.approx(north_up.area, rel=1e-9)


def test_unknown_ids_name_the_near_match(depot: Site) -> None:
    with pytest.raises(UnknownIdError, match=r"no element has the id 'gat'\. Did you mean 'gate'\?"):
        depot.element("gat")
    with pytest.raises(UnknownIdError, match="no way has the id 'gate/clim'"):
        depot.way("gate/clim")
    with pytest.raises(UnknownIdError, match="There is: employee, thief"):
        depot.threat("zzz")


def test_sensors_cover_a_way_by_itself_or_by_its_element(depot: Site) -> None:
    assert [sensor.id for sensor in depot.covering("gate/force")] == ["gate-contact"]
    assert depot.covering("gate/climb") == ()


def test_the_graph_knows_who_can_pass_where(depot: Site) -> None:
    assert outside_areas(depot) == ("street",)
    taken = [(passage.element.id, passage.start, passage.end) for passage in passages(depot)]
    assert ("gate", "street", "yard") in taken
    assert ("gate", "yard", "street") in taken
    thief, employee = depot.threats
    assert reachable(depot, ["street"], thief) == {"street", "yard", "hall"}
    assert [way.id for way in usable_ways(employee, depot.element("door").ways)] == ["key"]
    forward = depot.with_changes([{"at": "element/gate", "set": {"direction": "forward"}}])
    assert reachable(forward, ["yard"]) == {"yard", "hall"}


def test_a_site_cannot_be_changed_from_outside(depot: Site) -> None:
    depot.document["element"].clear()
    document = tomllib.loads((DEPOT / "site.toml").read_text(encoding="utf-8"))
    site = build(document, depot.attachments)
    document["element"].clear()
    assert len(site.document["element"]) == len(depot.document["element"]) == 2
    assert site == depot
    with pytest.raises(AttributeError):
        depot.name = "other"  # type: ignore[misc]


def test_a_site_travels_to_another_process_and_stays_the_same(depot: Site) -> None:
    other = pickle.loads(pickle.dumps(depot))  # noqa: S301 (our own bytes)
    assert other == depot
    assert hash(other) == hash(depot)
    assert other.in_state(["night"]) == depot.in_state(["night"])


def test_the_package_has_the_verbs_it_lists() -> None:
    assert set(bartizan._VERBS) == set(bartizan.__all__) - {"BartizanError", "__version__"}
    for verb in bartizan._VERBS:
        assert callable(getattr(bartizan, verb))
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        bartizan.lode  # noqa: B018


def test_build_leaves_its_document_alone_and_asks_for_the_files_it_names() -> None:
    document = small(plan={"crs": "metres", "file": "plan.geojson"})
    untouched = copy.deepcopy(document)
    with pytest.raises(SiteFileError, match="the plan's file was not handed over"):
        build(document)
    site = build(document, {"plan.geojson": {"type": "FeatureCollection", "features": []}})
    assert document == untouched
    assert site.plan.file == "plan.geojson"
