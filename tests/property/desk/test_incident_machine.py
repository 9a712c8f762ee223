"""Incidents under any order of commands, failures of the journal and restarts keep what the room promises."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bartizan.app.ledger.journal import MemoryJournal, Record
from bartizan.app.room.room import open_room
from bartizan.desk.errors import CommandRefusedError
from bartizan.desk.incidents import CODEC, MANNERS, RELATIONS, SHARINGS, Incident, Relation, Sharing, apply
from bartizan.errors import InputError, StoreError
from bartizan.signal import Signal
from bartizan.site import build

SITE = build(
    {
        "schema": 1,
        "site": {"name": "x"},
        "response": [{"id": "force", "arrival": {"mean": 60, "sd": 6}}],
        "responder": [{"id": "anna", "response": "force"}, {"id": "berta"}],
        "partner": [
            {"id": "police", "level": "amber"},
            {"id": "customs", "level": "green"},
            {"id": "stand-in", "level": "amber", "exercise": True},
        ],
        "state": [{"id": "normal", "axis": "posture"}, {"id": "high", "axis": "posture"}],
        "procedure": [
            {
                "id": "p1",
                "kind": "entry",
                "signals": ["contact"],
                "times": {"acknowledged": 60, "on_scene": 600},
                "step": [
                    {"id": "a", "text": "do a", "within": 120, "sets": "high"},
                    {
                        "id": "b",
                        "text": "is it?",
                        "answer": [{"id": "yes", "text": "yes", "next": "d"}, {"id": "no", "text": "no"}],
                    },
                    {"id": "c", "text": "do c"},
                    {"id": "d", "text": "do d"},
                ],
            },
            {"id": "p2", "kind": "scouting", "step": [{"id": "a", "text": "look"}, {"id": "z", "text": "write"}]},
        ],
    }
)
PEOPLE = st.sampled_from(["Ann", "Bob", "Cy"])
STEPS = st.sampled_from(["a", "b", "c", "d", "z"])


class Faulty(MemoryJournal):
    """A journal that can be told to fail, before anything is kept."""

    failing = False

    def append(self, records: Sequence[Record]) -> None:
        if self.failing:
            raise StoreError("the disk is full")
        super().append(records)


class IncidentMachine(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.journal = Faulty()
        self.at = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)
        self.ids = (f"id-{n}" for n in itertools.count())
        self.flags: dict[str, bool] = {}
        self.past: dict[str, tuple[tuple[str, str], ...]] = {}
        self.began()

    def began(self) -> None:
        self.room = open_room(SITE, self.journal, lambda: self.at, states=["normal"], new_id=lambda: next(self.ids))
        self.incidents = self.room.incidents

    def attempt(self, act: Callable[[], object]) -> None:
        """Do something; where it is refused, nothing may have changed."""
        before, seq = self.incidents.all(), self.room.ledger.seq
        try:
            act()
        except (CommandRefusedError, InputError):
            assert self.incidents.all() == before
            assert self.room.ledger.seq == seq
        except StoreError:
            assert self.journal.failing

    def some(self, pick: int) -> Incident:
        every = self.incidents.all()
        return every[pick % len(every)]

    def has_incidents(self) -> bool:
        return bool(self.incidents.all())

    @rule(key=st.integers(0, 5), kind=st.sampled_from(["contact", "loitering"]), exercise=st.booleans())
    def alarm(self, key: int, kind: str, exercise: bool) -> None:
        name = f"{kind}{key}{exercise}"
        self.attempt(
            lambda: self.room.desk.submit(Signal(id=name, t=1.0, kind=kind, state="raised", exercise=exercise))
        )

    @precondition(lambda self: self.room.desk.alarms())
    @rule(picks=st.lists(st.integers(0, 11), max_size=3), by=PEOPLE, kind=st.sampled_from([None, "entry", "other"]))
    def open(self, picks: list[int], by: str, kind: str | None) -> None:
        alarms = self.room.desk.alarms()
        self.attempt(
            lambda: self.incidents.open([alarms[pick % len(alarms)].id for pick in picks], by, title="x", kind=kind)
        )

    @precondition(lambda self: self.has_incidents() and self.room.desk.alarms())
    @rule(pick=st.integers(0, 9), alarm=st.integers(0, 11), by=PEOPLE, out=st.booleans())
    def belong(self, pick: int, alarm: int, by: str, out: bool) -> None:
        alarms = self.room.desk.alarms()
        one, name = self.some(pick).id, alarms[alarm % len(alarms)].id
        if out:
            self.attempt(lambda: self.incidents.part(one, name, by, "a mistake"))
        else:
            self.attempt(lambda: self.incidents.join(one, name, by))

    @precondition(lambda self: self.room.desk.alarms())
    @rule(pick=st.integers(0, 11), by=PEOPLE)
    def judge(self, pick: int, by: str) -> None:
        alarms = self.room.desk.alarms()
        name = alarms[pick % len(alarms)].id

        def both() -> None:
            self.room.desk.acknowledge(name, by)
            self.room.desk.assess(name, by, "real")

        self.attempt(both)

    @precondition(has_incidents)
    @rule(pick=st.integers(0, 9), step=STEPS, by=PEOPLE, answer=st.sampled_from([None, "yes", "no"]))
    def step(self, pick: int, step: str, by: str, answer: str | None) -> None:
        self.attempt(lambda: self.incidents.step(self.some(pick).id, step, by, answer=answer))

    @precondition(has_incidents)
    @rule(pick=st.integers(0, 9), step=STEPS, by=PEOPLE)
    def skip(self, pick: int, step: str, by: str) -> None:
        self.attempt(lambda: self.incidents.skip(self.some(pick).id, step, by, "no time"))

    @precondition(has_incidents)
    @rule(pick=st.integers(0, 9), place=st.integers(1, 4), by=PEOPLE)
    def see(self, pick: int, place: int, by: str) -> None:
        self.attempt(lambda: self.incidents.see_skip(self.some(pick).id, place, by))

    @precondition(has_incidents)
    @rule(
        pick=st.integers(0, 9),
        who=st.sampled_from(["anna", "berta"]),
        by=PEOPLE,
        what=st.sampled_from(["send", "answered", "arrived", "left"]),
    )
    def answer(self, pick: int, who: str, by: str, what: str) -> None:
        self.attempt(lambda: getattr(self.incidents, what)(self.some(pick).id, who, by))

    @precondition(has_incidents)
    @rule(pick=st.integers(0, 9), other=st.integers(0, 9), relation=st.sampled_from(RELATIONS), by=PEOPLE)
    def link(self, pick: int, other: int, relation: Relation, by: str) -> None:
        self.attempt(lambda: self.incidents.link(self.some(pick).id, self.some(other).id, relation, by))

    @precondition(has_incidents)
    @rule(
        pick=st.integers(0, 9),
        sharing=st.sampled_from(SHARINGS),
        partners=st.lists(st.sampled_from(["police", "customs", "stand-in"]), max_size=2),
        by=PEOPLE,
    )
    def share(self, pick: int, sharing: Sharing, partners: list[str], by: str) -> None:
        self.attempt(lambda: self.incidents.share(self.some(pick).id, sharing, partners, by))

    @precondition(has_incidents)
    @rule(
        pick=st.integers(0, 9),
        by=PEOPLE,
        what=st.sampled_from(["lead", "resolve", "close", "reopen", "review", "contain", "over", "kind", "manner"]),
    )
    def live(self, pick: int, by: str, what: str) -> None:
        one = self.some(pick).id
        acts: dict[str, Callable[[], object]] = {
            "lead": lambda: self.incidents.lead(one, by),
            "resolve": lambda: self.incidents.resolve(one, "held", by),
            "close": lambda: self.incidents.close(one, by),
            "reopen": lambda: self.incidents.reopen(one, "came back", by),
            "review": lambda: self.incidents.review(one, "well done", by),
            "contain": lambda: self.incidents.contain(one, "disarmed and held", by),
            "over": lambda: self.incidents.hand_over(one, "police", by),
            "kind": lambda: self.incidents.classify(one, "scouting", by),
            "manner": lambda: self.incidents.describe(one, MANNERS[:2], by),
        }
        self.attempt(acts[what])

    @rule(seconds=st.sampled_from([0, 1, 61, 121, 3600]))
    def let_time_pass(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)
        self.attempt(self.room.pass_time)

    @rule(failing=st.booleans())
    def break_or_mend_the_disk(self, failing: bool) -> None:
        self.journal.failing = failing

    @rule()
    def restart(self) -> None:
        self.journal.failing = False
        self.room.pass_time()
        before, posture = self.incidents.all(), self.room.posture.states
        self.began()
        assert self.incidents.all() == before
        assert self.room.posture.states == posture

    @invariant()
    def what_is_shown_is_what_is_kept(self) -> None:
        kept: dict[str, Incident] = {}
        for record in self.journal.read():
            if record.stream.startswith("incident/"):
                kept[record.stream] = apply(kept.get(record.stream), CODEC.decode(record.body))
        assert list(kept.values()) == list(self.incidents.all())

    @invariant()
    def an_incident_is_all_exercise_or_all_real_and_stays_so(self) -> None:
        for one in self.incidents.all():
            assert self.flags.setdefault(one.id, one.exercise) == one.exercise
            assert all(alarm.exercise == one.exercise for alarm in self.incidents.alarms(one))
            assert all(self.incidents.incident(link.incident).exercise == one.exercise for link in one.links)

    @invariant()
    def an_alarm_belongs_to_one_incident(self) -> None:
        named = [alarm for one in self.incidents.all() for alarm in one.alarms]
        assert len(named) == len(set(named))
        for one in self.incidents.all():
            for alarm in one.alarms:
                found = self.incidents.of_alarm(alarm)
                assert found is not None
                assert found.id == one.id

    @invariant()
    def steps_that_are_over_stay_and_never_jump_ahead(self) -> None:
        for one in self.incidents.all():
            over = tuple((done.procedure, done.step) for done in one.steps)
            before = self.past.get(one.id, ())
            assert over[: len(before)] == before
            self.past[one.id] = over
            if one.run is not None:
                order = [step.id for step in one.run.procedure.steps]
                places = [order.index(done.step) for done in one.run.done]
                assert places == sorted(set(places))
                assert one.run.present is None or order.index(one.run.present) > max(places, default=-1)
            for done in one.steps:
                assert not done.skipped or done.note
                assert done.seen_by is None or (done.skipped and done.seen_by != done.by)

    @invariant()
    def nothing_is_over_before_its_time(self) -> None:
        for one in self.incidents.all():
            if one.state in ("resolved", "closed", "reviewed"):
                assert one.outcome
                assert one.resolved_by
                assert one.run is None or one.run.present is None
            if one.state in ("closed", "reviewed"):
                assert not one.unseen_skips
                assert one.closed_by
            if one.state == "reviewed":
                assert one.reviewed_by != one.lead

    @invariant()
    def what_is_red_has_no_reader_outside(self) -> None:
        for one in self.incidents.all():
            assert one.sharing != "red" or not one.partners

    @invariant()
    def nothing_real_goes_to_a_stand_in_and_nothing_of_an_exercise_to_others(self) -> None:
        for one in self.incidents.all():
            assert all((name == "stand-in") == one.exercise for name in one.partners)

    @invariant()
    def who_is_away_is_away_once(self) -> None:
        for exercise in (True, False):
            away = [
                sending.responder
                for one in self.incidents.all()
                for sending in one.sendings
                if one.is_open and sending.left_at is None and one.exercise == exercise
            ]
            assert len(away) == len(set(away))


IncidentMachine.TestCase.settings = settings(max_examples=30, stateful_step_count=40)
TestIncidents = IncidentMachine.TestCase
