"""Figures, proposals and outreach in a real browser: from a trial to the line of the site file, as the desk has it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect
from stories import CHEAP, PASSWORD

import bartizan
from bartizan.adapters.files.site_proposal import SiteProposalFile
from bartizan.adapters.mail import OutreachCabinet
from bartizan.adapters.web import Accounts, create_app
from bartizan.adapters.web.server import DeskServer
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import Room, open_room
from bartizan.signal import Signal

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)


@pytest.fixture
def folder(chancery: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(chancery, tmp_path / "site"))


@pytest.fixture
def served(folder: Path, tmp_path: Path) -> Iterator[tuple[Room, str]]:
    site = bartizan.load(folder)
    cabinet = OutreachCabinet(tmp_path / "outreach.sqlite")
    room = open_room(
        site,
        MemoryJournal(),
        lambda: datetime.now(UTC),
        site_file=SiteProposalFile(folder),
        cabinet=cabinet,
        minds=False,
    )
    accounts = Accounts.of({"boss": (PASSWORD, "officer")}, CHEAP)
    with ExitStack() as parts:
        parts.callback(cabinet.close)
        app = create_app(room, site=site, live=LiveFeed(), accounts=accounts)
        yield room, parts.enter_context(DeskServer(app, port=0)).url


def log_in(browser: Browser, url: str, complaints: list[str]) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 1200})
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url)
    page.locator("input[name=user]").fill("boss")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#link")).to_have_attribute("data-state", "live")
    return page


def test_from_a_trial_to_the_site_file(browser: Browser, served: tuple[Room, str], folder: Path) -> None:
    room, url = served
    complaints: list[str] = []
    page = log_in(browser, url, complaints)
    alarm = room.desk.submit(Signal(id="1", t=0.0, kind="loitering", state="raised", rule="loiter-pavement"), "a")
    room.desk.acknowledge(alarm.id, "boss")
    page.goto(f"{url}figures")
    expect(page.get_by_role("row", name="rule loiter-pavement")).to_be_visible()
    assert passes(page) == []
    before = (folder / "site.toml").read_text()
    page.goto(f"{url}proposals")
    page.get_by_label("What was tried").fill("sensor/hard-line-contact")
    page.get_by_label("Did what it should").fill("9")
    page.get_by_role("spinbutton", name="Trials").fill("20")
    page.get_by_label("Which drill or test").fill("the test of 2 November")
    page.keyboard.press("Enter")
    page.get_by_label("sensor/hard-line-contact p_sensed").check()
    page.get_by_role("button", name="Propose these").press("Enter")
    look = page.get_by_role("button", name="Show what it does")
    expect(page.get_by_role("button", name="Accept and write")).to_have_count(0)
    look.press("Enter")
    accept = page.get_by_role("button", name="Accept and write")
    expect(accept).to_be_focused()
    expect(page.locator(".proposal .added")).to_contain_text("detected = 9, trials = 20")
    row = page.locator(".proposal tr", has_text="lone-intruder · registry · guard-force").filter(
        has_text="as the file says; day, normal"
    )
    cells = row.locator("td").all_inner_texts()
    assert cells[1] != cells[2]
    # at night, under a heightened posture, it is another answer
    night = page.locator(".proposal tr", has_text="lone-intruder · registry · guard-force").filter(
        has_text="night, heightened"
    )
    assert night.locator("td").all_inner_texts()[1:3] not in (cells[1:3], [cells[1], cells[1]])
    assert (folder / "site.toml").read_text() == before
    assert passes(page) == []
    accept.press("Enter")
    expect(page.locator(".proposal h3")).to_contain_text("Accepted by boss")
    assert bartizan.load(folder).sensor("hard-line-contact").p_sensed.trials == 20
    # what the page showed is what the assessment says of the file as it is now
    answer = bartizan.assess(
        bartizan.load(folder), threats=["lone-intruder"], targets=["registry"], responses=["guard-force"]
    )
    value = answer.results[0].p_interruption
    assert value is not None
    assert cells[2] == f"{value:.3f}"
    page.goto(f"{url}outreach")
    expect(page.locator("#backlog")).to_contain_text("Nothing waits")
    assert passes(page) == []
    page.close()
    assert complaints == []


def passes(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA."""
    tags = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
    found = Axe().run(page, options={"runOnly": tags})
    return [violation["id"] for violation in found.response["violations"]]
