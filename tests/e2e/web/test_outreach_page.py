"""How people outside are reached, as a form, and the proof that changing it takes: in a real browser, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect
from stories import CHEAP, PASSWORD

from bartizan.adapters.files.site import load_site
from bartizan.adapters.mail import OutreachCabinet
from bartizan.adapters.web import Accounts, DeskServer, create_app
from bartizan.adapters.web.sessions import PROOF_LIMIT
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.ledger import MemoryJournal
from bartizan.app.outreach import OutreachSettings
from bartizan.app.room import Room, open_room

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SECRET = "a secret of some length here"
SETTINGS = {
    "address": "https://desk.example",
    "mail": {"host": "mail.example", "sender": "desk@example.org", "user": "desk", "password": "very secret word"},
    "hooks": [
        {"id": "siren", "url": "https://siren.example/in", "secret": SECRET},
        {"id": "chat", "url": "https://chat.example/in", "secret": SECRET[::-1], "level": "green"},
    ],
    "people": {"eva": "eva@example.org"},
    "terms": {"version": "1", "text": "We send counts."},
    "privacy": {"version": "1", "text": "We keep an address."},
}


@dataclass
class Served:
    """A desk that writes to people outside, and the clock of its sessions."""

    room: Room
    url: str
    seconds: list[float]
    complaints: list[str] = field(default_factory=list)

    @property
    def settings(self) -> OutreachSettings:
        """How people outside are reached now."""
        assert self.room.outreach is not None
        return self.room.outreach.settings

    @contextmanager
    def page(self, browser: Browser) -> Iterator[Page]:
        """The page of outreach, of an officer who has just logged in."""
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.url)
        page.locator("input[name=user]").fill("boss")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#link")).to_have_attribute("data-state", "live")
        page.goto(f"{self.url}outreach")
        expect(page.get_by_label("Address of the desk from outside")).to_be_visible()
        try:
            yield page
        finally:
            context.close()
        assert self.complaints == []


@pytest.fixture
def served(chancery: Path, tmp_path: Path) -> Iterator[Served]:
    site = load_site(chancery)
    cabinet = OutreachCabinet(tmp_path / "outreach.sqlite")
    room = open_room(site, MemoryJournal(), lambda: datetime.now(UTC), cabinet=cabinet, minds=False)
    assert room.outreach is not None
    room.outreach.set(OutreachSettings.model_validate(SETTINGS))
    accounts = Accounts.of({"boss": (PASSWORD, "officer")}, CHEAP)
    seconds = [1000.0]
    with ExitStack() as parts:
        parts.callback(cabinet.close)
        app = create_app(room, site=site, live=LiveFeed(), accounts=accounts, clock=lambda: seconds[0])
        yield Served(room, parts.enter_context(DeskServer(app, port=0)).url, seconds)


def passes_axe(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_settings_are_a_form_that_never_shows_a_secret_and_keeps_it(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    with served.page(browser) as page:
        assert SECRET not in page.content()
        form = page.locator("#form")
        expect(form.locator("[name='hooks.0.secret']")).to_have_value("")
        page.screenshot(path=tmp_path / "outreach.png", full_page=True)
        passes_axe(page)
        page.get_by_label("Sender's address").fill("watch@example.org")
        # a person and a program more, a program less
        page.get_by_role("button", name="Another person").click()
        page.keyboard.type("ben")
        page.keyboard.press("Tab")
        page.keyboard.type("ben@example.org")
        page.get_by_role("button", name="Take this program away").first.click()
        page.get_by_role("button", name="Another program").click()
        page.keyboard.type("horn")
        page.keyboard.press("Tab")
        page.keyboard.type("https://horn.example/in")
        page.keyboard.press("Tab")
        page.keyboard.type("horns are blown at noon only")
        page.get_by_role("button", name="Use these").click()
        expect(page.locator("#command")).to_contain_text("Done")
    found = served.settings
    assert found.mail is not None
    assert (found.mail.sender, found.mail.password) == ("watch@example.org", "very secret word")
    assert found.people == {"eva": "eva@example.org", "ben": "ben@example.org"}
    kept = {one.id: (one.secret, one.level, one.kinds) for one in found.hooks}
    usual = ("raised", "assessed", "closed")
    assert kept == {
        "chat": (SECRET[::-1], "green", usual),
        "horn": ("horns are blown at noon only", "clear", usual),
    }
    assert found.terms is not None
    assert found.terms.text == "We send counts."


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_changed(browser: Browser, served: Served) -> None:
    before = served.settings
    with served.page(browser) as page:
        page.get_by_label("Name", exact=True).fill("mail.example.net")
        page.get_by_label("Encryption").select_option("plain")
        page.get_by_role("button", name="Use these").click()
        expect(page.locator("#trouble")).to_contain_text("mail would cross the network in clear text")
        page.get_by_label("Encryption").select_option("tls")
        address = page.locator("[name='hooks.1.url']")
        address.fill("https://me@chat.example/in")
        page.get_by_role("button", name="Use these").click()
        expect(page.locator("#trouble")).to_contain_text("without a name or password in it")
        expect(address).to_have_attribute("aria-invalid", "true")
        expect(address).to_be_focused()
        assert served.settings == before
        page.get_by_role("button", name="As they were").click()
        expect(address).to_have_value("https://chat.example/in")
        expect(page.locator("#trouble")).to_be_hidden()


def test_a_change_takes_a_fresh_proof_and_waits_for_it(browser: Browser, served: Served, tmp_path: Path) -> None:
    with served.page(browser) as page:
        served.seconds[0] += PROOF_LIMIT + 1
        sender = page.get_by_label("Sender's address")
        use = page.get_by_role("button", name="Use these")
        asked = page.get_by_role("dialog", name="Who are you?")
        # left: nothing is changed, and what was typed is still there
        sender.fill("watch@example.org")
        use.press("Enter")
        expect(asked).to_be_visible()
        password = asked.get_by_label("Password")
        expect(password).to_be_focused()
        passes_axe(page)
        page.screenshot(path=tmp_path / "prove.png")
        page.keyboard.press("Escape")
        expect(asked).to_have_count(0)
        expect(page.locator("#trouble")).to_contain_text("password")
        expect(sender).to_have_value("watch@example.org")
        assert served.settings.mail is not None
        assert served.settings.mail.sender == "desk@example.org"
        # a wrong password is said, and asked for again
        use.press("Enter")
        password.fill("not this one at all")
        page.keyboard.press("Enter")
        expect(asked.get_by_role("alert")).to_contain_text("wrong")
        expect(password).to_have_value("")
        expect(password).to_be_focused()
        # the right one, and what was asked for is done without a second press
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(asked).to_have_count(0)
        expect(page.locator("#command")).to_contain_text("Done")
        assert served.settings.mail.sender == "watch@example.org"
        # for a quarter of an hour it counts
        sender.fill("desk@example.org")
        use.press("Enter")
        expect(page.locator("#command")).to_contain_text("Done")
        expect(asked).to_have_count(0)
        # a proof that is not given while the keys of the desk are pressed: they are the dialog's
        served.seconds[0] += PROOF_LIMIT + 1
        use.press("Enter")
        expect(asked).to_be_visible()
        page.keyboard.type("gd")
        expect(password).to_have_value("gd")
        assert page.url.endswith("/outreach")
