"""A live source over lines of our own: pauses, counts, drops and clocks, exactly."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from bartizan.adapters.video.live import QUEUE_LEAST, QUEUE_MOST, Line, LiveStream, Shot
from bartizan.app.live.ports import LiveSource, Picture
from bartizan.errors import VideoError

SIZE = (8, 6)
LONGEST = 10.0


def picture(level: int = 0, size: tuple[int, int] = SIZE) -> Picture:
    return np.full((size[1], size[0], 3), level, np.uint8)


def shot(stream: float | None, level: int = 0, size: tuple[int, int] = SIZE) -> Shot:
    return Shot(stream, size, lambda: picture(level, size))


class Play:
    """A line that gives its shots; then it breaks, ends, or hangs until it is let go."""

    def __init__(self, shots: Sequence[Shot], end: str = "hang") -> None:
        self.shots, self.end, self.closed = shots, end, False
        self.gate = threading.Event()

    def __iter__(self) -> Iterator[Shot]:
        yield from self.shots
        if self.end == "hang":
            self.gate.wait(LONGEST)
        elif self.end == "break":
            raise VideoError("camera 'north': it broke")
        elif self.end == "crash":
            raise RuntimeError("the decoder's own words: rtsp://user:secret@host/")

    def close(self) -> None:
        self.closed = True


class Dial:
    """Gives one line after another, and refuses where there is None."""

    def __init__(self, *lines: Play | None) -> None:
        self.lines = list(lines)
        self.calls = 0

    def __call__(self) -> Line:
        self.calls += 1
        line = self.lines.pop(0) if self.lines else None
        if line is None:
            raise VideoError("camera 'north': nobody answers")
        return line


class Clock:
    """Seconds that pass only while somebody waits, and a tenth at each look."""

    def __init__(self, most: int = 1000) -> None:
        self.now, self.most = 0.0, most
        self.pauses: list[float] = []

    def seconds(self) -> float:
        self.now += 0.1
        return self.now

    def wait(self, pause: float) -> bool:
        self.pauses.append(pause)
        self.now += pause
        return len(self.pauses) >= self.most


def stream(dial: Callable[[], Line], clock: Clock, size: tuple[int, int] | None = SIZE, seed: int = 1) -> LiveStream:
    return LiveStream(
        "north",
        dial,
        size=size,
        seconds=clock.seconds,
        wait=clock.wait,
        rng=random.Random(seed),  # noqa: S311 - draws pauses
    )


def settle(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + LONGEST
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.002)


def test_pauses_grow_to_their_longest_and_are_drawn() -> None:
    clock = Clock(most=10)
    source = stream(Dial(), clock)
    settle(lambda: len(clock.pauses) == 10)
    rng = random.Random(1)  # noqa: S311 - the same draws
    whole = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0, 30.0]
    assert clock.pauses == [pytest.approx(one * rng.uniform(0.5, 1.0)) for one in whole]
    assert all(one / 2 <= pause <= one for one, pause in zip(whole, clock.pauses, strict=True))
    settle(lambda: source.counters.failures == 10)
    assert source.counters.state == "lost"
    assert source.counters.words == "camera 'north': nobody answers"


def test_two_cameras_do_not_come_back_at_the_same_moment() -> None:
    clocks = Clock(most=3), Clock(most=3)
    for seed, clock in enumerate(clocks):
        stream(Dial(), clock, seed=seed)
    settle(lambda: all(len(clock.pauses) == 3 for clock in clocks))
    assert clocks[0].pauses != clocks[1].pauses


def test_a_line_that_played_long_enough_ends_the_row() -> None:
    # a hundred and twenty looks at the clock are twelve seconds
    long = Play([shot(0.1 * number) for number in range(120)], end="end")
    clock = Clock(most=5)
    stream(Dial(None, None, None, long), clock)
    settle(lambda: len(clock.pauses) == 5)
    assert clock.pauses[2] >= 1.0  # the third in a row
    assert clock.pauses[3] <= 0.5  # the first after it played
    assert 0.5 <= clock.pauses[4] <= 1.0


def test_an_end_a_break_and_a_crash_are_losses_and_no_secret_is_said() -> None:
    lines = [Play([shot(None)], end=end) for end in ("end", "break", "crash")]
    last = Play([shot(None)])
    clock = Clock()
    said: list[str] = []
    made = threading.Event()

    def wait(pause: float) -> bool:
        made.wait(LONGEST)
        said.append(source.counters.words)
        return clock.wait(pause)

    source = LiveStream(
        "north",
        Dial(*lines, last),
        size=SIZE,
        seconds=clock.seconds,
        wait=wait,
        rng=random.Random(1),  # noqa: S311 - draws pauses
    )
    made.set()
    settle(lambda: source.counters.connections == 4 and source.counters.state == "playing")
    assert said == [
        "camera 'north': its stream ended",
        "camera 'north': it broke",
        "camera 'north': its stream broke the reader (RuntimeError)",
    ]
    assert all(line.closed for line in lines)
    source.close()
    last.gate.set()
    settle(lambda: last.closed)
    assert source.take(0.0) is None
    assert source.counters.state == "closed"


def test_the_oldest_goes_where_nobody_takes() -> None:
    line = Play([shot(None, level) for level in range(100)])
    source = stream(Dial(line), Clock())
    settle(lambda: source.counters.late == 100 - QUEUE_MOST)
    taken = [source.take(1.0) for _ in range(QUEUE_MOST)]
    assert [int(frame[1][0, 0, 0]) for frame in taken if frame is not None] == list(range(100 - QUEUE_MOST, 100))
    assert source.take(0.0) is None
    counters = source.counters
    assert (counters.frames, counters.late, counters.dropped) == (QUEUE_MOST, 68, 68)
    line.gate.set()
    source.close()


def test_large_pictures_wait_in_a_shorter_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.adapters.video.live.QUEUE_BYTES", 100)
    line = Play([shot(None, level) for level in range(10)])
    source = stream(Dial(line), Clock())
    settle(lambda: source.counters.late == 10 - QUEUE_LEAST)
    line.gate.set()
    source.close()


def test_the_first_picture_tells_the_size_where_nothing_else_does() -> None:
    line = Play([shot(None, 1, (4, 4)), shot(None, 2), shot(None, 3, (4, 4))])
    source = stream(Dial(line), Clock(), size=None)
    assert source.size == (4, 4)
    settle(lambda: source.counters.resized == 1)
    assert "8 x 6 pixels in place of 4 x 4" in source.counters.words or source.counters.words == ""
    assert [int(frame[1][0, 0, 0]) for frame in (source.take(1.0), source.take(1.0)) if frame] == [1, 3]
    line.gate.set()
    source.close()


def test_a_size_that_never_comes_is_an_error_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.adapters.video.live.FIRST", 0.2)
    source = stream(Dial(), Clock(most=1), size=None)
    with pytest.raises(VideoError, match=r"no picture came .*nobody answers.*size = \[width, height\]"):
        _ = source.size


def test_a_clock_that_is_set_an_hour_forward_and_back_is_counted_and_said() -> None:
    times = [0.0, 0.1, 0.2, 3600.3, 3600.4, 0.5, 0.6]
    line = Play([shot(t) for t in times])
    source = stream(Dial(line), Clock())
    settle(lambda: source.counters.jumps == 2)
    settle(lambda: source.counters.state == "playing")
    given = [frame[0] for frame in (source.take(1.0) for _ in times) if frame is not None]
    assert len(given) == len(times)
    assert np.all(np.diff(given) > 0.0)
    assert given[-1] - given[0] == pytest.approx(0.6, abs=0.15)
    assert "its clock was set back by 3600 s" in source.counters.words
    line.gate.set()
    source.close()


def test_pictures_that_cannot_be_decoded_are_counted() -> None:
    broken = Shot(None, SIZE, lambda: None)
    line = Play([broken, broken, shot(None, 5)])
    source = stream(Dial(line), Clock())
    frame = source.take(LONGEST)
    assert frame is not None
    assert frame[1][0, 0, 0] == 5
    assert source.counters.garbled == 2
    line.gate.set()
    source.close()


def test_iterating_ends_when_it_is_closed() -> None:
    line = Play([shot(None)])
    source = stream(Dial(line), Clock())
    assert isinstance(source, LiveSource)
    count = 0
    for _ in source:
        count += 1
        source.close()
    assert count == 1
    line.gate.set()


def test_counters_are_plain_json() -> None:
    source = stream(Dial(), Clock(most=1))
    settle(lambda: source.counters.failures == 1)
    assert source.counters.to_json() == {
        "state": "lost",
        "frames": 0,
        "connections": 0,
        "failures": 1,
        "dropped": {"late": 0, "backlog": 0, "resized": 0, "garbled": 0},
        "times": {"mended": 0, "jumps": 0},
        "words": "camera 'north': nobody answers",
    }
