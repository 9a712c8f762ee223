"""All the workers of a run: started, listened to, started again when they die, and ended together."""

from __future__ import annotations

import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bartizan.adapters.workers.process import OPENING, STOP, Worker, environment
from bartizan.app.live.gather import Arrival, Trouble
from bartizan.app.live.wire import Ended, Told
from bartizan.errors import InputError

MOST = 256  # messages of all workers that wait to be joined; then the pipes fill, and the workers drop and count
_TURN = 0.5  # seconds between two looks after the workers


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long to wait before a worker that died is started again [s].

    Each death in a row makes the pause `growth` times as long, from `shortest` to `longest`; it is then drawn between
    half of that and the whole. A worker that lived for `steady` seconds ends the row.
    """

    shortest: float = 0.5
    longest: float = 60.0
    growth: float = 2.0
    steady: float = 60.0

    def after(self, deaths: int, rng: random.Random) -> float:
        """The pause after so many deaths in a row, from 1."""
        return min(self.longest, self.shortest * self.growth ** min(deaths - 1, 60)) * rng.uniform(0.5, 1.0)


@dataclass(slots=True)
class FleetCounts:
    """By camera: how often its worker was started, and how often it died."""

    starts: Counter[str] = field(default_factory=Counter)
    deaths: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Post:
    """The place of one camera's worker."""

    job: bytes
    worker: Worker | None = None
    row: int = 0  # deaths in a row
    again: float | None = None  # when to start again, by the monotonic clock
    over: bool = False


class Fleet:
    """A worker for each camera, as processes of `command`; `jobs` gives each camera's job as bytes.

    A context: within it the workers live, and none is left after it. A worker that dies is started again after a
    growing pause, and the others do not notice. When all are ready at first, `go` is asked once for the word that they
    all begin with. Entering raises InputError where a worker refuses its job, such as a file that is no video.
    """

    def __init__(
        self,
        command: Sequence[str],
        jobs: Mapping[str, bytes],
        *,
        rng: random.Random,
        go: Callable[[], bytes] = bytes,
        pauses: Pauses | None = None,
    ) -> None:
        self.counts = FleetCounts()
        self._command = list(command)
        self._go = go
        self._word: bytes | None = None
        self._rng, self._pauses = rng, pauses or Pauses()
        self._posts = {camera: _Post(job) for camera, job in jobs.items()}
        self._heard: queue.Queue[Arrival] = queue.Queue(MOST)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._environment = environment()
        self._watchman = threading.Thread(target=self._look_after, name="fleet", daemon=True)

    def __enter__(self) -> Fleet:
        try:
            for camera in self._posts:
                self._start(camera)
            self._require_ready()
            self._word = self._go()
            for post in self._posts.values():
                if post.worker is not None:
                    post.worker.go(self._word)
        except BaseException:
            self.close()
            raise
        self._watchman.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pids(self) -> dict[str, int]:
        """The processes that live, by camera."""
        with self._lock:
            return {camera: post.worker.pid for camera, post in self._posts.items() if post.worker is not None}

    def next(self, wait: float) -> Arrival | None:
        """What a worker told next; None where none tells anything within `wait` [s]."""
        try:
            return self._heard.get(timeout=max(0.0, wait))
        except queue.Empty:
            return None

    def close(self) -> None:
        """End all workers; what they told and nobody took is gone."""
        self._closed.set()
        if self._watchman.is_alive():
            self._watchman.join()
        with self._lock:
            workers = [post.worker for post in self._posts.values() if post.worker is not None]
        for worker in workers:
            worker.ask_to_stop()
        until = time.monotonic() + STOP
        for worker in workers:
            worker.stop(until)

    def _start(self, camera: str) -> None:
        with self._lock:
            post = self._posts[camera]
            post.again = None
            post.worker = Worker(camera, self._command, post.job, self._environment, self._hear)
            self.counts.starts[camera] += 1
            if self._word is not None:
                post.worker.go(self._word)  # it waits in the pipe until the worker is ready

    def _require_ready(self) -> None:
        until = time.monotonic() + OPENING
        for post in self._posts.values():
            worker = post.worker
            if worker is not None:
                worker.ready.wait(max(0.0, until - time.monotonic()))
                if worker.refused is not None:
                    raise InputError(worker.refused)

    def _hear(self, worker: Worker, told: Told | None) -> None:
        """Called by the threads of the workers."""
        if told is None:
            self._mourn(worker)
            return
        if isinstance(told, Ended):
            with self._lock:
                self._posts[worker.camera].over = True
        self._put(told)

    def _mourn(self, worker: Worker) -> None:
        with self._lock:
            post = self._posts[worker.camera]
            if post.worker is worker:
                post.worker = None
            if self._closed.is_set() or post.over:
                return
            lived = time.monotonic() - worker.began
            post.row = 1 if lived >= self._pauses.steady else post.row + 1
            pause = self._pauses.after(post.row, self._rng)
            post.again = time.monotonic() + pause
            self.counts.deaths[worker.camera] += 1
        why = worker.refused or worker.died
        self._put(Trouble(worker.camera, f"{why}. It is started again in {pause:.1f} s"))

    def _put(self, arrival: Arrival) -> None:
        while not self._closed.is_set():
            try:
                self._heard.put(arrival, timeout=_TURN)
                return
            except queue.Full:
                continue

    def _look_after(self) -> None:
        """Start again whom it is time for, and end who hangs."""
        while not self._closed.wait(_TURN / 5):
            now = time.monotonic()
            for camera, post in self._posts.items():
                if post.again is not None and now >= post.again:
                    self._start(camera)
                elif post.worker is not None and post.worker.silent > 0.0:
                    post.worker.end("its worker said nothing for too long, and was ended")
