"""The rule book: signals of the contract, one per rule, track and stay."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from bartizan.errors import InputError
from bartizan.signal import Signal, SignalIds
from bartizan.site.document import build
from bartizan.site.site import Site
from bartizan.watch.point import EndedTrack, TrackPoint
from bartizan.watch.rules import RuleBook

DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "A yard"},
    "plan": {"crs": "metres"},
    "area": [{"id": "street", "outside": True}, {"id": "yard"}],
    "element": [
        {"id": "gate", "kind": "gate", "between": ["street", "yard"], "line": [[0, 3], [5, 3]], "way": []},
        {"id": "wall", "kind": "wall", "between": ["street", "yard"], "line": [[5, 3], [40, 3]], "way": []},
    ],
    "zone": [
        {
            "id": "pavement",
            "area": "street",
            "elements": ["gate", "wall"],
            "polygon": [[0, 0], [40, 0], [40, 3], [0, 3]],
        },
        {"id": "yard", "area": "yard", "polygon": [[0, 3], [40, 3], [40, 20], [0, 20]]},
    ],
    "rule": [
        {"id": "loiter", "kind": "loitering", "zone": "pavement", "after": 60, "grace": 5, "severity": "low"},
        {"id": "enter", "kind": "intrusion", "zone": "yard", "severity": "high"},
    ],
}


def a_site(**changes: Any) -> Site:
    document = {**DOCUMENT, **changes}
    for element in document["element"]:
        element["way"] = [{"id": "climb", "p_detection": 0.5, "detect_at": "begin", "delay": {"mean": 10, "sd": 3}}]
    return build(document)


def a_book(**options: Any) -> RuleBook:
    return RuleBook(a_site(), SignalIds("run"), **options)


def stand(book: RuleBook, track: str, at: tuple[float, float], since: float, until: float) -> list[Signal]:
    found: list[Signal] = []
    for n in range(round((until - since) * 2) + 1):
        t = since + n / 2
        found += book.step([TrackPoint(t=t, track=track, at=at, cameras=("north",))], t)
    return found


def test_a_signal_of_the_contract() -> None:
    book = a_book(start_utc=datetime(2026, 3, 1, 22, 10, tzinfo=UTC))
    (signal,) = stand(book, "run-1", (8.0, 1.0), 5.0, 65.0)
    assert json.loads(json.dumps(signal.to_json())) == {
        "schema": 1,
        "id": "run-1",
        "t": 65.0,
        "utc": "2026-03-01T22:11:05.000Z",
        "kind": "loitering",
        "rule": "loiter",
        "state": "raised",
        "zone": "pavement",
        "area": "street",
        "element": "wall",
        "cameras": ["north"],
        "tracks": ["run-1"],
        "at": [8.0, 1.0],
        "since": 5.0,
        "severity": "low",
        "exercise": False,
        "linked": [],
        "silent": None,
        "because": {
            "text": "in the zone 60 s; standing 60 s; net 0 m of 0 m walked; since 22:10:05 UTC",
            "seconds": 60.0,
            "entered": 5.0,
            "standing": 60.0,
            "moving": 0.0,
            "walked": 0.0,
            "net": 0.0,
            "interrupted": 0.0,
            "sightings": 121,
            "stitches": 0,
        },
    }


def test_one_signal_keeps_its_id_for_life() -> None:
    book = a_book()
    signals = stand(book, "a", (2.0, 1.0), 0.0, 80.0)
    signals += book.step([], 84.0)
    signals += book.step([], 86.0)
    assert [(one.id, one.state, one.t) for one in signals] == [
        ("run-1", "raised", 60.0),
        ("run-1", "updated", 75.0),
        ("run-1", "ended", 86.0),
    ]
    assert {one.element for one in signals} == {"gate"}
    assert {one.utc for one in signals} == {None}
    again = stand(book, "a", (2.0, 1.0), 90.0, 150.0)
    assert [(one.id, one.state) for one in again] == [("run-2", "raised")]


def test_each_rule_and_track_has_its_own_signal() -> None:
    book = a_book(exercise=True)
    signals: list[Signal] = []
    for n in range(130):
        t = n / 2
        at = [("a", (2.0, 1.0)), ("b", (2.0, 10.0)), ("c", (30.0, 2.0))]
        signals += book.step([TrackPoint(t=t, track=name, at=place) for name, place in at], t)
    raised = [(one.kind, one.tracks, one.severity) for one in signals if one.state == "raised"]
    assert raised == [
        ("intrusion", ("b",), "high"),
        ("loitering", ("a",), "low"),
        ("loitering", ("c",), "low"),
    ]
    assert all(one.exercise for one in signals)
    assert len({one.id for one in signals}) == 3


def test_an_ended_track_ends_its_signal() -> None:
    book = a_book()
    stand(book, "a", (2.0, 1.0), 0.0, 61.0)
    gone = EndedTrack(track="a", since=0.0, until=61.0, at=(2.0, 1.0))
    (signal,) = book.step([], 61.5, [gone])
    assert (signal.state, signal.because["seconds"]) == ("ended", 61.0)
    assert book.finish(62.0) == ()


def test_the_end_of_the_stream_ends_what_is_open() -> None:
    book = a_book()
    stand(book, "a", (2.0, 1.0), 0.0, 61.0)
    assert [(one.id, one.state, one.t) for one in book.finish(62.0)] == [("run-1", "ended", 62.0)]


def test_what_is_kept_is_bounded() -> None:
    book = a_book()
    for n in range(3000):
        t = float(n)
        book.step([TrackPoint(t=t, track=f"passer-{n}", at=(2.0, 1.0))], t)
    assert sum(len(kept) for kept in book._open) <= 7  # those of the last five seconds of grace


def test_a_track_that_was_believed_late_counts_from_its_first_sighting() -> None:
    book = a_book()
    early = [TrackPoint(t=n / 2, track="a", at=(2.0, 1.0)) for n in range(121)]
    (signal,) = book.step(early, 60.5)
    assert (signal.since, signal.t, signal.state) == (0.0, 60.5, "raised")


def test_local_times_are_told_in_utc() -> None:
    start = datetime(2026, 3, 1, 23, 10, tzinfo=timezone(timedelta(hours=1)))
    (signal,) = stand(a_book(start_utc=start), "a", (2.0, 1.0), 0.0, 60.0)
    assert signal.utc == "2026-03-01T22:11:00.000Z"
    with pytest.raises(InputError, match="needs a time zone"):
        a_book(start_utc=datetime(2026, 3, 1, 22, 10))  # noqa: DTZ001 - the fault that is tested


def test_a_time_beyond_the_calendar_is_an_error_of_the_input() -> None:
    book = a_book(start_utc=datetime(9999, 12, 31, tzinfo=UTC))
    with pytest.raises(InputError, match="is no date"):
        stand(book, "a", (2.0, 1.0), 90_000.0, 90_060.0)


def test_words_tell_the_sites_own_time_of_day_and_utc_stays_utc() -> None:
    site = build(
        {
            "schema": 1,
            "site": {"name": "x", "time_zone": "Asia/Tokyo"},
            "area": [{"id": "street", "outside": True}],
            "zone": [{"id": "pavement", "area": "street", "polygon": [[0, 0], [9, 0], [9, 9], [0, 9]]}],
            "rule": [{"id": "stays", "kind": "loitering", "zone": "pavement", "after": 10}],
        }
    )
    book = RuleBook(site, SignalIds("r"), datetime(2026, 3, 1, 22, 0, tzinfo=UTC))
    points = [
        TrackPoint(
            t=float(t), track="r-1", at=(5.0, 5.0), velocity=(0.0, 0.0), covariance=(0.1, 0.0, 0.1), observed=True
        )
        for t in range(12)
    ]
    (raised,) = [signal for point in points for signal in book.step([point], point.t)]
    assert "since 07:00:00 JST" in raised.because["text"]
    assert raised.utc == "2026-03-01T22:00:10.000Z"
