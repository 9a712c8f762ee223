"""What a desk has beside its journal: people outside, the site file that proposals change, and its figures on paper."""

# ruff: noqa: PLC0415 - a verb must not pay for the parts of another

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bartizan.app.figures import FiguresStudy, SiteFile
    from bartizan.app.outreach import Cabinet
    from bartizan.app.room import Room

OUTREACH = "outreach.sqlite"


def site_file(site: Path) -> SiteFile:
    """The site file that proposals of the desk are written to."""
    from bartizan.adapters.files.site_proposal import SiteProposalFile

    return SiteProposalFile(site)


@contextmanager
def cabinet(folder: Path) -> Iterator[Cabinet]:
    """What waits to be sent, and addresses; StoreError where another desk has it."""
    from bartizan.adapters.mail import OutreachCabinet

    found = OutreachCabinet(folder / OUTREACH)
    try:
        yield found
    finally:
        found.close()


@contextmanager
def carrying(room: Room, kept: Cabinet) -> Iterator[None]:
    """Mail and calls are sent while the context lasts."""
    from bartizan.adapters.mail import HttpHooks, SmtpPost
    from bartizan.app.outreach import Courier, HookFeed

    assert room.outreach is not None  # noqa: S101 - a room with a cabinet has it
    with ExitStack() as parts:
        feed = HookFeed(room.ledger, room.outreach, kept, room.desk.alarm)
        parts.callback(feed.close)
        courier = Courier(room.outreach, kept, SmtpPost(), HttpHooks(), feed=feed, now=room.ledger.utc)
        courier.start()
        parts.callback(courier.stop)
        yield


def write_figures(study: FiguresStudy, site: str, path: Path) -> None:
    """Write the figures of a desk as a self-contained page, or as a PDF where the name ends so; whole or not at all."""
    from bartizan.adapters.report.figures import figures_page
    from bartizan.cli import wiring

    wiring.write_page(figures_page(study, site), path)
