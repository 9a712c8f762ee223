"""Rounds of the guards: windows, misses, timetables over a change of the clock, and restarts that forget nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import Room, open_room
from bartizan.desk.duty.timetable import dues
from bartizan.desk.duty.tours import CODEC, Event
from bartizan.desk.errors import CommandError, TransitionError, UnknownThingError
from bartizan.errors import SiteFileError, UnknownIdError
from bartizan.site import build
from bartizan.site.tour import Tour

T0 = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)  # 21:00 in Vienna, a Sunday
STOPS = [
    {"id": "gate", "area": "yard", "opens": 10, "closes": 60},
    {"id": "roof", "closes": 300},
]
VIENNA = ZoneInfo("Europe/Vienna")


def utc(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


class Watch:
    """A room with one tour, whose clock goes when it is told to."""

    def __init__(self, **tour: Any) -> None:
        self.site = build(
            {
                "schema": 1,
                "site": {"name": "x", "time_zone": "Europe/Vienna"},
                "area": [{"id": "yard", "outside": True}],
                "tour": [{"id": "round", "checkpoint": STOPS, "severity": "high"} | tour],
            }
        )
        self.journal = MemoryJournal()
        self.at = T0
        self.room = self.open()

    def open(self) -> Room:
        self.room = open_room(self.site, self.journal, lambda: self.at)
        return self.room

    def to(self, seconds: float, step: float = 1.0) -> None:
        end = T0 + timedelta(seconds=seconds)
        while self.at < end:
            self.at = min(self.at + timedelta(seconds=step), end)
            self.room.pass_time()

    def alarms(self) -> list[tuple[str, str, str]]:
        """Kind, the checkpoint or round, and the condition of every alarm."""
        return [
            (one.source.kind, one.signal["because"].get("checkpoint", "-"), one.condition)
            for one in self.room.desk.alarms()
        ]


def test_a_round_that_reaches_all_in_time_ends_and_alarms_nobody() -> None:
    watch = Watch()
    walk = watch.room.tours.begin("round", "Ann")
    assert (walk.state, walk.by, [stop.closes for stop in walk.stops]) == (
        "under-way",
        "Ann",
        [T0 + timedelta(seconds=60), T0 + timedelta(seconds=300)],
    )
    with pytest.raises(TransitionError, match="counts from 20:00:10 UTC on"):
        watch.room.tours.reach(walk.id, "gate", "Ann")
    watch.to(20)
    watch.room.tours.reach(walk.id, "gate", "Ann")
    assert watch.room.tours.reach(walk.id, "gate", "Bob").stop("gate").reached_by == "Ann"
    watch.to(299)
    done = watch.room.tours.reach(walk.id, "roof", "Ann")
    assert (done.state, [stop.state for stop in done.stops], done.reason) == ("ended", ["reached", "reached"], None)
    watch.to(4000, step=60)
    assert watch.alarms() == []
    with pytest.raises(TransitionError, match="is ended, not under way"):
        watch.room.tours.reach(walk.id, "roof", "Ann")


def test_a_missed_checkpoint_is_an_alarm_that_clears_when_it_is_reached_after_all() -> None:
    watch = Watch()
    walk = watch.room.tours.begin("round", "Ann")
    watch.to(59)
    assert watch.alarms() == []
    watch.to(60)
    assert watch.alarms() == [("checkpoint-missed", "gate", "active")]
    (alarm,) = watch.room.desk.alarms()
    assert (alarm.signal["area"], alarm.priority, alarm.known_at) == ("yard", "high", T0 + timedelta(seconds=60))
    watch.to(200)
    late = watch.room.tours.reach(walk.id, "gate", "Ann")
    assert late.stop("gate").state == "late"
    assert watch.alarms() == [("checkpoint-missed", "gate", "cleared")]
    watch.to(310)
    assert watch.alarms()[1:] == [("checkpoint-missed", "roof", "active")]
    watch.room.tours.end(walk.id, "Sue", "called away")
    assert watch.alarms()[1:] == [("checkpoint-missed", "roof", "cleared")]
    assert watch.room.tours.end(walk.id, "Sue", "called away").reason == "called away"


def test_who_comes_late_before_the_desk_has_looked_is_late_all_the_same() -> None:
    watch = Watch()
    walk = watch.room.tours.begin("round", "Ann")
    watch.at = T0 + timedelta(seconds=61)  # the desk was stopped for a minute, and has looked at nothing since
    late = watch.room.tours.reach(walk.id, "gate", "Ann")
    assert late.stop("gate").state == "late"
    assert watch.alarms() == [("checkpoint-missed", "gate", "cleared")]
    watch.at = T0 + timedelta(seconds=301)
    over = watch.room.tours.reach(walk.id, "roof", "Ann")
    assert (over.state, over.stop("roof").state) == ("ended", "late")
    assert watch.alarms()[1:] == [("checkpoint-missed", "roof", "cleared")]


def test_windows_that_pass_while_the_desk_is_away_are_missed_at_the_start() -> None:
    watch = Watch()
    watch.room.tours.begin("round", "Ann")
    watch.to(5)
    watch.at = T0 + timedelta(seconds=90)
    watch.open()
    assert watch.alarms() == [("checkpoint-missed", "gate", "active")]
    watch.at = T0 + timedelta(seconds=400)
    watch.open()
    assert watch.alarms() == [("checkpoint-missed", "gate", "active"), ("checkpoint-missed", "roof", "active")]


def test_a_desk_killed_at_any_record_has_the_alarm_once_when_it_is_back() -> None:
    watch = Watch()
    walk = watch.room.tours.begin("round", "Ann")
    watch.to(60)
    records = list(watch.journal.read())
    begun = next(n for n, one in enumerate(records, start=1) if one.kind == "round-begun")
    assert any(one.kind == "checkpoint-missed" for one in records[begun:])
    for kept in range(begun, len(records) + 1):
        watch.journal = MemoryJournal(records[:kept])
        watch.at = T0 + timedelta(seconds=70)
        watch.open()
        assert watch.alarms() == [("checkpoint-missed", "gate", "active")], f"killed after record {kept}"
        assert watch.room.tours.round(walk.id).stop("gate").state == "missed"


def test_an_hour_after_its_last_window_a_round_ends_by_itself_and_its_alarms_clear() -> None:
    watch = Watch()
    walk = watch.room.tours.begin("round", "Ann")
    watch.to(3899, step=30)
    assert watch.room.tours.round(walk.id).state == "under-way"
    watch.to(3901)
    assert watch.room.tours.round(walk.id).state == "ended"
    assert {condition for _, _, condition in watch.alarms()} == {"cleared"}


def test_a_due_round_exists_from_its_instant_and_is_an_alarm_where_nobody_begins_it() -> None:
    watch = Watch(begins=[{"at": "21:05"}], grace=120)
    watch.to(299)
    assert watch.room.tours.open() == ()
    watch.to(301)
    (walk,) = watch.room.tours.open()
    assert (walk.id, walk.state, walk.due) == ("round-20260301T2005Z", "due", T0 + timedelta(seconds=300))
    watch.to(419)
    assert watch.alarms() == []
    watch.to(421)
    assert watch.alarms() == [("round-not-begun", "-", "active")]
    begun = watch.room.tours.begin("round", "Ann")
    assert begun.id == walk.id
    assert watch.alarms() == [("round-not-begun", "-", "cleared")]
    watch.to(425)
    assert watch.room.tours.begin("round", "Bob").id != walk.id, "none is due: it is another one, by hand"


def test_rounds_that_fell_due_while_the_desk_was_away_are_all_missed_and_none_of_before_it_was() -> None:
    watch = Watch(begins=[{"at": "20:30"}, {"at": "22:00"}, {"at": "23:00"}], grace=60)
    watch.to(60)
    watch.at = utc(1, 22, 30)  # 23:30 in Vienna
    watch.open()
    assert [walk.id for walk in watch.room.tours.open()] == ["round-20260301T2100Z", "round-20260301T2200Z"]
    assert [kind for kind, _, _ in watch.alarms()] == ["round-not-begun", "round-not-begun"]
    watch.open()
    assert len(watch.alarms()) == 2


def test_what_is_not_there_or_does_not_fit_is_refused_in_words() -> None:
    tours = Watch().room.tours
    walk = tours.begin("round", "Ann")
    with pytest.raises(UnknownIdError, match="no tour has the id 'x'"):
        tours.begin("x", "Ann")
    with pytest.raises(UnknownThingError, match="there is no round 'x'"):
        tours.reach("x", "gate", "Ann")
    with pytest.raises(UnknownThingError, match=r"has no checkpoint 'cellar'. It has gate, roof"):
        tours.reach(walk.id, "cellar", "Ann")
    with pytest.raises(TransitionError, match="is under-way and cannot be begun"):
        tours.begin("round", "Ann", round_id=walk.id)
    with pytest.raises(CommandError, match="reason"):
        tours.end(walk.id, "Ann", " ")


TOUR = build(
    {
        "schema": 1,
        "site": {"name": "x", "time_zone": "Europe/Vienna"},
        "tour": [{"id": "round", "checkpoint": STOPS[1:], "begins": [{"at": "02:30"}]}],
    }
).tour("round")


@pytest.mark.parametrize(
    ("after", "at", "expected"),
    [
        # 2026-03-29 02:00 the clock of Vienna goes to 03:00: 02:30 is not shown, and is taken as 03:30
        (utc(28, 12), utc(29, 12), [utc(29, 1, 30)]),
        (utc(27, 12), utc(28, 12), [utc(28, 1, 30)]),
        (utc(29, 12), utc(30, 12), [utc(30, 0, 30)]),
        # 2026-10-25 03:00 it goes back to 02:00: 02:30 is shown twice, and the first counts
        (utc(24, 12, month=10), utc(25, 11, month=10), [utc(25, 0, 30, month=10)]),
        # exactly due, and just after
        (utc(28, 1, 29), utc(28, 1, 30), [utc(28, 1, 30)]),
        (utc(28, 1, 30), utc(28, 1, 31), []),
        # never more than a day back
        (utc(1, 0), utc(10, 12), [utc(10, 1, 30)]),
    ],
)
def test_a_timetable_goes_by_the_clock_on_the_wall(after: datetime, at: datetime, expected: list[datetime]) -> None:
    assert list(dues(TOUR, VIENNA, after, at)) == expected


def test_every_event_is_read_as_it_was_written() -> None:
    watch = Watch(begins=[{"at": "21:05"}], grace=10)
    watch.to(320)
    walk = watch.room.tours.begin("round", "Ann")
    watch.to(400)
    watch.room.tours.reach(walk.id, "gate", "Ann")
    watch.room.tours.end(walk.id, "Ann", "enough")
    kept: list[Event] = [CODEC.decode(one.body) for one in watch.journal.read(f"tour/{walk.id}")]
    assert [event.kind for event in kept] == [
        "round-due",
        "begin-missed",
        "round-begun",
        "checkpoint-missed",
        "checkpoint-reached",
        "round-ended",
    ]
    assert [CODEC.decode(CODEC.encode(event)) for event in kept] == kept
    assert isinstance(watch.site.tour("round"), Tour)
    assert watch.open().tours.round(walk.id).to_json() == watch.room.tours.round(walk.id).to_json()


PLATES = [{"id": "gate", "closes": 60, "code": "gate-4711"}, {"id": "roof", "closes": 300, "code": "roof-0815"}]


def test_a_checkpoint_with_a_plate_is_reached_by_its_code_alone() -> None:
    watch = Watch(checkpoint=PLATES)
    walk = watch.room.tours.begin("round", "Ann")
    with pytest.raises(CommandError, match="reached by the code on its plate"):
        watch.room.tours.reach(walk.id, "gate", "Ann")
    for wrong in ("gate-471", "gate-4711 ", "", "GATE-4711"):
        with pytest.raises(CommandError, match="no plate of a round that is under way has this code"):
            watch.room.tours.reach_by_code(wrong, "Ann")
    walk = watch.room.tours.reach_by_code("gate-4711", "Ann")
    assert [stop.state for stop in walk.stops] == ["reached", "waiting"]
    assert watch.room.tours.reach_by_code("gate-4711", "Ann").version == walk.version, "read twice is read once"
    assert watch.room.tours.reach_by_code("roof-0815", "Ann").state == "ended"
    with pytest.raises(CommandError, match="no plate of a round that is under way"):
        watch.room.tours.reach_by_code("roof-0815", "Ann")


def test_a_plate_counts_for_ones_own_round_first_and_then_for_one_that_still_has_to_reach_it() -> None:
    watch = Watch(checkpoint=PLATES)
    ann = watch.room.tours.begin("round", "Ann")
    watch.to(1)
    bob = watch.room.tours.begin("round", "Bob")
    assert watch.room.tours.reach_by_code("gate-4711", "Bob").id == bob.id
    assert watch.room.tours.reach_by_code("gate-4711", "Bob").id == ann.id
    assert watch.room.tours.reach_by_code("roof-0815", "Cy").id == ann.id, "of nobody's own the one that began first"


def test_a_code_is_as_the_site_has_it_now() -> None:
    watch = Watch(checkpoint=PLATES)
    watch.room.tours.begin("round", "Ann")
    entry = watch.site.document["tour"][0] | {"checkpoint": [PLATES[0] | {"code": "gate-9999"}, PLATES[1]]}
    watch.room.siting.take(build(watch.site.document | {"tour": [entry]}), "Ann")
    with pytest.raises(CommandError, match="no plate"):
        watch.room.tours.reach_by_code("gate-4711", "Ann")
    assert watch.room.tours.reach_by_code("gate-9999", "Ann").stops[0].state == "reached"


@pytest.mark.parametrize(
    ("codes", "words"),
    [(("x" * 5, "y" * 6), "at least 6"), (("a b c d", "y" * 6), "pattern"), (("same-1", "same-1"), "one code")],
)
def test_plates_of_a_tour_have_codes_of_their_own(codes: tuple[str, str], words: str) -> None:
    stops = [stop | {"code": code} for stop, code in zip(PLATES, codes, strict=True)]
    with pytest.raises(SiteFileError, match=words):
        Watch(checkpoint=stops)


def test_a_site_without_plates_keeps_its_hash_and_a_code_counts() -> None:
    plain = [{key: value for key, value in stop.items() if key != "code"} for stop in PLATES]
    assert "code" not in str(plain)
    assert Watch(checkpoint=plain).site.hash != Watch(checkpoint=PLATES).site.hash
