"""UCY zara02 (Lerner, Chrysanthou, Lischinski, "Crowds by example", 2007): who stays over 60 s, and nobody else.

The seven are those whose longest stay within 2 m of where it began exceeds 60 s; it is computed here from the table
by plain arithmetic, and so is the time that everybody else was in view.
"""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bartizan.cli.main import main

pytestmark = pytest.mark.data

SITE = """
schema = 1
[site]
name = "A street before a shop"
[plan]
crs = "metres"
[[zone]]
id = "street"
polygon = [[-12, -15], [12, -15], [12, 25], [-12, 25]]
[[rule]]
id = "loiter"
kind = "loitering"
zone = "street"
after = 60
grace = 5
"""

Track = list[tuple[float, float, float]]


def tracks_of(path: Path) -> dict[str, Track]:
    found: dict[str, Track] = defaultdict(list)
    with path.open(newline="") as stream:
        for row in csv.DictReader(stream):
            found[row["track"]].append((float(row["t"]), float(row["x"]), float(row["y"])))
    return found


def longest_stay_within(metres: float, track: Track) -> float:
    """The longest time [s] for which a track keeps within so many metres of where that time begins."""
    best = 0.0
    for n, (t, x, y) in enumerate(track):
        for later, x2, y2 in track[n:]:
            if math.hypot(x2 - x, y2 - y) > metres:
                break
            best = max(best, later - t)
    return best


def slow_time(track: Track) -> float:
    """The time [s] in which somebody got less than 0.9 m further in the three seconds about it."""
    half, step = 4, 0.4
    pairs = zip(track, track[2 * half :], strict=False)
    return step * sum(math.hypot(b[1] - a[1], b[2] - a[2]) < 0.3 * (b[0] - a[0]) for a, b in pairs)


def watch(folder: Path, table: Path) -> Result:
    (folder / "site.toml").write_text(SITE)
    return CliRunner().invoke(main, ["watch", str(folder), "--tracks", str(table), "--json"])


def test_the_alarms_are_exactly_the_seven_who_stay(data_dir: Path, tmp_path: Path) -> None:
    table = data_dir / "trajectories" / "ucy_zara02.csv"
    tracks = tracks_of(table)
    staying = {name for name, track in tracks.items() if longest_stay_within(2.0, track) > 60.0}
    assert staying == {"69", "70", "112", "111", "44", "71", "169"}

    result = watch(tmp_path, table)
    assert result.exit_code == 0
    signals = [json.loads(line) for line in result.stdout.splitlines()]
    raised = [signal for signal in signals if signal["state"] == "raised"]
    assert sorted(name for signal in raised for name in signal["tracks"]) == sorted(staying)
    for signal in raised:
        (name,) = signal["tracks"]
        entered = tracks[name][0][0]
        due = next(t for t, _, _ in tracks[name] if t - entered >= 60.0 - 1e-6)
        assert (signal["since"], signal["t"]) == (entered, due)
        x, y = next((x, y) for t, x, y in tracks[name] if t == due)
        assert signal["at"] == [round(x, 3), round(y, 3)]
    ended = {signal["tracks"][0]: signal for signal in signals if signal["state"] == "ended"}
    for name, signal in ended.items():
        assert signal["because"]["seconds"] == pytest.approx(tracks[name][-1][0] - tracks[name][0][0], abs=1e-3)
        # another reading of the same words: slower than 0.3 m/s over three seconds; rests begin and end otherwise
        assert signal["because"]["standing"] == pytest.approx(slow_time(tracks[name]), abs=6.0)
    assert ended.keys() == staying


def test_everybody_else_was_in_view_for_less_than_a_minute(data_dir: Path) -> None:
    tracks = tracks_of(data_dir / "trajectories" / "ucy_zara02.csv")
    in_view = {name: track[-1][0] - track[0][0] for name, track in tracks.items()}
    assert len(tracks) == 204
    assert sum(seconds >= 60.0 for seconds in in_view.values()) == 7


@pytest.mark.parametrize(("name", "staying"), [("ucy_zara01", {"8"}), ("eth_hotel", set())])
def test_the_other_places(data_dir: Path, tmp_path: Path, name: str, staying: set[str]) -> None:
    table = data_dir / "trajectories" / f"{name}.csv"
    in_view = {track for track, rows in tracks_of(table).items() if rows[-1][0] - rows[0][0] >= 60.0}
    assert in_view == staying
    signals = [json.loads(line) for line in watch(tmp_path, table).stdout.splitlines()]
    assert {signal["tracks"][0] for signal in signals if signal["state"] == "raised"} == staying


def test_a_replay_is_the_same_byte_for_byte(data_dir: Path, tmp_path: Path) -> None:
    table = data_dir / "trajectories" / "ucy_zara02.csv"
    assert watch(tmp_path, table).stdout_bytes == watch(tmp_path, table).stdout_bytes
