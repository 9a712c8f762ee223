"""What looking after one camera costs: measuring its health, and burning in its masks.

Run: ``python -m benchmarks.camera_health --data DIR`` on the footage of pets09_s2l1, 768 x 576. Process time of one
thread, the median over the file. A reading is taken twice a second whatever the camera's rate; masks are burned into
every picture. How long each fault takes to be found is measured by tests/unit/watch/health.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import cv2
from shapely import Polygon

from bartizan.adapters.video.masks import Masks
from bartizan.adapters.video.opencv import VideoFile
from bartizan.site.model import Camera
from bartizan.watch.health import EVERY, Meter
from benchmarks.table import Row
from benchmarks.table import main as table

NAME = "camera health"
FPS = 7.0  # the header says 10
MASKS = (Polygon([(0, 0), (300, 0), (300, 180), (0, 210)]), Polygon([(600, 0), (767, 0), (767, 120)]))


def figures(data: Path) -> Iterator[Row]:
    """Milliseconds of a reading, with and without masks, and of burning in."""
    cv2.setNumThreads(1)
    frames = [picture for _, picture in VideoFile(data / "pets09_s2l1" / "vtest.avi", "view", fps=FPS)]
    height, width = frames[0].shape[:2]
    plain = Meter(Camera(id="view"))
    masked = Meter(Camera(id="view", size=(width, height), masks=MASKS))
    burn = Masks(MASKS).burn
    for what, work in (("a reading", plain.measure), ("a reading, two masks", masked.measure)):
        # as far apart as readings are in a live camera
        times = [_seconds(lambda t, work=work: work(t * EVERY, frames[t]), t) for t in range(len(frames))]  # type: ignore[misc]
        yield Row(NAME, what, f"{1e3 * median(times[20:]):.2f} ms")
    times = [_seconds(lambda t: burn(frames[t]), t) for t in range(len(frames))]
    yield Row(NAME, "burning two masks into a picture", f"{1e3 * median(times[20:]):.2f} ms")


def _seconds(work: Callable[[int], object], t: int) -> float:
    began = time.process_time()
    work(t)
    return time.process_time() - began


if __name__ == "__main__":
    table(__doc__, figures)
