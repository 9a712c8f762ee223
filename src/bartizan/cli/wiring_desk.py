"""What a desk has beside its journal: people outside, the site file that proposals change, and its figures on paper."""

# ruff: noqa: PLC0415 - a verb must not pay for the parts of another

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bartizan.app.figures import FiguresStudy, SiteFile
    from bartizan.app.ledger import Journal
    from bartizan.app.outreach import Cabinet
    from bartizan.app.room import Room

OUTREACH = "outreach.sqlite"


@contextmanager
def kept_journal(folder: Path, store: str | None = None) -> Iterator[Journal]:
    """The journal of a desk, which may be at work, only to be read. Errors: StoreError where there is none."""
    from bartizan.adapters.store import open_postgres, read_journal
    from bartizan.cli.wiring_store import JOURNAL

    journal: Journal = read_journal(folder / JOURNAL) if store is None else open_postgres(store, reading=True)
    try:
        yield journal
    finally:
        journal.close()


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
    from bartizan.adapters.files.whole import write_whole
    from bartizan.adapters.report.figures import figures_page
    from bartizan.adapters.report.pdf import as_pdf

    page = figures_page(study, site)
    write_whole(path, as_pdf(page) if path.suffix.lower() == ".pdf" else page)
