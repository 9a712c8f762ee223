"""Evidence and hand-over in a real browser: take in, look with a reason, preview, hand over, save, prove."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from bartizan.adapters.files.package import verify_package
from bartizan.adapters.web import Account, Accounts, DeskServer, create_app
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import Room, open_room
from bartizan.desk.evidence.heads import fingerprint
from bartizan.site import build

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery staple"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# the smallest picture that a browser shows: one grey pixel
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080000000"
    "03a7e9b550000000a49444154789c63680000008200817744fe9d0000000049454e44ae426082"
)
SITE = build(
    {
        "schema": 1,
        "site": {"name": "Example", "time_zone": "Europe/Vienna"},
        "partner": [{"id": "police", "name": "City police", "level": "amber"}],
    }
)
expect.set_options(timeout=15_000)


@contextmanager
def page_of(room: Room, browser: Browser, user: str, account: Account) -> Iterator[Page]:
    """The page of a person; whatever it complains of fails the test."""
    accounts = Accounts({user: account}, CHEAP)
    app = create_app(room, site=room.site, live=LiveFeed(), accounts=accounts, second_factor=())
    complaints: list[str] = []
    with DeskServer(app, port=0) as server:
        own = urlsplit(server.url).netloc
        context = browser.new_context(viewport={"width": 1400, "height": 1100}, accept_downloads=True)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: complaints.append(asked.url) if urlsplit(asked.url).netloc not in ("", own) else None,
        )
        page.goto(f"{server.url}login")
        page.get_by_label("Name").fill(user)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        yield page
        context.close()
    assert complaints == []


def test_from_a_picture_to_a_package_that_proves_itself(browser: Browser, tmp_path: Path) -> None:
    room = open_room(SITE, MemoryJournal(), lambda: datetime.now(UTC), minds=False)
    incident = room.incidents.open([], "officer", title="A man at the gate", exercise=False)
    picture = tmp_path / "gate.png"
    picture.write_bytes(PNG)
    account = Account("officer", "officer", CHEAP.hash(PASSWORD))
    with page_of(room, browser, "officer", account) as page:
        page.goto(page.url.rstrip("/") + "/evidence")
        expect(page.locator("form[inert]")).to_have_count(0)
        page.get_by_label("File", exact=True).set_input_files(picture)
        page.get_by_label("Note", exact=True).fill("from the visitor")
        page.get_by_role("button", name="Take into evidence").click()
        item = page.get_by_role("button", name="Of incident 1: A man at the gate")
        item.click()
        page.get_by_label("Why you look").fill("to compare")
        page.get_by_role("button", name="Look", exact=True).click()
        expect(page.locator("#picture")).to_be_visible()
        expect(page.locator("#custody")).to_contain_text("looked at")
        page.get_by_label("On whose order, in which case").fill("case 12/26")
        page.get_by_role("button", name="Lay a legal hold").click()
        expect(page.locator("#facts")).to_contain_text("legal hold of officer: case 12/26")

        page.get_by_role("button", name="Show what would go").click()
        expect(page.locator("#preview-title")).to_contain_text("To City police")
        expect(page.locator("#removed")).to_contain_text("opened_by")
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
        assert found.violations_count == 0, found.generate_report()
        page.get_by_label("Why it is handed over").fill("they take the case over")
        page.get_by_role("button", name="Hand over", exact=True).click()
        expect(page.locator("#packages")).to_contain_text("police")
        with page.expect_download() as saved:
            page.locator("#packages").get_by_role("button", name="Save").click()
        path = tmp_path / "case.zip"
        saved.value.save_as(path)
        page.screenshot(path=tmp_path / "evidence.png", full_page=True)
    verdict = verify_package(path)
    assert verdict.faults == []
    assert verdict.fingerprint == fingerprint(room.office.heads.key)
    assert room.evidence.items(f"incident/{incident.id}")[0].copies == 1
