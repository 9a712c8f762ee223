"""Laws of the stream's clock that hold whatever a camera sends."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from bartizan.app.live.clock import STEP, StreamClock

STREAM = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.floats(0.0, 100.0))
WAIT = st.floats(0.0, 20.0)


@given(st.lists(st.tuples(STREAM, WAIT, st.booleans()), max_size=60))
def test_times_go_forward_and_are_never_ahead_of_what_has_come(told: list[tuple[float | None, float, bool]]) -> None:
    clock, arrival, last, shown = StreamClock(), 0.0, -math.inf, 0
    for stream, wait, again in told:
        arrival += wait
        if again:
            clock.restart()
        t = clock.tell(stream, arrival).t
        if t is None:
            continue
        shown += 1
        assert math.isfinite(t)
        assert t > last
        # only the steps that keep pictures of one moment apart may run ahead
        assert t <= arrival + shown * STEP + 1e-9
        last = t


@given(st.floats(-1e9, 1e9), st.lists(st.floats(0.01, 5.0), min_size=2, max_size=50))
def test_the_zero_of_the_stream_changes_nothing(zero: float, steps: list[float]) -> None:
    one, other = StreamClock(), StreamClock()
    at = 0.0
    for step in steps:
        at += step
        # a double holds a billion seconds to a ten-millionth
        assert abs((one.tell(at, at).t or 0.0) - (other.tell(zero + at, at).t or 0.0)) < 1e-5
