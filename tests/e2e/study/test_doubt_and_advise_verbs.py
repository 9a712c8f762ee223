"""`bartizan doubt` and `bartizan advise`, as a person or a script runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bartizan.cli.main import main

SHEET = """task,p_detection,detect_at,delay_mean,delay_sd
Cut the fence,0.9,begin,90,27
Cross the yard,0,,10,3
Force the door,0.9,begin,90,27
Take it,0,,120,36
"""
SITE = """schema = 1
[site]
name = "Depot"
[[area]]
id = "street"
outside = true
[[area]]
id = "yard"
crossing = { p_detection = 0.3, detect_at = "middle", delay = { mean = 6, sd = 2 } }
[[area]]
id = "hall"
[[element]]
id = "fence"
kind = "fence"
between = ["street", "yard"]
  [[element.way]]
  id = "cut"
  p_detection = 0.6
  detect_at = "middle"
  delay = { mean = 25, sd = 8 }
[[element]]
id = "gate"
kind = "gate"
between = ["street", "yard"]
  [[element.way]]
  id = "force"
  detect_at = "begin"
  delay = { mean = 30, sd = 9 }
[[element]]
id = "door"
kind = "door"
between = ["yard", "hall"]
  [[element.way]]
  id = "force"
  p_detection = 0.8
  detect_at = "begin"
  delay = { mean = 45, sd = 14 }
[[element]]
id = "window"
kind = "window"
between = ["yard", "hall"]
  [[element.way]]
  id = "break"
  p_detection = 0.9
  detect_at = "begin"
  delay = { mean = 60, sd = 18 }
[[sensor]]
id = "gate-contact"
kind = "contact"
covers = ["gate"]
p_sensed = 0.7
[[target]]
id = "store"
area = "hall"
  [[target.way]]
  id = "empty"
  delay = { mean = 60, sd = 18 }
[[response]]
id = "guard"
arrival = { mean = 100, sd = 30 }
p_communication = 0.95
"""
RESPONSE = ("--response-mean", "300", "--response-sd", "90", "--p-communication", "0.95")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A site without any doubt."""
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "site.toml").write_text(SITE, encoding="utf-8")
    return folder


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    """The same with doubt about the response, the target and communication."""
    folder = tmp_path / "doubtful"
    folder.mkdir()
    text = SITE
    for old, new in (
        ("arrival = { mean = 100, sd = 30", "arrival = { mean = 100, sd = 30, trials = 9"),
        ("delay = { mean = 60, sd = 18", "delay = { mean = 60, sd = 18, mean_low = 30, mean_high = 100"),
        ("p_communication = 0.95", "p_communication = { detected = 38, trials = 40 }"),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "site.toml").write_text(text, encoding="utf-8")
    return folder


def test_doubt_in_words(doubtful: Path) -> None:
    result = run("doubt", doubtful, "--draws", "512", "--require", "0.05", "--want-width", "0.3")
    assert result.exit_code == 0, result.output
    for words in (
        "Depot",
        "any intruder, target store, as written, response guard",
        "90 % interval",
        "512 draws of",
        "In every draw the worst of all 4 paths, exactly",
        "P_I is at least the required 0.05 with a probability of 1.000",
        "response/guard arrival",
        "9 runs, mean 100 s, sd 30 s",
        "What to test first",
        "trials for a width of 0.3",
        "The worst path, in this share of the draws",
    ):
        assert words in result.stdout
    assert result.stderr == ""


def test_doubt_in_json_is_the_same_for_the_same_seed(doubtful: Path) -> None:
    asked = ("doubt", doubtful, "--response", "guard", "--draws", "256", "--bound", "lower", "--json")
    one, again, other = run(*asked, "--seed", "5"), run(*asked, "--seed", "5"), run(*asked, "--seed", "6")
    assert one.exit_code == 0, one.output
    assert one.stdout == again.stdout
    assert one.stdout != other.stdout
    written = json.loads(one.stdout)
    assert (written["schema"], written["seed"], written["options"]["draws"]) == (1, 5, 256)
    for case in written["results"]:
        assert case["bound"]["proved"] <= case["bound"]["attained"] + 1e-12
        assert case["bound"]["value"] <= case["doubt"]["interval"]["low"] <= case["doubt"]["interval"]["high"]


def test_what_may_be_too_little_is_refused(doubtful: Path) -> None:
    result = run("doubt", doubtful, "--draws", "256", "--require", "0.5")
    assert result.exit_code == 1
    assert "at the low end of its interval is below the required 0.5: any intruder" in result.stderr
    result = run("doubt", doubtful, "--draws", "256", "--require", "0.2", "--bound", "lower")
    assert result.exit_code == 1
    assert "at the pessimistic ends is below the required 0.2" in result.stderr


def test_a_site_without_doubt_says_so(plain: Path) -> None:
    result = run("doubt", plain)
    assert result.exit_code == 0, result.output
    assert "No figure carries any doubt, so the interval is the point" in result.stdout
    assert "nan" not in result.stdout.lower()


def test_a_sheet_whose_figures_were_tested(tmp_path: Path) -> None:
    sheet = tmp_path / "path.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    result = run("doubt", sheet, *RESPONSE, "--tested", "20", "--json")
    assert result.exit_code == 0, result.output
    (case,) = json.loads(result.stdout)["results"]
    assert case["doubt"]["doubtful"] == 8
    assert case["doubt"]["interval"]["low"] < case["doubt"]["p_interruption"] < case["doubt"]["interval"]["high"]
    plain = run("doubt", sheet, *RESPONSE)
    assert "No figure carries any doubt" in plain.stdout


def test_a_bound_of_an_assessment(doubtful: Path) -> None:
    result = run("assess", doubtful, "--bound", "lower")
    assert result.exit_code == 0, result.output
    assert "with every doubtful figure at the pessimistic end of its 90 % interval: proved" in result.stdout
    written = json.loads(run("assess", doubtful, "--bound", "lower", "--json").stdout)
    (case,) = written["results"]
    assert case["bound"]["value"] < case["p_interruption"]
    refused = run("assess", doubtful, "--bound", "lower", "--require", "0.3")
    assert refused.exit_code == 1
    assert "at the pessimistic ends is below the required 0.3" in refused.stderr
    assert run("assess", doubtful, "--require", "0.3").exit_code == 0


def test_advice_in_words(plain: Path) -> None:
    result = run("advise", plain, "--want", "0.75")
    assert result.exit_code == 0, result.output
    for words in (
        "What brings P_I to 0.75, each lever alone:",
        "cannot reach it alone",
        "enough for the site too",
        "on the site it cannot reach it alone",
        "Lower consequence (outside P_I)",
        "layer 2: out of balance by",
        "sensor gate-contact",
    ):
        assert words in result.stdout


def test_advice_in_json(plain: Path) -> None:
    result = run("advise", plain, "--want", "0.3", "--json")
    assert result.exit_code == 0, result.output
    written = json.loads(result.stdout)
    assert written["options"]["want"] == 0.3
    enough = [case for case in written["results"] if case["p_interruption"] >= 0.3]
    assert enough
    assert all(case["levers"] == [] for case in enough)
    assert all(len(case["layers"]) == 2 for case in written["results"])


def test_what_cannot_be_asked_is_refused_in_words(chancery: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "path.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    for arguments, words in (
        (("doubt", chancery, "--level", "1"), "--level"),
        (("doubt", chancery, "--draws", "3"), "--draws"),
        (("doubt", chancery, "--want-width", "0"), "--want-width"),
        (("doubt", chancery, "--tested", "5"), "are for a sheet"),
        (("doubt", sheet), "a sheet also needs"),
        (("doubt", sheet, *RESPONSE, "--threat", "x"), "a sheet is one path"),
        (("doubt", chancery, "--target", "moon"), "moon"),
        (("advise", chancery, "--want", "2"), "--want"),
        (("advise", chancery, "--state", "nowhere"), "nowhere"),
    ):
        result = run(*arguments)
        assert result.exit_code == 2, (arguments, result.output)
        assert words in result.stderr
