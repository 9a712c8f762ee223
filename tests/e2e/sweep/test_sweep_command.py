"""`bartizan sweep` as people call it."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from bartizan.cli.main import main


def call(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["sweep", *arguments])
    return result.exit_code, result.stdout, result.stderr


ONE = ("--threat", "armed-intruder", "--target", "registry", "--response", "guard-force", "--workers", "1")


def test_words_json_and_csv_say_the_same_and_what_was_kept_is_not_done_again(chancery: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    asked = (str(chancery), *ONE, "--state", "-", "--state", "night,heightened", "--keep", str(kept))
    status, text, _ = call(*asked, "--json")
    assert status == 0
    document = json.loads(text)
    assert [row["state"] for row in document["results"]] == [[], ["night", "heightened"]]
    assert len(kept.read_text().splitlines()) == 2
    written = kept.read_text()
    assert call(*asked, "--json") == (0, text, "")
    assert kept.read_text() == written

    assessed = CliRunner().invoke(
        main, ["assess", str(chancery), "--threat", "armed-intruder", "--target", "registry", "--response",
               "guard-force", "--state", "night,heightened", "--json"]
    )  # fmt: skip
    (alone,) = json.loads(assessed.stdout)["results"]
    assert document["results"][1]["p_interruption"] == alone["p_interruption"]
    assert document["results"][1]["any_law"] == alone["paths"][0]["any_law"]

    status, table, _ = call(*asked, "--csv")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [float(row["p_interruption"]) for row in rows] == [row["p_interruption"] for row in document["results"]]
    assert rows[1]["state"] == "night,heightened"
    status, words, _ = call(*asked)
    least = min(row["p_interruption"] for row in document["results"])
    assert f"Least P_I = {least:.4f}" in words
    assert "2 of 2 units done" in words


def test_ctrl_c_leaves_what_is_done_and_the_same_command_goes_on(chancery: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    seeds = ("--simulate", "--se", "0.001", "--seeds", "200")
    program = [sys.executable, "-c", "from bartizan.cli.main import main; main()"]
    command = [*program, "sweep", str(chancery), *ONE, *seeds, "--keep", str(kept), "--csv"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60.0
    while not (kept.exists() and kept.read_text().count("\n") >= 2) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    text, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert "stopped" in told
    rows = list(csv.DictReader(io.StringIO(text)))
    # an exact and a simulated row for each unit
    assert len(rows) == 2 * len(kept.read_text().splitlines())
    assert 2 <= len(rows) // 2 < 200


def test_a_unit_that_fails_is_told_and_the_status_is_1(chancery: Path, tmp_path: Path) -> None:
    status, words, told = call(str(chancery), *ONE, "--state", "noon", "--keep", str(tmp_path / "kept"))
    assert status == 1
    assert "0 of 1 units done" in words
    assert "1 of 1 units failed" in told
    assert "noon" in told
    assert (tmp_path / "kept").read_text() == ""


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--json", "--csv"], "Choose one"),
        (["--scheduler", "tcp://127.0.0.1:9", "--workers", "2"], "Choose one"),
        (["--tls-ca", "ca.pem"], "--scheduler"),
        (["--seeds", "3"], "nothing is drawn"),
        (["--scheduler", "127.0.0.1:9"], "is no address"),
        (["--scheduler", "tls://127.0.0.1:9", "--tls-ca", "ca.pem"], "TLS needs three files"),
        (["--state", "a,,b"], "empty state"),
    ],
)
def test_what_does_not_go_together_is_said(chancery: Path, options: list[str], words: str) -> None:
    status, _, told = call(str(chancery), *options)
    assert status == 2
    assert words in told
