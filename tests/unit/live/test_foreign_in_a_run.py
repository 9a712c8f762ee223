"""What others notice, in a run: passed on once under ids of the run, and sightings brought together by their times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from shapely import box

from bartizan.app.live import foreign
from bartizan.app.live.foreign import ForeignSignals, ticked, together
from bartizan.app.live.intake import Intake
from bartizan.app.live.join import Join
from bartizan.app.live.run import LiveRun
from bartizan.app.live.wire import MOST_SEEN, Message, Notice, Report, Tick, encode
from bartizan.signal import SignalIds
from bartizan.site.model import Camera, Zone
from bartizan.site.site import Site
from bartizan.watch.detection.detect import Detection

START = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)
SITE = Site(
    name="s",
    cameras=(Camera(id="gate"),),
    zones=(
        Zone(id="drive", polygon=box(0, 0, 5, 5), area="street", elements=("fence",)),
        Zone(id="works", polygon=box(5, 0, 9, 5), elements=("a", "b"), use="access"),
    ),
)


def notice(t: float, state: Any = "raised", **more: Any) -> Notice:
    told = {"sender": "f1", "number": 1, "site": SITE.hash, "camera": "gate", "case": "frigate-1", "kind": "intrusion"}
    return Notice(t=t, state=state, **{**told, **more})


def seen(t: float, *boxes: float, camera: str = "gate") -> Report:
    detections = tuple(Detection((left, 0.0, 1.0, 2.0), 0.9) for left in boxes)
    return Report(sender="f1", number=1, site="ab", camera=camera, t=t, detections=detections)


def signals() -> ForeignSignals:
    return ForeignSignals(SITE, SignalIds("run"), START, exercise=True)


def test_a_case_is_raised_once_and_ended_once_with_what_the_zone_says() -> None:
    book = signals()
    (raised,) = book.take(notice(3.0, zone="drive", severity="high", because={"source": "onvif", "text": "in"}))
    assert book.take(notice(4.0, zone="drive")) == ()
    (ended,) = book.take(notice(9.0, "ended", because={"text": "out"}))
    assert book.take(notice(10.0, "ended")) == ()
    assert book.unpaired == 2
    assert (raised.id, raised.rule, raised.zone, raised.area, raised.element) == (
        "run-1",
        None,
        "drive",
        "street",
        "fence",
    )
    assert (raised.severity, raised.exercise, raised.silent, raised.utc) == (
        "high",
        True,
        None,
        "2026-03-01T22:10:03.000Z",
    )
    assert (ended.id, ended.state, ended.since, ended.t, ended.zone) == ("run-1", "ended", 3.0, 9.0, "drive")
    assert dict(ended.because) == {"source": "onvif", "text": "out"}


def test_an_access_zone_is_recorded_and_an_unknown_one_is_none() -> None:
    book = signals()
    (works,) = book.take(notice(1.0, zone="works"))
    (moon,) = book.take(notice(1.0, zone="moon", case="frigate-2"))
    assert (works.silent, works.element) == ("access zone works", None)
    assert (moon.silent, moon.zone, moon.area) == (None, None, None)


def test_one_name_of_two_senders_is_two_cases_and_no_case_ends_before_it_began() -> None:
    book = signals()
    ids = [book.take(notice(5.0, sender=sender))[0].id for sender in ("f1", "f2")]
    (ended,) = book.take(notice(2.0, "ended", sender="f2"))
    assert (ids, ended.id, ended.t) == (["run-1", "run-2"], "run-2", 5.0)
    assert [(one.id, one.state, one.t) for one in book.finish(7.0)] == [("run-1", "ended", 7.0)]
    assert book.finish(8.0) == ()


def test_what_goes_on_is_bounded_and_the_oldest_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "MOST", 3)
    book = signals()
    told = [one for n in range(5) for one in book.take(notice(float(n), case=f"c{n}"))]
    assert [(one.id, one.state) for one in told if one.state == "ended"] == [("run-1", "ended"), ("run-2", "ended")]


def test_times_beyond_the_calendar_have_no_utc() -> None:
    assert signals().take(notice(9e8 * 1e9))[0].utc is None


def test_the_run_passes_them_on_and_keeps_them() -> None:
    kept: list[object] = []
    run = LiveRun(SITE, run="run", keep=kept.append)
    (raised,) = run.take(notice(3.0, zone="drive")).signals
    (ended,) = run.finish()
    assert (raised.id, ended.id, ended.state, ended.t) == ("run-1", "run-1", "ended", 3.0)
    assert kept == [notice(3.0, zone="drive")]
    assert (run.counts.notices, run.counts.signals) == (1, 2)


def test_people_of_one_picture_come_as_one_report() -> None:
    first, second = together([seen(1.0, 10.0), seen(1.0, 20.0), seen(2.0, 11.0)])
    assert [one.box[0] for one in first.detections] == [10.0, 20.0]  # type: ignore[union-attr]
    assert second == seen(2.0, 11.0)
    others: list[Message] = [Tick(1.0), Tick(1.0), notice(1.0), notice(1.0)]
    apart = [seen(1.0, 10.0), seen(1.0, 20.0, camera="other"), *others]
    assert list(together(apart)) == apart


def test_a_flood_in_one_moment_is_cut_and_counted() -> None:
    (one,) = together([seen(1.0, *map(float, range(800)))] * 2)
    assert isinstance(one, Report)
    assert (len(one.detections), one.unusable) == (MOST_SEEN, 600)


def test_time_goes_by_between_recorded_messages_and_not_for_ever() -> None:
    told = list(ticked([seen(1.0, 1.0), seen(4.5, 1.0), seen(2.0, 1.0), seen(1e9, 1.0)]))
    times = [one.t for one in told if isinstance(one, Tick)]
    assert times[:3] == [2.0, 3.0, 4.0]
    assert (times[3], len(times)) == (5.5, 123)


def test_more_of_the_same_time_is_waited_for() -> None:
    join = Join(["gate"], wait=2.0, whole=False)
    assert join.put(seen(1.0, 10.0), 100.0) == ()
    assert join.put(seen(1.0, 20.0), 100.1) == ()
    assert [one.t for one in join.put(seen(3.0, 10.0), 100.2)] == [1.0, 1.0]
    assert [one.t for one in join.due(102.3)] == [3.0]
    # what somebody noticed is told however late, and what he saw is not
    assert join.put(seen(2.0, 10.0), 102.4) == ()
    assert join.counts.late == {"gate": 1}
    assert [one.t for one in join.put(notice(2.0), 102.4)] == [2.0]


def test_no_machine_of_ours_may_send_one() -> None:
    intake = Intake(SITE.hash, ["gate"])
    assert intake.read(encode(notice(1.0))) == (None, None)
    assert intake.counts.refused == {"no report": 1}
