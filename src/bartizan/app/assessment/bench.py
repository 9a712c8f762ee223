"""Work that takes its time: one piece at once, in a thread of its own, watched and stopped from a page."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

from bartizan.errors import BartizanError, CheckError

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]
Tell = Callable[[int, int, str], None]
Work = Callable[[Tell], dict[str, Any]]

MAX_WAITING = 4  # pieces that wait; more are asked to come again
MAX_KEPT = 32  # answers that are kept for their page to fetch


class BenchBusyError(CheckError):
    """Too much is waiting already."""


class _Cancelled(Exception):  # noqa: N818 - it ends a piece of work; nobody else hears of it
    pass


@dataclass(slots=True)
class Job:
    """One piece of work: who asked, how far it is (`done` of `total`; 0 is not known), and what came of it."""

    id: str
    owner: str
    state: JobState = "waiting"
    done: int = 0
    total: int = 0
    words: str = ""
    result: dict[str, Any] | None = None
    cancelled: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in ("done", "failed", "cancelled")

    def to_json(self) -> dict[str, Any]:
        """As the page reads it."""
        return {
            "id": self.id,
            "state": self.state,
            "done": self.done,
            "total": self.total,
            "words": self.words,
            "result": self.result,
        }


class Bench:
    """Does one piece of work after the other, so that however much is asked the desk keeps a processor for alarms.

    A piece is stopped at the next word that it tells of itself. Memory is bounded: the oldest answers go first.
    """

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="bench")

    def begin(self, owner: str, work: Work) -> Job:
        """Put a piece of work on the bench. Raises BenchBusyError where too much waits."""
        with self._lock:
            if sum(not job.over for job in self._jobs.values()) > MAX_WAITING:
                raise BenchBusyError("much is being worked out already. Wait for it, or stop some of it")
            job = Job(secrets.token_urlsafe(12), owner)
            self._jobs[job.id] = job
            finished = [one.id for one in self._jobs.values() if one.over]
            for one in finished[: max(0, len(self._jobs) - MAX_KEPT)]:
                del self._jobs[one]
        self._thread.submit(self._do, job, work)
        return job

    def job(self, job_id: str) -> Job | None:
        """The piece of that id, while it is kept."""
        with self._lock:
            return self._jobs.get(job_id)

    def cancel(self, job: Job) -> None:
        """Stop it: at once where it waits, else at the next word that it tells."""
        with self._lock:
            job.cancelled = True
            if job.state == "waiting":
                job.state = "cancelled"

    @property
    def waiting(self) -> int:
        """How many pieces are not over."""
        with self._lock:
            return sum(not job.over for job in self._jobs.values())

    def close(self) -> None:
        """Stop everything."""
        with self._lock:
            for job in self._jobs.values():
                job.cancelled = True
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _do(self, job: Job, work: Work) -> None:
        with self._lock:
            if job.over:
                return
            job.state = "running"

        def tell(done: int, total: int, words: str) -> None:
            if job.cancelled:
                raise _Cancelled
            job.done, job.total, job.words = done, total, words

        try:
            job.result = work(tell)
            self._end(job, "done", "")
        except _Cancelled:
            self._end(job, "cancelled", "")
        except BartizanError as error:
            self._end(job, "failed", str(error))
        except BaseException:
            self._end(job, "failed", "it failed; the log of the desk says why")
            raise

    def _end(self, job: Job, state: JobState, words: str) -> None:
        with self._lock:
            job.words = words
            job.state = "cancelled" if job.cancelled else state
