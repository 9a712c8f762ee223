"""The study: one case per question, figures of the closed form, and plain words for what is missing."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest

import bartizan
from bartizan.app.study import Study, study, study_sheet
from bartizan.app.study.figures import sources_in_words
from bartizan.assess.task import Task
from bartizan.errors import ChangeError, InputError, MissingPartError, UnknownIdError
from bartizan.site.document import build

# one wall with two ways, one yard, one safe: small enough to work out by hand
DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "Yard"},
    "area": [
        {"id": "street", "outside": True},
        {"id": "yard", "crossing": {"delay": {"mean": 10, "sd": 3, "source": "walked"}}},
    ],
    "element": [
        {
            "id": "wall",
            "kind": "wall",
            "between": ["street", "yard"],
            "way": [
                {"id": "climb", "detect_at": "begin", "delay": {"mean": 30, "sd": 9}},
                {
                    "id": "breach",
                    "needs": ["ram"],
                    "p_detection": {"value": 0.9, "source": "test"},
                    "detect_at": "begin",
                    "delay": {"mean": 20, "sd": 6},
                },
            ],
        }
    ],
    "sensor": [{"id": "fibre", "kind": "vibration", "covers": ["wall/climb"], "p_sensed": 0.8, "p_assessed": 0.5}],
    "target": [{"id": "safe", "area": "yard", "way": [{"id": "open", "delay": {"mean": 60, "sd": 18}}]}],
    "response": [
        {"id": "guards", "arrival": {"mean": 80, "sd": 24}, "p_communication": 0.95},
        {"id": "police", "arrival": {"mean": 300, "sd": 90}, "p_neutralization": 0.6},
    ],
    "threat": [{"id": "climber"}, {"id": "rammer", "has": ["ram"]}],
    "state": [
        {"id": "night", "axis": "time", "changes": [{"at": "sensor/fibre", "set": {"p_assessed": 0.25}}]},
        {"id": "day", "axis": "time", "changes": []},
        {"id": "strike", "axis": "posture", "changes": [{"at": "response/guards", "remove": True}]},
    ],
}


def site(**changed: Any) -> Any:
    document = copy.deepcopy(DOCUMENT)
    document.update(changed)
    return build({key: value for key, value in document.items() if value is not None})


def normal(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def climb(p_assessed: float = 0.5) -> float:
    """EASI by hand: the fibre notices the climb at its beginning; 30 + 10 + 60 s are left."""
    spread = math.sqrt(9.0**2 + 3.0**2 + 18.0**2 + 24.0**2)
    return 0.95 * 0.8 * p_assessed * normal((100.0 - 80.0) / spread)


def breach() -> float:
    spread = math.sqrt(6.0**2 + 3.0**2 + 18.0**2 + 24.0**2)
    return 0.95 * 0.9 * normal((90.0 - 80.0) / spread)


def only(found: Study) -> Any:
    assert len(found.cases) == 1
    return found.cases[0]


def test_one_case_per_threat_target_and_response() -> None:
    asked = [(result.threat, result.target, result.state, result.response) for result in study(site()).results]
    assert asked == [
        ("climber", "safe", (), "guards"),
        ("climber", "safe", (), "police"),
        ("rammer", "safe", (), "guards"),
        ("rammer", "safe", (), "police"),
    ]


def test_the_worst_way_by_hand() -> None:
    case = only(study(site(), threats=["rammer"], responses=["guards"]))
    assert case.result.p_interruption == pytest.approx(min(climb(), breach()), abs=1e-12)
    assert [path.p_interruption for path in case.result.paths] == sorted(p.p_interruption for p in case.result.paths)
    assert [(step.kind, step.id, step.way) for step in case.worst.steps] == [
        ("element", "wall", "climb"),
        ("area", "yard", None),
        ("target", "safe", "open"),
    ]
    assert case.result.critical_detection_point == 0
    assert case.result.certificate.gap == pytest.approx(0.0, abs=1e-12)


def test_a_state_changes_the_answer_and_is_named() -> None:
    found = study(site(), threats=["climber"], responses=["guards"], states=[["night"], []])
    assert [result.state for result in found.results] == [("night",), ()]
    assert [result.p_interruption for result in found.results] == pytest.approx([climb(0.25), climb()], abs=1e-12)


def test_what_a_state_removes_is_not_asked_for() -> None:
    found = study(site(), threats=["climber"], states=[["strike"]])
    assert [result.response for result in found.results] == ["police"]
    with pytest.raises(UnknownIdError, match="guards"):
        study(site(), responses=["guards"], states=[["strike"]])


def test_engagement_is_open_until_a_figure_gives_it() -> None:
    guards, police = study(site(), threats=["climber"]).results
    assert (guards.p_neutralization, guards.p_effectiveness) == (None, None)
    assert police.p_neutralization == 0.6
    assert police.p_interruption is not None
    assert police.p_effectiveness == pytest.approx(0.6 * police.p_interruption, abs=1e-15)


def test_no_path_has_a_reason_and_no_figure() -> None:
    closed = copy.deepcopy(DOCUMENT["element"])
    closed[0]["way"] = closed[0]["way"][1:]
    found = study(site(element=closed, sensor=None, state=None), threats=["climber"], responses=["police"], require=0.9)
    result = only(found).result
    assert (result.paths, result.p_interruption, result.p_effectiveness) == ((), None, None)
    assert "climber" in result.reason
    assert "safe" in result.reason
    assert found.short == ()


def test_without_threats_anybody_is_asked_for() -> None:
    found = study(site(threat=None), responses=["guards"])
    assert [result.threat for result in found.results] == [None]


@pytest.mark.parametrize(("part", "word"), [("target", "no targets"), ("response", "no responses")])
def test_what_a_site_lacks_is_said(part: str, word: str) -> None:
    with pytest.raises(MissingPartError, match=word) as caught:
        study(site(**{part: None, "state": None}))
    assert f"[[{part}]]" in str(caught.value)


def test_an_empty_site_lacks_all_at_once() -> None:
    with pytest.raises(MissingPartError, match=r"no areas.*no targets.*no responses"):
        study(build({"schema": 1, "site": {"name": "Nothing yet"}}))


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"threats": ["nobody"]}, UnknownIdError),
        ({"targets": ["nothing"]}, UnknownIdError),
        ({"responses": ["none"]}, UnknownIdError),
        ({"states": [["dusk"]]}, UnknownIdError),
        ({"states": [["night", "day"]]}, ChangeError),
        ({"count": 0}, InputError),
        ({"count": 1001}, InputError),
        ({"require": 1.01}, InputError),
        ({"require": math.nan}, InputError),
    ],
)
def test_what_cannot_be_asked(options: dict[str, Any], error: type[InputError]) -> None:
    with pytest.raises(error):
        study(site(), **options)


def test_short_are_those_strictly_below_what_is_required() -> None:
    value = only(study(site(), threats=["climber"], responses=["guards"])).result.p_interruption
    for require, count in ((value, 0), (math.nextafter(value, 1.0), 1), (0.0, 0)):
        found = study(site(), threats=["climber"], responses=["guards"], require=require)
        assert len(found.short) == count


def test_figures_of_the_path_with_their_sources() -> None:
    case = only(study(site(), threats=["climber"], responses=["guards"]))
    told = [[(figure.name, figure.value.source) for figure in step] for step in case.figures]
    assert told == [
        [("fibre: sensed", None), ("fibre: assessed", None), ("delay", None)],
        [("delay", "walked")],
        [("delay", None)],
    ]
    assert [figure.name for figure in case.response_figures] == ["arrival", "p_communication"]
    assert sources_in_words(case.rests_on) == "7 figures: 6 unsourced, 1 walked"


def test_a_figure_that_the_way_out_uses_again_counts_once() -> None:
    remove = copy.deepcopy(DOCUMENT["target"])
    remove[0]["objective"] = "remove"
    case = only(study(site(target=remove), threats=["climber"], responses=["guards"]))
    steps = case.worst.steps
    back = [index for index, step in enumerate(steps) if step.leg == "out" and step.kind == "element"]
    assert [steps[index].way for index in back] == ["climb"]
    assert case.figures[back[0]] == ()


def test_gains_are_those_of_the_path_so_changed() -> None:
    case = only(study(site(), threats=["climber"], responses=["guards"]))
    first, last = case.thin[0], case.thin[-1]
    spread = math.sqrt(9.0**2 + 3.0**2 + 18.0**2 + 24.0**2)
    assert (first.index, last.index) == (0, 2)
    assert first.detected == pytest.approx(0.95 * normal(20.0 / spread), abs=1e-12)
    assert last.delayed == pytest.approx(0.95 * 0.4 * normal(80.0 / spread), abs=1e-12)


def test_no_gain_is_ever_a_loss() -> None:
    """A certain detection far too early for a wide delay seems to lower P_I: nothing may be advised from that."""
    wide = [
        Task(kind="element", id="a", p_detection=0.0, detect_at=None, delay_mean=10.0, delay_sd=1000.0),
        Task(kind="element", id="b", p_detection=0.9, detect_at="begin", delay_mean=100.0, delay_sd=5.0),
    ]
    found = study_sheet(wide, name="wide.csv", response_mean=50.0, response_sd=5.0, p_communication=1.0)
    case = only(found)
    assert all(thin.detected is None for thin in case.thin if thin.index == 0)
    for thin in case.thin:
        for value in (thin.detected, thin.delayed):
            assert value is None or value > case.result.p_interruption


@pytest.mark.parametrize(
    "figures",
    [
        {"response_mean": math.nan},
        {"response_mean": -1.0},
        {"response_mean": 1e10},
        {"response_sd": math.inf},
        {"response_sd": -0.1},
        {"p_communication": 1.1},
        {"require": -0.1},
    ],
)
def test_a_sheet_under_an_impossible_response(figures: dict[str, float]) -> None:
    task = Task(kind="element", id="a", delay_mean=1.0)
    whole: dict[str, Any] = {"response_mean": 1.0, "response_sd": 0.0, "p_communication": 1.0} | figures
    with pytest.raises(InputError):
        study_sheet([task], name="s.csv", **whole)


def test_the_package_answers_the_verb_and_still_holds_the_room() -> None:
    ask: Any = bartizan.assess
    assert ask(site(), threats=["climber"], responses=["guards"]).site_name == "Yard"
    assert bartizan.assess.__name__ == "bartizan.assess"
