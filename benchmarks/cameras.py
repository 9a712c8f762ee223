"""How many cameras a core carries: real workers on PETS 2009 S2.L1, View 001, decoding, detection and health included.

Run: ``python -m benchmarks.cameras --data ../shared/data``. Each worker is the child process that ``bartizan watch``
starts, with one thread, and looks at all 795 pictures (768 x 576) as fast as it can; the run that joins them takes
their reports meanwhile. The figures are from when all workers are ready: pictures a second of all together by the
clock, and processor time of a worker for each picture, which tells how many cameras of 10 pictures a second one core
carries. Where there are more workers than cores the pictures a second stop growing, and the time for each does not.
"""

from __future__ import annotations

import os
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bartizan.app.live.gather import Gathering
from bartizan.app.live.join import Join
from bartizan.app.live.run import LiveRun
from bartizan.cli import wiring, wiring_live
from bartizan.cli.camera_job import CameraJob, GoAhead
from benchmarks.table import Row, main

WORKERS = (1, 2, 4)
RATE = 10.0  # pictures a second of the cameras that are counted
LIMIT = 900.0  # seconds for one measurement
_CAMERA = '[[camera]]\nid = "c{n}"\nsize = [768, 576]\nfps = 7\nmodel = {{ tsai = "View_001.xml", unit = "mm" }}\n'
_SITE = 'schema = 1\n[site]\nname = "PETS"\n[plan]\ncrs = "metres"\n'


def site_folder(parent: Path, data: Path, cameras: int) -> Path:
    """A site whose cameras all see what View 001 sees."""
    folder = parent / f"site-{cameras}"
    folder.mkdir()
    shutil.copy(data / "calibration" / "View_001.xml", folder)
    (folder / "site.toml").write_text(_SITE + "".join(_CAMERA.format(n=n) for n in range(cameras)))
    return folder


def processor_time(pid: int) -> float:
    """What a process has used so far [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def of_children() -> float:
    """What all processes used that this one started and that are over [s]."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(folder: Path, video: Path, cameras: int) -> tuple[float, float, float]:
    """Pictures a second of all together, and processor time for each picture [s]: of a worker, and of the joining."""
    site = wiring.load_site(folder)
    epoch = time.monotonic()

    def now() -> float:
        return time.monotonic() - epoch

    jobs = [
        CameraJob(site=str(folder), camera=f"c{n}", source=str(video), fps=7.0, epoch=epoch, pace="free")
        for n in range(cameras)
    ]
    run = LiveRun(site, run="bench")
    before = of_children()
    with wiring_live.camera_workers(jobs, lambda: GoAhead(0.0, datetime.now(UTC)).write()) as fleet:
        ready = sum(processor_time(pid) for pid in fleet.pids.values())
        began, own = time.perf_counter(), time.process_time()
        # the files run ahead of the clock: nothing is refused for that, and nobody's time is over
        gathering = Gathering(run, Join(fleet.pids, wait=float("inf")), now=lambda: 1e6)
        for _ in gathering.watch(fleet, lambda: now() > LIMIT):
            pass
        wall, own = time.perf_counter() - began, time.process_time() - own
    pictures = run.counts.frames
    assert pictures == 795 * cameras, f"{pictures} pictures of {795 * cameras}"
    return pictures / wall, (of_children() - before - ready) / pictures, own / pictures


def figures(data: Path) -> Iterator[Row]:
    """The rows of the table."""
    footage = data / "pets09_s2l1"
    yield Row("cameras", "cores of this machine", str(os.cpu_count()))
    with tempfile.TemporaryDirectory(prefix="bartizan-bench-") as place:
        for cameras in WORKERS:
            folder = site_folder(Path(place), footage, cameras)
            rate, each, joining = measure(folder, footage / "vtest.avi", cameras)
            many = f"{cameras} worker{'' if cameras == 1 else 's'}"
            yield Row("cameras", f"{many}, 768 x 576, decoding included", f"{rate:.0f} pictures/s together")
            yield Row(
                "cameras",
                f"{many}, of one core",
                f"{1000.0 * each:.1f} ms a picture, {1.0 / (each * RATE):.1f} cameras of {RATE:.0f} pictures/s; "
                f"joining {1000.0 * joining:.1f} ms",
            )


if __name__ == "__main__":
    main(__doc__, figures)
