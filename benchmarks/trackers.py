"""Bartizan's tracker against SORT, ByteTrack and OC-SORT on the very same boxes: the det.txt of PETS 2009 S2.L1.

Run: ``python -m benchmarks.trackers --data ../shared/data``, with .venv-peers in place (see benchmarks/peers/follow.py,
which runs the peers of the package `trackers`, each at its defaults and at its best on pictures 1 to 400).

Three readings of every tracker's boxes, by the same code for all: ``as found``; ``evened, 1 s``: gaps of up to 1 s
filled in a straight line and boxes evened out over 1 s; ``evened, 8 s``: gaps of up to 8 s. Bartizan stands there
twice. ``within 1 s``: each picture is told once, one second later, ids included, and nothing is taken back
(`bartizan.watch.tracking.delayed`). ``when all is over``: the ids that the tracks bear at the end. Its defaults were
chosen on pictures 1 to 400.

IDF1, MOTA and identity switches are motmetrics', HOTA is that of the peers' own package (`trackers.eval`); overlaps of
0.5 and, for HOTA, 0.05 to 0.95. The time is processor time of the association alone, per picture, the least of three
rounds over all pictures; Bartizan's is shown with and without the way from boxes to the ground, which it alone needs.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import numpy as np

from bartizan.adapters.files.calibration import read_model
from bartizan.adapters.files.tracks import read_boxes
from bartizan.signal import Observation
from bartizan.watch.detection.detect import Detection
from bartizan.watch.detection.observe import observe
from bartizan.watch.point import TrackUpdate
from bartizan.watch.tracking.delayed import DelayedView
from bartizan.watch.tracking.trace import Trace, trace_rows
from bartizan.watch.tracking.track import Tracker
from bartizan.watch.tracking.view import View
from benchmarks.pets_tracking import CAMERA, RATE, Tracks, measures, truth
from benchmarks.table import Row, main

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".venv-peers" / "bin" / "python"
FRAMES = 795
SPANS = {"401-795": (401, 795), "all": (1, 795)}
SIZE = (768, 576)
# the longest gap that is filled [s]; boxes are evened out over WINDOW [s]
READINGS = {"as found": None, "evened, 1 s": 1.0, "evened, 8 s": 8.0}
WINDOW = 1.0
ROUNDS = 3
NAME = "trackers"

Moment = tuple[float, list[Observation]]


def filled(found: Tracks, longest: float | None) -> Tracks:
    """Tracks (frame, id, box) with gaps of up to `longest` seconds filled and boxes evened out."""
    if longest is None or not len(found):
        return found
    times = [frame / RATE for frame in range(FRAMES)]
    rows = []
    for number in np.unique(found[:, 1]):
        mine = found[found[:, 1] == number]
        mine = mine[np.argsort(mine[:, 0], kind="stable")]
        frames = mine[:, 0].astype(int).tolist()
        boxes = [(row[2], row[3], row[4], row[5]) for row in mine.tolist()]
        trace = Trace(int(number), frames, [times[frame - 1] for frame in frames], boxes, [(0.0, 0.0)] * len(frames))
        rows += [(row.frame, row.number, *row.box) for row in trace_rows(trace, times, longest=longest, window=WINDOW)]
    return np.array(rows)


def moments(folder: Path, view: View) -> tuple[list[Moment], float]:
    """The boxes of every picture on the ground, and the seconds that takes per picture."""
    boxes: defaultdict[int, list[Detection]] = defaultdict(list)
    for box in read_boxes(folder / "det.txt"):
        boxes[box.frame].append(Detection(box[1:5], box.score))
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        found = [(frame / RATE, observe(CAMERA, view.model, frame / RATE, boxes[frame + 1])) for frame in range(FRAMES)]
        spent.append(time.process_time() - start)
    return found, min(spent) / FRAMES


def followed(shown: Sequence[Moment], view: View) -> tuple[list[TrackUpdate], float]:
    """What the tracker says of every picture, and the seconds that takes per picture."""
    spent = []
    for _ in range(ROUNDS):
        tracker = Tracker(run="pets", views={CAMERA: view})
        start = time.process_time()
        updates = [tracker.step(t, CAMERA, seen) for t, seen in shown]
        spent.append(time.process_time() - start)
    return updates, min(spent) / FRAMES


def readings(shown: Sequence[Moment], updates: Sequence[TrackUpdate]) -> dict[tuple[str, str], Tracks]:
    """Bartizan's tracks in every reading."""
    numbers: defaultdict[str, int] = defaultdict(count(1).__next__)
    view = DelayedView(CAMERA)
    frames = [f for (t, _), update in zip(shown, updates, strict=True) for f in view.take(t, CAMERA, update)]
    frames += view.finish()
    early = [(n, numbers[row.track], *row.sighted) for n, f in enumerate(frames, 1) for row in f.rows if row.sighted]
    even = [(n, numbers[row.track], *row.box) for n, f in enumerate(frames, 1) for row in f.rows]
    whole = np.array(
        [
            (round(point.t * RATE) + 1, numbers[point.track], *point.box)
            for update in updates
            for point in update.points
            if point.box is not None
        ]
    )
    within, over = "Bartizan, within 1 s", "Bartizan, when all is over"
    return {
        (within, "as found"): np.array(early),
        (within, "evened, 1 s"): np.array(even),
        **{(over, reading): filled(whole, longest) for reading, longest in READINGS.items()},
    }


def peers(data: Path, *asked: str) -> str:
    """What the peers' environment says."""
    if not PEERS.exists():
        raise FileNotFoundError(f"{PEERS} is not there. Make it with `make .venv-peers/.ready`")
    script = Path(__file__).parent / "peers" / "follow.py"
    return subprocess.run(
        [PEERS, script, "--data", data.resolve(), *asked], check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def figures(data: Path) -> Iterator[Row]:
    """The rows of the table."""
    folder = data / "pets09_s2l1"
    view = View(read_model(folder / "calibration" / "View_001.xml", "tsai", "mm"), SIZE)
    true = truth(folder)
    shown, placing = moments(folder, view)
    updates, ours = followed(shown, view)
    tables = readings(shown, updates)
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        peers(data, "--out", name)
        times: dict[str, float] = json.loads((out / "times.json").read_text())
        for peer in times:
            found = np.loadtxt(out / f"{peer}.txt", delimiter=",", ndmin=2)
            (out / f"{peer}.txt").unlink()
            tables |= {(peer, reading): filled(found, longest) for reading, longest in READINGS.items()}
        for (tracker, reading), table in tables.items():
            np.savetxt(out / f"{tracker}; {reading}.txt", table, delimiter=",", fmt="%.6g")
        hota: dict[str, float] = json.loads(peers(data, "--hota", name))
    for (tracker, reading), table in sorted(tables.items(), key=lambda one: (list(READINGS).index(one[0][1]), one[0])):
        for span, frames in SPANS.items():
            mota, idf1, switches = measures(true, table, frames, ground=False)
            whole = hota[f"{tracker}; {reading}|{span}"]
            figure = f"IDF1 {idf1:.3f}  MOTA {mota:.3f}  HOTA {whole:.3f}  {switches} switches"
            yield Row(NAME, f"{reading}: {tracker}, {span}", figure)
    yield Row(NAME, "time per picture: Bartizan", f"{1e3 * ours:.3f} ms")
    yield Row(NAME, "time per picture: Bartizan, boxes to the ground included", f"{1e3 * (ours + placing):.3f} ms")
    for peer, seconds in times.items():
        ratios = f"{seconds / ours:.1f} times Bartizan's, {seconds / (ours + placing):.1f} times with the ground"
        figure = f"{1e3 * seconds:.3f} ms: {ratios}"
        yield Row(NAME, f"time per picture: {peer}", figure)


if __name__ == "__main__":
    main(__doc__, figures)
