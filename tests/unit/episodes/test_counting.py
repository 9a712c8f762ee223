"""Counting while a run goes on: what is an episode, which time counts, what is kept, what is told."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bartizan.adapters.files import counts as counts_module
from bartizan.adapters.files.counts import FILE, CountsFile
from bartizan.app.episodes import Counting, CountRow, study_episodes
from bartizan.errors import InputError, MissingPartError
from bartizan.signal import Signal, SignalIds
from bartizan.site import build

# nine o'clock on a Monday in Vienna
NINE = datetime(2026, 2, 2, 8, tzinfo=UTC)
SITE = build(
    {
        "schema": 1,
        "site": {"name": "x", "time_zone": "Europe/Vienna"},
        "plan": {"crs": "metres"},
        "area": [{"id": "street", "outside": True}],
        "zone": [
            {"id": "yard", "area": "street", "polygon": [[100, 100], [110, 100], [110, 120], [100, 120]]},
            {"id": "back", "area": "street", "polygon": [[500, 500], [510, 500], [510, 520], [500, 520]]},
        ],
        "camera": [
            {
                "id": "north",
                "size": [768, 576],
                "model": {
                    "points": [[0, 575, 100, 100], [767, 575, 110, 100], [767, 300, 110, 120], [0, 300, 100, 120]]
                },
            }
        ],
        "rule": [
            {"id": "stay", "kind": "loitering", "zone": "yard", "after": 60},
            {"id": "again", "kind": "loitering", "zone": "back", "after": 60},
        ],
    }
)


class Kept:
    """A store in memory."""

    def __init__(self, rows: Iterable[CountRow] = ()) -> None:
        self.kept = list(rows)

    def add(self, rows: Sequence[CountRow]) -> None:
        self.kept += rows

    def rows(self) -> Iterable[CountRow]:
        return list(self.kept)

    def total(self, place: str = "yard") -> tuple[int, float]:
        mine = [row for row in self.kept if row.place == place]
        return sum(row.count for row in mine), sum(row.seconds for row in mine)


def raised(**changed: Any) -> Signal:
    plain: dict[str, Any] = {
        "id": "r-1",
        "t": 0.0,
        "kind": "loitering",
        "state": "raised",
        "rule": "stay",
        "zone": "yard",
    }
    return Signal(**(plain | changed))


def counting(store: Kept, holds: Collection[str] = ("stay", "again"), **more: Any) -> Counting:
    return Counting(SITE, store, SignalIds("c"), lambda _t: holds, start=more.pop("start", NINE), **more)


def test_an_episode_is_what_was_raised_and_sounded() -> None:
    store = Kept()
    run = counting(store)
    run.take([raised(), raised(id="r-2", silent="patrol p1"), raised(id="r-3", state="updated")], 5.0)
    run.take([raised(id="r-4", state="ended"), raised(id="r-5", rule=None, kind="camera-health")], 6.0)
    run.take([raised(id="r-6", rule="again")], 7.0)
    run.keep()
    assert store.total() == (1, 2.0)
    assert store.total("back") == (1, 2.0)


def test_time_is_cut_at_the_hour_and_not_counted_over_a_gap() -> None:
    store = Kept()
    run = counting(store)
    for t in (3590.0, 3610.0, 3620.0, 9000.0, 9010.0, 9005.0):
        run.take([], t)
    run.keep()
    mine = {row.hour: row.seconds for row in store.kept if row.place == "yard"}
    assert mine == {NINE: 10.0, NINE + timedelta(hours=1): 20.0, NINE + timedelta(hours=2): 10.0}


def test_time_counts_only_while_the_rule_holds_and_a_camera_that_sees_it_is_well() -> None:
    store = Kept()
    run = counting(store, holds=("stay",), cameras=("north",))
    ill = Signal(id="h-1", t=20.0, kind="camera-health", state="raised", cameras=("north",))
    run.take([], 10.0)
    run.take([ill], 20.0)
    run.take([], 50.0)
    run.take([Signal(id="h-1", t=60.0, kind="camera-health", state="ended", cameras=("north",))], 60.0)
    run.take([], 70.0)
    run.keep()
    assert store.total() == (0, 20.0)
    assert store.total("back") == (0, 0)


def base(rate: int, days: int) -> list[CountRow]:
    """So many an hour for so many days before NINE."""
    return [
        CountRow(place="yard", kind="loitering", hour=NINE - timedelta(hours=hour), count=rate, seconds=3600.0)
        for hour in range(1, days * 24 + 1)
    ]


def test_an_improbable_count_is_told_once_with_its_figures() -> None:
    run = counting(Kept(base(1, 21)))
    told = [signal for n in range(15) for signal in run.take([raised(id=f"r-{n}")], 10.0 * n)]
    hour = next(signal for signal in told if signal.because["window"] == "hour")
    assert [signal.because["window"] for signal in told].count("hour") == 1
    assert len({signal.because["window"] for signal in told}) == len(told)
    assert (hour.kind, hour.state, hour.zone, hour.silent) == ("unusual-count", "raised", "yard", None)
    because = hour.because
    assert because["expected"] == pytest.approx(1.0, abs=0.1)
    assert because["p"] <= because["alpha"] < 0.001
    assert (because["days"], because["false_per_month"]) == (21 + 1, 1.0)
    assert because["tests_per_month"] == pytest.approx(2 * 765.2857, abs=0.1)
    assert because["rate_low"] < because["rate"] < because["rate_high"]
    # the count at which it was told is the least that is improbable enough
    assert because["observed"] == sum(1 for n in range(15) if 10.0 * n <= hour.t)
    assert hour.to_json()["because"]["begins"] == "2026-02-02T08:00:00Z"


def test_under_fourteen_days_nothing_is_told() -> None:
    run = counting(Kept(base(1, 12)))
    assert [signal for n in range(50) for signal in run.take([raised(id=f"r-{n}")], 1.0 * n)] == []


def test_what_was_counted_goes_on_after_a_restart(tmp_path: Path) -> None:
    file = CountsFile(tmp_path / "data")
    file.add(base(1, 21))
    run = Counting(SITE, file, SignalIds("c"), lambda _t: ("stay",), start=NINE)
    for n in range(4):
        assert run.take([raised(id=f"r-{n}")], 10.0 * n) == ()
    run.keep()
    again = Counting(SITE, CountsFile(tmp_path / "data"), SignalIds("d"), lambda _t: ("stay",), start=NINE)
    told = [signal for n in range(6) for signal in again.take([raised(id=f"s-{n}")], 60.0 + 10.0 * n)]
    assert told[0].because["observed"] > 4


def test_counts_that_cannot_be_kept_are_told_and_kept_later() -> None:
    class Full(Kept):
        full = True

        def add(self, rows: Sequence[CountRow]) -> None:
            if self.full:
                raise InputError("the disk is full")
            super().add(rows)

    store = Full()
    run = counting(store)
    run.take([raised()], 5.0)
    assert run.trouble == "the disk is full"
    store.full = False
    run.keep()
    told: str | None = run.trouble
    assert told is None
    assert store.total()[0] == 1


def test_without_a_start_nobody_knows_the_hour() -> None:
    with pytest.raises(MissingPartError, match="Give --start"):
        counting(Kept(), start=None)


# ---- the file


def row(hour: int = 0, count: int = 1, seconds: float = 300.0) -> CountRow:
    return CountRow(place="yard", kind="loitering", hour=NINE + timedelta(hours=hour), count=count, seconds=seconds)


def test_rows_of_an_hour_add_up_and_what_is_none_is_counted(tmp_path: Path) -> None:
    file = CountsFile(tmp_path)
    file.add([row(), row(1)])
    file.add([row()])
    place = tmp_path / FILE
    good = place.read_text().splitlines()[0]
    for bad in ("nothing", "{}", good.replace(": 1,", ": -1,"), good.replace("300.0", "1e99"), good[:20]):
        place.write_text(place.read_text() + bad + ("" if bad == good[:20] else "\n"))
    file.add([row(2)])
    assert list(file.rows()) == [row(0, 2, 600.0), row(1), row(2)]
    assert file.unread == 5
    assert place.stat().st_mode & 0o777 == 0o600
    assert list(CountsFile(tmp_path / "nowhere").rows()) == []


def test_a_long_file_is_made_small_and_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts_module, "MOST_LINES", 10)
    file = CountsFile(tmp_path)
    old = CountRow(place="yard", kind="loitering", hour=NINE - timedelta(weeks=30), count=9, seconds=60.0)
    file.add([old, *[row(n % 3) for n in range(30)]])
    before = list(file.rows())
    assert old not in before
    file.compact()
    assert len((tmp_path / FILE).read_text().splitlines()) == 3
    assert list(file.rows()) == before


# ---- what they say


def test_a_study_shows_the_base_of_every_hour_and_what_was_unusual() -> None:
    burst = CountRow(place="yard", kind="loitering", hour=NINE - timedelta(hours=5), count=12, seconds=0.0)
    gone = CountRow(place="gone", kind="loitering", hour=NINE, count=1, seconds=1.0)
    study = study_episodes(SITE, [*base(1, 28), burst, gone])
    back, yard = study.series
    assert (back.place, back.has_base, yard.has_base, study.elsewhere) == ("back", False, True, 1)
    (found, *_) = yard.unusual
    assert (found.window, found.observed, found.bucket.begins) == ("hour", 13, burst.hour)
    told = json.loads(json.dumps(study.to_json()))
    assert told["series"][0]["base"] is None
    assert len(told["series"][1]["base"]) == 168
    assert told["series"][1]["unusual"][0]["observed"] == 13
