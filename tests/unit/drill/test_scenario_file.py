"""A scenario file is read whole or not at all, and every fault is told at once, with its line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bartizan.adapters.files.scenario import read_scenario
from bartizan.adapters.files.site import load_site
from bartizan.app.exercise.references import check_references
from bartizan.drill.scenario import Match, Wait, Walk
from bartizan.errors import ScenarioError, UnknownIdError

GOOD = """\
schema = 1
[scenario]
name = "short"

[[scene]]
id = "one"
name = "Monday, 14:05"
start = 2031-03-03T14:05:00+01:00
length = 30
states = ["day"]

  [[scene.actor]]
  id = "man"
  from = [0, 9]
  enters = 2
  steps = [{ to = [10, 9], speed = 1.2 }, { wait = 3, busy = true }]

  [[scene.sensor]]
  t = 5
  sensor = "gate-beam"

  [[scene.expect]]
  id = "beam"
  sensor = "gate-beam"
  by = 6
  disposition = "nuisance"
  assessed_by = 12

  [[scene.forbid]]
  anything = true

  [[scene.order]]
  on = "beam"
  after = 2
  do = "assess"
  disposition = "nuisance"
"""


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "drill.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def faults_of(folder: Path, text: str | bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(write(folder, text))
    for one in caught.value.faults:
        assert one.file == str(folder / "drill.toml")
        assert one.cure
    return [(one.line, one.key, one.message) for one in caught.value.faults]


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    found = read_scenario(write(tmp_path, GOOD))
    (scene,) = found.scenes
    assert (found.name, found.seconds) == ("short", 30.0)
    assert scene.start == datetime(2031, 3, 3, 13, 5, tzinfo=UTC)
    assert scene.states == ("day",)
    assert scene.actors[0].start == (0.0, 9.0)
    assert scene.actors[0].steps == (Walk(to=(10.0, 9.0), speed=1.2), Wait(seconds=3.0, busy=True))
    assert scene.forbidden == (Match(),)
    assert scene.expectation("beam").match == Match(sensor="gate-beam")
    assert (scene.orders[0].do, scene.orders[0].disposition) == ("assess", "nuisance")


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace("length = 30", "length = -30")
        .replace('id = "man"', 'id = "man"\n  heigth = 1.8')
        .replace("speed = 1.2", "speed = 12")
        .replace('on = "beam"', 'on = "baem"')
        .replace("wait = 3,", "")
    )
    found = faults_of(tmp_path, text)
    assert [(line, key) for line, key, _ in found] == [
        (9, "scene[0].length"),
        (14, "scene[0].actor[0].heigth"),
        (17, "scene[0].actor[0].steps[0].speed"),
        (17, "scene[0].actor[0].steps[1]"),
        (34, "scene[0].order[0].on"),
    ]
    assert found[-1][2] == "no expectation has this id"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("schema = 1", "schema = 2", 1, "should be 1"),
        ("start = 2031-03-03T14:05:00+01:00", "start = 2031-03-03T14:05:00", 5, "start needs an offset"),
        ("after = 2", "after = nan", 34, ""),
        ("from = [0, 9]", "from = [0, 9, 1]", 14, ""),
        ("from = [0, 9]", 'from = ["a", 9]', 14, ""),
        ("  t = 5", "  t = 31", 19, "lies after the end of its scene"),
        ('do = "assess"', 'do = "send"', 32, "disposition belongs to do = 'assess'"),
        ('do = "assess"\n  disposition = "nuisance"', 'do = "send"', 32, "response belongs to do = 'send'"),
        ("busy = true", "busy = true, speed = 1", 16, "speed belongs to the other kind of step"),
        ("anything = true", "", 29, "what must not come is one of"),
        ('sensor = "gate-beam"\n  by', 'sensor = "gate-beam"\n  rule = "r"\n  by', 22, "one of the two"),
        ('name = "short"', "", 2, "is missing"),
    ],
)
def test_each_fault_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    assert old in GOOD
    found = faults_of(tmp_path, GOOD.replace(old, new))
    assert any(at == line and words in message for at, _, message in found), found


def test_two_scenes_may_not_overlap_nor_share_an_id(tmp_path: Path) -> None:
    again = GOOD[GOOD.index("[[scene]]") :].replace("14:05:00+01:00", "14:05:20+01:00")
    found = faults_of(tmp_path, GOOD + "\n" + again)
    assert [message for _, _, message in found] == [
        "two have one id",
        "starts before the scene in front of it is over",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("schema = \n", "is not TOML"),
        (b"\xff\xfe\x00", "is not text in UTF-8"),
        (b"#" * 1_000_001, "is larger than 1 MB"),
        ("[" * 5000, "is not TOML"),
        ("", "is missing"),
    ],
)
def test_what_is_no_scenario_is_refused(tmp_path: Path, text: str | bytes, words: str) -> None:
    assert words in faults_of(tmp_path, text)[0][2]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="is not there"):
        read_scenario(tmp_path / "none.toml")
    with pytest.raises(ScenarioError, match="is not a file"):
        read_scenario(tmp_path)


def test_what_the_site_lacks_is_told_all_at_once(tmp_path: Path, chancery: Path) -> None:
    site = load_site(chancery)
    check_references(read_scenario(write(tmp_path, GOOD)), site)
    text = GOOD.replace('"day"', '"dusk"').replace('"gate-beam"', '"gate-bean"')
    with pytest.raises(UnknownIdError) as caught:
        check_references(read_scenario(write(tmp_path, text)), site)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert "no state has the id 'dusk'" in lines[0]
    assert "no sensor has the id 'gate-bean'. Did you mean 'gate-beam'?" in lines[1]


@pytest.mark.parametrize("name", ["wanderer", "armed-entry", "passers-by"])
def test_the_bundled_scenarios_fit_the_bundled_site(chancery: Path, name: str) -> None:
    found = read_scenario(chancery / "scenarios" / f"{name}.toml")
    check_references(found, load_site(chancery))
    assert found.name == name
