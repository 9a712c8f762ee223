"""Cameras found from the people who walk there, against what is known of them: PETS frames 1-400 and all, and the
bundled site's cameras as rendered.

    python -m benchmarks.calibration [--data DIR]

Places are compared where people are in view (up to 45 m), once laid on the plan by two point pairs taken from the
known calibration, and once laid as well as can be (turned and shifted, not stretched), which shows the shape alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import bartizan
from bartizan.adapters.files.calibration import read_model
from bartizan.adapters.files.tracks import read_boxes
from bartizan.adapters.video.opencv import open_video
from bartizan.app.calibration import Walked, calibrate_by_walkers
from bartizan.app.calibration.survey import camera_place
from bartizan.drill.play import Figure
from bartizan.drill.render import Renderer
from bartizan.drill.scenery import scenery
from bartizan.geometry.projection import CameraModel, Points
from bartizan.watch.calibrate.moving import moving
from bartizan.watch.detection.detect import Detection
from benchmarks.table import Row, main

Frames = Iterator[tuple[float, list[Detection]]]
COMMAND = "python -m benchmarks.calibration"
FPS, LAST, FARTHEST = 7.0, 400, 45.0
SITE = Path(__file__).resolve().parents[1] / "examples" / "chancery"
SECONDS, PEOPLE, RENDERED_FPS = 120.0, 24, 5.0
# two clicks far apart, as shares of the picture
CLICKS = ((0.2, 0.8), (0.75, 0.45))


def figures(data: Path) -> Iterator[Row]:
    """The rows of the table."""
    yield from _pets(data / "pets09_s2l1")
    yield from _chancery()


def _pets(folder: Path) -> Iterator[Row]:
    truth = read_model(folder / "calibration" / "View_001.xml", "tsai", "mm")
    known = (1194.6, 16.48, 7.07)
    for last in (LAST, 795):
        frames = f"frames 1-{last}"
        yield from _compared(
            f"{frames}, given Faster R-CNN boxes", _boxes(folder / "det.txt", last), truth, (768, 576), known
        )
        seen = moving((t, picture) for t, picture in open_video(folder / "vtest.avi", "v1", FPS) if t < last / FPS)
        yield from _compared(f"{frames}, boxes of what moves", seen, truth, (768, 576), known)


def _chancery() -> Iterator[Row]:
    site = bartizan.load(SITE)
    for camera in site.cameras:
        model, size = camera.model, camera.size
        assert model is not None
        assert size is not None
        place = camera_place(model)
        assert place is not None
        known = (model.camera_matrix[0][0], _tilt(model), place[2])
        yield from _compared(f"chancery, {camera.id}, rendered", moving(_rendered(model, size)), model, size, known)


def _rendered(model: CameraModel, size: tuple[int, int]) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """People who cross the ground that the camera sees, each on a straight way of their own; walls hide nobody."""
    rng = np.random.default_rng(7)
    site = bartizan.load(SITE)
    renderer = Renderer(model, size, scenery(site), seed=1)  # type: ignore[arg-type]
    walks = []
    for number in range(PEOPLE):
        pixels = np.column_stack([rng.uniform(0.1, 0.9, 2) * size[0], rng.uniform(0.4, 0.95, 2) * size[1]])
        ends = model.to_ground(pixels)
        if np.isfinite(ends).all() and 2.0 < np.hypot(*(ends[1] - ends[0])) < 40.0:
            tall = 1.72 * (1.0 + 0.05 * rng.standard_normal())
            walks.append((number, ends, rng.uniform(6.0, SECONDS - 15.0), 1.3 + 0.2 * rng.standard_normal(), tall))
    for n in range(int(SECONDS * RENDERED_FPS)):
        t = n / RENDERED_FPS
        there = []
        for number, ends, start, pace, tall in walks:
            length = float(np.hypot(*(ends[1] - ends[0])))
            walked = pace * (t - start)
            if 0.0 <= walked <= length:
                at = ends[0] + (ends[1] - ends[0]) * walked / length
                heading = math.atan2(*(ends[1] - ends[0])[::-1])
                there.append(
                    Figure(
                        actor=f"p{number}",
                        at=(float(at[0]), float(at[1])),
                        heading=heading,
                        phase=2.0 * math.pi * walked / 1.4,
                        swing=1.0,
                        busy=False,
                        height=tall,
                        shade=0.2 + 0.6 * (number % 5) / 4,
                    )
                )
        yield t, renderer.render(n, tuple(there))


def _boxes(path: Path, last: int) -> Frames:
    frames: dict[int, list[Detection]] = {}
    for row in read_boxes(path):
        if row.frame <= last:
            frames.setdefault(row.frame, []).append(Detection(row[1:5], row.score))
    return (((number - 1) / FPS, frames[number]) for number in sorted(frames))


def _compared(
    what: str, frames: Frames, truth: CameraModel, size: tuple[int, int], known: Sequence[float]
) -> Iterator[Row]:
    clicks = np.array(CLICKS) * size
    pairs = np.column_stack([clicks, truth.to_ground(clicks)]).tolist()
    begun = time.process_time()
    walked = calibrate_by_walkers(frames, size, pairs=pairs, seed=1)
    spent = time.process_time() - begun
    found = walked.found
    shown = (
        ("focal length [px]", found.focal, 0),
        ("tilt [°]", found.tilt, 1),
        ("height of camera [m]", found.height, 2),
    )
    for (name, figure, digits), true in zip(shown, known, strict=True):
        within = "holds it" if figure.low <= true <= figure.high else "MISSES it"
        span = f"{figure.low:.{digits}f} to {figure.high:.{digits}f} {within}"
        words = f"{figure.value:.{digits}f} ({span}; known {true:.{digits}f})"
        yield Row("walkers", f"{what}: {name}", words, COMMAND)
    for name, off, told in _errors(walked, truth, size):
        middle, worst = np.percentile(off, [50, 90])
        words = f"{middle:.2f} m middle, {worst:.2f} m at 90 %"
        if told is not None:
            words += f"; told {np.median(told):.2f} m"
        yield Row("walkers", f"{what}: places, {name}", words, COMMAND)
    yield Row(
        "walkers", f"{what}: boxes used, processor time", f"{found.used:,} of {found.boxes:,}, {spent:.1f} s", COMMAND
    )


def _errors(
    walked: Walked, truth: CameraModel, size: tuple[int, int]
) -> Iterator[tuple[str, NDArray[np.float64], NDArray[np.float64] | None]]:
    x, y = np.meshgrid(np.linspace(0.08, 0.95, 10) * size[0], np.linspace(0.2, 0.98, 12) * size[1])
    pixels = np.column_stack([x.ravel(), y.ravel()])
    places, centre = truth.to_ground(pixels), camera_place(truth)
    assert centre is not None
    near = np.isfinite(places).all(axis=1) & (np.hypot(*(places - np.array(centre[:2])).T) < FARTHEST)
    camera = walked.camera
    off = np.hypot(*(camera.to_ground(pixels) - places).T)[near]
    told = np.sqrt(np.linalg.eigvalsh(np.nan_to_num(camera.calibration_covariance(pixels)[near]))[:, -1])
    sees = np.isfinite(off)
    yield "by two pairs", off[sees], told[sees]
    bare = walked.found.stance.camera(size, walked.found.people).to_ground(pixels)[near]
    yield "laid as well as can be", _rigid(bare[sees], places[near][sees]), None


def _rigid(here: Points, there: Points) -> NDArray[np.float64]:
    """Distances after the best turn and shift."""
    seen = np.isfinite(here).all(axis=1)
    a = (here[seen] - here[seen].mean(axis=0)) @ np.array([1.0, 1.0j])
    b = (there[seen] - there[seen].mean(axis=0)) @ np.array([1.0, 1.0j])
    turn = (b * a.conj()).sum()
    return np.asarray(np.abs(turn / abs(turn) * a - b))


def _tilt(model: CameraModel) -> float:
    return math.degrees(math.asin(-model.rotation[2][2]))  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(__doc__, figures)
