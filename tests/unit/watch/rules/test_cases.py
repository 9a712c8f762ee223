"""Groups, escalation, classes and size, and what is told of why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bartizan.signal import Signal, SignalIds
from bartizan.site import build
from bartizan.site.rules import RULES
from bartizan.watch.behaviours import BEHAVIOURS
from bartizan.watch.point import EndedTrack, Link, TrackPoint
from bartizan.watch.rules import RuleBook
from bartizan.watch.rules.chains import MOST, Chains

Make = Callable[..., Any]


def told(signals: tuple[Signal, ...]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.id, one.state, one.tracks) for one in signals]


# ---- groups


def test_several_close_in_place_and_time_are_one_signal_that_lists_all(bench: Make) -> None:
    one = bench(group_seconds=20, group_metres=8)
    assert told(one.signals(0.0, "raised", "a", at=(5.0, 5.0))) == [("r-1", "raised", ("a",))]
    (joined,) = one.signals(10.0, "raised", "b", at=(10.0, 5.0))
    assert told((joined,)) == [("r-1", "updated", ("a", "b"))]
    assert joined.because["count"] == 2
    assert [member["tracks"] for member in joined.because["members"]] == [["a"], ["b"]]
    # near the one who joined last, and within the time from then on
    assert told(one.signals(29.0, "raised", "c", at=(17.0, 5.0))) == [("r-1", "updated", ("a", "b", "c"))]
    # too far off, too late: signals of their own
    assert told(one.signals(30.0, "raised", "far", at=(35.0, 20.0))) == [("r-2", "raised", ("far",))]
    assert told(one.signals(50.0, "raised", "late", at=(17.0, 5.0))) == [("r-3", "raised", ("late",))]


def test_a_group_ends_when_nothing_of_it_lasts_and_nobody_can_join(bench: Make) -> None:
    one = bench(group_seconds=20)
    one.tell(0.0, "raised", "a")
    assert one.tell(5.0, "ended", "a") == [("r-1", "updated", None)]
    assert one.tell(15.0, "raised", "b") == [("r-1", "updated", None)]
    assert one.tell(16.0, "ended", "b") == [("r-1", "updated", None)]
    assert one.tell(35.0) == []
    (ended,) = one.signals(35.1)
    assert told((ended,)) == [("r-1", "ended", ("a", "b"))]
    assert [member["lasts"] for member in ended.because["members"]] == [False, False]


def test_where_a_track_is_now_decides_who_is_near(bench: Make) -> None:
    one = bench(group_seconds=100, group_metres=3)
    one.tell(0.0, "raised", "a", at=(5.0, 5.0))
    one.tell(50.0, points=[TrackPoint(t=50.0, track="a", at=(20.0, 5.0))])
    assert one.tell(51.0, "raised", "b", at=(21.0, 5.0)) == [("r-1", "updated", None)]


def test_what_is_silent_joins_no_group(bench: Make) -> None:
    one = bench(group_seconds=100, group_metres=100)
    one.tell(0.0, "raised", "a")
    assert one.tell(1.0, "raised", "b", at=(35.0, 35.0)) == [("r-2", "raised", "access zone stop")]
    assert one.tell(2.0, "ended", "b", at=(35.0, 35.0)) == [("r-2", "ended", "access zone stop")]


def test_no_group_where_none_is_asked_for(bench: Make) -> None:
    one = bench()
    one.tell(0.0, "raised", "a")
    assert one.tell(0.0, "raised", "b") == [("r-2", "raised", None)]


# ---- escalation

STEPS = [{"after": 60, "severity": "medium"}, {"after": 120, "severity": "high"}]


def test_what_goes_on_weighs_more_step_by_step(bench: Make) -> None:
    one = bench(escalate=STEPS)
    (raised,) = one.signals(0.0, "raised", "a")
    assert raised.severity == "low"
    (first,) = one.signals(60.0, points=[TrackPoint(t=60.0, track="a", at=(5.0, 5.0))])
    assert (first.state, first.severity, first.because["escalated"]) == ("updated", "medium", 60.0)
    assert one.tell(119.0, points=[TrackPoint(t=119.0, track="a", at=(5.0, 5.0))]) == []
    (second,) = one.signals(121.0, points=[TrackPoint(t=121.0, track="a", at=(5.0, 5.0))])
    assert second.severity == "high"
    assert one.signals(500.0, "ended", "a")[0].severity == "high"


def test_nobody_seen_since_is_nothing_that_goes_on(bench: Make) -> None:
    one = bench(escalate=STEPS)
    one.tell(0.0, "raised", "a")
    one.tell(59.0, points=[TrackPoint(t=59.0, track="a", at=(5.0, 5.0))])
    assert one.tell(61.0) == []
    assert one.tell(62.0, points=[TrackPoint(t=62.0, track="a", at=(5.0, 5.0), observed=False)]) == []
    assert one.tell(63.0, points=[TrackPoint(t=63.0, track="a", at=(5.0, 5.0))]) == [("r-1", "updated", None)]


def test_silence_does_not_count_towards_escalation(bench: Make) -> None:
    one = bench(escalate=STEPS, armed=False)
    one.tell(0.0, "raised", "a")
    assert one.tell(70.0, points=[TrackPoint(t=70.0, track="a", at=(5.0, 5.0))]) == []
    assert one.book.arm("loiter", True, 71.0)[0].severity == "low"
    assert one.tell(100.0, points=[TrackPoint(t=100.0, track="a", at=(5.0, 5.0))]) == []
    assert one.signals(131.0, points=[TrackPoint(t=131.0, track="a", at=(5.0, 5.0))])[0].severity == "medium"


# ---- classes and size


def seen(track: str, label: str = "person", height: float | None = None) -> TrackPoint:
    return TrackPoint(t=1.0, track=track, at=(5.0, 5.0), label=label, height=height)


def test_a_rule_minds_its_classes_and_sizes_and_what_nobody_measured(bench: Make) -> None:
    one = bench(min_height=1.2, max_height=2.2)
    points = [
        seen("a"),
        seen("car", "vehicle"),
        seen("child", height=1.1),
        seen("b", height=1.7),
        seen("c", height=2.3),
    ]
    one.tell(1.0, points=points)
    assert one.behaviours["loiter"].shown == [("a", "b")]
    cars = bench(classes=["vehicle", "animal"])
    cars.tell(1.0, points=points)
    assert cars.behaviours["loiter"].shown == [("car",)]


def test_a_left_thing_is_watched_with_the_people_about_it(bench: Make) -> None:
    left = {"rule": [{"id": "loiter", "kind": "left-object", "zone": "yard"}]}
    one = bench(changed=left)
    one.tell(1.0, points=[seen("bag", "object"), seen("a"), seen("car", "vehicle")])
    assert one.behaviours["loiter"].shown == [("bag", "a")]


# ---- why


def test_it_is_told_how_close_a_track_came_and_what_was_not_minded(bench: Make) -> None:
    one = bench(explain=True, max_height=2.0)
    points = [
        TrackPoint(t=1.0, track="a", at=(50.0, 5.0)),
        TrackPoint(t=1.0, track="giant", at=(5.0, 5.0), height=3.0),
        TrackPoint(t=1.0, track="car", at=(5.0, 5.0), label="vehicle"),
        TrackPoint(t=1.0, track="guess", at=(5.0, 5.0), observed=False),
    ]
    one.tell(1.0, points=points)
    found = {each.track: each for each in one.book.explain()}
    assert found["a"].nearest == 10.0
    assert "always outside its place, 10.0 m at the nearest" in found["a"].text
    assert [(c.name, c.measured, c.asked, c.met) for c in found["a"].conditions] == [("in the zone", 5.0, 60.0, False)]
    assert (found["giant"].other_size, found["giant"].sightings) == (1, 0)
    assert (found["car"].other_class, found["guess"].predicted) == (1, 1)
    assert {each.outcome for each in found.values()} == {"not raised"}
    assert one.book.explain("a") == (found["a"],)
    assert set(one.book.explain("yard")) == set(one.book.explain("loiter")) == set(found.values())
    assert one.book.explain("nobody") == ()


def test_it_is_told_what_kept_it_quiet_and_when(bench: Make) -> None:
    hours = [{"days": ["mon"], "from": "22:00", "to": "23:00"}]
    one = bench(explain=True, cooldown=50, hours=hours, start=datetime(2026, 1, 12, 20, 59, tzinfo=UTC))
    one.tell(10.0, "raised", "early")
    one.tell(20.0, "ended", "early")
    one.tell(70.0, "raised", "a")
    one.tell(80.0, "ended", "a")
    one.tell(90.0, "raised", "a")
    one.tell(95.0, "ended", "a")
    early, late = one.book.explain("early")[0], one.book.explain("a")[0]
    assert early.outcome == "withheld"
    assert [(r.why, r.since) for r in early.reasons] == [("hours: it holds mon 22:00 to 23:00", 10.0)]
    assert late.outcome == "raised"
    assert [(r.why, r.since, r.until) for r in late.reasons] == [("raised", 70.0, 70.0), ("cooldown", 90.0, 90.0)]
    assert late.to_json()["reasons"][1] == {"why": "cooldown", "since": 90.0, "until": 90.0}
    (nobody,) = bench(explain=True).book.explain()
    assert (nobody.track, nobody.text) == (None, "rule loiter (loitering in yard): no track came that it could mind")


def test_a_group_and_a_disarmed_rule_are_told(bench: Make) -> None:
    one = bench(explain=True, group_seconds=10)
    one.tell(0.0, "raised", "a")
    one.tell(1.0, "raised", "b")
    assert one.book.explain("b")[0].reasons[-1].why == "group: told in signal r-1"
    off = bench(explain=True, armed=False)
    off.tell(0.0, "raised", "a")
    assert off.book.explain("a")[0].outcome == "silent"


def test_what_is_kept_for_telling_is_bounded(bench: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.watch.rules.explain.MOST", 3)
    one = bench(explain=True)
    for number in range(5):
        one.tell(float(number), points=[TrackPoint(t=float(number), track=str(number), at=(1.0, 1.0))])
    assert [each.track for each in one.book.explain("loiter")] == ["2", "3", "4"]
    assert one.book.forgotten == 2


# ---- memory and the real behaviours


def test_links_are_remembered_of_so_many_tracks_and_no_more() -> None:
    chains = Chains()
    for number in range(MOST + 50):
        name = (f"a{number}", f"b{number}")
        chains.link([Link(t=0.0, earlier=name[0], later=name[1], gap=1.0, distance=1.0, speed=1.0)])
    assert chains.forgotten == MOST + 100
    assert len(chains._near) == MOST
    assert len(chains._before) == len(chains._after) == MOST


def test_a_book_forgets_tracks_that_are_over(bench: Make) -> None:
    one = bench(group_seconds=5, cooldown=5)
    for number in range(200):
        t, name = float(number), f"t{number}"
        one.tell(t, "raised", name, ended=[EndedTrack(track=f"t{number - 1}", since=0.0, until=t, at=(0.0, 0.0))])
        one.tell(t + 0.5, "ended", name)
    one.tell(1000.0)
    book = one.book
    assert (book._open, book._cases) == ({}, {})
    assert len(book._silence._quiet[0]) <= 12
    one.tell(1001.0)
    assert (book._where, book._seen) == ({}, {})


def test_every_kind_of_rule_has_a_behaviour_that_the_book_can_apply(bench: Make) -> None:
    site = build(
        {
            "schema": 1,
            "site": {"name": "x"},
            "plan": {"crs": "metres"},
            "area": [{"id": "out", "outside": True}, {"id": "in"}],
            "element": [{"id": "gate", "kind": "gate", "between": ["out", "in"], "line": [[0, 0], [4, 0]], "way": []}],
            "zone": [{"id": "z", "area": "out", "polygon": [[0, 0], [9, 0], [9, 9], [0, 9]]}],
            "rule": [
                {"id": kind, "kind": kind}
                | ({"element": "gate"} if kind in ("line-crossing", "tailgating") else {"zone": "z"})
                | ({"after": 30} if kind == "loitering" else {})
                for kind in RULES
                if kind in BEHAVIOURS
            ],
        }
    )
    book = RuleBook(site, SignalIds("r"), explain=True)
    for number in range(40):
        t = number / 4
        book.step([TrackPoint(t=t, track="a", at=(number / 4, 1.0)), TrackPoint(t=t, track="b", at=(5.0, 5.0))], t)
    book.finish(10.0)
    assert {one.rule for one in book.explain("a")} == {rule.id for rule in site.rules}
