"""PETS 2009 S2.L1 through its given detections: recorded and played again the signals are the same, byte for byte."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from bartizan.cli.main import main

SITE = """
schema = 1
[site]
name = "PETS"
time_zone = "Europe/London"
[plan]
crs = "metres"
[[zone]]
id = "crossing"
polygon = [[-20, -20], [20, -20], [20, 20], [-20, 20]]
[[camera]]
id = "view-1"
size = [768, 576]
fps = 7
model = { tsai = "View_001.xml", unit = "mm" }
[[rule]]
id = "stay"
kind = "loitering"
zone = "crossing"
after = 10
[[rule]]
id = "fast"
kind = "running"
zone = "crossing"
speed = 2.0
after = 1
"""


@pytest.mark.data
def test_pets_recorded_and_replayed(data_dir: Path, tmp_path: Path) -> None:
    footage, site = data_dir / "pets09_s2l1", tmp_path / "site"
    site.mkdir()
    shutil.copy(footage / "calibration" / "View_001.xml", site)
    (site / "site.toml").write_text(SITE)
    recording = tmp_path / "pets.jsonl"
    options = ["--detections", f"view-1={footage / 'det.txt'}", "--start", "2009-10-27T09:00:00Z", "--json"]
    watched = CliRunner().invoke(main, ["watch", str(site), *options, "--record", str(recording)])
    assert watched.exit_code == 0, watched.stderr
    signals = [json.loads(line) for line in watched.stdout.splitlines()]
    # ten people walk there for minutes in all: a run without signals would prove nothing
    assert len({one["id"] for one in signals}) >= 5
    replayed = CliRunner().invoke(main, ["watch", str(site), "--replay", str(recording), "--json"])
    assert replayed.stdout == watched.stdout
    # other rules on the same sightings: said, and done
    (site / "site.toml").write_text(SITE.replace("after = 10", "after = 1e6").replace("speed = 2.0", "speed = 9.0"))
    other = CliRunner().invoke(main, ["watch", str(site), "--replay", str(recording), "--json"])
    assert other.exit_code == 0
    assert other.stdout == ""
    assert "through the rules as they are now" in other.stderr
