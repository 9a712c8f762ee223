"""Rules at the command line: hours, states, silence, why or why not; arming and disarming."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bartizan.adapters.files.orders import FILE
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
[[state]]
id = "open"
axis = "house"
[[state]]
id = "closed"
axis = "house"
[[zone]]
id = "pavement"
area = "street"
polygon = [[0, 0], [20, 0], [20, 5], [0, 5]]
[[zone]]
id = "stop"
area = "street"
use = "access"
polygon = [[15, 0], [20, 0], [20, 5], [15, 5]]
[[rule]]
id = "loiter"
kind = "loitering"
zone = "pavement"
after = 60
"""
# stays in the open, stays at the stop, passes by, and somebody who never comes near
ROWS = [
    (t, track, x, 1.0)
    for t in range(71)
    for track, x in (("stays", 2.0), ("waits", 17.0), ("passes", t - 25.0), ("far", 40.0))
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.toml").write_text(SITE)
    (tmp_path / "tracks.csv").write_text("t,track,x,y\n" + "".join(f"{t},{w},{x},{y}\n" for t, w, x, y in ROWS))
    return site


def bartizan(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def watch(folder: Path, *more: str) -> Result:
    return bartizan("watch", folder, "--tracks", folder.parent / "tracks.csv", *more)


def test_what_is_not_sounded_is_told_as_such(folder: Path) -> None:
    result = watch(folder)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert [line.split("by ")[1].split(":")[0] for line in lines if "raised" in line] == ["stays", "waits"]
    assert "not sounded: access zone stop" in next(line for line in lines if "by waits" in line)
    assert result.stderr.endswith("1 signal raised, 1 recorded and not sounded\n")


def test_why_and_why_not_in_words(folder: Path) -> None:
    lines = [line for line in watch(folder, "--explain").stdout.splitlines() if line.startswith("why: ")]
    assert len(lines) == 4
    by = {line.split()[2].rstrip(","): line for line in lines}
    assert ": raised; closest at" in by["stays"]
    assert ": silent; access zone stop (60.0 to 70.0 s)" in by["waits"]
    assert ": not raised; closest at 45.0 s: in the zone 20 s, asked 60 s (not met)" in by["passes"]
    assert ": not raised; always outside its place, 20.0 m at the nearest" in by["far"]


def test_why_and_why_not_of_one_track_in_json(folder: Path) -> None:
    result = watch(folder, "--json", "--explain", "passes")
    told = [json.loads(line) for line in result.stdout.splitlines()]
    (why,) = [one["explain"] for one in told if "explain" in one]
    assert (why["track"], why["rule"], why["outcome"]) == ("passes", "loiter", "not raised")
    assert why["conditions"] == [{"name": "in the zone", "measured": 20.0, "asked": 60.0, "unit": "s", "met": False}]
    assert "nobody" in watch(folder, "--explain", "nobody").stderr
    assert sum("why: " in line for line in watch(folder, "--explain", "pavement").stdout.splitlines()) == 4


def test_hours_need_a_start_and_states_a_word(folder: Path) -> None:
    place = folder / "site.toml"
    place.write_text(SITE + 'hours = [{ from = "22:00", to = "06:00" }]\n')
    result = watch(folder)
    assert (result.exit_code, "Give --start" in result.stderr) == (2, True)
    assert "1 signal raised" in watch(folder, "--start", "2026-01-12T22:30:00Z").stderr
    by_day = watch(folder, "--start", "2026-01-12T12:00:00Z", "--explain", "stays")
    assert "0 signals raised" in by_day.stderr
    assert ": withheld; hours: it holds 22:00 to 06:00 (60.0 to 70.0 s)" in by_day.stdout
    place.write_text(SITE + 'states = ["closed"]\n')
    assert "Give --state closed" in watch(folder).stderr
    assert "1 signal raised" in watch(folder, "--state", "closed").stderr
    assert "0 signals raised" in watch(folder, "--state", "open").stderr
    assert watch(folder, "--state", "ajar").exit_code == 2


def test_a_zone_outside_every_view_is_told_at_the_start(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    camera = """[[camera]]
id = "north"
size = [768, 576]
fps = 7
model = { points = [[0, 575, 100, 100], [767, 575, 110, 100], [767, 300, 110, 120], [0, 300, 100, 120]] }
"""
    (site / "site.toml").write_text(SITE + camera)
    (tmp_path / "det.txt").write_text("1,-1,10,10,20,60,0.9,-1,-1,-1\n")
    result = bartizan("watch", site, "--detections", f"north={tmp_path / 'det.txt'}")
    assert result.exit_code == 0, result.output
    assert "zone 'pavement' lies outside every watched camera's view: nothing can come of loiter" in result.stderr


def test_arming_and_disarming_are_kept_beside_the_site(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*")}
    assert bartizan("arm", folder).stdout == "loiter: armed\n"
    done = bartizan("disarm", folder, "pavement", "--for", "2h", "--why", "cleaning", "--by", "Ana")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("loiter: disarmed until ")
    assert done.stdout.endswith(": cleaning\n")
    assert "disarmed until" in bartizan("arm", folder).stdout
    assert bartizan("arm", folder, "loiter", "--by", "Ben").stdout.startswith("loiter: armed, by Ben at ")
    assert bartizan("arm", folder).stdout.startswith("loiter: armed, by Ben")
    assert {path: path.read_bytes() for path in folder.rglob("*")} == before
    (kept,) = folder.parent.rglob(FILE)
    orders = [json.loads(line) for line in kept.read_text().splitlines()]
    assert [(one["target"], one["armed"], one["by"], one["reason"]) for one in orders] == [
        ("zone/pavement", False, "Ana", "cleaning"),
        ("rule/loiter", True, "Ben", None),
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("disarm", "{site}", "loitr"), "Did you mean 'loiter'"),
        (("disarm", "{site}", "loiter", "--until", "2020-01-01T00:00:00Z"), "is over, or more than a year ahead"),
        (("disarm", "{site}", "loiter", "--for", "2 hours"), "is not a time such as 30m"),
        (("disarm", "{site}", "loiter", "--for", "1h", "--until", "2020-01-01T00:00:00Z"), "Give one of them"),
        (("disarm", "{site}", "loiter", "--data", "{site}/data"), "lies in the site folder"),
        (("arm", "{site}", "--for", "1h"), "give the rule or the zone"),
    ],
)
def test_orders_that_are_none_change_nothing(folder: Path, arguments: tuple[str, ...], told: str) -> None:
    result = bartizan(*(one.format(site=folder) for one in arguments))
    assert result.exit_code == 2
    assert told in result.stderr
    assert list(folder.parent.rglob(FILE)) == []
