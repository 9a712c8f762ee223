"""Several blocks of a simulation at a time, handed over in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from bartizan.assess.simulate.run import Mapper, Tally
from bartizan.errors import InputError

MOST = 256  # workers: beyond any machine that this runs on, and a slip


@contextmanager
def threads(count: int) -> Iterator[Mapper]:
    """A mapper that works on `count` blocks at a time, in threads: the kernels hold no lock.

    It runs ahead by one block for each worker and hands over in order, so that nothing depends on `count`. Raises
    InputError for a number below 1 or beyond MOST.
    """
    if not 1 <= count <= MOST:
        raise InputError(f"{count!r} workers were asked for. Give 1 to {MOST}")
    if count == 1:
        yield map
        return
    with ThreadPoolExecutor(count) as pool:

        def mapped(work: Callable[[int], Tally], numbers: Iterable[int]) -> Iterator[Tally]:
            begun: deque[Future[Tally]] = deque()
            try:
                for number in numbers:
                    begun.append(pool.submit(work, number))
                    if len(begun) > count:
                        yield begun.popleft().result()
                while begun:
                    yield begun.popleft().result()
            finally:
                for future in begun:
                    future.cancel()

        yield mapped
