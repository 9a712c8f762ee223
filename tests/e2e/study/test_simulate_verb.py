"""`bartizan simulate`, as a person or a script runs it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bartizan.app.simulate import Question
from bartizan.assess.simulate import Progress
from bartizan.cli.main import main
from bartizan.cli.simulate import TOLD_EVERY, told_on_terminal


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


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_told_where_somebody_looks_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    question = Question(threat=None, targets=("safe\x1b[2J",), state=())
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert told_on_terminal() is None
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    tell = told_on_terminal()
    assert tell is not None
    for block in range(1, 2 * TOLD_EVERY + 1):
        tell(question, Progress(block * 1000, 0.0123, 0.001))
    lines = terminal.getvalue().splitlines()
    assert len(lines) == 2
    assert f"{TOLD_EVERY * 1000:,} attacks, standard error 0.012 of 0.001 wanted" in lines[0]
    assert "\x1b" not in terminal.getvalue()
