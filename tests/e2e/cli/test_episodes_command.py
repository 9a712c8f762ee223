"""Episodes at the command line: counted by watch, shown by episodes, against a base that was counted before."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bartizan.adapters.files.counts import FILE
from bartizan.cli.main import main

SITE = """schema = 1
[site]
name = "Front"
time_zone = "Europe/Vienna"
[plan]
crs = "metres"
[[area]]
id = "street"
outside = true
[[zone]]
id = "pavement"
area = "street"
polygon = [[0, 0], [20, 0], [20, 5], [0, 5]]
[[rule]]
id = "enter"
kind = "intrusion"
zone = "pavement"
grace = 1
"""
START = datetime(2026, 2, 2, 8, tzinfo=UTC)


def bartizan(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.toml").write_text(SITE)
    # twelve people, ten seconds each, one after another
    rows = [(10 * n + t, f"p{n}", 1.0, 1.0) for n in range(12) for t in range(8)]
    (tmp_path / "tracks.csv").write_text("t,track,x,y\n" + "".join(f"{t},{w},{x},{y}\n" for t, w, x, y in rows))
    return site


def watch(folder: Path, *more: str | Path) -> Result:
    return bartizan("watch", folder, "--tracks", folder.parent / "tracks.csv", *more)


def with_base(data: Path, days: int) -> None:
    data.mkdir()
    hours = (START - timedelta(hours=n) for n in range(1, 24 * days + 1))
    told = ({"place": "pavement", "kind": "intrusion", "hour": f"{h:%Y-%m-%dT%H:%M:%SZ}", "count": 1} for h in hours)
    (data / FILE).write_text("".join(json.dumps(row | {"seconds": 3600.0}) + "\n" for row in told))


def test_watch_counts_and_tells_what_is_unusual(folder: Path, tmp_path: Path) -> None:
    with_base(tmp_path / "data", 21)
    result = watch(folder, "--episodes", "--data", tmp_path / "data", "--start", "2026-02-02T08:00:00Z", "--json")
    assert result.exit_code == 0, result.output
    told = [json.loads(line) for line in result.stdout.splitlines()]
    unusual = [one for one in told if one["kind"] == "unusual-count"]
    assert {one["because"]["window"] for one in unusual} <= {"hour", "day"}
    assert unusual[0]["id"] == "run-count-1"
    assert unusual[0]["because"]["place"] == "pavement"
    shown = bartizan("episodes", folder, "--data", tmp_path / "data")
    assert shown.exit_code == 0, shown.output
    assert "pavement, intrusion: 516 episodes in 504 hours watched on 22 days" in shown.stdout
    assert "unusual: 2026-02-02T08:00:00Z  12 times intrusion at pavement in this hour; 1 expected" in shown.stdout
    assert "at most 1 false signals a month are expected" in shown.stdout
    as_json = json.loads(bartizan("episodes", folder, "--data", tmp_path / "data", "--json").stdout)
    assert as_json["series"][0]["count"] == 516
    assert as_json["series"][0]["base"][9]["hours"] == 3.03


def test_without_days_enough_there_is_no_base_yet(folder: Path) -> None:
    result = watch(folder, "--episodes", "--start", "2026-02-02T08:00:00Z")
    assert result.exit_code == 0, result.output
    assert "unusual" not in result.stdout
    assert "no base yet: it takes 14 days" in bartizan("episodes", folder).stdout
    assert list(folder.iterdir()) == [folder / "site.toml"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--episodes",), "Give --start"),
        (("--data", "elsewhere"), "--data goes with --episodes"),
    ],
)
def test_what_cannot_be_counted_is_refused(folder: Path, more: tuple[str, ...], told: str) -> None:
    result = watch(folder, *more)
    assert result.exit_code == 2
    assert told in result.stderr


def test_what_was_counted_is_not_counted_again(folder: Path) -> None:
    (folder.parent / "run.rec").write_text("")
    result = bartizan("watch", folder, "--replay", folder.parent / "run.rec", "--episodes")
    assert (result.exit_code, "a replay was counted" in result.stderr) == (2, True)
