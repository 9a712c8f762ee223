"""A telephone call is taken down in a real browser, by keyboard: who, how far to be believed, what, and where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from bartizan.adapters.files.site import load_site
from bartizan.adapters.web import Accounts, DeskServer, create_app
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room.room import Room, open_room

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery staple"
HOSTILE = "<img src=x onerror=alert(1)> rifle, at the gate"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
expect.set_options(timeout=15_000)


@contextmanager
def form(room: Room, browser: Browser, *, breaks: bool = False) -> Iterator[Page]:
    """The page of a report at a desk, by the key that leads there; whatever it complains of fails the test.

    `breaks`: a request that fails is what is tested.
    """
    accounts = Accounts.of({"officer": (PASSWORD, "officer")}, CHEAP)
    app = create_app(room, site=room.site, live=LiveFeed(), accounts=accounts, second_factor=())
    complaints: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    with DeskServer(app, port=0) as server:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(15_000)
        page.on("console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", dismiss)
        own = urlsplit(server.url).netloc
        page.on("request", lambda asked: complaints.append(asked.url) if urlsplit(asked.url).netloc != own else None)
        page.goto(server.url)
        page.locator("input[name=user]").fill("officer")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#link")).to_have_attribute("data-state", "live")
        page.keyboard.press("g")
        page.keyboard.press("n")
        # the page listens to keys when it gives its first field the focus
        expect(page.get_by_label("Who reported it")).to_be_focused()
        yield page
        page.close()
    assert [told for told in complaints if not (breaks and "ERR_FAILED" in told)] == []


@pytest.fixture
def room(chancery: Path) -> Room:
    return open_room(load_site(chancery), MemoryJournal(), lambda: datetime.now(UTC))


def test_a_call_is_taken_down_by_keyboard_and_is_an_alarm(room: Room, browser: Browser, tmp_path: Path) -> None:
    with form(room, browser) as page:
        who = page.get_by_label("Who reported it")
        expect(who).to_be_focused()
        page.keyboard.press("Control+Enter")
        expect(page.locator("#wrong")).to_have_text("Write down who reported it, and what.")
        expect(who).to_have_attribute("aria-invalid", "true")
        page.keyboard.type("Neighbour, by name known")
        page.keyboard.press("Tab")
        page.keyboard.type("B")
        page.keyboard.press("Tab")
        page.keyboard.type("2")
        page.keyboard.press("Tab")
        page.keyboard.type(HOSTILE)
        page.get_by_label("How grave").select_option("high")
        page.get_by_label("Place of the site").select_option(label=room.site.elements[0].name or "")
        page.locator("#plan svg").click()
        expect(page.locator("#point")).to_contain_text("Point marked:")
        expect(page.locator("#plan .pin")).to_have_count(1)
        page.screenshot(path=tmp_path / "report.png", full_page=True)
        page.get_by_label("What was reported").focus()
        page.keyboard.press("Control+Enter")
        expect(page.locator("#command")).to_contain_text("Alarm 1 is raised.")
        expect(who).to_have_value("")
        expect(page.locator("#plan .pin")).to_have_count(0)
    (alarm,) = room.desk.alarms()
    assert (alarm.priority, alarm.signal["element"]) == ("high", room.site.elements[0].id)
    assert alarm.signal["at"] is not None
    told = alarm.signal["because"]
    assert (told["reliability"], told["credibility"], told["channel"]) == ("B", 2, "telephone")
    assert (told["reported_by"], told["text"], told["taken_by"]) == ("Neighbour, by name known", HOSTILE, "officer")


def test_a_line_that_breaks_while_it_is_sent_makes_no_second_report(room: Room, browser: Browser) -> None:
    with form(room, browser, breaks=True) as page:
        page.get_by_label("Who reported it").fill("Somebody")
        page.get_by_label("What was reported").fill("Shots")

        def lose(route: Route) -> None:
            route.fetch()  # the desk takes it, and its answer is lost
            route.abort()

        page.route("**/reports", lose)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#wrong")).to_be_visible()
        page.unroute("**/reports")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#command")).to_contain_text("Alarm 1 is raised.")
    assert len(room.desk.alarms()) == 1


def test_the_form_can_be_used_by_everybody(room: Room, browser: Browser) -> None:
    with form(room, browser) as page:
        found = Axe().run(page, options={"runOnly": WCAG})
    assert found.violations_count == 0, found.generate_report()
