"""A worker for tests with the real end of the pipe: it tells 600 large pictures, then fails for lack of memory."""

from __future__ import annotations

import time

from bartizan.adapters.workers.outlet import Outlet, bound_memory
from bartizan.app.live.wire import Report


def main() -> None:
    outlet = Outlet()
    camera = outlet.job().decode()
    print("a library prints this on standard output")  # noqa: T201
    outlet.ready(patient=False)
    for number in range(1, 601):
        picture = bytes(300_000)
        outlet.tell(Report(sender="told", number=number, site="ab", camera=camera, t=float(number), picture=picture))
    time.sleep(1.0)
    outlet.tell(Report(sender="told", number=601, site="ab", camera=camera, t=601.0))
    outlet.close()
    bound_memory(64 << 20)
    bytearray(1 << 30)


if __name__ == "__main__":
    main()
