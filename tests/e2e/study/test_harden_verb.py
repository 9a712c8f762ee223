"""`bartizan harden` from end to end on the bundled site."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bartizan.cli.main import main

JSON_PAGE = Path(__file__).parents[3].joinpath("docs", "reference", "json.md").read_text(encoding="utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["harden", *arguments])


def keys_of(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {*value, *(key for name, part in value.items() if name != "options" for key in keys_of(part))}
    return {key for part in value for key in keys_of(part)} if isinstance(value, list) else set()


def test_the_best_set_its_proof_and_the_front(chancery: Path) -> None:
    answer = run(str(chancery), "--budget", "50", "--response", "guard-force", "--target", "registry")
    assert answer.exit_code == 0, answer.output
    assert "Best within 50: " in answer.output
    assert "Proved best" in answer.output
    assert "Every cost at which more can be had" in answer.output


def test_every_key_of_the_json_is_told(chancery: Path) -> None:
    best = run(str(chancery), "--budget", "50.5", "--response", "guard-force", "--json")
    cuts = run(str(chancery), "--cuts", "--response", "guard-force", "--target", "registry", "--json")
    found = json.loads(best.output)
    assert found["options"]["budget"] == 50.5
    assert found["hardening"]["best"]["cost"] <= 50.5
    assert found["hardening"]["front"][0]["cost"] == 0
    keys = keys_of(found) | keys_of(json.loads(cuts.output))
    assert {"together", "contradictions", "gap"} <= keys
    assert not {key for key in keys if f"`{key}`" not in JSON_PAGE}


def test_a_work_that_is_too_small_is_told_as_not_proved(chancery: Path) -> None:
    answer = run(str(chancery), "--budget", "100", "--work", "1", "--no-front", "--response", "guard-force")
    assert answer.exit_code == 0
    assert "Not proved: another set within this budget may leave" in answer.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--budget", "-1"], "is no amount to spend"),
        (["--budget", "lots"], "is no amount"),
        (["--budget", "5", "--all-targets"], "takes each target by itself"),
        ([], "give --budget N"),
        (["--budget", "5", "--cuts"], "give --budget N"),
        (["--budget", "5", "--target", "crown"], "no target has the id 'crown'"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(chancery: Path, arguments: list[str], words: str) -> None:
    answer = run(str(chancery), *arguments)
    assert answer.exit_code == 2
    assert words in answer.output


def test_a_site_without_upgrades_says_what_it_lacks(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["new", str(tmp_path / "site")]).exit_code == 0
    file = tmp_path / "site" / "site.toml"
    file.write_text(file.read_text().partition("[[upgrade]]")[0])  # upgrades, and what is watched behind them
    answer = run(str(tmp_path / "site"), "--budget", "5")
    assert answer.exit_code == 2
    assert "has no upgrades to choose from. Add [[upgrade]]" in answer.output
