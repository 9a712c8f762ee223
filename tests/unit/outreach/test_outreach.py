"""People outside from the first click to the last: over a real cabinet, a real journal in memory, real mail servers."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from mail_sink import Sink

import bartizan
from bartizan.adapters.mail import HttpHooks, OutreachCabinet, SmtpPost
from bartizan.app.ledger.journal import Journal, MemoryJournal
from bartizan.app.ledger.ledger import Ledger
from bartizan.app.outreach import AwayError, Courier, HookFeed, Outreach, OutreachSettings, items_of
from bartizan.app.room import open_room
from bartizan.desk.alarms import Alarm
from bartizan.desk.errors import CommandError, ExerciseMixError, TransitionError, UnknownThingError
from bartizan.desk.outreach import LEVELS, Item, Message, after_failure, within
from bartizan.errors import MissingPartError, StoreError
from bartizan.signal import Signal

T0 = datetime(2026, 11, 23, 10, tzinfo=UTC)  # a Monday
ADDRESS = "Eva.Muster@home.example"
TERMS, PRIVACY = {"version": "2", "text": "We send counts."}, {"version": "2026-11", "text": "We keep an address."}


class House:
    """A desk's outreach with its courier, its clock in our hands."""

    def __init__(
        self,
        folder: Path,
        *,
        sink: Sink | None = None,
        authority: Path | None = None,
        journal: Journal | None = None,
        at: datetime = T0,
    ) -> None:
        self.folder, self.sink, self.authority = folder, sink, authority
        self.at = at
        self.journal = journal if journal is not None else MemoryJournal()
        self.ledger = Ledger(self.journal, lambda: self.at)
        self.cabinet = OutreachCabinet(folder / "outreach.sqlite")
        self.alarms: list[Alarm] = []
        self.items: list[Item] = []
        numbers = count(1)
        self.outreach = Outreach(
            self.ledger,
            self.cabinet,
            site="Shed",
            new_id=lambda: f"s{next(numbers)}",
            alarms=lambda: self.alarms,
            items=lambda _since, _until: self.items,
        )
        self.ledger.open()
        if not self.outreach.settings.open:
            mail = {"host": "localhost", "port": 25 if sink is None else sink.port, "sender": "desk@shed.example"}
            mail |= {} if authority is None else {"authority": str(authority)}
            self.set(mail=mail)
        self.courier = Courier(
            self.outreach,
            self.cabinet,
            SmtpPost(),
            HttpHooks(),
            now=lambda: self.at,
            generator=Random(1),  # noqa: S311 - the same pauses each time
        )

    def set(self, **more: Any) -> None:
        values = {"address": "https://desk.shed.example", "terms": TERMS, "privacy": PRIVACY}
        kept = self.outreach.settings.model_dump(exclude_none=True)
        self.outreach.set(OutreachSettings.model_validate(values | kept | more))

    def later(self, **more: float) -> None:
        self.at += timedelta(**more)
        self.ledger.pass_time()

    def again(self) -> "House":
        """The desk dies and starts again."""
        self.cabinet.close()
        return House(self.folder, sink=self.sink, authority=self.authority, journal=self.journal, at=self.at)

    def subscribe(self, address: str = ADDRESS, every: Any = "day") -> None:
        self.outreach.subscribe(address, every, terms="2", privacy="2026-11")

    def waiting(self) -> list[str]:
        return [message.key for message in self.cabinet.waiting()]

    def links(self, key: str) -> dict[str, tuple[str, str]]:
        """The links of a mail that waits: what for -> subscriber and token."""
        body = next(message.body for message in self.cabinet.waiting() if message.key == key)
        parts = [word.split("/")[-3:] for word in body.split() if word.startswith("https://desk.shed.example/mail/")]
        return {purpose: (name, token) for purpose, name, token in parts}

    def confirmed(self) -> str:
        self.subscribe()
        name, token = self.links("confirm/s1/1")["confirm"]
        self.outreach.confirm(name, token)
        return name


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.cabinet.close()


@pytest.fixture
def sink(certificate: Any) -> Iterator[Sink]:
    running = Sink(*certificate)
    yield running
    running.stop()


# ---- consent


def test_nobody_is_written_to_before_they_confirmed(house: House) -> None:
    house.subscribe()
    assert house.waiting() == ["confirm/s1/1"]
    house.later(hours=30)
    assert house.waiting() == ["confirm/s1/1"]


def test_what_was_agreed_to_is_kept(house: House) -> None:
    house.confirmed()
    (one,) = house.outreach.subscribers()
    assert (one.stage, one.terms, one.privacy, one.level) == ("confirmed", "2", "2026-11", "clear")
    # printf 'We send counts.' | sha256sum
    assert one.terms_sha256 == "c726beddf541c2b77e4c14eb39b1d7d96c5f868e396de9093c8d44f730d204a5"
    assert one.confirmed_at == T0


def test_the_journal_knows_no_address(house: House) -> None:
    house.confirmed()
    kept = json.dumps([dict(record.body) for record in house.journal.read()])
    assert "home.example" not in kept
    assert "muster" not in kept.lower()


def test_other_versions_than_those_shown_are_refused(house: House) -> None:
    for wrong in ({"terms": "1", "privacy": "2026-11"}, {"terms": "2", "privacy": "2025"}):
        with pytest.raises(CommandError, match="have changed"):
            house.outreach.subscribe(ADDRESS, "day", **wrong)
    assert house.waiting() == []


def test_a_link_works_for_its_own_purpose_and_person_alone(house: House) -> None:
    house.subscribe()
    house.subscribe("other@home.example")
    links = house.links("confirm/s1/1")
    name, token = links["confirm"]
    for wrong in (
        ("s2", token),
        (name, links["never"][1]),
        (name, token[:-1] + "A"),
        (name, ""),
        ("nobody", token),
        (name, "ü"),
    ):
        with pytest.raises(UnknownThingError, match="does not lead anywhere"):
            house.outreach.confirm(*wrong)
    with pytest.raises(UnknownThingError):
        house.outreach.leave(name, token, "page")
    assert [one.stage for one in house.outreach.subscribers()] == ["asked", "asked"]


def test_confirming_twice_is_confirming_once(house: House) -> None:
    house.subscribe()
    name, token = house.links("confirm/s1/1")["confirm"]
    versions = {house.outreach.confirm(name, token).version for _ in range(3)}
    assert versions == {2}


def test_after_two_days_a_link_is_dead_and_the_address_forgotten(house: House) -> None:
    house.subscribe()
    name, token = house.links("confirm/s1/1")["confirm"]
    house.later(hours=48)
    assert house.cabinet.address("s1") == ADDRESS
    house.later(seconds=1)
    assert (house.cabinet.address("s1"), house.waiting()) == (None, [])
    with pytest.raises(TransitionError, match="no longer waiting"):
        house.outreach.confirm(name, token)


def test_no_mailbox_is_filled_by_somebody_who_types_its_address(house: House) -> None:
    for spelling in (ADDRESS, ADDRESS.lower(), f" {ADDRESS} ", "EVA.MUSTER@HOME.EXAMPLE"):
        house.subscribe(spelling)
    assert house.waiting() == ["confirm/s1/1"]
    house.later(hours=24)
    house.subscribe()
    assert house.waiting() == ["confirm/s1/1", "confirm/s1/2"]
    # the older link opens nothing any more
    with pytest.raises(UnknownThingError):
        house.outreach.confirm(*house.links("confirm/s1/1")["confirm"])
    house.outreach.confirm(*house.links("confirm/s1/2")["confirm"])


def test_known_and_unknown_look_the_same(house: House) -> None:
    house.confirmed()
    before = house.waiting()
    house.subscribe()  # known: nothing is raised, and nobody is written to
    assert house.waiting() == before


def test_who_leaves_is_forgotten_and_may_come_back(house: House) -> None:
    house.confirmed()
    house.later(days=1)
    house.outreach.level("s1", "green", by="boss")
    name, token = house.links("digest/s1/2026-11-24")["leave"]
    assert house.outreach.leave(name, token, "one-click").stage == "left"
    assert house.outreach.leave(name, token, "one-click").stage == "left"
    assert (house.cabinet.address("s1"), house.waiting()) == (None, [])
    house.later(days=2)
    assert house.waiting() == []
    house.subscribe()
    name, token = house.links("confirm/s1/2")["confirm"]
    again = house.outreach.confirm(name, token)
    assert (again.stage, again.level) == ("confirmed", "clear")


def test_never_is_never(house: House) -> None:
    house.subscribe()
    name, token = house.links("confirm/s1/1")["never"]
    assert house.outreach.leave(name, token, "never").stage == "never"
    house.later(days=30)
    house.subscribe()
    assert house.waiting() == []
    assert house.cabinet.names() == []
    # and a desk that starts again still knows, though it has no address
    restarted = house.again()
    restarted.subscribe()
    assert restarted.waiting() == []
    restarted.cabinet.close()


def test_a_forgotten_address_is_gone_from_the_disk(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.confirmed()
    file = tmp_path / "outreach.sqlite"
    assert ADDRESS.encode() in file.read_bytes()
    house.outreach.remove("s1", by="boss")
    house.cabinet.close()
    assert ADDRESS.encode() not in b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert file.stat().st_mode & 0o077 == 0


def test_nobody_subscribes_where_nothing_is_agreed_to(tmp_path: Path) -> None:
    house = House(tmp_path)
    for lacking in ("mail", "address", "terms", "privacy"):
        house.outreach.set(house.outreach.settings.model_copy(update={lacking: None}))
        with pytest.raises(MissingPartError):
            house.subscribe()
        house.set(mail={"host": "localhost", "sender": "desk@shed.example"}, address="https://desk.shed.example")
        house.set(terms=TERMS, privacy=PRIVACY)
    house.cabinet.close()


# ---- digests and levels


def test_a_daily_digest_comes_once_a_day_and_tells_counts(house: House, chancery: Path) -> None:
    house.confirmed()
    desk = open_room(bartizan.load(chancery), MemoryJournal(), lambda: house.at).desk
    for name, severity in (("1", "high"), ("2", "low"), ("3", "medium")):
        told = {"id": name, "t": 0.0, "kind": "loitering", "severity": severity, "exercise": name == "3"}
        desk.take(Signal(state="raised", **told), f"run {name}")  # type: ignore[arg-type]
        if name == "2":
            desk.take(Signal(state="ended", **told), f"run {name}")  # type: ignore[arg-type]
    low = next(one for one in desk.alarms() if one.priority == "low")
    desk.acknowledge(low.id, "eva")
    assert desk.assess(low.id, "eva", "nuisance").handling == "closed"
    house.at += timedelta(days=1)
    desk.take(Signal(id="4", t=0.0, kind="loitering", state="raised"), "tomorrow")
    house.at -= timedelta(days=1)
    house.alarms = list(desk.alarms())
    house.items = [Item("clear", "nothing special"), Item("green", "a wanderer"), Item("red", "a source")]
    house.later(hours=19, minutes=59)  # 05:59
    assert "digest/s1/2026-11-24" not in house.waiting()
    house.later(minutes=1)
    house.later(hours=1)
    (mail,) = [one for one in house.cabinet.waiting() if one.key.startswith("digest/")]
    assert mail.subject == "Shed: the day to 2026-11-24"
    assert mail.body.split("\n")[:9] == [
        "From 2026-11-23 06:00 to 2026-11-24 06:00 UTC.",
        "",
        "Alarms: 2",
        "  of priority high: 1",
        "  of priority low: 1",
        "  assessed as nuisance: 1",
        "  still open: 1",
        "",
        "What may be told to you (TLP:CLEAR):",
    ]
    assert "wanderer" not in mail.body
    assert "medium" not in mail.body


def test_levels_bind(house: House) -> None:
    house.confirmed()
    house.items = [
        Item("clear", "one"),
        Item("green", "two"),
        Item("amber", "three"),
        Item("amber+strict", "four"),
        Item("red", "five"),
    ]
    house.outreach.level("s1", "amber", by="boss")
    house.later(days=1)
    (mail,) = [one for one in house.cabinet.waiting() if one.key.startswith("digest/")]
    assert [word in mail.body for word in ("one", "two", "three", "four", "five")] == [True, True, True, False, False]
    with pytest.raises(CommandError, match="at most amber"):
        house.outreach.level("s1", "red", by="boss")


def test_red_goes_into_no_message() -> None:
    assert not any(within("red", reader) for reader in LEVELS)
    assert [within("green", reader) for reader in LEVELS] == [False, True, True, True, True]


def test_a_weekly_digest_comes_on_monday(house: House) -> None:
    house.subscribe(every="week")
    house.outreach.confirm(*house.links("confirm/s1/1")["confirm"])
    house.later(days=6, hours=19, minutes=59)
    assert [key for key in house.waiting() if key.startswith("digest")] == []
    house.later(minutes=1)
    assert [key for key in house.waiting() if key.startswith("digest")] == ["digest/s1/2026-11-30"]


def test_a_desk_that_died_sends_no_digest_twice(house: House) -> None:
    house.confirmed()
    house.later(days=1)
    keys = house.waiting()
    restarted = house.again()
    restarted.later(hours=1)
    assert restarted.waiting() == keys
    # nor one for each day that it was down
    restarted.later(days=5)
    assert [key for key in restarted.waiting() if "digest" in key] == ["digest/s1/2026-11-24", "digest/s1/2026-11-29"]
    restarted.cabinet.close()


# ---- exercises


def test_nothing_of_an_exercise_goes_outside(house: House) -> None:
    house.confirmed()
    for to, hook in (("subscriber/s1", False), ("hook/siren", True)):
        with pytest.raises(ExerciseMixError, match="is outside"):
            house.outreach.put("k", to, "s", "b", exercise=True, hook=hook)
    # not even where somebody put it into the queue by another way
    house.cabinet.put(
        Message(
            key="x", medium="mail", to="subscriber/s1", subject="s", body="b", exercise=True, made_at=T0, next_at=T0
        )
    )
    sent: list[str] = []

    class Post(SmtpPost):
        def send(self, message: Message, address: str, settings: Any) -> None:
            sent.append(message.key)

    Courier(house.outreach, house.cabinet, Post(), HttpHooks(), now=lambda: T0).round()
    assert sent == ["confirm/s1/1"]
    assert house.outreach.backlog().refused == 1


def test_the_watch_on_duty_is_paged_and_an_exercise_says_so(house: House) -> None:
    house.set(people={"eva": "eva@shed.example"})
    assert house.outreach.page(["eva", "tom"], "nobody answers alarm 7", "esc-7-1", exercise=True) == ("eva",)
    assert house.outreach.page(["eva"], "nobody answers alarm 7", "esc-7-1", exercise=True) == ("eva",)
    (mail,) = house.cabinet.waiting()
    assert (mail.key, mail.to, mail.subject) == (
        "page/esc-7-1/eva",
        "person/eva",
        "EXERCISE Shed: nobody answers alarm 7",
    )


# ---- the queue


def test_a_mail_server_that_is_away_and_back(tmp_path: Path, sink: Sink, certificate: Any) -> None:
    house = House(tmp_path, sink=sink, authority=certificate.chain)
    house.set(people={"eva": "eva@shed.example"})
    for number in range(5):
        house.outreach.page(["eva"], f"alarm {number}", f"k{number}", exercise=False)
    for _ in range(60):  # an hour without a server
        assert house.courier.round() == 0
        house.at += timedelta(minutes=1)
    backlog = house.outreach.backlog()
    assert (backlog.waiting, backlog.sent, backlog.oldest) == (5, 0, T0)
    assert "is away" in (backlog.problem or "")
    tries = {message.tries for message in house.cabinet.waiting()}
    assert max(tries) <= 10  # pauses grow: sixty rounds are not sixty tries
    house = house.again()  # and the desk itself dies in between
    sink.start()
    for _ in range(70):
        house.at += timedelta(minutes=1)
        house.courier.round()
    assert sorted(mail["Subject"] for mail in sink.mails) == [f"Shed: alarm {number}" for number in range(5)]
    assert (
        house.outreach.backlog().to_json() | {"sent": 5, "waiting": 0, "oldest": None, "problem": None}
        == house.outreach.backlog().to_json()
    )
    house.cabinet.close()


def test_what_was_taken_before_the_desk_died_comes_again_under_its_id(
    tmp_path: Path, sink: Sink, certificate: Any
) -> None:
    sink.start()
    house = House(tmp_path, sink=sink, authority=certificate.chain)
    house.set(people={"eva": "eva@shed.example"})
    house.outreach.page(["eva"], "alarm", "k", exercise=False)

    class Dies(OutreachCabinet):
        def done(self, key: str, outcome: str, at: datetime) -> None:
            raise KeyboardInterrupt

    house.cabinet.close()
    dying = Dies(tmp_path / "outreach.sqlite")
    with pytest.raises(KeyboardInterrupt):
        Courier(house.outreach, dying, SmtpPost(), HttpHooks(), now=lambda: house.at).round()
    dying.close()
    house = House(tmp_path, sink=sink, authority=certificate.chain, journal=house.journal)
    house.courier.round()
    one, two = sink.mails
    assert one["Message-ID"] == two["Message-ID"]
    assert house.courier.round() == 0
    # and once it is done, the same key is not put into the queue again
    house.outreach.page(["eva"], "alarm", "k", exercise=False)
    assert house.waiting() == []
    house.cabinet.close()


def test_the_watch_on_duty_is_paged_before_digests_and_a_server_that_is_away_is_asked_once_a_round(
    house: House,
) -> None:
    house.set(people={"eva": "eva@shed.example"})
    for number in range(30):
        house.cabinet.keep_address(f"x{number}", ADDRESS)
        house.outreach.put(f"digest/{number}", f"subscriber/x{number}", "s", "b", exercise=False)
    house.outreach.page(["eva"], "alarm", "k", exercise=False)
    asked: list[str] = []

    class Away(SmtpPost):
        def send(self, message: Message, address: str, settings: Any) -> None:
            asked.append(message.key)
            raise AwayError("nobody there", whole=True)

    courier = Courier(house.outreach, house.cabinet, Away(), HttpHooks(), now=lambda: house.at)
    courier.round()
    assert asked == ["page/k/eva"]


def test_a_thousand_digests_do_not_hold_the_desk(house: House) -> None:
    counted = []
    house.outreach._alarms = lambda: counted.append(1) or ()  # type: ignore[func-returns-value]
    for number in range(50):
        house.subscribe(f"a{number}@home.example")
        name, token = house.links(f"confirm/s{number + 1}/1")["confirm"]
        house.outreach.confirm(name, token)
    rounds = []
    house.at += timedelta(days=1)
    for _ in range(4):
        house.ledger.pass_time()
        rounds.append(sum(key.startswith("digest/") for key in house.waiting()))
    assert rounds == [20, 40, 50, 50]
    assert len(counted) == 3  # once a pass that had something to tell, not once for each reader


def test_pauses_grow_are_drawn_and_end_after_five_days(house: House) -> None:
    message: Message | None = Message(
        key="k", medium="mail", to="person/eva", subject="s", body="b", exercise=False, made_at=T0, next_at=T0
    )
    at, generator, pauses = T0, Random(7), []  # noqa: S311 - the same pauses each time
    while message is not None:
        waits = after_failure(message, "away", at, generator)
        if waits is not None:
            pauses.append((waits.next_at - at).total_seconds())
            at = waits.next_at
        message = waits
    for number, pause in enumerate(pauses):
        longest = min(15.0 * 2**number, 3600.0)
        assert longest / 2 <= pause <= longest
    assert len({round(pause) for pause in pauses[-20:]}) > 10
    assert timedelta(days=5) <= at - T0 <= timedelta(days=5, hours=1)


def test_three_mails_that_come_back_pause_a_subscriber(tmp_path: Path, sink: Sink, certificate: Any) -> None:
    sink.start()
    house = House(tmp_path, sink=sink, authority=certificate.chain)
    house.confirmed()
    house.courier.round()
    sink.to = "550 no such mailbox"
    stages = []
    for _ in range(4):
        house.later(days=1)
        house.courier.round()
        stages.append(house.outreach.subscribers()[0].stage)
    assert stages == ["confirmed", "confirmed", "paused", "paused"]
    assert house.outreach.backlog().refused == 3
    assert house.outreach.resume("s1", by="boss").stage == "confirmed"
    with pytest.raises(TransitionError, match="is not paused"):
        house.outreach.resume("s1", by="boss")
    house.cabinet.close()


def test_who_left_is_not_sent_what_was_waiting_already(tmp_path: Path, sink: Sink, certificate: Any) -> None:
    sink.start()
    house = House(tmp_path, sink=sink, authority=certificate.chain)
    house.confirmed()
    house.later(days=1)
    leave = house.links("digest/s1/2026-11-24")["leave"]
    house.outreach.leave(*leave, "one-click")
    house.courier.round()
    assert sink.mails == []
    house.cabinet.close()


def test_two_desks_cannot_share_a_cabinet(house: House, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no other desk"):
        OutreachCabinet(tmp_path / "outreach.sqlite")
    strange = tmp_path / "strange.sqlite"
    strange.write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreError, match="cannot be kept"):
        OutreachCabinet(strange)


# ---- programs


class Hooked(HttpHooks):
    def __init__(self) -> None:
        super().__init__()
        self.bodies: list[Mapping[str, Any]] = []

    def call(self, message: Message, settings: Any, at: datetime) -> None:
        self.bodies.append(json.loads(message.body))


def test_programs_are_told_by_their_level_and_never_of_an_exercise(house: House, chancery: Path) -> None:
    room = open_room(bartizan.load(chancery), MemoryJournal(), lambda: house.at)
    url, secret = "https://siren.example/", "a secret of some length here"
    low, high = (
        {"id": "low", "url": url, "secret": secret},
        {"id": "high", "url": url, "secret": secret, "level": "amber"},
    )
    house.set(hooks=[low, high])
    feed = HookFeed(room.ledger, house.outreach, house.cabinet, room.desk.alarm)
    room.desk.take(Signal(id="1", t=0.0, kind="loitering", state="raised", zone="pavement"), "a")
    room.desk.take(Signal(id="2", t=0.0, kind="loitering", state="raised", zone="pavement", exercise=True), "b")
    hooks = Hooked()
    courier = Courier(house.outreach, house.cabinet, SmtpPost(), hooks, feed=feed, now=lambda: house.at)
    courier.round()
    assert [(body["id"].split("/")[1], body["type"], "zone" in body["alarm"]) for body in hooks.bodies] == [
        ("high", "alarm.raised", True),
        ("low", "alarm.raised", False),
    ]
    assert "loitering" not in json.dumps(hooks.bodies[1])
    # what happened while nobody was there is told from the journal, once
    feed.close()
    (real,) = [one for one in room.desk.alarms() if not one.exercise]
    room.desk.acknowledge(real.id, "eva")
    room.desk.assess(real.id, "eva", "real")
    feed = HookFeed(room.ledger, house.outreach, house.cabinet, room.desk.alarm)
    hooks.bodies.clear()
    courier = Courier(house.outreach, house.cabinet, SmtpPost(), hooks, feed=feed, now=lambda: house.at)
    courier.round()
    courier.round()
    assert [body["type"] for body in hooks.bodies] == ["alarm.assessed"] * 2


def test_a_program_that_listens_from_today_is_not_told_of_yesterday(house: House, chancery: Path) -> None:
    room = open_room(bartizan.load(chancery), MemoryJournal(), lambda: house.at)
    room.desk.take(Signal(id="1", t=0.0, kind="loitering", state="raised"), "a")
    house.set(hooks=[{"id": "low", "url": "https://siren.example/", "secret": "a secret of some length here"}])
    feed = HookFeed(room.ledger, house.outreach, house.cabinet, room.desk.alarm)
    feed.pump()
    assert house.waiting() == []


def test_the_room_reaches_people_by_it_and_tells_incidents_by_their_level(chancery: Path, tmp_path: Path) -> None:
    cabinet = OutreachCabinet(tmp_path / "outreach.sqlite")
    room = open_room(bartizan.load(chancery), MemoryJournal(), lambda: T0, cabinet=cabinet, minds=False)
    assert room.outreach is not None
    people = {"people": {"eva": "eva@shed.example", "sue": "sue@shed.example"}}
    mail = {"mail": {"host": "localhost", "sender": "desk@shed.example"}}
    room.outreach.set(OutreachSettings.model_validate(people | mail))
    assert list(room.escalations.page(["eva", "tom"], "nobody has taken alarm 1", "k", False)) == ["eva"]
    room.escalations.in_role = lambda _role: ("sue",)
    assert room.incidents.call is not None
    room.incidents.call("step skipped", "incident/1/skip/1", True)
    assert [(one.to, one.subject[:8]) for one in cabinet.waiting()] == [
        ("person/sue", "EXERCISE"),
        ("person/eva", "Example "),
    ]
    real = room.desk.take(Signal(id="1", t=0.0, kind="loitering", state="raised"), "a")
    played = room.desk.take(Signal(id="2", t=0.0, kind="loitering", state="raised", exercise=True), "b")
    assert real is not None
    assert played is not None
    for one in (real, played):
        room.desk.acknowledge(one.id, "eva")
        room.desk.assess(one.id, "eva", "real")
        room.incidents.open([one.id], "eva")
    (item,) = items_of(room.incidents.all(), T0, T0 + timedelta(days=1))
    assert item.level == "amber"
    cabinet.close()
