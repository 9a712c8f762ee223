from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import bartizan
from bartizan.adapters.files.calibration import pinhole, pinhole_yaml
from bartizan.adapters.files.calibration_edit import propose_points, propose_walkers
from bartizan.app.calibration import as_written, tried
from bartizan.errors import CalibrationError, InputError, SiteFileError
from bartizan.geometry.homography import Homography
from bartizan.geometry.pinhole import Pinhole
from bartizan.geometry.spread import Spread

SITE = """# ours
schema = 1

[site]
name = "Yard" # a name

[[area]]
id = "yard"
outside = true

[[camera]]
id = "north" # over the gate
size = [640, 480]
# the street comes last

[[zone]]
id = "gate"
area = "yard"
polygon = [[-2, 12], [2, 12], [2, 16], [-2, 16]]
"""
MODEL = Pinhole.looking(position=(0.0, 0.0, 6.0), at=(0.0, 14.0), focal_px=600.0, size=(640, 480))
PIXELS = np.array([[60, 300], [580, 310], [80, 460], [560, 450], [320, 380.0]])
PAIRS = np.column_stack([PIXELS, MODEL.to_ground(PIXELS)]).tolist()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "site.toml").write_text(SITE)
    return tmp_path


def test_points_are_put_in_and_every_other_letter_stays(folder: Path) -> None:
    site = bartizan.load(folder)
    proposal = propose_points(folder, "north", as_written(site, PAIRS), {})
    assert (folder / "site.toml").read_text() == SITE
    added = [line for line in proposal.lines if line.startswith("+") and not line.startswith("+++")]
    assert len(added) == 1
    assert not [line for line in proposal.lines if line.startswith("-") and not line.startswith("---")]
    proposal.write()
    text = (folder / "site.toml").read_text()
    assert text.replace(added[0][1:] + "\n", "") == SITE
    model = bartizan.load(folder).camera("north").model
    assert isinstance(model, Homography)
    np.testing.assert_allclose(model.to_ground(PIXELS), MODEL.to_ground(PIXELS), atol=0.02)


def test_a_site_changed_in_the_meantime_is_left_alone(folder: Path) -> None:
    proposal = propose_points(folder, "north", PAIRS, {})
    changed = SITE.replace("Yard", "Court")
    (folder / "site.toml").write_text(changed)
    with pytest.raises(InputError, match="in the meantime"):
        proposal.write()
    assert (folder / "site.toml").read_text() == changed


def test_what_would_not_read_is_not_proposed(folder: Path) -> None:
    in_line = [[10.0 * n, 300.0, 1.0 * n, 5.0] for n in range(5)]
    with pytest.raises(SiteFileError, match="line"):
        propose_points(folder, "north", in_line, {})
    with pytest.raises(InputError):
        propose_points(folder, "south", PAIRS, {})


def test_a_camera_from_walkers_is_written_with_its_doubt_and_over_nothing_else(folder: Path) -> None:
    model = Spread(MODEL, (MODEL.moved((0.2, 0.0)), MODEL.moved((-0.2, 0.0))), 0.5)
    propose_walkers(folder, "north", model, ["seed 3"], {}).write()
    read = bartizan.load(folder).camera("north").model
    assert isinstance(read, Spread)
    np.testing.assert_allclose(read.calibration_covariance(PIXELS), model.calibration_covariance(PIXELS), atol=1e-9)
    # once more over our own file, but never over one that somebody else wrote
    propose_walkers(folder, "north", Spread(MODEL, (MODEL,), 1.0), [], {}).write()
    (folder / "north-walkers.yaml").write_text("precious: true\n")
    with pytest.raises(InputError, match="another kind of file"):
        propose_walkers(folder, "north", model, [], {})


def test_a_pinhole_written_is_the_pinhole_read() -> None:
    bent = Pinhole.looking(
        position=(1.0, 2.0, 6.0), at=(3.0, 14.0), focal_px=600.0, size=(640, 480), distortion=(-0.2,)
    )
    again = pinhole(pinhole_yaml(bent, about=["a\nb: c"]))
    assert isinstance(again, Pinhole)
    np.testing.assert_allclose(again.to_ground(PIXELS), bent.to_ground(PIXELS), atol=1e-9)
    with pytest.raises(CalibrationError, match="others is a list"):
        pinhole(pinhole_yaml(bent) + "others: 7\n")
    with pytest.raises(CalibrationError, match="others is a list"):
        pinhole(pinhole_yaml(bent) + "others: [1, 2]\n")


def test_places_of_a_plan_in_degrees_are_written_in_degrees(folder: Path) -> None:
    plan = '\n[plan]\ncrs = "wgs84"\norigin = [16.37, 48.2]\nbearing = 30\n'
    text = SITE.replace(
        "polygon = [[-2, 12], [2, 12], [2, 16], [-2, 16]]",
        "polygon = [[16.37, 48.2], [16.3701, 48.2], [16.37, 48.2001]]",
    )
    (folder / "site.toml").write_text(text + plan)
    site = bartizan.load(folder)
    rows = as_written(site, PAIRS)
    assert all(abs(row[2] - 16.37) < 0.01 and abs(row[3] - 48.2) < 0.01 for row in rows)
    propose_points(folder, "north", rows, {}).write()
    model = bartizan.load(folder).camera("north").model
    assert model is not None
    np.testing.assert_allclose(model.to_ground(PIXELS), MODEL.to_ground(PIXELS), atol=0.02)


def test_a_trial_says_what_is_wrong_or_what_fits() -> None:
    good = tried(PAIRS, (640, 480))
    told = good.to_json()
    assert told["problem"] is None
    assert told["known"] is True
    assert len(told["fit"]["points"]) == 5
    for point in told["fit"]["points"]:
        np.testing.assert_allclose(point["seen"], point["pixel"], atol=0.2)
    assert told["error"]["rows"] * told["error"]["columns"] == sum(len(row) for row in told["error"]["metres"])
    assert told["grid"]["lines"]
    assert tried(PAIRS[:4], (640, 480)).to_json()["known"] is False
    for bad in ([], PAIRS[:3], [*PAIRS[:4], [1.0, 2.0, float("nan"), 3.0]], [*PAIRS, PAIRS[0]]):
        trial = tried(bad, (640, 480))
        assert trial.model is None
        assert trial.problem
        assert trial.to_json()["fit"] is None
    assert tried(PAIRS, (640, 480), lens=True).problem is not None
