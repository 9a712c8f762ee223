"""How the words of a site become tasks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import compile_problem, response_time
from bartizan.assess.result import Path
from bartizan.errors import InputError, MissingPartError, UnknownIdError
from bartizan.quantity import Duration, Probability
from bartizan.site import build
from bartizan.site.model import Area, Crossing, Element, Response, Sensor, Target, Threat, Way
from bartizan.site.site import Site


def way(name: str, mean: float = 10.0, p: float | None = 0.5, needs: frozenset[str] = frozenset()) -> Way:
    detection = None if p is None else Probability(p)
    return Way(id=name, needs=needs, p_detection=detection, detect_at="begin", delay=Duration(mean, 0.3 * mean))


def element(name: str, one: str, other: str, *ways: Way, **rest: Any) -> Element:
    return Element(id=name, kind="door", between=(one, other), ways=ways or (way("walk"),), **rest)


YARD = Crossing(p_detection=Probability(0.2), detect_at="middle", delay=Duration(8.0, 2.0))
SITE = Site(
    name="three areas",
    areas=(Area(id="street", outside=True, crossing=YARD), Area(id="yard", crossing=YARD), Area(id="house")),
    elements=(element("gate", "street", "yard"), element("door", "yard", "house")),
    targets=(Target(id="safe", area="house", ways=(way("open", 60.0, 0.0),)),),
    responses=(Response(id="guards", arrival=Duration(60.0, 18.0), p_communication=Probability(0.9)),),
    threats=(Threat(id="thief", has=frozenset({"key"})),),
)


def worst(site: Site, threat: str | None = None, count: int = 1) -> tuple[Path, ...]:
    problem = compile_problem(site, threat=threat, target="safe", response="guards")
    return worst_paths(problem, count)[0]


def shown(path: Path) -> list[str]:
    return [f"{step.leg} {step.id}" + ("" if step.way is None else f"/{step.way}") for step in path.steps]


def test_the_way_in_has_no_crossing_where_it_begins_and_none_where_none_is_given() -> None:
    (path,) = worst(SITE)
    assert shown(path) == ["in gate/walk", "in yard", "in door/walk", "in safe/open"]
    assert (path.steps[1].p_detection, path.steps[1].detect_at, path.steps[1].delay_mean) == (0.2, "middle", 8.0)


def test_removal_leads_out_again_to_the_first_outside_area() -> None:
    site = replace(SITE, targets=(replace(SITE.targets[0], objective="remove"),))
    (path,) = worst(site)
    assert shown(path) == [
        "in gate/walk", "in yard", "in door/walk", "in safe/open", "out door/walk", "out yard", "out gate/walk",
    ]  # fmt: skip


def test_a_removal_that_cannot_get_out_is_no_path() -> None:
    one_way = replace(SITE.elements[0], direction="forward")
    target = replace(SITE.targets[0], objective="remove")
    assert worst(replace(SITE, elements=(one_way, SITE.elements[1]), targets=(target,))) == ()


def test_forward_is_from_the_first_to_the_second() -> None:
    backwards = replace(SITE.elements[0], between=("yard", "street"), direction="forward")
    assert worst(replace(SITE, elements=(backwards, SITE.elements[1]))) == ()
    forwards = replace(SITE.elements[0], direction="forward")
    assert len(worst(replace(SITE, elements=(forwards, SITE.elements[1])))) == 1


def test_a_threat_uses_the_ways_for_which_it_has_all_that_is_needed() -> None:
    easy = way("unlock", 1.0, 0.0, frozenset({"key"}))
    hard = way("both", 0.5, 0.0, frozenset({"key", "code"}))
    site = replace(SITE, elements=(element("gate", "street", "yard", way("force"), easy, hard), SITE.elements[1]))
    assert shown(worst(site, "thief")[0])[0] == "in gate/unlock"
    # nobody named has everything
    assert shown(worst(site)[0])[0] == "in gate/both"
    bare = replace(site, threats=(Threat(id="thief"),))
    assert shown(worst(bare, "thief")[0])[0] == "in gate/force"


def test_sensors_make_up_for_a_way_without_its_own_detection() -> None:
    ways = (way("walk", p=None), way("climb", p=0.3))
    sensors = (
        Sensor(id="a", kind="contact", covers=("gate",), p_sensed=Probability(0.8), p_assessed=Probability(0.5)),
        Sensor(id="b", kind="beam", covers=("gate/walk", "gate"), p_sensed=Probability(0.5)),
        Sensor(id="c", kind="beam", covers=("yard",), p_sensed=Probability(0.9)),
    )
    silent = replace(YARD, p_detection=Probability(0.0))
    areas = (SITE.areas[0], Area(id="yard", crossing=silent), SITE.areas[2])
    site = replace(SITE, areas=areas, elements=(element("gate", "street", "yard", *ways), SITE.elements[1]))
    site = replace(site, sensors=sensors)
    graph = compile_problem(site, threat=None, target="safe", response="guards").graph
    found = {f"{task.id}/{task.way}": task.p_detection for arc in graph.arcs for task in arc.tasks}
    assert found["gate/walk"] == pytest.approx(1.0 - (1.0 - 0.8 * 0.5) * (1.0 - 0.5))
    assert found["gate/climb"] == 0.3
    assert found["yard/None"] == pytest.approx(0.9)


def test_a_pair_has_its_own_crossing_in_one_direction_and_up_to_the_target() -> None:
    pair = Crossing(delay=Duration(77.0, 0.0), between=("gate", "door"))
    last = Crossing(delay=Duration(33.0, 0.0), between=("door", "safe"))
    areas = (
        SITE.areas[0],
        replace(SITE.areas[1], crossing_between=(pair,)),
        replace(SITE.areas[2], crossing_between=(last,)),
    )
    site = replace(SITE, areas=areas, targets=(replace(SITE.targets[0], objective="remove"),))
    (path,) = worst(site)
    assert [step.delay_mean for step in path.steps if step.kind == "area"] == [77.0, 33.0, 8.0]


def test_a_walk_takes_its_time_from_the_speed_of_the_threat() -> None:
    walk = Crossing(walk=30.0, walk_spread=0.2, between=("gate", "door"))
    areas = (SITE.areas[0], replace(SITE.areas[1], crossing_between=(walk,)), SITE.areas[2])
    site = replace(SITE, areas=areas, threats=(Threat(id="thief", speed=1.5),))
    (path,) = worst(site, "thief")
    assert (path.steps[1].delay_mean, path.steps[1].delay_sd) == pytest.approx((20.0, 4.0))
    with pytest.raises(MissingPartError, match="no speed"):
        worst(site)


def test_a_target_outside_is_reached_at_once() -> None:
    site = replace(SITE, targets=(replace(SITE.targets[0], area="street", objective="remove"),))
    assert shown(worst(site)[0]) == ["in safe/open"]


def test_who_can_be_noticed_must_say_when() -> None:
    silent = replace(SITE.elements[0].ways[0], detect_at=None)
    with pytest.raises(InputError, match="element 'gate', way 'walk' can be noticed and lacks detect_at"):
        worst(replace(SITE, elements=(element("gate", "street", "yard", silent), SITE.elements[1])))


@pytest.mark.parametrize("name", ["threat", "target", "response"])
def test_an_unknown_id_is_named(name: str) -> None:
    asked: dict[str, Any] = {"threat": "thief", "target": "safe", "response": "guards", name: "nobody"}
    with pytest.raises(UnknownIdError, match="nobody"):
        compile_problem(SITE, **asked)


def test_a_response_is_its_arrival_or_the_sum_of_its_parts() -> None:
    parts = Response(
        id="r",
        assessment=Duration(20.0, 3.0),
        communication=Duration(10.0, 4.0),
        deployment=Duration(100.0, 12.0),
        deployment_to=(("house", Duration(150.0, 5.0)), ("gate", Duration(40.0, 0.0))),
    )
    assert response_time(parts, ()) == pytest.approx((130.0, 13.0))
    assert response_time(parts, ("yard", "house")) == pytest.approx((180.0, (9.0 + 16.0 + 25.0) ** 0.5))
    assert response_time(parts, ("gate", "house"), assessed=True) == (50.0, 4.0)
    assert response_time(parts, (), assessed=True, called=True) == (100.0, 12.0)
    assert response_time(SITE.responses[0], ("house",), assessed=True) == (60.0, 18.0)


def test_a_state_changes_what_is_assessed() -> None:
    document = {
        "schema": 1,
        "site": {"name": "s"},
        "area": [{"id": "street", "outside": True}, {"id": "house"}],
        "element": [
            {
                "id": "door",
                "kind": "door",
                "between": ["street", "house"],
                "way": [{"id": "open", "p_detection": 0.9, "detect_at": "begin", "delay": {"mean": 60, "sd": 0}}],
            }
        ],
        "target": [{"id": "safe", "area": "house", "way": [{"id": "open", "delay": {"mean": 60, "sd": 0}}]}],
        "response": [{"id": "guards", "arrival": {"mean": 100, "sd": 0}}],
        "state": [
            {"id": "night", "axis": "time", "changes": [{"at": "element/door/way/open", "set": {"p_detection": 0.4}}]}
        ],
    }
    site = build(document)
    day = compile_problem(site, threat=None, target="safe", response="guards")
    night = compile_problem(site, threat=None, target="safe", response="guards", state=["night"])
    assert [worst_paths(one)[0][0].p_interruption for one in (day, night)] == pytest.approx([0.9, 0.4])
    assert night.state == ("night",)
