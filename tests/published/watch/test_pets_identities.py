"""PETS 2009 S2.L1, View 001 (Ferryman and Shahrokni, 2009): who is who, when the boxes are the truth's own.

With true boxes only the tracker can err. It is given places, never ids; what it makes of them is compared with the
truth person by person, by plain counting.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from bartizan.adapters.files.calibration import read_model
from bartizan.app.live import LiveRun, watch_boxes
from bartizan.site.model import Camera
from bartizan.site.site import Site
from bartizan.watch.detection.detect import Detection

pytestmark = pytest.mark.data

RATE = 7.0
Told = list[tuple[int, int, str, tuple[float, float], tuple[float, float]]]


@pytest.fixture(scope="module")
def told(data_dir: Path) -> Told:
    """(frame, person, track, place, velocity) of every sighting that a track was made of."""
    folder = data_dir / "pets09_s2l1"
    model = read_model(folder / "calibration" / "View_001.xml", "tsai", "mm")
    site = Site(name="PETS 2009 S2.L1", cameras=(Camera(id="view-1", model=model, size=(768, 576)),))
    person = {}
    frames: dict[int, list[Detection]] = defaultdict(list)
    table = np.loadtxt(folder / "gt_mot.txt", delimiter=",")
    for row in table:
        box = (row[2], row[3], row[4], row[5])
        person[int(row[0]), box] = int(row[1])
        frames[int(row[0])].append(Detection(box, 1.0))
    run = LiveRun(site, run="pets")
    stream = [((frame - 1) / RATE, frames[frame]) for frame in range(1, 796)]
    found: Told = []
    for sighting in watch_boxes(site, {"view-1": stream}, run):
        for point in (*sighting.earlier, *sighting.points):
            if point.box is not None:
                frame = round(point.t * RATE) + 1
                found.append((frame, person[frame, point.box], point.track, point.at, point.velocity))
    assert len(person) == len(table) == 4650
    return found


def test_every_person_is_one_track_and_every_track_one_person(told: Told) -> None:
    assert len(told) == len({(frame, person) for frame, person, *_ in told}) == 4650
    pairs = Counter((person, track) for _, person, track, _, _ in told)
    assert len(pairs) == len({person for person, _ in pairs}) == len({track for _, track in pairs}) == 19


def test_places_and_speeds_are_those_of_the_truth(told: Told, data_dir: Path) -> None:
    table = np.loadtxt(data_dir / "pets09_s2l1" / "gt_mot.txt", delimiter=",")
    places = {(int(row[0]), int(row[1])): row[7:9] for row in table}
    errors = [np.hypot(*(np.array(at) - places[frame, person])) for frame, person, _, at, _ in told]
    assert np.median(errors) < 0.15
    assert np.percentile(errors, 95) < 0.5
    walked = [
        np.hypot(*(places[frame + 4, person] - places[frame - 3, person]))  # metres in one second
        for frame, person, *_ in told
        if (frame + 4, person) in places and (frame - 3, person) in places
    ]
    # at 10 frames a second, as the header of the video has it, speeds would come out 1.43 times too high
    speeds = [np.hypot(*velocity) for *_, velocity in told]
    assert 0.8 * np.median(walked) < np.median(speeds) < 1.05 * np.median(walked)
