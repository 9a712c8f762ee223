"""How well people are followed in PETS 2009 S2.L1, View 001, scored by motmetrics and by nothing of ours.

Run: ``python -m benchmarks.pets_tracking --data ../shared/data``. The tracker's defaults were chosen on pictures 1 to
400; the rest is for judging. Two sources of boxes: the default detector on the video (end to end), and the detections
that come with the data. Two ways to match: boxes at an overlap (IoU) of 0.5, and places on the ground within 1 m. Two
readings of the tracks: as ``--mot-out`` writes them when all is over (gaps filled, jitter taken out), and live
(what was said at that moment, predictions included). ``benchmarks.trackers`` holds them against other trackers.

Nothing is ignored: people in the background whom the truth leaves out count as false.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

import motmetrics
import numpy as np
from numpy.typing import NDArray

from bartizan.adapters.files.calibration import read_model
from bartizan.adapters.files.tracks import read_boxes
from bartizan.adapters.video.opencv import VideoFile
from bartizan.app.live import LiveRun, Sighting, Traces, watch_boxes, watch_pictures
from bartizan.site.model import Camera
from bartizan.site.site import Site
from bartizan.watch.detection.detect import Detection
from benchmarks.pets_detection import overlaps
from benchmarks.table import Row, main

CAMERA = "view-1"
RATE = 7.0
SPANS = {"1-400": (1, 400), "401-795": (401, 795), "all": (1, 795)}
NEAR = 1.0
OVERLAP = 0.5

# columns of a table of tracks: frame, id, left, top, width, height, x, y
Tracks = NDArray[np.float64]


def truth(folder: Path) -> Tracks:
    """The hand-made boxes with their places."""
    table = np.loadtxt(folder / "gt_mot.txt", delimiter=",")
    return np.asarray(table[:, [0, 1, 2, 3, 4, 5, 7, 8]])


def follow(sightings: Iterable[Sighting]) -> tuple[Tracks, Tracks]:
    """The tracks of a run: as written afterwards, and as said live."""
    traces = Traces(CAMERA)
    live = []
    numbers: defaultdict[str, int] = defaultdict(count(1).__next__)
    for frame, sighting in enumerate(sightings, start=1):
        traces.add(sighting)
        places = {point.track: point.at for point in sighting.points}
        live += [(frame, numbers[track], *box, *places[track]) for track, box in sighting.boxes]
    rows = [(row.frame, row.number, *row.box, *row.at) for row in traces.rows()]
    return np.array(rows), np.array(live)


def measures(true: Tracks, found: Tracks, span: tuple[int, int], ground: bool) -> tuple[float, float, int]:
    """MOTA, IDF1 and identity switches in a span of frames."""
    accumulator = motmetrics.MOTAccumulator(auto_id=True)
    for frame in range(span[0], span[1] + 1):
        one, other = true[true[:, 0] == frame], found[found[:, 0] == frame]
        if ground:
            distances, limit = np.linalg.norm(one[:, None, 6:8] - other[None, :, 6:8], axis=2), NEAR
        else:
            # motmetrics' own overlaps need a NumPy before 2; what it scores by them is its own
            distances, limit = 1.0 - overlaps(one[:, 2:6], other[:, 2:6]), 1.0 - OVERLAP
        distances[distances > limit] = np.nan
        accumulator.update(one[:, 1].astype(int).tolist(), other[:, 1].astype(int).tolist(), distances)
    found_ = motmetrics.metrics.create().compute(accumulator, metrics=["mota", "idf1", "num_switches"])
    mota, idf1, switches = found_.iloc[0]
    return float(mota), float(idf1), int(switches)


def score(true: Tracks, found: Tracks, span: tuple[int, int], ground: bool) -> str:
    """As `measures`, in words."""
    mota, idf1, switches = measures(true, found, span, ground)
    return f"MOTA {mota:.3f}  IDF1 {idf1:.3f}  {switches} switches"


def figures(data: Path) -> Iterator[Row]:
    """The rows of the table."""
    folder = data / "pets09_s2l1"
    model = read_model(folder / "calibration" / "View_001.xml", "tsai", "mm")
    true = truth(folder)
    video = VideoFile(folder / "vtest.avi", CAMERA, RATE)
    site = Site(name="PETS 2009 S2.L1", cameras=(Camera(id=CAMERA, model=model, size=video.size, fps=RATE),))
    by_frame: dict[int, list[Detection]] = {}
    for box in read_boxes(folder / "det.txt"):
        by_frame.setdefault(box.frame, []).append(Detection(box[1:5], box.score))
    given = [((frame - 1) / RATE, by_frame.get(frame, [])) for frame in range(1, 796)]
    runs = {
        "end to end": watch_pictures(site, {CAMERA: video}, LiveRun(site, run="pets")),
        "given detections": watch_boxes(site, {CAMERA: given}, LiveRun(site, run="pets")),
    }
    for name, sightings in runs.items():
        for reading, found in zip(("written", "live"), follow(sightings), strict=True):
            for way, ground in (("IoU 0.5", False), ("1 m", True)):
                for span, frames in SPANS.items():
                    yield Row("pets_tracking", f"{name}, {reading}, {way}, {span}", score(true, found, frames, ground))


if __name__ == "__main__":
    main(__doc__, figures)
