"""How well the default detector finds people in PETS 2009 S2.L1, View 001.

Run: ``python -m benchmarks.pets_detection --data ../shared/data``. Parameters may be tuned on pictures 1 to 400; the
rest is for judging. A person counts as found where a detection's foot lies within 1 m of the truth's on the ground,
one to one, at the least total distance; the same for boxes at an overlap (IoU) of 0.5.

The ignored: boxes of the truth that the lower picture edge cuts have no true foot (38 of 4650). They are neither
missed nor found, and a detection that matches nothing else and overlaps one of them by 0.2 is no false one. All else
counts, the pictures while the scene is learnt and people behind others included. The truth leaves out the people on
the far paths: nobody in it is smaller than 52 pixels. Detections of smaller people count as false in the precision
that is printed first, and are left out of the one in range.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from bartizan.adapters.files.calibration import read_model
from bartizan.adapters.video.opencv import VideoFile
from bartizan.geometry.projection import CameraModel
from bartizan.watch.detection.detect import BackgroundDetector, Detection

Boxes = NDArray[np.float64]

RATE = 7.0
TUNED = 400
NEAR = 1.0
OVERLAP = 0.5
SMALLEST = 50.0


@dataclass(slots=True)
class Count:
    """Found, missed and false; `beyond` are those of the false that are smaller than anybody in the truth."""

    found: int = 0
    missed: int = 0
    false: int = 0
    beyond: int = 0

    @property
    def recall(self) -> float:
        return self.found / max(1, self.found + self.missed)

    @property
    def precision(self) -> float:
        return self.found / max(1, self.found + self.false)

    def __str__(self) -> str:
        known = self.found + self.missed
        in_range = self.found / max(1, self.found + self.false - self.beyond)
        return (
            f"recall {self.recall:.3f}  precision {self.precision:.3f}, in range {in_range:.3f}  "
            f"({self.found} of {known}, {self.false} false, {self.beyond} of them beyond the truth)"
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """Detections of one picture: overlap with the truth, shape (truth, detections), and heights [pixels]."""

    overlap: Boxes
    heights: NDArray[np.float64]


def overlaps(first: Boxes, second: Boxes) -> Boxes:
    """Intersection over union, shape (n, m), of boxes left, top, width, height."""
    a, b = first[:, None], second[None]
    wide = np.minimum(a[..., 0] + a[..., 2], b[..., 0] + b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    tall = np.minimum(a[..., 1] + a[..., 3], b[..., 1] + b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    shared = np.maximum(wide, 0.0) * np.maximum(tall, 0.0)
    return np.asarray(shared / (a[..., 2] * a[..., 3] + b[..., 2] * b[..., 3] - shared))


def ground(model: CameraModel, boxes: Boxes) -> Boxes:
    """Places [m] of the middles of the boxes' lower edges."""
    return model.to_ground(np.column_stack([boxes[:, 0] + boxes[:, 2] / 2.0, boxes[:, 1] + boxes[:, 3]]))


def pair(cost: Boxes, limit: float) -> tuple[set[int], set[int]]:
    """Rows and columns paired one to one at the least total cost, none above the limit."""
    barred = np.where(np.isfinite(cost) & (cost <= limit), cost, 1e6)
    rows, columns = linear_sum_assignment(barred)
    good = [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if barred[r, c] <= limit]
    return {row for row, _ in good}, {column for _, column in good}


def score(count: Count, cost: Boxes, limit: float, ignored: NDArray[np.bool_], seen: Seen) -> None:
    """Add one picture: `cost` truth by detections, `ignored` truth."""
    kept = np.flatnonzero(~ignored)
    rows, columns = pair(cost[kept], limit)
    spare = [c for c in range(cost.shape[1]) if c not in columns]
    excused = [c for c in spare if ignored.any() and seen.overlap[ignored][:, c].max() > 0.2]
    count.found += len(rows)
    count.missed += len(kept) - len(rows)
    count.false += len(spare) - len(excused)
    count.beyond += sum(seen.heights[c] < SMALLEST for c in spare if c not in excused)


def measure(model: CameraModel, truth: Boxes, detections: list[list[Detection]], height: int) -> dict[str, Count]:
    """Counts by span of pictures and kind of match."""
    counts: dict[str, Count] = {}
    for number, seen in enumerate(detections, start=1):
        boxes = truth[truth[:, 0] == number][:, 2:6]
        found = np.array([detection.box for detection in seen]).reshape(-1, 4)
        overlap = overlaps(boxes, found)
        far = np.linalg.norm(ground(model, boxes)[:, None] - ground(model, found)[None], axis=2)
        shown = Seen(overlap, found[:, 3])
        ignored = boxes[:, 1] + boxes[:, 3] > height - 2
        for span in ("1-400" if number <= TUNED else "401-795", "all"):
            score(counts.setdefault(f"{span} at 1 m", Count()), far, NEAR, ignored, shown)
            score(counts.setdefault(f"{span} at IoU 0.5", Count()), 1.0 - overlap, 1.0 - OVERLAP, ignored, shown)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    folder = parser.parse_args().data / "pets09_s2l1"
    model = read_model(folder / "calibration" / "View_001.xml", "tsai", "mm")
    video = VideoFile(folder / "vtest.avi", "pets", fps=RATE)
    truth = np.loadtxt(folder / "gt_mot.txt", delimiter=",")
    detector = BackgroundDetector(model, video.size)
    detections = []
    start = time.perf_counter()
    for t, picture in video:
        detections.append([one for one in detector.detect(t, picture) if one.label == "person"])
    seconds = time.perf_counter() - start
    for name, count in measure(model, truth, detections, video.size[1]).items():
        print(f"{name:20} {count}")
    print(f"{len(detections) / seconds:.0f} frames/s with decoding")


if __name__ == "__main__":
    main()
