"""PETS 2009, S2.L1, View 001: the default detector against the hand-placed boxes, on the ground."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from bartizan.adapters.files.calibration import read_model
from bartizan.adapters.video.opencv import VideoFile
from bartizan.watch.detection.detect import BackgroundDetector
from bartizan.watch.detection.observe import observe

pytestmark = pytest.mark.data

NEAR = 1.0
NINE_TENTHS_OF_A_SQUARED_ERROR_IN_TWO_DIMENSIONS = 4.605  # chi-square, two degrees of freedom


def test_people_are_found_within_a_metre_and_the_error_is_known(data_dir: Path) -> None:
    folder = data_dir / "pets09_s2l1"
    model = read_model(folder / "calibration" / "View_001.xml", "tsai", "mm")
    video = VideoFile(folder / "vtest.avi", "pets", fps=7)
    truth = np.loadtxt(folder / "gt_mot.txt", delimiter=",")
    detector = BackgroundDetector(model, video.size)
    found = missed = false = 0
    squared = []
    for number, (t, picture) in enumerate(video, start=1):
        people = [one for one in detector.detect(t, picture) if one.label == "person"]
        seen = observe("pets", model, t, people)
        rows = truth[truth[:, 0] == number]
        rows = rows[rows[:, 3] + rows[:, 5] < 574]  # cut by the lower edge: no true foot
        at = np.array([one.at for one in seen]).reshape(-1, 2)
        far = np.linalg.norm(rows[:, None, 7:9] - at[None], axis=2)
        pairs = [
            (r, c)
            for r, c in zip(*linear_sum_assignment(np.where(far <= NEAR, far, 1e6)), strict=True)
            if far[r, c] <= NEAR
        ]
        found += len(pairs)
        missed += len(rows) - len(pairs)
        false += len(at) - len(pairs)
        for r, c in pairs:
            xx, xy, yy = seen[c].covariance
            off = rows[r, 7:9] - at[c]
            squared.append(float(off @ np.linalg.solve([[xx, xy], [xy, yy]], off)))
    # the aim of the first release is 0.85 of each; unmarked people on the far paths count as false here
    assert found / (found + missed) >= 0.90
    assert found / (found + false) >= 0.87
    # the covariance is honest: nine tenths of the errors lie where it says, and not much more than that
    inside = np.mean(np.array(squared) < NINE_TENTHS_OF_A_SQUARED_ERROR_IN_TWO_DIMENSIONS)
    assert 0.80 < inside < 0.985
