"""Camera health on real footage: nothing is wrong with it, and everything that is made wrong is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenes import Faults, Timed, going_wrong, told, watched

from bartizan.adapters.video.opencv import VideoFile
from bartizan.watch.health import HealthParams

pytestmark = pytest.mark.data

PARAMS = HealthParams()
PERIOD = 4 / 7  # s: every fourth picture of seven a second is looked at
BEGINS = 25.0  # s: by then it is known how much the picture changes in quiet moments


@pytest.fixture(scope="module")
def footage(data_dir: Path) -> list[Timed]:
    """Every fourth picture of the whole file; the header's rate is wrong, it is 7 a second."""
    video = VideoFile(data_dir / "pets09_s2l1" / "vtest.avi", "view", fps=7.0)
    return [frame for number, frame in enumerate(video) if number % 4 == 0]


def test_nothing_is_wrong_with_the_whole_file(footage: list[Timed]) -> None:
    signals, readings = watched(footage)
    assert signals == []
    assert len(readings) == len(footage)
    # people cover the view by less than half of what a fault needs
    assert min(reading.likeness for reading in readings if reading.likeness is not None) > 0.6
    assert max(reading.lost for reading in readings if reading.lost is not None) < 0.2


@pytest.mark.parametrize(
    ("fault", "way", "within"),
    [
        ("covered", "capped", PARAMS.covered),
        ("covered", "bagged", PARAMS.covered),
        ("covered", "half_blocked", PARAMS.covered),
        ("blinded", "washed_out", PARAMS.blinded),
        ("blinded", "torch", PARAMS.blinded),
        ("defocused", "out_of_focus", PARAMS.defocused),
        ("turned", "turned", PARAMS.turned),
        ("turned", "nudged", PARAMS.turned),
        ("turned", "tilted", PARAMS.turned),
        ("frozen", "frozen", 45.0),
        ("frozen", "coded_again", 45.0),
    ],
)
def test_what_is_made_wrong_is_found(footage: list[Timed], fault: str, way: str, within: float) -> None:
    ends = BEGINS + within + 10.0
    shown = footage[: int((ends + PARAMS.well + 3.0) / PERIOD)]
    signals, _ = watched(going_wrong(shown, BEGINS, ends, getattr(Faults(), way)))
    assert told(signals) == [(fault, "raised"), (fault, "ended")]
    assert signals[0].t - BEGINS <= within + 2 * PERIOD
    assert signals[1].t - ends <= PARAMS.well + 2 * PERIOD


def test_a_stream_that_stops_is_found(footage: list[Timed]) -> None:
    from scenes import SITE  # noqa: PLC0415

    from bartizan.signal import SignalIds  # noqa: PLC0415 - of this test alone
    from bartizan.watch.health import HealthBook, Meter  # noqa: PLC0415

    meter, book = Meter(SITE.cameras[0]), HealthBook(SITE, SignalIds("run"))
    for t, picture in footage[:40]:
        reading = meter.measure(t, picture)
        assert reading is not None
        assert book.step(t, "north", reading) == ()
    last = footage[39][0]
    found = [signal for step in range(40) for signal in book.pass_time(last + 0.5 * step)]
    assert told(found) == [("dead", "raised")]
    assert found[0].t - last <= 15.0
