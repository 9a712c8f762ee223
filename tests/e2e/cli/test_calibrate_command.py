"""bartizan calibrate from the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from bartizan.adapters.video.opencv import open_video
from bartizan.adapters.video.scene import empty_scene
from bartizan.cli.main import main
from bartizan.geometry.pinhole import Pinhole
from bartizan.watch.calibrate.moving import moving

SIZE = (640, 480)
MODEL = Pinhole.looking(position=(0.0, 0.0, 5.0), at=(0.0, 13.0), focal_px=620.0, size=SIZE)
PIXELS = np.array([[60, 300], [580, 310], [80, 460], [560, 450], [320, 380], [330, 280.0]])
SITE = """schema = 1
[site]
name = "Yard"
[[area]]
id = "yard"
outside = true
[[zone]]
id = "gate"
area = "yard"
polygon = [[-2, 9], [2, 9], [2, 14], [-2, 14]]
# seen from the roof
[[camera]]
id = "roof"
size = [640, 480]
fps = 5
at = [0, 0]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "yard").mkdir()
    (tmp_path / "yard" / "site.toml").write_text(SITE)
    return tmp_path / "yard"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["calibrate", *map(str, words)])


def pairs(count: int) -> list[str]:
    rows = np.column_stack([PIXELS, MODEL.to_ground(PIXELS)])[:count]
    return [word for row in rows for word in ("--pair", ",".join(f"{value:.4f}" for value in row))]


def write_boxes(path: Path) -> None:
    """People who cross the view, as MOTChallenge text at five pictures a second."""
    rng, lines = np.random.default_rng(4), []
    for _ in range(24):
        tall, pace = 1.72 * (1.0 + 0.05 * rng.standard_normal()), 1.3
        ends = MODEL.to_ground(np.column_stack([rng.uniform(60, 580, 2), rng.uniform(170, 450, 2)]))
        length, start = float(np.hypot(*(ends[1] - ends[0]))), int(rng.uniform(0, 450))
        for n in range(int(min(length / pace, 20.0) * 5)):
            at = ends[0] + (ends[1] - ends[0]) * pace * n / 5.0 / length
            foot, head = MODEL.to_image(np.array([[*at, 0.0], [*at, tall]]))
            size = foot[1] - head[1]
            lines.append(
                (start + n + 1, f"-1,{foot[0] - 0.18 * size:.2f},{head[1]:.2f},{0.36 * size:.2f},{size:.2f},1,-1,-1,-1")
            )
    path.write_text("".join(f"{frame},{rest}\n" for frame, rest in sorted(lines)))


def test_the_example_is_surveyed_in_words_json_and_a_page(chancery: Path, tmp_path: Path) -> None:
    told = run(chancery, "entrance", "--report", tmp_path / "r.html")
    assert told.exit_code == 0, told.output
    assert "IEC 62676-4:2025" in told.output
    page = (tmp_path / "r.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "<script" not in page
    assert "src=" not in page
    assert page.count("<svg") == 2
    answer = json.loads(run(chancery, "entrance", "--json").output)
    assert answer["camera"] == "entrance"
    assert {one["zone"] for one in answer["zones"]} == {"pavement", "apron"}


def test_point_pairs_are_tried_and_written_and_then_are_the_camera(folder: Path) -> None:
    assert "has no model" in run(folder, "roof").output
    tried = run(folder, "roof", *pairs(4))
    assert tried.exit_code == 0, tried.output
    assert "the residuals are unknown" in tried.output
    assert (folder / "site.toml").read_text() == SITE
    written = run(folder, "roof", *pairs(6), "--write")
    assert written.exit_code == 0, written.output
    assert "+model = { points = [[60.0, 300.0," in written.output
    assert (folder / "site.toml").read_text().startswith(SITE.rstrip("\n"))
    after = run(folder, "roof", "--json")
    fit = json.loads(after.output)["fit"]
    assert len(fit["points"]) == 6
    assert fit["rms"] < 0.01


def test_a_camera_is_found_from_walkers_and_written(folder: Path) -> None:
    boxes = folder.parent / "det.txt"
    write_boxes(boxes)
    loose = run(folder, "roof", "--from-walkers", "--detections", boxes, "--write")
    assert loose.exit_code == 2
    assert "not on the plan yet" in loose.output
    assert (folder / "site.toml").read_text() == SITE
    found = run(folder, "roof", "--from-walkers", "--detections", boxes, *pairs(1), "--json", "--write")
    assert found.exit_code == 0, found.output
    answer = json.loads(found.stdout)
    assert answer["walkers"]["focal"]["low"] <= 620.0 <= answer["walkers"]["focal"]["high"]
    assert answer["calibration_error_known"] is True
    assert (folder / "roof-walkers.yaml").is_file()
    again = json.loads(run(folder, "roof", "--json").output)
    assert again["place"] == pytest.approx([0.0, 0.0, 5.0], abs=1.2)
    assert again["calibration_error_known"] is True


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nobody"], "nobody"),
        (["roof", "--from-walkers"], "--video or --detections"),
        (["roof", "--write"], "needs a new model"),
        (["roof", "--lens"], "goes with --pair"),
        (["roof", "--page", "--json"], "--page shows and writes for itself"),
        (["roof", "--pair", "1,2,3"], "PX,PY,X,Y"),
        (["roof", "--pair", "1,2,nan,4"], "four"),
        (["roof", "--from-walkers", "--detections", "none.txt"], "none.txt"),
        (["roof", "--from-walkers", "--video", "none.avi"], "none.avi"),
        (["roof", "--report", "site.toml"], ""),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(folder: Path, words: list[str], said: str) -> None:
    told = run(folder, *words)
    assert told.exit_code == 2
    assert said in told.output
    assert (folder / "site.toml").read_text() == SITE


def test_a_video_gives_the_scene_without_those_who_pass_and_boxes_round_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    ground = rng.integers(90, 130, (240, 320, 3)).astype(np.uint8)
    shots = tmp_path / "shots"
    shots.mkdir()
    for n in range(80):
        picture = ground.copy()
        left = 10 + 3 * n
        picture[100:170, left : left + 26] = (20, 30, 200)
        cv2.imwrite(str(shots / f"{n:04d}.png"), picture)
    scene = empty_scene(open_video(shots, "c", 5.0))
    assert int(np.abs(scene.astype(int) - ground).max()) < 10
    frames = list(moving(open_video(shots, "c", 5.0)))
    late = [boxes for t, boxes in frames if 8.0 < t < 15.0]
    assert all(len(boxes) == 1 for boxes in late)
    for t, boxes in frames:
        if 8.0 < t < 15.0:
            assert boxes[0].box == pytest.approx((10 + 3 * t * 5, 100, 26, 70), abs=6)
    shutil.rmtree(shots)
