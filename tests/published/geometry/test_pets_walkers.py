"""PETS 2009, S2.L1, View 001: the camera found from people alone, against the Tsai calibration given with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bartizan.adapters.files.calibration import read_model
from bartizan.adapters.files.tracks import read_boxes
from bartizan.app.calibration import Walked, calibrate_by_walkers
from bartizan.watch.detection.detect import Detection

pytestmark = pytest.mark.data
SIZE, FPS, LAST = (768, 576), 7.0, 400
GRID = np.array([[x, y] for x in range(60, 760, 80) for y in range(120, 570, 50)], dtype=np.float64)
# two places far apart, as somebody would click them; their plan places are the published calibration's
CLICKS = np.array([[150.0, 420.0], [620.0, 260.0]])


@pytest.fixture(scope="module")
def truth(data_dir: Path) -> object:
    return read_model(data_dir / "pets09_s2l1" / "calibration" / "View_001.xml", "tsai", "mm")


@pytest.fixture(scope="module")
def walked(data_dir: Path, truth: object) -> Walked:
    """From the given Faster R-CNN boxes of frames 1 to 400, and two point pairs."""
    frames: dict[int, list[Detection]] = {}
    for row in read_boxes(data_dir / "pets09_s2l1" / "det.txt"):
        if row.frame <= LAST:
            frames.setdefault(row.frame, []).append(Detection(row[1:5], row.score))
    pairs = np.column_stack([CLICKS, truth.to_ground(CLICKS)]).tolist()  # type: ignore[attr-defined]
    times = (((number - 1) / FPS, frames[number]) for number in sorted(frames))
    return calibrate_by_walkers(times, SIZE, pairs=pairs, seed=1)


def test_the_published_focal_length_and_tilt_are_within_the_intervals(walked: Walked) -> None:
    found = walked.found
    # focal 5.5549 mm over a pitch of 0.00465 mm: 1,195 pixels; the axis looks down by 16.5 degrees, rolled by -3.1
    for figure, published in ((found.focal, 1194.6), (found.tilt, 16.48)):
        assert figure.low <= published <= figure.high
    # the roll's interval misses it by 0.8 degrees, see docs/howto/calibrate.md
    assert found.roll.value == pytest.approx(-3.09, abs=2.0)
    # boxes of that detector are 4 % taller than people; people are taken to be 1.72 m and are 1.76 m there
    assert found.height.value == pytest.approx(7.07, rel=0.2)


def test_places_are_near_the_published_ones_and_the_error_told_is_no_smaller(walked: Walked, truth: object) -> None:
    places = truth.to_ground(GRID)  # type: ignore[attr-defined]
    centre = np.array(truth.centre[:2])  # type: ignore[attr-defined]
    # people are in view up to some 45 m
    near = np.hypot(*(places - centre).T) < 45.0
    off = np.hypot(*(walked.camera.to_ground(GRID) - places).T)[near]
    told = np.sqrt(np.linalg.eigvalsh(walked.camera.calibration_covariance(GRID))[:, -1])[near]
    assert np.median(off) < 0.5
    assert np.percentile(off, 90) < 1.5
    assert np.mean(off < 2.0 * told) > 0.9
