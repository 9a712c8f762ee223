"""The calibration page lets one person in once, answers its own page alone, and writes what it has shown."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from bartizan.adapters.web.calibrate import create_app
from bartizan.adapters.web.calibrate.app import MOST_PAIRS
from bartizan.adapters.web.calibrate.pages import catalogue
from bartizan.adapters.web.shield import HEADERS, SANDBOX
from bartizan.errors import InputError
from bartizan.geometry.pinhole import Pinhole
from bartizan.site import build

ORIGIN = "http://127.0.0.1"
HOSTILE = "<script>alert(1)</script>\"'&"
SIZE = (640, 480)
MODEL = Pinhole.looking(position=(0.0, 0.0, 6.0), at=(0.0, 14.0), focal_px=600.0, size=SIZE)
PIXELS = np.array([[60, 300], [580, 310], [80, 460], [560, 450], [320, 380.0]])
PAIRS = np.column_stack([PIXELS, MODEL.to_ground(PIXELS)]).tolist()


@dataclass
class Proposed:
    """A proposal that notes whether it was written."""

    lines: tuple[str, ...] = ("--- site.toml", "+++ site.toml", "+model = ...")
    problem: str | None = None
    written: int = 0

    def write(self) -> None:
        if self.problem is not None:
            raise InputError(self.problem)
        self.written += 1


@dataclass
class Bench:
    """The page in-process, and what it proposed."""

    app: FastAPI
    token: str
    asked: list[tuple[Sequence[Sequence[float]], bool]] = field(default_factory=list)
    proposal: Proposed = field(default_factory=Proposed)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=ORIGIN)


def bench(picture: bool = True) -> Bench:
    document = {
        "schema": 1,
        "site": {"name": HOSTILE},
        "area": [{"id": "yard", "outside": True, "polygon": [[0, 0], [20, 0], [20, 20], [0, 20]]}],
        "camera": [{"id": "north", "name": HOSTILE, "size": list(SIZE)}],
    }
    site = build(document, {})
    scene = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8) if picture else None
    made: list[Bench] = []

    def propose(pairs: Sequence[Sequence[float]], lens: bool) -> Proposed:
        made[0].asked.append((pairs, lens))
        return made[0].proposal

    app, token = create_app(site, site.camera("north"), SIZE, scene, propose)
    made.append(Bench(app, token))
    return made[0]


async def entered(one: Bench, client: httpx.AsyncClient) -> dict[str, str]:
    """Come in by the token; the headers that the page itself would send."""
    assert (await client.get("/", params={"token": one.token})).status_code == 303
    page = await client.get("/")
    found = re.search(r'name="csrf" content="([^"]+)"', page.text)
    assert found is not None
    return {"origin": ORIGIN, "sec-fetch-site": "same-origin", "x-csrf-token": found[1]}


def run(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(scenario())


def test_the_token_lets_one_person_in_once() -> None:
    async def scenario() -> None:
        one = bench()
        async with one.client() as mine, one.client() as other:
            for path in ("/", "/camera.json", "/picture.jpg"):
                assert (await other.get(path)).status_code == 403
            assert (await mine.get("/", params={"token": "guess"})).status_code == 403
            assert (await mine.get("/", params={"token": one.token})).status_code == 303
            assert (await mine.get("/")).status_code == 200
            assert (await mine.get("/", params={"token": one.token})).status_code == 303  # the same person again
            assert (await other.get("/", params={"token": one.token})).status_code == 403
            assert (await other.get("/")).status_code == 403

    run(scenario)


def test_foreign_names_pages_and_requests_are_refused() -> None:
    async def scenario() -> None:
        one = bench()
        async with one.client() as client:
            ours = await entered(one, client)
            assert (await client.get("/", headers={"host": "evil.example"})).status_code == 421
            body = {"pairs": PAIRS}
            assert (await client.post("/try", json=body, headers=ours)).status_code == 200
            for change in ({"x-csrf-token": "no"}, {"sec-fetch-site": "cross-site"}, {"origin": "http://evil.example"}):
                for path in ("/try", "/propose", "/write"):
                    answer = await client.post(
                        path, json=body if path != "/write" else {"proposal": "x"}, headers=ours | change
                    )
                    assert answer.status_code == 403, (path, change)
            bare = {key: value for key, value in ours.items() if key != "x-csrf-token"}
            assert (await client.post("/try", json=body, headers=bare)).status_code == 403
            assert one.asked == []

    run(scenario)


def test_every_answer_carries_the_policy_and_names_are_text() -> None:
    async def scenario() -> None:
        one = bench()
        async with one.client() as client:
            await entered(one, client)
            for path in (
                "/",
                "/camera.json",
                "/picture.jpg",
                "/static/calibrate.js",
                "/static/nothing",
                "/favicon.ico",
            ):
                answer = await client.get(path)
                expected = HEADERS if path == "/" else HEADERS | {"content-security-policy": SANDBOX}
                for name, value in expected.items():
                    assert answer.headers[name] == value
            page = (await client.get("/")).text
            assert HOSTILE not in page
            assert "<script>" not in page
            assert "style=" not in page
            assert (await client.get("/camera.json")).json()["site"]["name"] == HOSTILE

    run(scenario)


def test_what_is_written_is_what_was_shown_and_only_once() -> None:
    async def scenario() -> None:
        one = bench()
        async with one.client() as client:
            ours = await entered(one, client)
            tried = (await client.post("/try", json={"pairs": PAIRS}, headers=ours)).json()
            assert tried["problem"] is None
            assert len(tried["fit"]["points"]) == 5
            told = (await client.post("/propose", json={"pairs": PAIRS, "lens": False}, headers=ours)).json()
            assert told["lines"] == list(one.proposal.lines)
            assert one.proposal.written == 0
            stale = await client.post("/write", json={"proposal": "0" * 64}, headers=ours)
            assert stale.status_code == 409
            again = (await client.post("/propose", json={"pairs": PAIRS}, headers=ours)).json()
            for status in (200, 409):
                answer = await client.post("/write", json={"proposal": again["proposal"]}, headers=ours)
                assert answer.status_code == status
            assert one.proposal.written == 1
            one.proposal.problem = "site.toml: was changed by somebody else"
            again = (await client.post("/propose", json={"pairs": PAIRS}, headers=ours)).json()
            refused = await client.post("/write", json={"proposal": again["proposal"]}, headers=ours)
            assert refused.status_code == 400
            assert "somebody else" in refused.json()["error"]

    run(scenario)


@pytest.mark.parametrize(
    "body",
    [
        {}, {"pairs": 7}, {"pairs": [[1, 2, 3]]}, {"pairs": [[1, 2, 3, "x"]]}, {"pairs": [[1, 2, 3, 1e9]]},
        {"pairs": [[0, 0, 0, 0]] * (MOST_PAIRS + 1)}, {"pairs": [], "more": 1}, [],
    ],
)  # fmt: skip
def test_garbage_is_refused_in_words(body: object) -> None:
    async def scenario() -> None:
        one = bench(picture=False)
        async with one.client() as client:
            ours = await entered(one, client)
            for path in ("/try", "/propose"):
                answer = await client.post(path, json=body, headers=ours)
                assert answer.status_code == 400
                assert answer.json()["error"] == catalogue()["error.400"]
            nan = await client.post(
                "/try", content=b'{"pairs": [[1, 2, 3, NaN]]}', headers=ours | {"content-type": "application/json"}
            )
            assert nan.status_code == 400
            too_few = await client.post("/propose", json={"pairs": PAIRS[:3]}, headers=ours)
            assert too_few.status_code == 400
            assert "at least four points" in too_few.json()["error"]
            assert (await client.get("/picture.jpg")).status_code == 404
            assert one.asked == []

    run(scenario)
