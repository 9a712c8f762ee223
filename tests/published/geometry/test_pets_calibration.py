"""PETS 2009, S2.L1, View 001: Tsai calibration and the places of its truth, as published with the data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bartizan.adapters.files.calibration import read_model

pytestmark = pytest.mark.data


def test_the_camera_stands_where_the_data_says(data_dir: Path) -> None:
    model = read_model(data_dir / "pets09_s2l1" / "calibration" / "View_001.xml", "tsai", "mm")
    np.testing.assert_allclose(model.centre, (-28.94, -19.53, 7.07), atol=0.006)


def test_feet_of_the_truth_come_out_at_its_places(data_dir: Path) -> None:
    model = read_model(data_dir / "pets09_s2l1" / "calibration" / "View_001.xml", "tsai", "mm")
    truth = np.loadtxt(data_dir / "pets09_s2l1" / "gt_mot.txt", delimiter=",")
    assert len(truth) == 4650
    feet = np.column_stack([truth[:, 2] + truth[:, 4] / 2, truth[:, 3] + truth[:, 5]])
    # written to 1 mm on the ground and 0.01 pixel, and a pixel far away is 0.15 m
    np.testing.assert_allclose(model.to_ground(feet), truth[:, 7:9], atol=0.002)


def test_people_of_the_truth_are_as_tall_as_people(data_dir: Path) -> None:
    model = read_model(data_dir / "pets09_s2l1" / "calibration" / "View_001.xml", "tsai", "mm")
    truth = np.loadtxt(data_dir / "pets09_s2l1" / "gt_mot.txt", delimiter=",")
    heights = truth[:, 5] / model.height_scale(truth[:, 7:9])
    assert 1.70 < np.median(heights) < 1.80


def test_every_camera_stands_above_the_ground_on_a_tripod_or_a_mast(data_dir: Path) -> None:
    for file in sorted((data_dir / "pets09_s2l1" / "calibration").glob("*.xml")):
        assert 1.0 < read_model(file, "tsai", "mm").centre[2] < 12.0


def test_every_meva_camera_reads_and_projects_there_and_back(data_dir: Path) -> None:
    files = sorted((data_dir / "meva" / "cameras").glob("*.krtd"))
    assert len(files) == 29
    grid = np.array([[x, y] for x in range(100, 1900, 200) for y in range(600, 1080, 120)], dtype=np.float64)
    for file in files:
        model = read_model(file, "krtd")
        ground = model.to_ground(grid)
        seen = np.isfinite(ground).all(axis=1)
        assert seen.mean() > 0.5
        np.testing.assert_allclose(model.to_image(ground[seen]), grid[seen], atol=1e-3)
