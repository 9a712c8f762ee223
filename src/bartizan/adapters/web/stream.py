"""Server-sent events to one page: the latest of each topic, never a queue that can grow, and an end for the slow."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

SEND_LIMIT = 5.0  # seconds that a page may take to read what is sent; after that it is not live
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
QUIET = 1.0  # seconds between two looks at whether the session still lives


class Outbox:
    """What one page has not been sent yet: at most one message per topic, the latest.

    A message that replaces one of its own topic that was not sent yet is counted in `merged`. All calls belong to
    one asyncio loop.
    """

    def __init__(self) -> None:
        self._pending: dict[str, str] = {}
        self._filled = asyncio.Event()
        self.merged = 0

    def put(self, topic: str, message: str) -> None:
        """Leave `message` to be sent; it takes the place of an unsent one of the same topic."""
        if topic in self._pending:
            self.merged += 1
        self._pending[topic] = message
        self._filled.set()

    async def take(self, limit: float) -> list[str]:
        """Everything unsent, oldest topic first; empty when nothing came within `limit` seconds."""
        if not self._pending:
            self._filled.clear()
            try:
                await asyncio.wait_for(self._filled.wait(), limit)
            except TimeoutError:
                return []
        messages = list(self._pending.values())
        self._pending.clear()
        return messages


def message(event: str, data: Any) -> str:
    """One server-sent event. Numbers that JSON lacks become null."""
    try:
        text = _ENCODER.encode(data)
    except ValueError:
        # seldom: most of what is told has no such number, and need not be looked through for it
        text = _ENCODER.encode(finite(data))
    return f"event: {event}\ndata: {text}\n\n"


class EventStream(Response):
    """An answer that goes on until the page leaves, its session ends, the desk stops or the page reads too slowly.

    `over` says why the stream must end ("ended": the session; "bye": the desk), or None; `left(slow)` is called once
    at the end.
    """

    media_type = "text/event-stream"

    def __init__(self, outbox: Outbox, *, over: Callable[[], str | None], left: Callable[[bool], None]) -> None:
        super().__init__(headers={"x-accel-buffering": "no"})
        # a stream has no length, and the page may be shown events at once
        del self.headers["content-length"]
        self._outbox = outbox
        self._over = over
        self._left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until it is over (ASGI)."""
        slow = False
        pump = asyncio.ensure_future(self._pump(send))
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait((pump, gone), return_when=asyncio.FIRST_COMPLETED)
            if pump.done() and not pump.cancelled():
                try:
                    pump.result()
                except TimeoutError:
                    slow = True
        finally:
            for task in (pump, gone):
                task.cancel()
            await asyncio.gather(pump, gone, return_exceptions=True)
            self._left(slow)

    async def _pump(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        while (why := self._over()) is None:
            messages = await self._outbox.take(QUIET)
            if messages:
                await self._send(send, "".join(messages))
        await self._send(send, message(why, {}))
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    @staticmethod
    async def _send(send: Send, text: str) -> None:
        body = {"type": "http.response.body", "body": text.encode(), "more_body": True}
        await asyncio.wait_for(send(body), SEND_LIMIT)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def finite(value: Any) -> Any:
    """`value` with null for each number that JSON lacks."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    return value
