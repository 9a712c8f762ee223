from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from bartizan.adapters.files.calibration import krtd, pinhole, read_model, tsai
from bartizan.errors import CalibrationError
from bartizan.geometry.pinhole import Pinhole

TSAI = """<?xml version="1.0"?>
<Camera name="c"><Geometry width="640" height="480" dpx="0.005" dpy="0.005"/>
<Intrinsic focal="5" kappa1="0" cx="320" cy="240" sx="1"/>
<Extrinsic tx="0" ty="0" tz="6000" rx="3.141592653589793" ry="0" rz="0"/></Camera>"""

CAMERA = Pinhole.looking(position=(1, 2, 6), at=(4, 20), focal_px=700, size=(640, 480), distortion=(-0.2, 0.1, 0, 0))


def yaml_of(camera: Pinhole, rotation: str | None = None) -> str:
    return (
        f"camera_matrix: {[list(row) for row in camera.camera_matrix]}\n"
        f"distortion_coefficients: {list(camera.distortion)}\n"
        f"rotation: {rotation or [list(row) for row in camera.rotation]}\n"
        f"translation: {list(camera.translation)}\n"
    )


def test_tsai_in_millimetres_comes_out_in_metres() -> None:
    # it looks straight down from 6 m: a pixel is 6 m / (5 mm / 0.005 mm) = 6 mm on the ground
    model = tsai(TSAI, "mm")
    np.testing.assert_allclose(model.centre, (0, 0, 6), atol=1e-12)
    np.testing.assert_allclose(model.to_ground(np.array([[420.0, 240.0]])), [[0.6, 0.0]], atol=1e-12)
    assert tsai(TSAI, "m").centre[2] == pytest.approx(6000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not XML"),
        ("{}", "not XML"),
        (TSAI[:-12], "not XML"),
        (TSAI.replace("focal", "vocal"), "<Intrinsic focal=...> is missing"),
        (TSAI.replace("Extrinsic", "Outside"), "<Extrinsic rx=...> is missing"),
        (TSAI.replace('focal="5"', 'focal="five"'), "<Intrinsic focal='five'> is not a finite number"),
        (TSAI.replace('focal="5"', 'focal="nan"'), "not a finite number"),
        (TSAI.replace('focal="5"', 'focal="-5"'), "focal must be above 0"),
        (TSAI.replace("<Camera", '<!DOCTYPE x [<!ENTITY a "b">]><Camera', 1), "document type"),
        (
            TSAI.replace("<Camera", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Camera', 1),
            "document type",
        ),
    ],
)
def test_bad_tsai_is_refused(text: str, words: str) -> None:
    with pytest.raises(CalibrationError, match=words):
        tsai(text, "mm")


def test_units_are_named_or_refused() -> None:
    with pytest.raises(CalibrationError, match="one of m, cm, mm, not 'feet'"):
        tsai(TSAI, "feet")
    assert tsai(TSAI, "cm").centre[2] == pytest.approx(60)


def test_yaml_as_lists_gives_the_camera_back() -> None:
    assert pinhole(yaml_of(CAMERA)) == CAMERA


def test_yaml_with_a_rotation_vector() -> None:
    vector, _ = cv2.Rodrigues(np.array(CAMERA.rotation))
    model = pinhole(yaml_of(CAMERA, str(vector.ravel().tolist())))
    np.testing.assert_allclose(model.centre, CAMERA.centre, atol=1e-9)


def test_yaml_as_opencv_itself_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "camera.yaml"
    storage = cv2.FileStorage(str(path), cv2.FILE_STORAGE_WRITE)
    storage.write("camera_matrix", np.array(CAMERA.camera_matrix))
    storage.write("distortion_coefficients", np.array(CAMERA.distortion))
    storage.write("rotation", np.array(CAMERA.rotation))
    storage.write("translation", np.array(CAMERA.translation) * 1000.0)
    storage.release()
    model = read_model(path, "pinhole", "mm")
    np.testing.assert_allclose(model.centre, CAMERA.centre, atol=1e-9)
    grid = np.array([[100.0, 300.0], [500.0, 450.0]])
    np.testing.assert_allclose(model.to_ground(grid), CAMERA.to_ground(grid), atol=1e-9)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no keys"),
        ("- 1\n- 2\n", "holds no keys"),
        ("a: [1, 2", "not YAML"),
        ("a: !!python/object/apply:os.system ['true']\n", "not YAML"),
        ("[" * 20_000, "not YAML"),
        (yaml_of(CAMERA).replace("camera_matrix", "matrix"), "camera_matrix is missing"),
        (yaml_of(CAMERA).replace("translation", "place"), "translation is missing"),
        (yaml_of(CAMERA, "[1, 2]"), "rotation is not a matrix"),
        (yaml_of(CAMERA, "[[1, 0, 0], [0, 2, 0], [0, 0, 1]]"), "rotation is not a rotation"),
        (yaml_of(CAMERA, "upright"), "rotation is not a list of finite numbers"),
        ("camera_matrix: !!opencv-matrix {rows: 3, cols: 3, dt: d, data: [1, 2]}", "3 x 3 holds 2 numbers"),
        ("camera_matrix: !!opencv-matrix {rows: 3}", "needs rows, cols and data"),
    ],
)
def test_bad_yaml_is_refused(text: str, words: str) -> None:
    with pytest.raises(CalibrationError, match=words):
        pinhole(text)


def krtd_of(camera: Pinhole) -> str:
    rows = [*camera.camera_matrix, (), *camera.rotation, (), camera.translation, (), camera.distortion]
    return "\n".join(" ".join(repr(value) for value in row) for row in rows)


def test_krtd_gives_the_camera_back() -> None:
    assert krtd(krtd_of(CAMERA)) == CAMERA
    assert krtd(krtd_of(CAMERA) + " 0 0 0 0 0 0") == CAMERA


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "here are 0 numbers"),
        ("1 2 3", "here are 3 numbers"),
        (krtd_of(CAMERA).replace("700.0", "wide", 1), "line 1: 'wide' is not a finite number"),
        (krtd_of(CAMERA).replace("700.0", "nan", 1), "line 1: 'nan'"),
        (krtd_of(CAMERA) + " 0 0 0 0 0 0 7", "lens distortion"),
    ],
)
def test_bad_krtd_is_refused(text: str, words: str) -> None:
    with pytest.raises(CalibrationError, match=words):
        krtd(text)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match=r"none\.xml: it cannot be read"):
        read_model(tmp_path / "none.xml", "tsai", "mm")
    (tmp_path / "noise.xml").write_bytes(bytes(range(128, 256)))
    with pytest.raises(CalibrationError, match=r"noise\.xml: it is not a text file"):
        read_model(tmp_path / "noise.xml", "tsai", "mm")
    (tmp_path / "huge.krtd").write_text("0 " * 600_000)
    with pytest.raises(CalibrationError, match=r"huge\.krtd: it is too large"):
        read_model(tmp_path / "huge.krtd", "krtd")
    with pytest.raises(CalibrationError, match="one of tsai, pinhole, krtd, not 'fisheye'"):
        read_model(tmp_path / "huge.krtd", "fisheye")
    (tmp_path / "short.krtd").write_text("1 2 3")
    with pytest.raises(CalibrationError, match=r"short\.krtd: KRTD holds"):
        read_model(tmp_path / "short.krtd", "krtd")


def test_a_model_read_is_a_model_that_works() -> None:
    ground = krtd(krtd_of(CAMERA)).to_ground(np.array([[320.0, 240.0]]))
    assert math.hypot(ground[0, 0] - 4.0, ground[0, 1] - 20.0) < 1e-6
