"""`bartizan assess`, `check`, `schema` and `new`, as a person or a script runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from bartizan.cli.main import main

RESPONSE = ["--response-mean", "300", "--response-sd", "90", "--p-communication", "0.95"]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    (tmp_path / "site.toml").write_text(
        'schema = 1\n[site]\nname = "Broken"\n[[area]]\nid = "street"\noutside = "perhaps"\n'
        '[[element]]\nid = "gate"\nkind = "gate"\nbetween = ["street", "moon"]\n'
    )
    return tmp_path


def six_tasks(folder: Path, at: str) -> Path:
    rows = [(0, "", 10), (0, "", 12), (0.9, at, 90), (0, "", 10), (0.9, at, 90), (0, "", 120)]
    lines = [f"task {i},{p},{when},{mean},{0.3 * mean}" for i, (p, when, mean) in enumerate(rows, start=1)]
    sheet = folder / "six.csv"
    sheet.write_text("\n".join(["task,p_detection,detect_at,delay_mean,delay_sd", *lines]) + "\n")
    return sheet


# computed by two programs, independent of this one, from the published formula (a six-task path, 30 % spread)
@pytest.mark.parametrize(("at", "value"), [("begin", 0.47604), ("middle", 0.31942), ("end", 0.18516)])
def test_the_six_task_path(tmp_path: Path, at: str, value: float) -> None:
    result = run("assess", six_tasks(tmp_path, at), *RESPONSE, "--json")
    assert json.loads(result.stdout)["results"][0]["p_interruption"] == pytest.approx(value, abs=5e-6)


def test_words_of_an_assessment(chancery: Path) -> None:
    result = run("assess", chancery, "--threat", "lone-intruder", "--target", "registry", "--response", "guard-force")
    assert result.exit_code == 0
    for words in (
        "Example chancery",
        "threat lone-intruder, target registry, as written, response guard-force",
        "P_I = ",
        "P_E = P_I x P_N",
        "registry/open-cabinet",
        "critical detection point: task",
        "Proved worst: lower bound = value = ",
        "Where the layers are thin",
        "figures: 0 unsourced",
        "Next worst paths:",
    ):
        assert words in result.stdout


def test_several_results_end_with_an_overview_least_first(chancery: Path) -> None:
    lines = run("assess", chancery, "--paths", "1").stdout.splitlines()
    begin = lines.index("All results, least P_I first:") + 1
    assert lines[begin].split() == ["P_I", "P_E"]
    values = [float(line.split()[0]) for line in lines[begin + 1 : lines.index("", begin)]]
    assert len(values) == 8
    assert values == sorted(values)
    assert any(line.startswith("The worst paths of all, by P_I:") for line in lines[begin:])


@pytest.mark.parametrize(("require", "status"), [("0", 0), ("1", 1)])
def test_require_decides_the_exit_status_after_the_answer(chancery: Path, require: str, status: int) -> None:
    result = run("assess", chancery, "--target", "registry", "--response", "police", "--require", require)
    assert result.exit_code == status
    assert "P_I = " in result.stdout
    assert ("below the required 1" in result.stderr) is (status == 1)


def test_report_is_written_and_json_printed_at_once(chancery: Path, tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    result = run("assess", chancery, "--target", "registry", "--report", page, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["site"]["hash"] in page.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["out.html"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--threat", "nobody"],
        ["--target", "nothing"],
        ["--response", "none"],
        ["--state", "dusk"],
        ["--state", "day,night"],
        ["--state", "day,"],
        ["--paths", "0"],
        ["--paths", "many"],
        ["--require", "1.5"],
        ["--require", "nan"],
        ["--response-mean", "5"],
    ],
)
def test_what_cannot_be_asked_of_a_site_exits_2(chancery: Path, arguments: list[str]) -> None:
    result = run("assess", chancery, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr


def test_a_report_replaces_a_page_and_nothing_else(tmp_path: Path) -> None:
    sheet = six_tasks(tmp_path, "begin")
    page = tmp_path / "out.html"
    for _ in range(2):
        assert run("assess", sheet, *RESPONSE, "--report", page).exit_code == 0
    written = sheet.read_bytes()
    for place, word in (
        (sheet, "another kind of file"),
        (Path("/dev/null"), "a device"),
        (tmp_path / "no" / "out.html", f"no folder {tmp_path / 'no'}"),
    ):
        result = run("assess", sheet, *RESPONSE, "--report", place)
        assert result.exit_code == 2
        assert str(place) in result.stderr
        assert word in result.stderr
        assert result.stdout == ""
    assert sheet.read_bytes() == written
    assert not Path("/dev/null").is_file()
    assert {path.name for path in tmp_path.iterdir()} == {sheet.name, page.name}


def test_an_endless_id_is_not_repeated_whole(chancery: Path) -> None:
    result = run("assess", chancery, "--threat", "y" * 100_000)
    assert result.exit_code == 2
    assert len(result.stderr) < 2_000
    assert "armed-intruder" in result.stderr


def test_near_ids_are_offered(chancery: Path) -> None:
    assert "lone-intruder" in run("assess", chancery, "--threat", "lone-intruders").stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        RESPONSE[:4],
        [*RESPONSE, "--threat", "x"],
        ["--response-mean", "nan", *RESPONSE[2:]],
        ["--response-mean", "-1", *RESPONSE[2:]],
        [*RESPONSE[:4], "--p-communication", "2"],
    ],
)
def test_what_cannot_be_asked_of_a_sheet_exits_2(tmp_path: Path, arguments: list[str]) -> None:
    result = run("assess", six_tasks(tmp_path, "begin"), *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_broken_sheet_exits_2_with_every_fault(tmp_path: Path) -> None:
    sheet = tmp_path / "bad.csv"
    sheet.write_text("task,p_detection,detect_at,delay_mean,delay_sd\na,2,begin,1,1\nb,0,,x,1\n")
    result = run("assess", sheet, *RESPONSE, "--report", tmp_path / "out.html")
    assert result.exit_code == 2
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == [f"{sheet}:2", f"{sheet}:3"]
    assert not (tmp_path / "out.html").exists()


def test_a_report_that_cannot_be_written_exits_2(chancery: Path, tmp_path: Path) -> None:
    result = run("assess", chancery, "--target", "registry", "--report", tmp_path / "absent" / "out.html")
    assert result.exit_code == 2
    assert "absent" in result.stderr


def test_check_of_a_sound_site(chancery: Path) -> None:
    result = run("check", chancery)
    assert result.exit_code == 0
    duties = "4 procedures, 3 escalations, 2 tours, 3 partners"
    for counted in ("2 targets, 2 responses", "1 patrol, 15 inputs", duties):
        assert counted in result.stdout
    assert "0 errors" in result.stdout.splitlines()[-1]


def test_check_lists_every_fault_with_its_line(broken: Path) -> None:
    result = run("check", broken)
    assert result.exit_code == 2
    places = {line.split(": ")[1].rpartition(":")[2] for line in result.stderr.splitlines()}
    assert {"6", "10"} <= places
    told = json.loads(run("check", broken, "--json").stdout)
    assert told["site"] is None
    assert len(told["faults"]) == len(result.stderr.splitlines())
    assert list(told["faults"][0]) == ["file", "line", "key", "value", "message", "cure"]


def test_check_exits_1_for_a_finding_of_level_error(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text(
        'schema = 1\n[site]\nname = "Island"\n[[area]]\nid = "keep"\n'
        '[[target]]\nid = "crown"\narea = "keep"\n[[target.way]]\nid = "take"\n'
    )
    result = run("check", tmp_path)
    assert result.exit_code == 1
    assert f"{site}:2: error: site: no area is outside" in result.stdout
    assert "1 area, 1 target\n" in result.stdout
    assert "1 finding of level error" in result.stderr
    told = run("check", tmp_path, "--json")
    assert told.exit_code == 1
    findings = json.loads(told.stdout)["findings"]
    levels = [finding["level"] for finding in findings]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    assert findings[0] | {"message": "", "cure": ""} == {
        "name": "no-outside-area",
        "level": "error",
        "about": "site",
        "message": "",
        "cure": "",
        "line": 2,
    }


def test_a_finding_within_an_element_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(
        'schema = 1\n[site]\nname = "S"\n[[area]]\nid = "a"\noutside = true\n[[area]]\nid = "b"\n'
        '[[threat]]\nid = "t"\n[[element]]\nid = "e"\nkind = "door"\nbetween = ["a", "b"]\n'
        '[[element.way]]\nid = "w"\n[[element.way]]\nid = "blast"\nneeds = ["charge"]\n'
    )
    findings = json.loads(run("check", tmp_path, "--json").stdout)["findings"]
    assert [f["line"] for f in findings if f["about"] == "element/e/way/blast"] == [17]


def test_schema_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(json.loads(run("schema").stdout))


def test_new_begins_a_site_that_can_be_read_and_is_never_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "fort"
    assert run("new", folder).exit_code == 0
    assert run("check", folder).exit_code == 0
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert run("new", folder).exit_code == 2
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_as_a_process(chancery: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from bartizan.cli.main import main; main()", "assess", str(chancery)]
    done = subprocess.run(
        [*command, "--target", "registry", "--response", "police", "--require", "0.99"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONIOENCODING": "ascii", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 1
    assert "P_I = " in done.stdout
    assert "Traceback" not in done.stderr
