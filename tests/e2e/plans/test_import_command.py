"""`bartizan import`, and the ways in and out of `bartizan assess`, as a person or a script runs them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from bartizan.cli.main import main

RESPONSE = ["--response-mean", "300", "--response-sd", "90", "--p-communication", "0.95"]
REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "json.md"

EXTRACT = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="52.50000" lon="13.40000"/><node id="2" lat="52.50000" lon="13.40040"/>
<node id="3" lat="52.50020" lon="13.40040"/><node id="4" lat="52.50020" lon="13.40000"/>
<node id="5" lat="52.50000" lon="13.40020"><tag k="entrance" v="main"/></node>
<way id="7"><nd ref="1"/><nd ref="5"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/>
<tag k="building" v="yes"/><tag k="name" v="Depot"/></way>
<way id="8"><nd ref="1"/><nd ref="99"/><nd ref="2"/><tag k="barrier" v="wall"/></way>
</osm>"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "depot.osm"
    path.write_text(EXTRACT, encoding="utf-8")
    return path


def test_a_plan_becomes_a_site_that_check_reads(extract: Path, tmp_path: Path) -> None:
    done = run("import", extract, "--out", tmp_path / "site", "--elements")
    assert done.exit_code == 0, done.output
    for words in (
        "depot.osm: OpenStreetMap, 5 nodes, 2 ways, 0 relations",
        "Left out: 1 whole, 0 in part",
        "way 8  wall  1 of its nodes is absent from the file",
        "Proposed: 2 areas, 1 element; none has a figure yet",
        "OpenStreetMap contributors",
        "then run: bartizan check",
    ):
        assert words in done.output
    checked = run("check", tmp_path / "site")
    assert checked.exit_code == 0, checked.output
    assert "element/entrance-n5: joins nothing: it has no way" in checked.output
    asked = run("assess", tmp_path / "site")
    assert asked.exit_code == 2
    assert "no targets" in asked.output


def test_nothing_is_written_without_a_folder_or_over_one(extract: Path, tmp_path: Path) -> None:
    looked = run("import", extract)
    assert looked.exit_code == 0
    assert "Nothing is written" in looked.output
    assert [path.name for path in tmp_path.iterdir()] == ["depot.osm"]
    refused = run("import", extract, "--out", tmp_path)
    assert refused.exit_code == 2
    assert "there is something already" in refused.output
    assert [path.name for path in tmp_path.iterdir()] == ["depot.osm"]


def test_json_tells_every_drop_and_its_keys_are_in_the_reference(extract: Path, tmp_path: Path) -> None:
    done = run("import", extract, "--elements", "--out", tmp_path / "site", "--json")
    told = json.loads(done.stdout)
    assert told["out"] == str(tmp_path / "site")
    assert told["read"] == {"node": 5, "way": 2, "relation": 0}
    assert [(one["kind"], one["found"], one["drawn"]) for one in told["kinds"]] == [
        ("building", 1, 1),
        ("entrance", 1, 1),
        ("wall", 1, 0),
    ]
    assert told["proposed"] == {"areas": 2, "elements": {"door": 1}, "left": {}}
    page = REFERENCE.read_text(encoding="utf-8")
    keys = {*told, *told["kinds"][0], *told["drops"][0], *told["proposed"]}
    assert not {key for key in keys if f"`{key}`" not in page}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--bbox", "1,2,3"], "is not W,S,E,N in numbers"),
        (["--bbox", "nan,2,3,4"], "is not W,S,E,N in numbers"),
        (["--bbox", "14,52,13,53"], "encloses nothing"),
        (["--bbox", "0,0,1,1"], "more than 20 km"),
        (["--origin", "52.5,113.4"], "longitude comes first|Longitude comes first|longitude first"),
        (["--kinds", "fence"], "holds nothing of kind 'fence'"),
        (["--unit", "m"], "Leave --unit away"),
        (["--unit", "furlong"], "furlong"),
        (["--bearing", "400"], "400"),
    ],
)
def test_what_cannot_be_asked_exits_2_in_words(extract: Path, arguments: list[str], word: str) -> None:
    done = run("import", extract, *arguments)
    assert done.exit_code == 2, done.output
    assert any(part in done.output for part in word.split("|")), done.output
    assert "Traceback" not in done.output


def test_words_of_a_plan_cannot_command_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "evil.osm"
    evil = EXTRACT.replace('v="wall"', 'v="a&#x202e;&#x9;b"').replace('ref="99"', 'ref="2"')
    path.write_text(evil, encoding="utf-8")
    done = run("import", path, "--out", tmp_path / "site")
    assert done.exit_code == 0
    assert "\u202e" not in done.output
    assert "\u202e" not in (tmp_path / "site" / "site.toml").read_text(encoding="utf-8")


def test_a_workbook_is_assessed_like_the_same_csv(tmp_path: Path) -> None:
    rows = [(0, None, 10), (0, None, 12), (0.9, "B", 90), (0, None, 10), (0.9, "B", 90), (0, None, 120)]
    book = openpyxl.Workbook()
    for name, factor in (("Path", 1.0), ("Slow", 2.0)):
        sheet = book.create_sheet(name)
        sheet.append(["Task", "P(D)", "Location", "Delay (s)", "SD (s)"])
        for number, (p, when, mean) in enumerate(rows, start=1):
            sheet.append([f"task {number}", p, when, mean * factor, 0.3 * mean * factor])
    book.save(tmp_path / "six.xlsx")
    done = run("assess", tmp_path / "six.xlsx", "--sheet", "Path", *RESPONSE, "--json")
    # the reference path with detection at the beginning, computed by two programs that are not this one
    assert json.loads(done.stdout)["results"][0]["p_interruption"] == pytest.approx(0.47604, abs=5e-6)
    both = run("assess", tmp_path / "six.xlsx", *RESPONSE)
    assert both.exit_code == 2
    assert "holds more than one EASI sheet: 'Path', 'Slow'" in both.output
    assert run("assess", tmp_path / "six.xlsx", "--sheet", "Path").exit_code == 2


def test_tables_of_an_assessment(chancery: Path, tmp_path: Path) -> None:
    arguments: list[str | Path] = ["assess", chancery, "--target", "registry", "--csv", tmp_path / "out", "--json"]
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)["results"]
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream))
    assert [float(row["p_interruption"]) for row in found] == [result["p_interruption"] for result in told]
    assert run(*arguments).exit_code == 0
    (tmp_path / "out" / "paths.csv").write_text("mine\n", encoding="utf-8")
    refused = run(*arguments)
    assert refused.exit_code == 2
    assert "another kind of file" in refused.output
    assert refused.stdout == ""
