"""The time of live pictures: the stream's own pace on the run's clock, whatever the network and the camera do."""

from __future__ import annotations

import numpy as np
import pytest

from bartizan.app.live.clock import FAR, JUMP, StreamClock, Told

PERIOD = 0.1


def tell(pairs: list[tuple[float | None, float]]) -> list[Told]:
    clock = StreamClock()
    return [clock.tell(stream, arrival) for stream, arrival in pairs]


def times(told: list[Told]) -> list[float]:
    return [one.t for one in told if one.t is not None]


def test_latency_that_varies_leaves_the_streams_own_steps() -> None:
    rng = np.random.default_rng(3)
    # a first picture at the least latency; the camera's own zero is anywhere
    late = np.concatenate([[0.05], 0.05 + rng.exponential(0.06, 600)])
    arrivals = np.maximum.accumulate(100.0 + PERIOD * np.arange(601) + late)
    told = tell([(7.0e4 + PERIOD * n, float(arrival)) for n, arrival in enumerate(arrivals)])
    given = times(told)
    assert len(given) == 601
    assert np.diff(given) == pytest.approx(PERIOD, abs=1e-6)
    assert given[0] == pytest.approx(100.05)
    assert not any(one.mended or one.jumped for one in told)


def test_the_least_latency_is_found_where_it_comes_later() -> None:
    pairs = [(PERIOD * n, 10.0 + PERIOD * n + (0.08 if n < 20 else 0.02)) for n in range(60)]
    given = times(tell([*pairs]))
    assert given[-1] == pytest.approx(pairs[-1][1])
    assert np.all(np.diff(given) > 0.0)


def test_a_stall_of_the_network_moves_no_time() -> None:
    # three seconds of pictures come at once, late
    pairs = [(PERIOD * n, PERIOD * n + (0.02 if n < 50 or n >= 80 else 8.02 - PERIOD * n)) for n in range(120)]
    told = tell([(stream, arrival) for stream, arrival in pairs])
    assert np.diff(times(told)) == pytest.approx(PERIOD, abs=1e-6)
    assert len(times(told)) == 120


def test_old_pictures_that_a_server_sends_in_a_burst_are_left_out() -> None:
    # two seconds of old pictures within a tenth of one, then live ones
    burst = [(PERIOD * n, 50.0 + 0.005 * n) for n in range(20)]
    live = [(2.0 + PERIOD * n, 50.1 + PERIOD * n) for n in range(60)]
    told = tell([*burst, *live])
    given = times(told)
    assert sum(one.t is None for one in told) >= 19
    assert given[0] == pytest.approx(50.0)
    # nobody is seen to run: steps are never squeezed to less than half
    shown = [stream for (stream, _), one in zip([*burst, *live], told, strict=True) if one.t is not None]
    assert np.all(np.diff(given) >= 0.5 * np.diff(shown) - 1e-9)
    assert given[-1] == pytest.approx(live[-1][1])


@pytest.mark.parametrize("leap", [3600.0, -3600.0, 5.0, -5.0])
def test_a_clock_that_is_set_is_tied_anew_and_said(leap: float) -> None:
    pairs = [(1e4 + PERIOD * n + (leap if n >= 30 else 0.0), 20.0 + PERIOD * n) for n in range(60)]
    told = tell([(stream, arrival) for stream, arrival in pairs])
    assert [n for n, one in enumerate(told) if one.jumped] == [30]
    assert told[30].jumped == pytest.approx(leap, abs=1e-6)
    assert times(told) == pytest.approx([arrival for _, arrival in pairs])


def test_times_that_stand_still_or_step_back_are_mended_by_arrival() -> None:
    streams: list[float | None] = [0.0, 0.1, 0.1, 0.1, 0.4, 0.35, 0.6]
    told = tell([(stream, 5.0 + PERIOD * n) for n, stream in enumerate(streams)])
    assert [one.mended for one in told] == [False, False, True, True, False, True, False]
    assert times(told) == pytest.approx([5.0 + PERIOD * n for n in range(7)])


def test_a_clock_that_stands_still_for_long_and_goes_on_from_there_holds_nothing_up() -> None:
    streams = [*(PERIOD * n for n in range(20)), *([1.9] * 60), *(1.9 + PERIOD * n for n in range(1, 40))]
    pairs = [(stream, 5.0 + PERIOD * n) for n, stream in enumerate(streams)]
    told = tell([(stream, arrival) for stream, arrival in pairs])
    given = times(told)
    assert len(given) == len(pairs)
    assert given == pytest.approx([arrival for _, arrival in pairs], abs=0.15)
    assert sum(one.mended for one in told) == 60


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_time_that_is_none_is_mended(bad: float) -> None:
    told = tell([(0.0, 1.0), (bad, 1.1), (0.2, 1.2)])
    assert [one.mended for one in told] == [False, True, False]
    assert times(told) == pytest.approx([1.0, 1.1, 1.2])


def test_without_stream_times_arrival_is_the_time_and_nothing_is_mended() -> None:
    told = tell([(None, 3.0 + 0.3 * n) for n in range(5)])
    assert times(told) == pytest.approx([3.0 + 0.3 * n for n in range(5)])
    assert not any(one.mended for one in told)


def test_a_camera_whose_clock_is_slow_or_fast_is_followed() -> None:
    for pace in (0.999, 1.001):
        pairs = [(PERIOD * n * pace, PERIOD * n + 0.03) for n in range(36_000)]
        clock = StreamClock()
        behind = [arrival - (clock.tell(stream, arrival).t or arrival) for stream, arrival in pairs]
        # an hour at a thousandth is 3.6 s; two minutes of it are 0.12
        assert max(behind) <= 0.13
        assert min(behind) >= -1e-6


def test_a_new_line_has_a_new_zero_and_times_go_on() -> None:
    clock = StreamClock()
    before = [clock.tell(500.0 + PERIOD * n, 1.0 + PERIOD * n).t for n in range(5)]
    clock.restart()
    after = [clock.tell(PERIOD * n, 9.0 + PERIOD * n) for n in range(5)]
    assert [one.t for one in after] == pytest.approx([9.0 + PERIOD * n for n in range(5)])
    assert not any(one.jumped or one.mended for one in after)
    assert before[-1] is not None


def test_what_is_later_than_any_line_is_tied_anew() -> None:
    told = tell([(0.0, 0.0), (0.1, 0.1), (0.2, 0.2 + FAR + JUMP), (0.3, 0.3 + FAR + JUMP)])
    assert told[2].jumped == pytest.approx(-(FAR + JUMP))
    assert times(told)[2:] == pytest.approx([0.2 + FAR + JUMP, 0.3 + FAR + JUMP])
