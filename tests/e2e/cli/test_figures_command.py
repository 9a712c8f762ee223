"""`bartizan figures` over a journal that a desk wrote, and while a desk has it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

import bartizan
from bartizan.adapters.store import open_journal
from bartizan.app.room import open_room
from bartizan.cli.main import main
from bartizan.signal import Signal

T0 = datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.fixture
def data(chancery: Path, tmp_path: Path) -> Path:
    journal = open_journal(tmp_path / "journal.sqlite")
    clock = [T0]
    desk = open_room(bartizan.load(chancery), journal, lambda: clock[0], minds=False).desk
    for number in range(12):
        alarm = desk.take(
            Signal(id=str(number), t=float(number), kind="loitering", state="raised", rule="r", exercise=number == 11),
            f"run {number}",
        )
        assert alarm is not None
        clock[0] += timedelta(seconds=10)
        desk.acknowledge(alarm.id, "eva")
        clock[0] += timedelta(seconds=20)
    # not closed: the desk that owns it is still at work
    return tmp_path


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["figures", *args])
    return result.exit_code, result.output


def test_the_record_in_words_and_json_while_a_desk_is_at_work(data: Path) -> None:
    status, words = run(str(data))
    assert status == 0
    assert "real: 11 alarms" in words
    assert "exercise: 1 alarms" in words
    status, text = run(str(data), "--json", "--shift", "07:00", "--shift", "19:00", "--zone", "Europe/Vienna")
    found = json.loads(text)
    assert found["real"]["chain"][0]["median"]["value"] == 10.0
    assert [one["name"] for one in found["real"]["shifts"]] == ["07:00 to 19:00", "19:00 to 07:00"]
    assert found["real"]["load"]["busiest_ten_minutes"]["alarms"] == 11


def test_a_page_with_plots(data: Path, tmp_path: Path) -> None:
    page = tmp_path / "figures.html"
    assert run(str(data), "--report", str(page))[0] == 0
    text = page.read_text()
    assert text.count("<svg") >= 4
    assert "://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in text
    page.write_text("somebody's own")
    assert run(str(data), "--report", str(page))[0] == 2
    assert page.read_text() == "somebody's own"


WRONG = (
    ("--days", "0"),
    ("--positions", "0"),
    ("--zone", "Nowhere/At_all"),
    ("--zone", "../etc"),
    ("--shift", "24:00"),
    ("--shift", "06:00", "--shift", "06:00"),
)


def test_what_cannot_be_meant_is_refused(data: Path) -> None:
    assert [run(str(data), *wrong)[0] for wrong in WRONG] == [2] * len(WRONG)


def test_a_folder_without_a_journal(tmp_path: Path) -> None:
    assert run(str(tmp_path / "nowhere"))[0] == 2
    assert not (tmp_path / "nowhere").exists()
