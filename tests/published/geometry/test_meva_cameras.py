"""MEVA (Kitware and IARPA, 2018), one slot: camera models against the people in boxes and the loggers they carry."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import parse

import numpy as np
import pytest

from bartizan.adapters.files.calibration import read_model
from bartizan.geometry.pinhole import Pinhole
from bartizan.geometry.shapes import Frame

pytestmark = pytest.mark.data
GEOM = re.compile(r"id1: (\d+).*?ts1: ([\d.]+).*?g0: (\d+) (\d+) (\d+) (\d+)")
TYPES = re.compile(r"id1: (\d+), cset3: \{ (\w+):")
ORIGIN = Frame((-85.52924953, 39.04977294))
START = datetime(2018, 3, 11, 15, 20, tzinfo=UTC)  # 11:20 local time, UTC-4
GPX = "{http://www.topografix.com/GPX/1/0}"


def people(folder: Path, camera: str) -> np.ndarray:
    """Boxes of persons: t [s], left, top, right, bottom [pixels]."""
    with gzip.open(next(folder.glob(f"annotation/*{camera}.types*")), "rt") as lines:
        kinds = {found[1]: found[2] for line in lines if (found := TYPES.search(line))}
    with gzip.open(next(folder.glob(f"annotation/*{camera}.geom*")), "rt") as lines:
        rows = [found.groups() for line in lines if (found := GEOM.search(line)) and kinds.get(found[1]) == "person"]
    return np.array([[float(value) for value in row[1:]] for row in rows])


def model_of(folder: Path, camera: str) -> Pinhole:
    """The model that the clip table names."""
    table = (folder / "clip-table-2018-03-11.11-20-00.txt").read_text()
    name = next(line.split()[2] for line in table.splitlines() if line.split()[0].endswith(camera))
    model = read_model(folder / "cameras" / name, "krtd")
    assert isinstance(model, Pinhole)
    return model


def feet(boxes: np.ndarray) -> np.ndarray:
    return np.column_stack([(boxes[:, 1] + boxes[:, 3]) / 2.0, boxes[:, 4]])


# the heights that the data's README gives for its own check
@pytest.mark.parametrize(("camera", "height"), [("G336", 1.70), ("G638", 1.60)])
def test_people_are_as_tall_as_the_data_says(data_dir: Path, camera: str, height: float) -> None:
    model, boxes = model_of(data_dir / "meva", camera), people(data_dir / "meva", camera)
    assert len(boxes) > 3000
    found = (boxes[:, 4] - boxes[:, 2]) / model.height_scale(model.to_ground(feet(boxes)))
    assert np.nanmedian(found) == pytest.approx(height, abs=0.05)


def test_people_in_the_boxes_stand_where_loggers_are(data_dir: Path) -> None:
    folder = data_dir / "meva"
    model, boxes = model_of(folder, "G336"), people(folder, "G336")[::30]
    places = model.to_ground(feet(boxes))
    tracks = []
    for track in parse(next((folder / "gps").glob("*.gpx"))).iter(f"{GPX}trk"):  # noqa: S314 - the data of the project
        rows = []
        for fix in track.iter(f"{GPX}trkpt"):
            when = datetime.fromisoformat(str(fix.findtext(f"{GPX}time")))
            rows.append(
                [(when - START).total_seconds(), *ORIGIN.to_plan((float(fix.attrib["lon"]), float(fix.attrib["lat"])))]
            )
        if len(rows) > 1:
            tracks.append(np.array(rows))
    assert len(tracks) > 80

    def nearest(shift: tuple[float, float]) -> float:
        """The middle distance [m] from a person to the nearest logger at that time, were the loggers moved."""
        found = np.array(
            [
                [
                    np.hypot(
                        np.interp(t, one[:, 0], one[:, 1]) + shift[0] - x,
                        np.interp(t, one[:, 0], one[:, 2]) + shift[1] - y,
                    )
                    for one in tracks
                ]
                for (x, y), t in zip(places, boxes[:, 0], strict=True)
            ]
        )
        return float(np.median(found.min(axis=1)))

    # consumer GPS is off by some 5 m, ten seconds of a walk by 6 m and more, and not everybody carries one
    here = nearest((0.0, 0.0))
    moved = [nearest(shift) for shift in ((12.0, 0.0), (-12.0, 0.0), (0.0, 12.0), (0.0, -12.0))]
    assert here < 8.0
    assert here < min(moved)
