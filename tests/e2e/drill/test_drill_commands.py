"""`bartizan drill` and `bartizan demo` from the outside: what they print and the status they end with."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bartizan.adapters.files.bundled import bundled_site
from bartizan.cli.demo import Pace
from bartizan.cli.main import main
from bartizan.drill.scenario import Scene
from bartizan.errors import MissingPartError

START = datetime(2031, 3, 3, 13, 5, tzinfo=UTC)
SHORT = """\
schema = 1
[scenario]
name = "short"
[[scene]]
id = "one"
name = "Monday, 14:05"
start = 2031-03-03T13:05:00Z
length = 3
  [[scene.sensor]]
  t = 1
  sensor = "gate-beam"
  [[scene.expect]]
  id = "beam"
  sensor = "gate-beam"
  by = 2
  disposition = "nuisance"
  [[scene.order]]
  on = "beam"
  after = 0.5
  do = "acknowledge"
  [[scene.order]]
  on = "beam"
  after = 1
  do = "assess"
  disposition = "nuisance"
"""


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "short.toml"
    path.write_text(SHORT, encoding="utf-8")
    return path


def test_a_drill_that_goes_as_written_ends_with_0(chancery: Path, script: Path, tmp_path: Path) -> None:
    found = run("drill", chancery, script)
    assert found.exit_code == 0, found.output
    assert re.search(r"1\.0 s  2031-03-03 13:05:01Z  alarm 1: gate-beam at vehicle-gate", found.output)
    assert "met     Monday, 14:05: beam: came at 1.0 s" in found.output
    # two cameras at 5 and two at 6 pictures a second for 3 s
    assert "66 frames rendered, 0 people detected in them, 0 lost on the way to tracks" in found.output
    assert [path.name for path in tmp_path.iterdir()] == ["short.toml"]


def test_a_drill_that_is_missed_ends_with_1(chancery: Path, script: Path) -> None:
    script.write_text(SHORT.replace("by = 2", "by = 0.5"), encoding="utf-8")
    found = run("drill", chancery, script)
    assert found.exit_code == 1
    assert "short, Monday, 14:05: beam: the alarm came at 1.0 s, not from 0 to 0.5 s" in found.stderr


def test_what_cannot_be_read_ends_with_2(chancery: Path, script: Path, tmp_path: Path) -> None:
    assert run("drill", chancery, tmp_path / "none.toml").exit_code == 2
    assert run("drill", tmp_path, script).exit_code == 2
    unknown = run("drill", chancery, script, "--blind", "nord")
    assert unknown.exit_code == 2
    assert "no camera has the id 'nord'. Did you mean" in unknown.stderr or "There is:" in unknown.stderr
    script.write_text(SHORT.replace('sensor = "gate-beam"', 'sensor = "gate"', 1), encoding="utf-8")
    found = run("drill", chancery, script)
    assert found.exit_code == 2
    assert "no sensor has the id 'gate'" in found.stderr


def test_the_demo_plays_both_stories_headless() -> None:
    """The acceptance test of the whole: both stories through detector, tracker, rules and desk."""
    found = run("demo", "--headless")
    assert found.exit_code == 0, found.output
    assert found.output.count("P_I =") == 2
    assert "Where the layers are thin" in found.output
    assert "Night round of the forecourt, 3 checkpoints reached; officer on duty" in found.output
    for alarm in ("loiter-pavement at pavement", "duress-button at entrance-outer", "intrusion-apron at apron"):
        assert alarm in found.output
    assert found.output.count("loiter-pavement at pavement") == 3
    assert found.output.count("pace-pavement at pavement") == 2
    assert found.output.count("assessed as real") == 8
    assert "guard-force on scene" in found.output
    # one case of three days, held and handed over; and the armed entry, linked to it
    assert found.output.count("joined to incident 1") == 4
    assert "linked with incident 1 (A man looks the entrances over)" in found.output
    assert "contained: Disarmed and held" in found.output
    assert len(re.findall(r"handed over to drill-police: a package of [\d,]+ bytes", found.output)) == 2
    assert "refused" not in found.output
    assert re.search(r"both stories: 7,\d{3} frames rendered, \d,\d{3} people detected in them, 0 lost", found.output)


def test_the_demo_with_a_blind_camera_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """One story is enough: the forecourt's camera alone sees who comes out of the entrance."""
    monkeypatch.setattr("bartizan.cli.demo.STORIES", ("armed-entry",))
    found = run("demo", "--headless", "--blind", "forecourt")
    assert found.exit_code == 1
    assert "apron: no alarm came by 68 s" in found.stderr
    assert "camera forecourt saw nobody" in found.stderr


def test_the_bundled_site_is_found() -> None:
    assert (bundled_site() / "site.toml").is_file()
    with pytest.raises(MissingPartError, match="'atlantis' is not in this installation"):
        bundled_site("atlantis")


def test_pace_waits_for_what_is_early_and_hurries_nothing_that_is_late() -> None:
    waits: list[float] = []
    now = [100.0]

    def wait(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    pace = Pace(2.0, now=lambda: now[0], wait=wait)
    scene, other = (Scene(id=name, name=name, start=START, length=60.0) for name in "ab")
    pace(scene, 0.0)
    pace(scene, 4.0)
    assert waits == [pytest.approx(2.0)]
    now[0] += 7.0  # the machine was busy: second 6 of the scene was due 6 s ago
    pace(scene, 6.0)
    pace(scene, 8.0)
    assert waits == [pytest.approx(2.0), pytest.approx(1.0)]
    pace(other, 0.0)
    pace(other, 1.0)
    assert waits[2:] == [pytest.approx(0.5)]
