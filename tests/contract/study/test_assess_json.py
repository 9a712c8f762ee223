"""The JSON of `assess` is a contract: these keys, all of them, always."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bartizan import __version__
from bartizan.cli.main import main

TOP = ["schema", "bartizan", "site", "seed", "options", "results"]
RESULT = [
    "threat",
    "target",
    "state",
    "response",
    "insider",
    "p_interruption",
    "p_neutralization",
    "p_effectiveness",
    "critical_detection_point",
    "reason",
    "law_order",
    "paths",
    "bound",
]
STEP = [
    "kind",
    "id",
    "way",
    "leg",
    "p_detection",
    "detect_at",
    "delay_mean",
    "delay_sd",
    "mean_after",
    "sd_after",
    "p_timely",
    "p_first",
]
SHEET = "task,p_detection,detect_at,delay_mean,delay_sd\nfence,0.9,begin,60,18\nrun,0,,10,3\n"
RESPONSE = ["--response-mean", "50", "--response-sd", "15", "--p-communication", "0.95"]


def told(arguments: list[str]) -> Any:
    result = CliRunner().invoke(main, ["assess", *arguments, "--json"])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout, parse_constant=pytest.fail)


def check_keys(document: dict[str, Any]) -> None:
    assert list(document) == TOP
    assert list(document["site"]) == ["name", "hash"]
    for result in document["results"]:
        assert list(result) == RESULT
        for path in result["paths"]:
            assert list(path) == ["p_interruption", "any_law", "any_law_error", "steps"]
            assert all(list(step) == STEP for step in path["steps"])


def test_of_a_site(chancery: Path) -> None:
    document = told([str(chancery), "--threat", "armed-intruder", "--state", "night,heightened", "--paths", "3"])
    check_keys(document)
    assert (document["schema"], document["bartizan"], document["seed"]) == (1, __version__, None)
    assert len(document["site"]["hash"]) == 64
    asked = {(result["threat"], tuple(result["state"])) for result in document["results"]}
    assert asked == {("armed-intruder", ("night", "heightened"))}
    assert {(result["target"], result["response"]) for result in document["results"]} == {
        (target, response) for target in ("registry", "safe-haven") for response in ("guard-force", "police")
    }
    for result in document["results"]:
        values = [path["p_interruption"] for path in result["paths"]]
        assert len(values) == 3
        assert values == sorted(values)
        assert result["p_interruption"] == values[0]
        kinds = {step["kind"] for path in result["paths"] for step in path["steps"]}
        assert kinds == {"element", "area", "target"}
        assert {step["leg"] for path in result["paths"] for step in path["steps"]} == {"in"}


def test_of_a_sheet_one_result_with_one_path(tmp_path: Path) -> None:
    sheet = tmp_path / "path.csv"
    sheet.write_text(SHEET)
    document = told([str(sheet), *RESPONSE])
    check_keys(document)
    (result,) = document["results"]
    assert (result["threat"], result["target"], result["state"], result["response"]) == (None, None, [], None)
    assert (result["p_neutralization"], result["p_effectiveness"], result["reason"]) == (None, None, None)
    (path,) = result["paths"]
    assert [step["id"] for step in path["steps"]] == ["fence", "run"]
    assert [step["detect_at"] for step in path["steps"]] == ["begin", None]


def test_no_path_is_an_empty_list_null_and_a_reason(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(
        'schema = 1\n[site]\nname = "Island"\n[[area]]\nid = "sea"\noutside = true\n[[area]]\nid = "keep"\n'
        '[[target]]\nid = "crown"\narea = "keep"\n[[target.way]]\nid = "take"\n'
        '[[response]]\nid = "guard"\narrival = { mean = 60, sd = 0 }\n'
    )
    document = told([str(tmp_path)])
    check_keys(document)
    (result,) = document["results"]
    assert result["paths"] == []
    assert result["p_interruption"] is None
    assert result["critical_detection_point"] is None
    assert "crown" in result["reason"]


def test_the_same_question_gives_the_same_bytes(chancery: Path) -> None:
    asked = ["assess", str(chancery), "--target", "registry", "--json"]
    assert CliRunner().invoke(main, asked).stdout_bytes == CliRunner().invoke(main, asked).stdout_bytes
