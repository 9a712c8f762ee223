"""The example chancery's desk on a real server, with a clock that the story sets, and people who log in to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher

from bartizan.adapters.files.site import load_site
from bartizan.adapters.store import open_journal
from bartizan.adapters.web import Accounts, DeskServer, create_app
from bartizan.adapters.web.permission import Role
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.handover.office import Safe
from bartizan.app.handover.ports import MemoryVault, PassingKeys
from bartizan.app.ledger import MemoryJournal
from bartizan.app.replay import PastPictures
from bartizan.app.room import Room, open_room
from bartizan.desk.alarms import Alarm
from bartizan.signal import Signal
from bartizan.site import build

PASSWORD = "correct horse battery staple"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PEOPLE: dict[str, Role] = {"Ann": "guard", "Ben": "guard", "Sue": "supervisor", "Ivo": "investigator", "Vic": "viewer"}


@dataclass
class StoryClock:
    """The instant of the story."""

    at: datetime = datetime(2031, 3, 3, 13, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def go(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)


class Person:
    """Somebody at a screen of the desk: their session, over HTTP."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self.client = httpx.Client(base_url=url.rstrip("/"), timeout=30.0, follow_redirects=False)
        form = self.client.get("/login").text
        token = re.search(r'name="token" value="([^"]+)"', form)
        assert token is not None
        headers = {"origin": url.rstrip("/")}
        fields = {"user": name, "password": PASSWORD, "token": token[1]}
        answer = self.client.post("/login", data=fields, headers=headers)
        assert answer.status_code == 303, answer.text
        page = re.search(r'name="csrf-token" content="([^"]+)"', self.client.get("/").text)
        assert page is not None
        self.client.headers.update(headers | {"x-csrf-token": page[1]})

    def get(self, path: str) -> Any:
        """What the desk shows."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def do(self, path: str, **body: Any) -> Any:
        """Something that must be done."""
        answer = self.client.post(path, json=body)
        assert answer.status_code in (200, 201), (path, answer.status_code, answer.text)
        return answer.json()

    def refused(self, path: str, **body: Any) -> tuple[int, str]:
        """Something that must be refused: the status and the words."""
        answer = self.client.post(path, json=body)
        assert answer.status_code >= 400, (path, answer.text)
        return answer.status_code, answer.json()["error"]


@dataclass
class Chancery:
    """The desk of the example chancery."""

    room: Room
    clock: StoryClock
    server: DeskServer
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        """Somebody, logged in."""
        if name not in self.people:
            self.people[name] = Person(self.server.url, name)
        return self.people[name]

    def alarm(self, name: str, kind: str, **more: Any) -> Alarm:
        """What a camera or a sensor reports now."""
        utc = self.clock.at.isoformat()
        alarm = self.room.desk.take(Signal(id=name, t=1.0, kind=kind, state="raised", utc=utc, **more))
        assert alarm is not None
        return alarm

    def over(self, alarm: Alarm) -> None:
        """The sensor's condition is over."""
        signal = {**alarm.signal, "state": "ended", "t": 99.0}
        known = {key: signal[key] for key in ("id", "t", "kind", "state", "zone", "area", "element", "severity")}
        self.room.desk.take(Signal(**known))


class Agency:
    """The desk of the state police, who take a case over: a desk of their own, with keys of their own."""

    def __init__(self, chancery_key: bytes, keys: PassingKeys) -> None:
        self.site = build(
            {
                "schema": 1,
                "site": {"name": "State police"},
                "partner": [
                    {"id": "chancery", "name": "Example chancery", "level": "amber", "key": chancery_key.hex()}
                ],
            }
        )
        self.clock = StoryClock()
        safe = Safe(vault=MemoryVault(), keys=keys, every=None)
        self.room = open_room(self.site, MemoryJournal(), self.clock, safe=safe, minds=False)


@contextmanager
def open_chancery(
    folder: Path, data: Path, police_key: bytes | None = None, album: PastPictures | None = None
) -> Iterator[Chancery]:
    """The desk of the site in `folder` on a journal in `data`, served on a free port of this machine.

    `police_key` is the public key with which the state police sign what they send; `album` has the kept pictures.
    """
    site, clock = load_site(folder), StoryClock()
    if police_key is not None:
        site = site.with_changes([{"at": "partner/state-police", "set": {"key": police_key.hex()}}])
    journal = open_journal(data / "journal.sqlite")
    room = open_room(site, journal, clock, states=["normal"], safe=Safe.passing(), minds=False)
    accounts = Accounts.of({name: (PASSWORD, role) for name, role in PEOPLE.items()}, CHEAP)
    app = create_app(room, site=site, live=LiveFeed(), accounts=accounts, now=clock, album=album)
    try:
        with DeskServer(app, port=0) as server:
            chancery = Chancery(room, clock, server)
            yield chancery
            for person in chancery.people.values():
                person.client.close()
    finally:
        journal.close()
