"""`bartizan simulate`, as a person or a script runs it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from bartizan.cli.main import main


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["simulate", *(str(argument) for argument in arguments)])


def test_words(chancery: Path) -> None:
    result = run(chancery, "--threat", "lone-intruder", "--target", "registry", "--se", "0.01", "--need", "4")
    assert result.exit_code == 0, result.output
    for words in (
        "Example chancery",
        "threat lone-intruder, target registry, as written, answered by guard-force, police",
        "registry/open-cabinet",
        "attacked 32,768 times",
        "P_I, 4 or more in time",
        "closed form, guard-force alone",
        "first noticed",
        "enough are there",
    ):
        assert words in result.stdout
    assert result.stderr == ""


def test_json_is_the_same_for_any_number_of_workers(chancery: Path) -> None:
    asked = (chancery, "--target", "registry", "--se", "0.002", "--seed", "7", "--json")
    one, three = run(*asked, "--workers", "1"), run(*asked, "--workers", "3")
    assert one.exit_code == 0, one.output
    assert one.stdout == three.stdout
    written = json.loads(one.stdout)
    assert (written["schema"], written["seed"]) == (1, 7)
    assert [case["threat"] for case in written["results"]] == ["lone-intruder", "armed-intruder"]
    assert all(path["simulation"]["reached"] for case in written["results"] for path in case["paths"])
    assert run(*asked[:-1], "--json", "--seed", "8").stdout != one.stdout


def test_what_cannot_be_is_refused_in_words(chancery: Path) -> None:
    for arguments, words in (
        (("--need", "1000"), "all forces together are"),
        (("--target", "moon"), "'moon'"),
        (("--state", "nowhere"), "nowhere"),
        (("--se", "0"), "--se"),
        (("--workers", "0"), "--workers"),
        (("--seed", "-1"), "--seed"),
    ):
        result = run(chancery, *arguments)
        assert result.exit_code == 2
        assert words in result.stderr
    assert run(chancery / "nothing.toml").exit_code == 2
