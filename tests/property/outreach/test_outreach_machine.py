"""Whatever strangers, mail servers and crashes do in whatever order, these hold of people outside."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bartizan.adapters.mail import HttpHooks, OutreachCabinet
from bartizan.app.ledger.journal import MemoryJournal
from bartizan.app.ledger.ledger import Ledger
from bartizan.app.outreach import AwayError, Courier, Outreach, OutreachSettings, RefusedError
from bartizan.desk.errors import CommandRefusedError, ExerciseMixError
from bartizan.desk.outreach import Message, token_for
from bartizan.desk.outreach.consent import How

T0 = datetime(2026, 11, 23, 10, tzinfo=UTC)
PEOPLE = ["ann@home.example", "Ben@home.example", "cyd@home.example"]
SETTINGS = OutreachSettings.model_validate(
    {
        "address": "https://desk.example",
        "mail": {"host": "localhost", "sender": "desk@shed.example"},
        "people": {"eva": "eva@shed.example"},
        "terms": {"version": "1", "text": "t"},
        "privacy": {"version": "1", "text": "p"},
    }
)


class Killed(BaseException):
    pass


class OutreachMachine(RuleBasedStateMachine):
    """A desk's outreach over a real cabinet; the mail server is ours to switch."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.at, self.journal, self.numbers = T0, MemoryJournal(), count(1)
        self.server = "taken"
        self.sent: Counter[str] = Counter()
        self.done: set[str] = set()
        self.kills = 0

    @initialize()
    def start(self) -> None:
        self.ledger = Ledger(self.journal, lambda: self.at)
        self.cabinet = OutreachCabinet(Path(self.folder.name) / "outreach.sqlite")
        self.outreach = Outreach(self.ledger, self.cabinet, site="Shed", new_id=lambda: f"s{next(self.numbers)}")
        self.ledger.open()
        self.outreach.set(SETTINGS)
        machine = self

        class Post:
            def send(self, message: Message, address: str, settings: Any) -> None:
                machine.received(message, address)

        generator = Random(3)  # noqa: S311 - the same pauses each time
        self.courier = Courier(
            self.outreach, self.cabinet, Post(), HttpHooks(), now=lambda: self.at, generator=generator
        )

    def received(self, message: Message, address: str) -> None:
        if self.server == "away":
            raise AwayError("away", whole=True)
        if self.server == "refused":
            raise RefusedError("no such mailbox")
        self.sent[message.key] += 1
        # who is written to agreed to it, or is asked; and what was done is not sent again
        assert message.key not in self.done
        kind, _, name = message.to.partition("/")
        if kind == "subscriber":
            stage = self.outreach.subscriber(name).stage
            assert stage == "confirmed" or (stage == "asked" and message.key.startswith("confirm/"))
            assert not message.exercise
        if self.server == "killed":
            raise Killed
        self.done.add(message.key)

    @rule(person=st.sampled_from(PEOPLE), shout=st.booleans())
    def subscribe(self, person: str, shout: bool) -> None:
        self.outreach.subscribe(person.upper() if shout else person, "day", terms="1", privacy="1")

    @rule(number=st.integers(0, 2), stale=st.booleans())
    def confirm(self, number: int, stale: bool) -> None:
        one = self.one(number)
        if one is not None:
            round_ = one.round - (1 if stale else 0)
            try:
                self.outreach.confirm(one.id, self.token("confirm", one.id, round_))
                assert not stale
            except (CommandRefusedError, KeyError):
                pass

    @rule(number=st.integers(0, 2), how=st.sampled_from(["one-click", "page", "never"]))
    def leave(self, number: int, how: How) -> None:
        one = self.one(number)
        if one is not None:
            purpose = "never" if how == "never" else "leave"
            after = self.outreach.leave(one.id, self.token(purpose, one.id, one.round), how)
            assert after.stage in ("left", "never", "lapsed")
            assert self.cabinet.address(one.id) is None

    @rule(hours=st.sampled_from([1, 20, 25, 49]))
    def wait(self, hours: int) -> None:
        self.at += timedelta(hours=hours)
        self.ledger.pass_time()

    @rule(server=st.sampled_from(["taken", "away", "refused"]))
    def switch(self, server: str) -> None:
        self.server = server

    @rule()
    def carry(self) -> None:
        self.courier.round()

    @rule()
    def carry_and_die(self) -> None:
        before, self.server = self.server, "killed"
        try:
            self.courier.round()
        except Killed:
            self.kills += 1
        self.server = before
        self.again()

    @rule(exercise=st.booleans())
    def page(self, exercise: bool) -> None:
        self.outreach.page(["eva"], "nobody answers", f"{self.at:%j%H}", exercise=exercise)

    @rule(number=st.integers(0, 2))
    def exercise_outside(self, number: int) -> None:
        try:
            self.outreach.put("x", f"subscriber/s{number}", "s", "b", exercise=True)
            raise AssertionError("something of an exercise went outside")
        except ExerciseMixError:
            pass

    @rule()
    def again(self) -> None:
        before = self.outreach.subscribers()
        self.cabinet.close()
        self.start()
        assert self.outreach.subscribers() == before

    @invariant()
    def whoever_is_gone_is_forgotten(self) -> None:
        gone = {one.id for one in self.outreach.subscribers() if one.stage in ("left", "never", "lapsed")}
        assert not gone & set(self.cabinet.names())
        assert not any(message.to.removeprefix("subscriber/") in gone for message in self.cabinet.waiting())

    @invariant()
    def one_person_is_one_subscriber(self) -> None:
        marks = [one.who for one in self.outreach.subscribers()]
        assert len(set(marks)) == len(marks) <= len(PEOPLE)

    @invariant()
    def twice_only_where_somebody_died(self) -> None:
        assert sum(times - 1 for times in self.sent.values()) <= self.kills

    def teardown(self) -> None:
        self.cabinet.close()
        self.folder.cleanup()

    def one(self, number: int) -> Any:
        known = self.outreach.subscribers()
        return known[number] if number < len(known) else None

    def token(self, purpose: Any, name: str, round_: int) -> str:
        return token_for(self.cabinet.secret("tokens"), purpose, name, round_)


TestOutreach = OutreachMachine.TestCase
TestOutreach.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
