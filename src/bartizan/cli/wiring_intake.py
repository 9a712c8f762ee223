"""The adapters of a desk's intake, built here as `bartizan.cli.wiring` builds all others: imported when asked for."""

# ruff: noqa: PLC0415 - a verb must not pay for the parts of another

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bartizan.adapters.bus import Access, Inlet, Outlet
    from bartizan.app.room import Room
    from bartizan.cli.bus_options import Bus
    from bartizan.site.site import Site


def require_broker(bus: Bus) -> None:
    """InputError where this is no address of a broker, or its files cannot be read; MissingExtraError without it."""
    from bartizan.adapters.bus import read_address

    read_address(bus.address, plain=bus.plain)
    _access(bus)


def inlet(bus: Bus, room: Room, folder: Path, trouble: Callable[[str], None]) -> Inlet:
    """What the site's sensors and doors tell; a context. MissingExtraError without the extra."""
    from bartizan.adapters.bus import Inlet, read_address

    def hear(topic: str, body: bytes, kept: bool) -> None:
        room.inbox.hear(topic, body, kept=kept)

    address = read_address(bus.address, plain=bus.plain)
    # the same data folder is the same desk to the broker, which keeps its messages while it is away
    place = f"{socket.gethostname()}\0{folder.resolve()}"
    name = f"bartizan-desk-{hashlib.sha256(place.encode()).hexdigest()[:16]}"
    return Inlet(address, _access(bus), name=name, topics=room.inbox.subscriptions, hear=hear, trouble=trouble)


@contextmanager
def outlet(bus: Bus, room: Room, site: Site, *, discovery: str | None, exercises: bool) -> Iterator[Outlet]:
    """What tells a broker how the desk's alarms stand. MissingExtraError without the extra."""
    from bartizan import __version__
    from bartizan.adapters.bus import Outlet, read_address
    from bartizan.app.intake.announce import Announcer

    address = read_address(bus.address, plain=bus.plain)
    announcer = Announcer(site, address.prefix, exercises=exercises, version=__version__)
    with (
        room.ledger.subscribe() as news,
        Outlet(
            address, _access(bus), announcer, alarms=room.desk.open_alarms, news=news, discovery=discovery
        ) as telling,
    ):
        yield telling


def _access(bus: Bus) -> Access:
    from bartizan.adapters.bus import read_access

    return read_access(os.environ, ca=bus.ca, cert=bus.cert, key=bus.key)
