"""Units worked out by processes of this machine; a process that dies costs its unit one try, and nobody else any."""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from bartizan.app.sweep import Failed, Outcome, Unit
from bartizan.app.sweep.unit import RETRIES
from bartizan.errors import InputError

MOST = 256  # workers: beyond any machine that this runs on, and a slip

Work = Callable[[Unit], Outcome]


class Processes:
    """`Runner` with a number of processes, each started afresh, so that no state of this one leaks into them."""

    def __init__(self, workers: int) -> None:
        if not 1 <= workers <= MOST:
            raise InputError(f"{workers!r} workers were asked for. Give 1 to {MOST}")
        self.workers = workers

    def run(self, units: Sequence[Unit], work: Work) -> Iterator[Outcome]:
        """One outcome for each unit, as they come."""
        waiting = list(reversed(units))
        suspects: list[Unit] = []
        tries: Counter[int] = Counter()
        while waiting or suspects:
            under_way: dict[Future[Outcome], Unit] = {}
            pool = ProcessPoolExecutor(
                min(self.workers, len(waiting) + len(suspects)),
                multiprocessing.get_context("spawn"),
                initializer=_ignore_interrupts,
            )
            try:
                # when a process dies nobody says whose unit it was: those that were under way then go one at a time
                yield from self._done(pool, suspects, work, 1, under_way)
                yield from self._done(pool, waiting, work, self.workers, under_way)
            except BrokenProcessPool:
                suspects.extend(under_way.values())
                tries.update(unit.number for unit in under_way.values())
            finally:
                # Python 3.11 has no public way to end the processes of a pool that are at work
                for process in list((pool._processes or {}).values()):
                    process.terminate()
                pool.shutdown(wait=True, cancel_futures=True)
            for unit in [unit for unit in suspects if tries[unit.number] >= RETRIES]:
                suspects.remove(unit)
                yield Failed(number=unit.number, cause=f"its worker died {RETRIES} times while it was worked out")

    @staticmethod
    def _done(
        pool: ProcessPoolExecutor, queue: list[Unit], work: Work, width: int, under_way: dict[Future[Outcome], Unit]
    ) -> Iterator[Outcome]:
        """The outcomes of a queue, `width` units at a time; BrokenProcessPool where a process dies."""
        while queue or under_way:
            while queue and len(under_way) < width:
                unit = queue[-1]
                under_way[pool.submit(work, unit)] = unit
                queue.pop()
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                outcome = future.result()
                del under_way[future]
                yield outcome


def _ignore_interrupts() -> None:
    # Ctrl-C reaches every process of a terminal; the parent alone decides what it means
    signal.signal(signal.SIGINT, signal.SIG_IGN)
