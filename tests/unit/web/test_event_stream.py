"""A stream holds one message per topic, ends with its session, and lets a page go that does not read."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

import pytest

from bartizan.adapters.web import stream
from bartizan.adapters.web.stream import EventStream, Outbox, message


def test_one_message_per_topic_waits_and_merging_is_counted() -> None:
    async def story() -> tuple[list[str], list[str], int]:
        outbox = Outbox()
        for i in range(1000):
            outbox.put("tracks", f"tracks {i}")
            outbox.put("alarms", f"alarms {i}")
        return await outbox.take(1.0), await outbox.take(0.01), outbox.merged

    assert asyncio.run(story()) == (["tracks 999", "alarms 999"], [], 1998)


def test_what_json_lacks_becomes_null_and_text_stays_on_its_line() -> None:
    text = message("clocks", {"a": math.nan, "b": [math.inf, 1.5], "c": "line\nevent: forged\n\n"})
    event, data, *rest = text.split("\n")
    assert event == "event: clocks"
    assert json.loads(data.removeprefix("data: ")) == {"a": None, "b": [None, 1.5], "c": "line\nevent: forged\n\n"}
    assert rest == ["", ""]


class Line:
    """The two ends of an ASGI line."""

    def __init__(self, stuck: bool = False) -> None:
        self.sent: list[Any] = []
        self.stuck = stuck
        self.gone = asyncio.Event()

    async def send(self, event: Any) -> None:
        """Take what is sent; a stuck line takes the start alone."""
        if self.stuck and event["type"] == "http.response.body":
            await asyncio.Event().wait()
        self.sent.append(event)

    async def receive(self) -> Any:
        """Say when the page has gone."""
        await self.gone.wait()
        return {"type": "http.disconnect"}

    def text(self) -> str:
        """Everything in the body."""
        return b"".join(event.get("body", b"") for event in self.sent).decode()


def test_a_stream_ends_with_its_session_and_says_so() -> None:
    async def story() -> tuple[str, list[bool], Any]:
        line, outbox = Line(), Outbox()
        left: list[bool] = []
        over: list[str] = []
        answer = EventStream(outbox, over=lambda: over[0] if over else None, left=left.append)
        outbox.put("alarms", message("alarms", {"open": []}))
        task = asyncio.create_task(answer({}, line.receive, line.send))
        await asyncio.sleep(0.05)
        over.append("ended")
        outbox.put("beat", message("beat", {}))
        await asyncio.wait_for(task, 3.0)
        return line.text(), left, line.sent[0]

    text, left, start = asyncio.run(story())
    assert [part.split("\n")[0] for part in text.split("\n\n")[:-1]] == ["event: alarms", "event: beat", "event: ended"]
    assert left == [False]
    headers = dict(start["headers"])
    assert headers[b"content-type"].startswith(b"text/event-stream")
    assert b"content-length" not in headers


def test_a_page_that_does_not_read_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "SEND_LIMIT", 0.05)

    async def story() -> list[bool]:
        line, outbox = Line(stuck=True), Outbox()
        left: list[bool] = []
        outbox.put("alarms", message("alarms", {}))
        answer = EventStream(outbox, over=lambda: None, left=left.append)
        await asyncio.wait_for(answer({}, line.receive, line.send), 3.0)
        return left

    assert asyncio.run(story()) == [True]


def test_a_page_that_leaves_ends_its_stream() -> None:
    async def story() -> list[bool]:
        line = Line()
        left: list[bool] = []
        answer = EventStream(Outbox(), over=lambda: None, left=left.append)
        task = asyncio.create_task(answer({}, line.receive, line.send))
        await asyncio.sleep(0.02)
        line.gone.set()
        await asyncio.wait_for(task, 3.0)
        return left

    assert asyncio.run(story()) == [False]
