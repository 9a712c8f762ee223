# mypy: ignore-errors
"""SORT, ByteTrack and OC-SORT of the package `trackers` (Apache-2.0) on given boxes; and that package's HOTA.

Runs in an environment of its own, .venv-peers (benchmarks/requirements-peers.txt), because the package needs the
OpenCV with windows: ``.venv-peers/bin/python benchmarks/peers/follow.py --help``. It imports nothing of Bartizan;
boxes and tracks pass as MOTChallenge text. Each peer runs at its defaults and at BEST, which

    .venv-peers/bin/python benchmarks/peers/follow.py --tune --data ../shared/data

finds: every combination of GRID on pictures 1 to 400 of PETS 2009 S2.L1, the highest IDF1 (of the package's own
scorer, at an overlap of 0.5, no boxes filled in), then fewest identity switches, then the first in the grid. Buffers
are in pictures, for the package is left at its frame rate of 30, where one picture of buffer is one picture.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import supervision
from trackers.eval import box_iou, compute_clear_metrics, compute_hota_metrics, compute_identity_metrics

from trackers import ByteTrackTracker, OCSORTTracker, SORTTracker

PEERS = {"SORT": SORTTracker, "ByteTrack": ByteTrackTracker, "OC-SORT": OCSORTTracker}

BUFFERS = (4, 7, 14, 30, 60)
GRID: dict[str, dict[str, tuple[float, ...]]] = {
    "SORT": {
        "lost_track_buffer": BUFFERS,
        "track_activation_threshold": (0.25, 0.6, 0.9, 0.95),
        "minimum_consecutive_frames": (1, 3, 5),
        "minimum_iou_threshold": (0.05, 0.1, 0.2, 0.3),
    },
    "ByteTrack": {
        "lost_track_buffer": BUFFERS,
        "track_activation_threshold": (0.7, 0.9, 0.95),
        "minimum_consecutive_frames": (1, 2, 4),
        "minimum_iou_threshold": (0.05, 0.1, 0.2),
        "high_conf_det_threshold": (0.6, 0.8, 0.9),
    },
    "OC-SORT": {
        "lost_track_buffer": (7, 14, 30, 60),
        "minimum_consecutive_frames": (1, 3, 5),
        "minimum_iou_threshold": (0.1, 0.2, 0.3),
        "direction_consistency_weight": (0.0, 0.2, 0.4),
        "high_conf_det_threshold": (0.6, 0.8),
    },
}
BEST: dict[str, dict[str, float]] = {
    # IDF1 0.555 and 28 switches on pictures 1 to 400, the best of 240
    "SORT": {
        "lost_track_buffer": 30,
        "track_activation_threshold": 0.95,
        "minimum_consecutive_frames": 1,
        "minimum_iou_threshold": 0.1,
    },
    # 0.566 and 32, the best of 405
    "ByteTrack": {
        "lost_track_buffer": 14,
        "track_activation_threshold": 0.7,
        "minimum_consecutive_frames": 2,
        "minimum_iou_threshold": 0.1,
        "high_conf_det_threshold": 0.9,
    },
    # 0.490 and 53, the best of 216
    "OC-SORT": {
        "lost_track_buffer": 7,
        "minimum_consecutive_frames": 1,
        "minimum_iou_threshold": 0.2,
        "direction_consistency_weight": 0.2,
        "high_conf_det_threshold": 0.8,
    },
}

TUNED_ON = 400
FRAMES = 795
OVERLAP = 0.5
# the clock is read over all pictures, this many times, and the least is taken
ROUNDS = 3

Table = np.ndarray


def follow(tracker: Any, boxes: Table, frames: int) -> tuple[Table, float]:
    """Rows (frame, id, left, top, width, height) of a tracker, and the seconds of processor time of its updates."""
    rows, spent = [], 0.0
    for frame in range(1, frames + 1):
        here = boxes[boxes[:, 0] == frame]
        corners = np.column_stack([here[:, 2:4], here[:, 2:4] + here[:, 4:6]])
        found = supervision.Detections(xyxy=corners, confidence=here[:, 6], class_id=np.zeros(len(here), int))
        start = time.process_time()
        tracked = tracker.update(found)
        spent += time.process_time() - start
        for box, number in zip(tracked.xyxy, tracked.tracker_id, strict=True):
            if number is not None and number >= 0:
                rows.append((frame, number + 1, box[0], box[1], box[2] - box[0], box[3] - box[1]))
    return np.array(rows).reshape(-1, 6), spent


def lists(true: Table, found: Table, frames: range) -> tuple[list[Table], list[Table], list[Table]]:
    """Ids of truth and tracks and their overlaps, one entry per frame, ids counted from 0."""
    every_true, every_found = np.unique(true[:, 1]), np.unique(found[:, 1])
    ids: tuple[list[Table], list[Table], list[Table]] = ([], [], [])
    for frame in frames:
        one, other = true[true[:, 0] == frame], found[found[:, 0] == frame]
        ids[0].append(np.searchsorted(every_true, one[:, 1]))
        ids[1].append(np.searchsorted(every_found, other[:, 1]))
        ids[2].append(box_iou(one[:, 2:6], other[:, 2:6], box_format="xywh"))
    return ids


def settings(name: str) -> Iterator[dict[str, float]]:
    """Every combination of a peer's grid."""
    grid = GRID[name]
    for values in itertools.product(*grid.values()):
        yield dict(zip(grid, values, strict=True))


def tune(boxes: Table, true: Table) -> None:
    """Print the best settings of each peer on the first pictures."""
    for name, peer in PEERS.items():
        best: tuple[float, int] = (-1.0, 0)
        count = 0
        for chosen in settings(name):
            rows, _ = follow(peer(**chosen), boxes, TUNED_ON)
            scored = lists(true, rows, range(1, TUNED_ON + 1))
            idf1 = compute_identity_metrics(*scored, threshold=OVERLAP)["IDF1"]
            switches = compute_clear_metrics(*scored, threshold=OVERLAP)["IDSW"]
            count += 1
            if (idf1, -switches) > best:
                best = (idf1, -switches)
                print(f'    "{name}": {json.dumps(chosen)},  # IDF1 {idf1:.3f}, {switches} switches', flush=True)
        print(f"# {name}: the last line is the best of {count}", flush=True)


def run(boxes: Table, out: Path) -> None:
    """Write each peer's tracks, at its defaults and at its best, and the time per picture."""
    times = {}
    for (name, peer), which in itertools.product(PEERS.items(), ("defaults", "best")):
        chosen = BEST[name] if which == "best" else {}
        spent = []
        for _ in range(ROUNDS):
            rows, seconds = follow(peer(**chosen), boxes, FRAMES)
            spent.append(seconds)
        np.savetxt(out / f"{name}, {which}.txt", rows, delimiter=",", fmt="%.6g")
        times[f"{name}, {which}"] = min(spent) / FRAMES
    (out / "times.json").write_text(json.dumps(times))


def hota(true: Table, folder: Path) -> None:
    """Print HOTA of every table of tracks of a folder as JSON: name -> figure."""
    scores = {}
    for path in sorted(folder.glob("*.txt")):
        found = np.loadtxt(path, delimiter=",", ndmin=2)
        for span, frames in {"401-795": range(TUNED_ON + 1, FRAMES + 1), "all": range(1, FRAMES + 1)}.items():
            within = found[(found[:, 0] >= frames.start) & (found[:, 0] < frames.stop)]
            scores[f"{path.stem}|{span}"] = float(compute_hota_metrics(*lists(true, within, frames))["HOTA"])
    print(json.dumps(scores))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the development data")
    parser.add_argument("--tune", action="store_true", help="search the grid and print the best settings")
    parser.add_argument("--out", type=Path, help="folder into which tracks and times are written")
    parser.add_argument("--hota", type=Path, metavar="DIR", help="score the tables of tracks in a folder")
    asked = parser.parse_args()
    warnings.filterwarnings("ignore")
    folder = asked.data / "pets09_s2l1"
    boxes = np.loadtxt(folder / "det.txt", delimiter=",")
    true = np.loadtxt(folder / "gt_mot.txt", delimiter=",")
    if asked.tune:
        tune(boxes, true)
    elif asked.out:
        run(boxes, asked.out)
    elif asked.hota:
        hota(true, asked.hota)
    else:
        parser.error("say --tune, --out or --hota")
    return 0


if __name__ == "__main__":
    sys.exit(main())
