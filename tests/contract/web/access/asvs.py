"""What the tests of the ASVS share: what the desk serves, and a password that nobody has yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from access_post import Guarded, gated
from desk_post import Browser

from bartizan.adapters.web.gate import GatedRoute

NEW = "eleven yellow trams at dawn"


def routes(desk: Guarded) -> list[tuple[str, GatedRoute]]:
    """(method, route) of everything that is answered."""
    return [(method, route) for route in gated(desk.post.app.routes) for method in sorted(route.methods or ())]


def pages(desk: Guarded, client: Browser) -> Iterator[Any]:
    """The answer to every GET that needs no id, but for the stream that never ends."""
    for method, route in routes(desk):
        if method == "GET" and "{" not in route.path and route.path != "/events":
            yield client.get(route.path)
