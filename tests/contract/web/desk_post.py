"""A small desk on a hand-made site whose names are hostile, and a browser's stand-in that talks to it in-process."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI

from bartizan.adapters.web import Accounts, create_app
from bartizan.app.desk import Desk
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import open_room
from bartizan.signal import Signal
from bartizan.site.document import build
from bartizan.site.site import Site

HOSTILE = "<script>alert(1)</script>\"'&"
ORIGIN = "http://127.0.0.1"
PASSWORD = "correct horse battery staple"

# argon2id so cheap that tests may log in often
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

DOCUMENT = {
    "schema": 1,
    "site": {"name": HOSTILE},
    "plan": {"crs": "metres"},
    "area": [
        {"id": "street", "name": HOSTILE, "outside": True, "polygon": [[0, 0], [20, 0], [20, 5], [0, 5]]},
        {"id": "yard", "polygon": [[0, 5], [20, 5], [20, 20], [0, 20]]},
    ],
    "element": [
        {
            "id": "gate",
            "name": "Gate",
            "kind": "gate",
            "between": ["street", "yard"],
            "line": [[8, 5], [12, 5]],
            "way": [{"id": "force", "p_detection": 0.9, "detect_at": "begin", "delay": {"mean": 60, "sd": 18}}],
        }
    ],
    "target": [{"id": "shed", "area": "yard", "way": [{"id": "open", "delay": {"mean": 120, "sd": 36}}]}],
    "response": [
        {"id": "guards", "name": "Guards", "arrival": {"mean": 90, "sd": 27}, "p_communication": 0.95},
        {"id": "police", "name": "Police", "arrival": {"mean": 400, "sd": 100}, "p_communication": 0.95},
    ],
    "threat": [{"id": "intruder"}],
    "zone": [{"id": "front", "area": "street", "polygon": [[4, 1], [16, 1], [16, 4], [4, 4]]}],
    "camera": [
        {
            "id": "north",
            "size": [640, 480],
            "model": {"points": [[100, 460, 4, 0], [540, 460, 16, 0], [420, 200, 16, 20], [220, 200, 4, 20]]},
        }
    ],
}


class Seconds:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Browser:
    """A browser's stand-in: keeps cookies, follows no redirect, and calls the application in this process."""

    def __init__(self, app: FastAPI, *, runner: asyncio.Runner, base_url: str = ORIGIN, loud: bool = True) -> None:
        self._runner = runner
        transport = httpx.ASGITransport(app, raise_app_exceptions=loud)
        self._client = httpx.AsyncClient(transport=transport, base_url=base_url)
        self.headers = self._client.headers
        self.cookies = self._client.cookies

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Send one request; an iterator of bytes as `content` is sent without a length."""
        if isinstance(given.get("content"), Iterator):
            given["content"] = _later(given["content"])
        return self._runner.run(self._client.request(method, path, **given))

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """GET."""
        return self.request("GET", path, headers=headers)

    def post(self, path: str, **given: Any) -> httpx.Response:
        """POST."""
        return self.request("POST", path, **given)

    def close(self) -> None:
        """Forget everything."""
        self._runner.run(self._client.aclose())


async def _later(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@dataclass
class Post:
    """A desk, its application and its parts."""

    app: FastAPI
    desk: Desk
    live: LiveFeed
    seconds: Seconds
    site: Site
    runner: asyncio.Runner
    clients: list[Browser] = field(default_factory=list)

    def client(self, **options: Any) -> Browser:
        """A browser that nobody has logged in with."""
        client = Browser(self.app, runner=self.runner, **options)
        self.clients.append(client)
        return client

    def login(self, user: str = "officer", password: str = PASSWORD, client: Browser | None = None) -> Browser:
        """A browser in which `user` has logged in, with the token of its pages in the headers."""
        client = client or self.client()
        answer = self.try_login(client, user, password)
        assert answer.status_code == 303, answer.text
        page = client.get("/").text
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found is not None
        client.headers.update({"x-csrf-token": found[1], "origin": ORIGIN})
        return client

    def try_login(self, client: Browser, user: str, password: str) -> httpx.Response:
        """Fill in the form and send it, as a browser does."""
        form = client.get("/login").text
        token = re.search(r'name="token" value="([^"]+)"', form)
        assert token is not None
        fields = {"user": user, "password": password, "token": token[1]}
        return client.post("/login", data=fields, headers={"origin": ORIGIN})

    def signal(self, name: str = "s-1", **more: object) -> Signal:
        """A signal at the gate."""
        given: dict[str, object] = {
            "t": 0.0,
            "kind": "contact",
            "state": "raised",
            "element": "gate",
            "severity": "high",
        }
        return Signal(id=name, **(given | more))  # type: ignore[arg-type]


@contextmanager
def open_post(
    accounts: Accounts | None = None, document: Mapping[str, Any] = DOCUMENT, **options: Any
) -> Iterator[Post]:
    """A post with an officer and a guest who may only look, or with `accounts`; `options` go to `create_app`."""
    seconds = Seconds()
    live = LiveFeed()
    site = build(document)
    room = open_room(site, MemoryJournal(), lambda: datetime.now(UTC))
    accounts = accounts or Accounts.of({"officer": (PASSWORD, "officer"), "guest": (PASSWORD, "viewer")}, CHEAP)
    app = create_app(room, site=site, live=live, accounts=accounts, clock=seconds, **options)
    with asyncio.Runner() as runner:
        made = Post(app, room.desk, live, seconds, site, runner)
        try:
            yield made
        finally:
            for client in made.clients:
                client.close()
            app.state.hasher.shutdown()
