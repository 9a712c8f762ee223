"""`bartizan watch` as a user meets it: words, JSON, MOT text, and each bad input with its error and exit status."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner, Result

from bartizan.cli.main import main

SITE = """
schema = 1
[site]
name = "A pavement"
[plan]
crs = "metres"
[[zone]]
id = "pavement"
polygon = [[-2, -2], [10, -2], [10, 16], [-2, 16]]
[[camera]]
id = "north"
size = [320, 240]
model = { points = [[50, 200, 0, 0], [270, 200, 8, 0], [110, 75, 0, 20], [210, 75, 8, 20]] }
[[camera]]
id = "blind"
[[rule]]
id = "loiter"
kind = "loitering"
zone = "pavement"
after = 60
grace = 5
"""

WORD, NUMBER = {"type": "string"}, {"type": "number"}
CONTRACT: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "schema": {"const": 1},
        "id": WORD,
        "t": NUMBER,
        "utc": {"type": ["string", "null"], "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"},
        "kind": {"const": "loitering"},
        "rule": WORD,
        "state": {"enum": ["raised", "updated", "ended"]},
        "zone": WORD,
        "area": {"type": ["string", "null"]},
        "element": {"type": ["string", "null"]},
        "cameras": {"type": "array", "items": WORD},
        "tracks": {"type": "array", "items": WORD, "minItems": 1},
        "at": {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2},
        "since": NUMBER,
        "severity": {"enum": ["low", "medium", "high"]},
        "exercise": {"const": False},
        "linked": {"type": "array", "items": WORD},
        "silent": {"type": ["string", "null"]},
        "because": {"type": "object", "required": ["text", "seconds", "standing", "walked", "net"]},
    },
}

# a key is never missing
CONTRACT["required"] = list(CONTRACT["properties"])

Watch = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.toml").write_text(SITE)
    return site


@pytest.fixture
def watch(folder: Path) -> Watch:
    def run(*arguments: str | Path) -> Result:
        before = {path: path.read_bytes() for path in folder.parent.rglob("*") if path.is_file()}
        result = CliRunner().invoke(main, ["watch", str(folder), *map(str, arguments)])
        if result.exit_code:
            assert {path: path.read_bytes() for path in folder.parent.rglob("*") if path.is_file()} == before
        return result

    return run


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """One who stays for 70 s and one who passes."""
    rows = ["t,track,x,y"]
    for n in range(141):
        t = n / 2
        rows.append(f"{t},stays,4,6")
        if n < 20:
            rows.append(f"{t},passes,{n},3")
    path = tmp_path / "tracks.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def video(path: Path, size: tuple[int, int] = (320, 240), frames: int = 40) -> Path:
    """A dark figure walks through a grey, grainy scene."""
    rng = np.random.default_rng(1)
    scene = rng.normal(120.0, 10.0, (size[1], size[0], 1)).repeat(3, axis=2)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 5.0, size)
    for _ in range(frames):
        picture = scene + rng.normal(0.0, 2.0, scene.shape)
        writer.write(np.clip(picture, 0, 255).astype(np.uint8))
    writer.release()
    return path


def test_words(watch: Watch, table: Path) -> None:
    result = watch("--tracks", table, "--start", "2026-03-01T22:10:00Z")
    assert result.exit_code == 0
    raised, ended = result.stdout.splitlines()
    assert raised == (
        "2026-03-01T22:11:00.000Z  raised   loitering in pavement by stays: in the zone 60 s; "
        "standing 60 s; net 0 m of 0 m walked; since 22:10:00 UTC [run-1, medium]"
    )
    assert ended.startswith("2026-03-01T22:11:10.000Z  ended    loitering in pavement by stays: in the zone 70 s")
    assert result.stderr == "bartizan: 161 places of 2 tracks; 1 signal raised\n"


def test_json_of_the_contract(watch: Watch, table: Path) -> None:
    result = watch("--tracks", table, "--json", "--run", "monday")
    assert result.exit_code == 0
    signals = [json.loads(line) for line in result.stdout.splitlines()]
    for signal in signals:
        jsonschema.validate(signal, CONTRACT)
    assert [(one["id"], one["state"], one["t"], one["utc"]) for one in signals] == [
        ("monday-1", "raised", 60.0, None),
        ("monday-1", "ended", 70.0, None),
    ]


def test_detections_and_mot_out(watch: Watch, tmp_path: Path) -> None:
    boxes, out = tmp_path / "det.txt", tmp_path / "out.txt"
    boxes.write_text("".join(f"{n},-1,{150 + n / 10:.1f},100,20,50,0.9,-1,-1,-1\n" for n in range(1, 326)))
    result = watch("--detections", f"north={boxes}", "--fps", "5", "--mot-out", f"north={out}", "--json")
    assert result.exit_code == 0, result.stderr
    signals = [json.loads(line) for line in result.stdout.splitlines()]
    track = signals[0]["tracks"][0]
    assert re.fullmatch("run-[b-z2-9]{6}", track)
    assert [(one["state"], one["tracks"], one["cameras"]) for one in signals] == [
        ("raised", [track], ["north"]),
        ("ended", [track], ["north"]),
    ]
    rows = np.loadtxt(out, delimiter=",")
    assert rows.shape == (325, 10)
    assert rows[:, 0].tolist() == list(range(1, 326))
    assert set(rows[:, 1]) == {1.0}
    # away from the ends a mean over a straight line is the line itself
    assert np.abs(rows[5:-5, 2] - (150 + rows[5:-5, 0] / 10)).max() < 0.06
    assert "325 pictures, 325 detections, 1 track; dropped 0 pictures and 0 detections" in result.stderr


def test_a_video(watch: Watch, tmp_path: Path) -> None:
    result = watch("--camera", f"north={video(tmp_path / 'north.avi')}", "--mot-out", f"north={tmp_path / 'out.txt'}")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    assert "40 pictures" in result.stderr
    assert (tmp_path / "out.txt").read_text() == ""


def test_a_truncated_video(watch: Watch, tmp_path: Path) -> None:
    whole = video(tmp_path / "north.avi").read_bytes()
    (tmp_path / "north.avi").write_bytes(whole[: len(whole) // 2])
    result = watch("--camera", f"north={tmp_path / 'north.avi'}", "--mot-out", f"north={tmp_path / 'out.txt'}")
    assert result.exit_code == 2
    assert "north.avi" in result.stderr
    assert not (tmp_path / "out.txt").exists()


def test_a_file_that_is_no_video(watch: Watch, tmp_path: Path, table: Path) -> None:
    noise = tmp_path / "noise.avi"
    noise.write_bytes(np.random.default_rng(1).bytes(5000))
    for path in (noise, table, tmp_path / "missing.avi", tmp_path):
        result = watch("--camera", f"north={path}")
        assert result.exit_code == 2
        assert str(path) in result.stderr
        assert "Traceback" not in result.stderr


def test_pictures_of_another_size(watch: Watch, tmp_path: Path) -> None:
    result = watch("--camera", f"north={video(tmp_path / 'wide.avi', (640, 480))}")
    assert result.exit_code == 2
    assert "camera 'north' has pictures of 640 x 480 pixels, and the site says 320 x 240 pixels" in result.stderr


def test_a_camera_without_calibration(watch: Watch, tmp_path: Path) -> None:
    result = watch("--camera", f"blind={video(tmp_path / 'blind.avi')}")
    assert result.exit_code == 2
    assert "camera 'blind' has no model" in result.stderr
    assert "site.toml" in result.stderr


def test_a_table_with_nan_text_and_unsorted_times(watch: Watch, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("t,track,x,y\n0,a,nan,1\n1,a,left,1\n5,a,1,1\n4,a,1,1\n")
    result = watch("--tracks", path)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert [line.split(": ", 2)[1] for line in result.stderr.splitlines()] == [f"{path}:{n}" for n in (2, 3, 5)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--camera", "north"], "is not ID=SOURCE"),
        (["--camera", "north=a.avi", "--camera", "north=b.avi"], "a camera is named twice"),
        (["--camera", "north=a.avi", "--tracks", "b.csv"], "give one of --camera, --detections, --tracks"),
        (["--tracks", "a.csv", "--fps", "5"], "--mot-out and --fps are for cameras"),
        (["--camera", "north=a.avi", "--fps", "0"], "--fps"),
        (["--camera", "north=a.avi", "--fps", "nan"], "--fps"),
        (["--camera", "north=a.avi", "--fps", "1e300"], "--fps"),
        (["--camera", "north=a.avi", "--run", "a\nb\x1b[1m"], "--run: give at most 80 letters"),
        (["--camera", "north=a.avi", "--run", "y" * 81], "--run: give at most 80 letters"),
        (["--tracks", "a.csv", "--start", "tomorrow"], "is not a time such as"),
        (["--camera", "nroth=a.avi"], "no camera has the id 'nroth'"),
        (["--camera", "north=ftp://camera.example/stream"], "is not a stream that can be watched"),
        (["--camera", "blind=rtsp://camera.example/stream"], "camera 'blind' has no model"),
        (["--camera", "north=rtsp://camera.example/s", "--mot-out", "north=a.txt"], "--mot-out is written at the end"),
        (["--to", "mqtts://broker.example", "--tracks", "a.csv"], "--to hands on what cameras show"),
        (["--from", "mqtts://broker.example", "--replay", "a.jsonl"], "give one of"),
        (["--from", "mqtt://broker.example"], "cross the network in clear text"),
        (["--from", "mqtts://me:word@broker.example"], "BARTIZAN_MQTT_PASSWORD"),
        (["--replay", "missing.jsonl"], "Give a file that --record wrote"),
        (["--replay", "a.jsonl", "--seed", "1"], "are those of the recording"),
        (["--tracks", "a.csv", "--record", "b.jsonl"], "--record is for cameras"),
        (["--camera", "north=a.avi", "--publish"], "--publish goes with --from"),
        (["--camera", "north=a.avi", "--spool", "b"], "--spool goes with --to"),
        (["--detections", "north=missing.txt", "--fps", "5"], "does not exist"),
        (["--detections", "north=missing.txt"], "Give --fps, or fps in site.toml"),
        ([], "there is nothing to watch"),
    ],
)
def test_what_cannot_be_meant(watch: Watch, arguments: list[str], message: str) -> None:
    result = watch(*arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_outputs_that_cannot_be_written_are_refused_first(watch: Watch, folder: Path, tmp_path: Path) -> None:
    boxes = tmp_path / "det.txt"
    boxes.write_text("1,-1,1,1,10,20,0.9\n")
    start = ["--detections", f"north={boxes}", "--fps", "5", "--mot-out"]
    for place in (tmp_path / "no" / "out.txt", tmp_path, boxes, folder / "site.toml", Path("/dev/null")):
        result = watch(*start, f"north={place}")
        assert result.exit_code == 2
        assert "cannot be written" in " ".join(result.stderr.split())
    assert boxes.read_text() == "1,-1,1,1,10,20,0.9\n"
    result = watch(*start, f"south={tmp_path / 'out.txt'}")
    assert result.exit_code == 2
    assert "is not watched" in " ".join(result.stderr.split())


def test_a_site_without_rules_says_so(watch: Watch, folder: Path, tmp_path: Path) -> None:
    text = SITE[: SITE.index("[[rule]]")]
    (folder / "site.toml").write_text(text)
    boxes = tmp_path / "det.txt"
    boxes.write_text("1,-1,100,100,20,50,0.9\n")
    result = watch("--detections", f"north={boxes}", "--fps", "5")
    assert result.exit_code == 0
    assert "the site has no rule" in result.stderr
