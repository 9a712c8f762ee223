"""The bench: one piece of work at once, stopped at its next word, bounded, and never silent about its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from bartizan.app.assessment import Bench, Job
from bartizan.app.assessment.bench import MAX_KEPT, MAX_WAITING, BenchBusyError
from bartizan.errors import InputError

Tell = Callable[[int, int, str], None]


def ended(job: Job) -> Job:
    """Wait for a piece to be over."""
    for _ in range(2000):
        if job.over:
            return job
        time.sleep(0.005)
    pytest.fail(f"it goes on: {job}")


def test_a_piece_is_done_and_says_how_far_it_is() -> None:
    bench = Bench()
    going, on = threading.Event(), threading.Event()

    def work(tell: Tell) -> dict[str, Any]:
        tell(1, 2, "half")
        going.set()
        assert on.wait(10)
        return {"answer": 42}

    job = bench.begin("Ada", work)
    assert going.wait(10)
    assert (job.state, job.done, job.total, job.words) == ("running", 1, 2, "half")
    assert bench.waiting == 1
    on.set()
    assert ended(job).to_json()["result"] == {"answer": 42}
    assert bench.job(job.id) is job
    bench.close()


def test_a_piece_stops_at_its_next_word_and_one_that_waits_at_once() -> None:
    bench = Bench()
    going, on, told = threading.Event(), threading.Event(), []

    def work(tell: Tell) -> dict[str, Any]:
        going.set()
        assert on.wait(10)
        tell(1, 2, "")
        told.append("beyond the word")
        return {}

    running, waiting = bench.begin("Ada", work), bench.begin("Ada", work)
    assert going.wait(10)
    bench.cancel(waiting)
    assert waiting.state == "cancelled"
    bench.cancel(running)
    assert running.state == "running"
    on.set()
    assert ended(running).state == "cancelled"
    assert told == []
    bench.close()


def test_what_is_refused_is_told_in_words_and_the_next_piece_goes_on() -> None:
    bench = Bench()

    def refused(tell: Tell) -> dict[str, Any]:
        raise InputError("the site has no target. Add one")

    def broken(tell: Tell) -> dict[str, Any]:
        raise ZeroDivisionError

    assert ended(bench.begin("Ada", refused)).words == "the site has no target. Add one"
    assert ended(bench.begin("Ada", broken)).state == "failed"
    assert ended(bench.begin("Ada", lambda tell: {"fine": True})).state == "done"
    bench.close()


def test_the_bench_is_bounded() -> None:
    bench = Bench()
    on = threading.Event()
    full = [bench.begin("Ada", lambda tell: {"on": on.wait(10)}) for _ in range(MAX_WAITING + 1)]
    with pytest.raises(BenchBusyError, match="Wait for it"):
        bench.begin("Ada", lambda tell: {})
    on.set()
    for job in full:
        assert ended(job).state == "done"
    jobs: list[Job] = []
    for _ in range(MAX_KEPT + 10):
        jobs.append(bench.begin("Ada", lambda tell: {}))
        ended(jobs[-1])
    assert bench.job(jobs[0].id) is None, "the oldest answers go"
    assert bench.job(jobs[-1].id) is jobs[-1]
    bench.close()
