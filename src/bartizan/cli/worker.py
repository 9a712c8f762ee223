"""`python -m bartizan.cli.worker`: a camera's worker. `bartizan watch` and `bartizan desk` start it, and nobody else.

It takes its job from standard input and tells what it sees on standard output, until its input is closed.
"""

from __future__ import annotations

import random
import secrets
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bartizan.adapters.workers.outlet import Outlet, bound_memory
from bartizan.errors import BartizanError


def main() -> int:
    """Do one job."""
    outlet = Outlet()
    bound_memory()
    try:
        return _work(outlet)
    except BartizanError as error:
        outlet.refuse(str(error))
        return error.exit_status


def _work(outlet: Outlet) -> int:
    # after the pipe is safe: libraries may print while they are loaded
    from bartizan.app.live.eye import Eye  # noqa: PLC0415
    from bartizan.app.live.looking import Sender, look  # noqa: PLC0415
    from bartizan.app.live.pace import Paced  # noqa: PLC0415
    from bartizan.app.live.ports import LiveSource  # noqa: PLC0415
    from bartizan.app.live.rehearsal import rehearse_eye  # noqa: PLC0415
    from bartizan.cli import wiring, wiring_live  # noqa: PLC0415
    from bartizan.cli.camera_job import CameraJob, GoAhead  # noqa: PLC0415
    from bartizan.watch.health import Meter  # noqa: PLC0415

    job = CameraJob.read(outlet.job())
    site = wiring.load_site(Path(job.site))
    camera = site.camera(job.camera)
    wiring_live.one_thread()
    seconds = _since(job.epoch)
    source = wiring_live.open_source(job.source, camera, job.fps, seconds=seconds, rng=random.Random())  # noqa: S311
    free = job.pace == "free" and not isinstance(source, LiveSource)
    make = wiring_live.detectors(Path(job.site))
    eye = Eye(camera, make) if isinstance(source, LiveSource) else Eye.of(camera, source, make)
    if camera.size is not None:
        rehearse_eye(Eye(camera, make), camera.size, Meter(camera).measure)
    word = GoAhead.read(outlet.ready(patient=free))
    if not isinstance(source, LiveSource) and not free:
        source = Paced(source, seconds=seconds, wait=threading.Event().wait, begin=word.begin)
    sender = Sender(secrets.token_hex(8), site.watch_hash, camera.id, word.zero)
    show = None if job.show is None else wiring_live.jpeg
    measure = Meter(camera).measure
    for told in look(source, eye, sender, seconds=seconds, measure=measure, show=show, every=job.show or 0.0):
        outlet.tell(told)
    outlet.close()
    return 0


def _since(epoch: float) -> Callable[[], float]:
    return lambda: time.monotonic() - epoch


if __name__ == "__main__":
    sys.exit(main())
