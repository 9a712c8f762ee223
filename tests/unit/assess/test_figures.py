"""The figures that a problem rests on, and what becomes of it with others."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

from bartizan.assess.problem import Problem, compile_problem
from bartizan.errors import InputError
from bartizan.quantity import Duration
from bartizan.site import build

SITE: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "Small", "default_sd": 0.2},
    "area": [
        {"id": "street", "outside": True},
        {
            "id": "yard",
            "polygon": [[0, 0], [30, 0], [30, 30], [0, 30]],
            "crossing": {"p_detection": 0.2, "detect_at": "middle", "delay": {"mean": 8, "sd": 2}},
            "crossing_between": [{"from": "gate", "to": "door", "delay": "walk"}],
        },
        {"id": "hall"},
    ],
    "element": [
        {
            "id": "gate",
            "kind": "gate",
            "between": ["street", "yard"],
            "at": [0, 0],
            "way": [
                {"id": "force", "detect_at": "begin", "delay": {"low": 20, "mode": 30, "high": 70, "dist": "pert"}},
                {"id": "climb", "p_detection": 0, "delay": {"mean": 20}},
            ],
        },
        {"id": "hatch", "kind": "hatch", "between": ["street", "yard"], "way": [{"id": "open"}]},
        {
            "id": "door",
            "kind": "door",
            "between": ["yard", "hall"],
            "at": [30, 30],
            "way": [{"id": "force", "p_detection": 1, "detect_at": "end", "delay": {"mean": 60, "sd": 18}}],
        },
    ],
    "sensor": [
        {"id": "beam", "kind": "beam", "covers": ["gate/force"], "p_sensed": 0.8, "common_cause": "power"},
        {"id": "fibre", "kind": "fibre", "covers": ["gate/force"], "p_sensed": 0.9, "p_assessed": 0.5,
         "common_cause": "power"},
        {"id": "eye", "kind": "eye", "covers": ["gate/force"], "p_sensed": 0.5},
    ],
    "target": [{"id": "safe", "area": "hall", "way": [{"id": "open", "delay": {"mean": 0, "sd": 5}}]}],
    "response": [
        {
            "id": "guards",
            "assessment": {"mean": 20, "sd": 4},
            "deployment": {"mean": 100, "sd": 30},
            "deployment_to": [{"area": "hall", "deployment": {"mean": 50, "sd": 3}}],
            "p_communication": 0.9,
        }
    ],
    "threat": [{"id": "thief", "speed": 2}],
}  # fmt: skip


def problem(**options: Any) -> Problem:
    asked: dict[str, Any] = {"threat": "thief", "target": "safe", "response": "guards"}
    return compile_problem(build(copy.deepcopy(SITE)), **(asked | options))


def named(found: Problem) -> dict[str, float]:
    return {f"{figure.at} {figure.key}": figure.point for figure in found.figures}


def task(found: Problem, name: str, way: str | None) -> Any:
    return next(one for one in found.arrays.tasks if (one.id, one.way) == (name, way))


def test_every_figure_stands_once_under_its_address() -> None:
    assert named(problem()) == {
        "target/safe/way/open delay": 0.0,
        "element/gate/way/force delay": 35.0,
        "sensor/beam p_sensed": 0.8,
        "sensor/fibre p_sensed": 0.9,
        "sensor/fibre p_assessed": 0.5,
        "sensor/eye p_sensed": 0.5,
        "element/gate/way/climb p_detection": 0.0,
        "element/gate/way/climb delay": 20.0,
        "area/yard crossing.p_detection": 0.2,
        "area/yard crossing.delay": 8.0,
        "element/door/way/force p_detection": 1.0,
        "element/door/way/force delay": 60.0,
        "response/guards deployment_to.hall": 50.0,
        "response/guards assessment": 20.0,
        "response/guards p_communication": 0.9,
    }


def test_a_task_says_on_what_it_rests() -> None:
    found = problem()
    force = task(found, "gate", "force")
    names = [[[found.figures[number].key for number in one] for one in group] for group in force.rests_on.detection]
    assert names == [[["p_sensed"], ["p_sensed", "p_assessed"]], [["p_sensed"]]]
    assert force.p_detection == pytest.approx(1.0 - (1.0 - 0.8) * (1.0 - 0.5))
    assert found.figures[force.rests_on.delay].value == force.law
    walked = next(one for one in found.arrays.tasks if one.kind == "area" and one.delay_mean != 8.0)
    assert walked.delay_mean == pytest.approx(30.0 * 2.0**0.5 / 2.0)
    assert walked.rests_on.delay is None


def test_the_response_is_its_parts() -> None:
    found = problem()
    assert found.response_laws == (Duration(50.0, 3.0), Duration(20.0, 4.0))
    assert (found.response_mean, found.response_sd) == (70.0, 5.0)
    assert [found.figures[number or 0].key for number in found.response_rests_on] == [
        "deployment_to.hall",
        "assessment",
    ]
    assert found.figures[found.p_communication_rests_on or 0].key == "p_communication"


def test_the_crossing_of_a_pair_has_figures_of_its_own() -> None:
    document = copy.deepcopy(SITE)
    pair = {"from": "gate", "to": "door", "p_detection": 0.7, "detect_at": "end", "delay": {"mean": 11, "sd": 1}}
    document["area"][1]["crossing_between"] = [pair]
    found = named(compile_problem(build(document), threat="thief", target="safe", response="guards"))
    assert found["area/yard crossing_between.gate>door.p_detection"] == 0.7
    assert found["area/yard crossing_between.gate>door.delay"] == 11.0
    assert (found["area/yard crossing.p_detection"], found["area/yard crossing.delay"]) == (0.2, 8.0)


def test_the_same_values_change_nothing() -> None:
    found = problem()
    assert found.with_values(found.values) is found
    assert found.with_values(list(found.values)) is found


def test_other_values_are_those_of_a_changed_site() -> None:
    found = problem()
    values = named(found) | {
        "sensor/fibre p_assessed": 1.0,
        "element/door/way/force delay": 90.0,
        "area/yard crossing.p_detection": 0.6,
        "response/guards assessment": 40.0,
        "response/guards p_communication": 0.5,
    }
    changed = compile_problem(
        build(copy.deepcopy(SITE)).with_changes(
            [
                {"at": "sensor/fibre", "set": {"p_assessed": 1}},
                {"at": "element/door/way/force", "set": {"delay": {"mean": 90, "sd": 27}}},
                {
                    "at": "area/yard",
                    "set": {
                        "crossing": {"p_detection": 0.6, "detect_at": "middle", "delay": {"mean": 8, "sd": 2}},
                        "crossing_between": [],
                    },
                },
                {"at": "response/guards", "set": {"assessment": {"mean": 40, "sd": 8}, "p_communication": 0.5}},
            ]
        ),
        threat="thief", target="safe", response="guards",
    )  # fmt: skip
    new = found.with_values(list(values.values()))
    assert task(new, "gate", "force").p_detection == task(changed, "gate", "force").p_detection
    assert task(new, "door", "force").law == task(changed, "door", "force").law
    assert {one.p_detection for one in new.arrays.tasks if one.id == "yard" and one.delay_mean == 8.0} == {0.6}
    assert (new.response_mean, new.response_sd) == (changed.response_mean, changed.response_sd)
    assert new.p_communication == 0.5
    assert list(new.values) == list(values.values())
    # what moved is told by the arrays too, and the old problem is as it was
    assert new.arrays.p_outside == 0.5
    assert named(found)["response/guards assessment"] == 20.0
    assert new.with_values(found.values).arrays.p.tolist() == found.arrays.p.tolist()


def test_a_law_keeps_its_form() -> None:
    found = problem()
    number = list(named(found)).index("element/gate/way/force delay")
    values = found.values.copy()
    values[number] *= 2.0
    law = task(found.with_values(values), "gate", "force").law
    assert law == Duration.pert(40.0, 60.0, 140.0)
    values[number] = 0.0
    assert task(found.with_values(values), "gate", "force").law == Duration.fixed(0.0)


def test_a_spread_without_a_mean_stays() -> None:
    found = problem()
    values = found.values.copy()
    values[0] = 60.0
    assert task(found.with_values(values), "safe", "open").law == Duration(60.0, 5.0)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(value: float) -> None:
    found = problem()
    values = found.values.copy()
    values[list(named(found)).index("sensor/eye p_sensed")] = value
    with pytest.raises(InputError, match="a probability lies between 0 and 1"):
        found.with_values(values)


def test_one_value_for_each_figure() -> None:
    with pytest.raises(InputError, match="2 values were given for 15 figures"):
        problem().with_values([0.5, 0.5])


def test_another_process_sees_the_same_figures() -> None:
    site = pickle.loads(pickle.dumps(build(copy.deepcopy(SITE))))  # noqa: S301 our own bytes
    again = compile_problem(site, threat="thief", target="safe", response="guards")
    assert named(again) == named(problem())


def test_the_arrays_say_what_the_graph_says() -> None:
    found = problem()
    arrays, graph = found.arrays, found.graph
    for index, arc in enumerate(graph.arcs):
        assert (arrays.tail[index], arrays.head[index]) == (arc.tail, arc.head)
        assert arrays.tasks[arrays.task[index]] is arc.task
        crossing = arrays.crossing[index]
        assert arc.crossing is (None if crossing == -1 else arrays.tasks[crossing])
        through = arrays.through[index]
        assert arc.through == (None if through == -1 else arrays.passages[through])
    for index, node in enumerate(graph.nodes):
        assert node.area == (None if arrays.area[index] == -1 else arrays.areas[arrays.area[index]])
    assert arrays.starts.tolist() == list(graph.starts)
    assert np.flatnonzero(arrays.ends).tolist() == [1]
    assert set(arrays.opens.tolist()) == set(arrays.needs_open.tolist()) == {-1}


def test_communication_per_alarm_stands_in_every_task() -> None:
    once, each = problem(), problem(communication="per-alarm")
    assert (once.p_outside, each.p_outside) == (once.arrays.p_outside, each.arrays.p_outside) == (0.9, 1.0)
    assert each.arrays.p.tolist() == (once.arrays.p * 0.9).tolist()
    (arc,) = [arc for arc in once.graph.arcs if arc.through == ("door", "yard", "hall")][:1]
    assert [one.p_detection for one in each.heard(arc.tasks)] == [0.9]
    assert each.path(arc.tasks).p_interruption == once.path(arc.tasks).p_interruption
