"""What may be asked otherwise: communication, doors, insiders, all targets, duels; and the words that go with it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from click.testing import CliRunner

from bartizan.app.study import Case, Study, study, study_sheet
from bartizan.assess.task import Task
from bartizan.cli.main import main
from bartizan.cli.summary import summary
from bartizan.errors import ChangeError, InputError, UnknownIdError
from bartizan.site.document import build

# without spread, and with a response of 60 s: every figure below can be worked out on paper
DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "House"},
    "area": [{"id": "street", "outside": True}, {"id": "hall"}],
    "element": [
        {
            "id": "door",
            "kind": "door",
            "between": ["street", "hall"],
            "way": [
                {"id": "force", "opens": True, "p_detection": 0.5, "detect_at": "begin", "delay": {"mean": 40, "sd": 0}}
            ],
        }
    ],
    "sensor": [{"id": "eye", "kind": "eye", "covers": ["hall"], "p_sensed": 0.8}],
    "target": [
        {"id": "gold", "area": "hall", "objective": "remove", "way": [{"id": "take", "delay": {"mean": 30, "sd": 0}}]},
        {
            "id": "files",
            "area": "hall",
            "way": [{"id": "copy", "p_detection": 0.5, "detect_at": "begin", "delay": {"mean": 80, "sd": 0}}],
        },
    ],
    "response": [{"id": "guards", "arrival": {"mean": 60, "sd": 0}, "p_communication": 0.8, "strength": 1}],
    "threat": [{"id": "thief"}],
    "insider": [
        {"id": "porter", "changes": [{"at": "element/door/way/force", "set": {"p_detection": 0}}]},
        {"id": "cook", "changes": [{"at": "sensor/eye", "remove": True}]},
    ],
    "state": [{"id": "blind", "axis": "eyes", "changes": [{"at": "sensor/eye", "remove": True}]}],
}
DOCUMENT["area"][1]["crossing"] = {"detect_at": "begin", "delay": {"mean": 0, "sd": 0}}


def site(**changed: Any) -> Any:
    return build(copy.deepcopy(DOCUMENT) | changed)


def one(found: Study) -> Case:
    (case,) = found.cases
    return case


def words(found: Study) -> str:
    return "\n".join(summary(found))


def test_every_alarm_may_have_its_own_chance_to_get_through() -> None:
    once = one(study(site(), targets=["files"]))
    each = one(study(site(), targets=["files"], communication="per-alarm"))
    # door, hall and files all notice with more than 60 s to go
    assert once.result.p_interruption == pytest.approx(0.8 * (1.0 - 0.5 * 0.2 * 0.5))
    assert each.result.p_interruption == pytest.approx(1.0 - (1.0 - 0.4) * (1.0 - 0.64) * (1.0 - 0.4))
    assert each.worst is not None
    assert sum(step.p_first for step in each.worst.steps) == pytest.approx(each.result.p_interruption)
    assert "communication 0.8 for every alarm" in words(study(site(), targets=["files"], communication="per-alarm"))


def test_a_door_that_was_forced_may_stand_open_on_the_way_out() -> None:
    closes = one(study(site(), targets=["gold"]))
    opened = one(study(site(), targets=["gold"], forced="stays-open"))
    # with the door shut 70 s are left in the hall; with the door open 30 s, and only the first alarm is in time
    assert closes.result.p_interruption == pytest.approx(0.8 * (1.0 - 0.5 * 0.2))
    assert opened.result.p_interruption == pytest.approx(0.8 * 0.5)
    assert opened.worst is not None
    assert [(step.id, step.way, step.delay_mean) for step in opened.worst.steps][-1] == ("door", None, 0.0)
    assert "stays open" in " ".join(opened.notes)
    assert closes.notes == ()


def test_an_insider_is_named_and_what_he_does_not_cover_is_said() -> None:
    found = study(site(), targets=["gold"], insider="porter")
    case = one(found)
    assert case.result.insider == "porter"
    assert case.result.p_interruption == pytest.approx(0.8 * 0.8)
    assert found.to_json()["results"][0]["insider"] == "porter"
    assert "insider porter" in words(found)
    assert "An insider who acts alone is not covered." in words(found)
    # the site that was asked about is the one without him
    assert found.site_hash == site().hash


def test_an_insider_acts_on_the_site_as_it_is_in_the_state() -> None:
    blind = study(site(), targets=["gold"], states=[["blind"]], insider="porter")
    assert one(blind).result.p_interruption == 0.0
    with pytest.raises(ChangeError, match="sensor/eye"):
        study(site(), states=[["blind"]], insider="cook")
    with pytest.raises(UnknownIdError, match="nobody"):
        study(site(), insider="nobody")


def test_all_targets_are_one_question() -> None:
    found = study(site(), all_targets=True)
    case = one(found)
    assert (case.result.target, case.response_mean) == ("gold,files", 60.0)
    # files first: 80 + 30 + 40 s after the hall; gold first: 30 + 80 + 40 s
    assert case.result.p_interruption == pytest.approx(0.8 * (1.0 - 0.5 * 0.2 * 0.5))
    assert "all of targets gold,files" in words(found)
    assert "in the order that is worst" in words(found)
    single = study(site(), targets=["gold"], all_targets=True)
    assert one(single).result.target == "gold"
    assert one(single).notes == ()


def test_any_target_is_enough_where_several_are_asked_for_apart() -> None:
    assert "Any one of the targets is enough" in words(study(site()))
    assert "Any one of the targets is enough" not in words(study(site(), targets=["gold"]))


def test_a_duel_gives_p_n() -> None:
    duel = {"id": "fight", "response": "guards", "threat": "thief", "law": "linear", "advantage": 0.7}
    found = study(site(engagement=[duel | {"source": "exercise"}]), targets=["gold"])
    case = one(found)
    told = "P_N is that of a duel, 1 against 1, by the linear law with advantage 0.7 (engagement fight; exercise)."
    assert told in words(found)
    # one against one: the next casualty decides
    assert case.result.p_neutralization == pytest.approx(0.7)
    assert case.result.p_effectiveness == pytest.approx(0.7 * (case.result.p_interruption or 0.0))


@pytest.mark.parametrize(("key", "value"), [("communication", "never"), ("forced", "ajar")])
def test_what_is_no_choice_is_refused(key: str, value: str) -> None:
    with pytest.raises(InputError, match=f"{key} is '{value}'. Choose"):
        study(site(), **{key: value})  # type: ignore[arg-type]


def test_a_sheet_may_count_communication_for_every_alarm() -> None:
    tasks = [Task(kind="element", id=name, p_detection=0.5, detect_at="begin", delay_mean=50.0) for name in "ab"]
    found = study_sheet(
        tasks, name="sheet", response_mean=40.0, response_sd=0.0, p_communication=0.8, communication="per-alarm"
    )
    assert one(found).result.p_interruption == pytest.approx(1.0 - 0.6 * 0.6)
    assert found.options["communication"] == "per-alarm"


def test_the_command_line_asks_for_all_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "site.toml").write_text(tomlkit.dumps(DOCUMENT), encoding="utf-8")
    asked = ["assess", str(folder), "--json", "--all-targets", "--insider", "porter", "--forced", "stays-open"]
    answer = CliRunner().invoke(main, [*asked, "--communication", "per-alarm"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.output)
    asked_for = {"communication": "per-alarm", "forced": "stays-open", "insider": "porter", "all_targets": True}
    assert asked_for.items() <= told["options"].items()
    assert told["results"][0]["target"] == "gold,files"


@pytest.mark.parametrize("option", [["--insider", "porter"], ["--all-targets"], ["--forced", "stays-open"]])
def test_a_sheet_is_one_path(tmp_path: Path, option: list[str]) -> None:
    sheet = tmp_path / "path.csv"
    sheet.write_text("task,p_detection,detect_at,delay_mean,delay_sd\ngo,0.5,begin,10,3\n")
    response = ["--response-mean", "5", "--response-sd", "1", "--p-communication", "1"]
    answer = CliRunner().invoke(main, ["assess", str(sheet), *response, *option])
    assert answer.exit_code == 2
    assert "a sheet is one path" in answer.output
