"""The desk in a real browser: somebody logs in, an alarm comes, and it is dealt with by keyboard alone."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Dialog, Page, expect

from bartizan.adapters.files.site import load_site
from bartizan.adapters.store import open_journal
from bartizan.adapters.web import Accounts, DeskServer, create_app
from bartizan.app.desk import Desk
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.room import Room, open_room
from bartizan.signal import Signal
from bartizan.site.site import Site

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery staple"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
expect.set_options(timeout=15_000)  # a shared machine may stall; what must be quick says so itself
SIZES = ((1440, 900), (1920, 1080))


class Now:
    """The clock of the page; while it is stopped, the whole server stands still, as on a line that is cut."""

    def __init__(self) -> None:
        self.going = threading.Event()
        self.going.set()

    def __call__(self) -> datetime:
        self.going.wait(20)
        return datetime.now(UTC)


@dataclass
class Post:
    """A desk on a journal on disk, served on a free port of this machine."""

    site: Site
    room: Room
    live: LiveFeed
    now: Now
    server: DeskServer
    complaints: list[str] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        """Its alarms."""
        return self.room.desk

    def open(self, browser: Browser) -> Page:
        """Log in as the officer, in a page that notes whatever it complains of and whatever it asks for."""
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(15_000)
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self.dismiss)
        page.on("request", lambda asked: self.check(asked.url))
        page.goto(self.server.url)
        page.locator("input[name=user]").fill("officer")
        page.get_by_label("Name").fill("officer")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#link")).to_have_attribute("data-state", "live", timeout=15_000)
        return page

    def dismiss(self, dialog: Dialog) -> None:
        """Note a dialog: only injected script opens one."""
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def check(self, url: str) -> None:
        """Note a request that leaves this desk."""
        if urlsplit(url).netloc != urlsplit(self.server.url).netloc:
            self.complaints.append(f"asked for {url}")

    def signal(self, name: str, **more: object) -> Signal:
        """A signal of the inner door, now."""
        given: dict[str, object] = {"t": 0.0, "kind": "contact", "state": "raised", "element": "entrance-inner"}
        given |= {"area": "forecourt", "cameras": ("forecourt",), "severity": "high", "tracks": ("r-1",)}
        return Signal(id=name, utc=datetime.now(UTC).isoformat(), **(given | more))  # type: ignore[arg-type]


@contextmanager
def serve(site: Site, room: Room, live: LiveFeed, now: Now, port: int = 0) -> Iterator[DeskServer]:
    accounts = Accounts.of({"officer": (PASSWORD, "officer")}, CHEAP)
    with DeskServer(create_app(room, site=site, live=live, accounts=accounts, now=now), port=port) as server:
        yield server


@pytest.fixture
def post(chancery: Path, tmp_path: Path) -> Iterator[Post]:
    site, live = load_site(chancery), LiveFeed()
    journal = open_journal(tmp_path / "data" / "journal.sqlite")
    room = open_room(site, journal, lambda: datetime.now(UTC))
    try:
        now = Now()
        with serve(site, room, live, now) as server:
            yield Post(site, room, live, now, server)
    finally:
        journal.close()


def test_an_alarm_is_dealt_with_by_keyboard_alone(post: Post, browser: Browser, tmp_path: Path) -> None:
    page = post.open(browser)
    show_somebody(post)
    alarm = post.desk.submit(post.signal("s-1"))
    row = page.locator(f"#alarm-{alarm.id}")
    expect(row).to_contain_text("Contact opened")
    expect(row).to_contain_text("New")
    expect(page.locator("#announce")).to_contain_text("New alarm: High, Contact opened")
    expect(page.locator(".person text")).to_have_text("#1")

    page.keyboard.press("n")
    page.keyboard.press("a")
    expect(row).to_contain_text("Acknowledged")
    taken = post.desk.alarm(alarm.id)
    assert (taken.handling, taken.acknowledged_by) == ("acknowledged", "officer")

    clock_runs(post, page, alarm.id)
    page.keyboard.press("s")
    expect(page.locator("#command")).to_contain_text(post.site.responses[0].name or "")
    page.keyboard.press("1")
    expect(page.locator(".response").first.get_by_role("button", name="On scene")).to_be_visible()
    assert [sent.response for sent in post.desk.alarm(alarm.id).dispatches] == [post.site.responses[0].id]

    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        nothing_overflows(page, width, height)
        page.screenshot(path=tmp_path / f"desk-{width}x{height}.png")
    page.keyboard.press("d")
    page.keyboard.press("2")
    expect(row).to_contain_text("Nuisance")
    assert post.desk.alarm(alarm.id).disposition == "nuisance"
    post.desk.submit(post.signal("s-1", state="ended", t=9.0))
    expect(page.locator("#closed")).to_contain_text("Contact opened")
    assert post.desk.alarm(alarm.id).handling == "closed"

    # what was assessed wrongly is opened again
    page.keyboard.press("r")
    page.keyboard.press("r")
    expect(row).to_contain_text("Reopened")
    assert post.complaints == []
    page.close()


def clock_runs(post: Post, page: Page, alarm_id: str) -> None:
    """The page shows the desk's own reading, and it moves on."""
    shown = page.locator(".clock .head .chance")
    expect(shown).to_have_text(re.compile(r"^\D?\d+%$"))
    reading = post.desk.clock(alarm_id)
    assert reading is not None
    best = max(reading.chances, key=lambda one: one.chance)
    assert best.response == reading.best
    figure = float(re.sub(r"\D", "", shown.inner_text()))
    # the page is a few seconds behind the desk at most, and rounds
    assert figure == pytest.approx(100 * best.chance, abs=5)
    expect(page.locator(".response.best .star")).to_have_text("Best to send")
    assert page.locator(".chart li").count() == len(reading.layers)
    since = page.locator(".clock .since").inner_text()
    expect(page.locator(".clock .since")).not_to_have_text(since)


def nothing_overflows(page: Page, width: int, height: int) -> None:
    """One screen: nothing scrolls but the lists, and what must be pressed is in sight."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.scrollHeight") <= height
    for button in ("Acknowledge", "Contact confirmed", "Real", "Unresolved"):
        box = page.locator("#detail").get_by_role("button", name=button).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= height


def show_somebody(post: Post) -> None:
    image = np.full((480, 640, 3), 90, dtype=np.uint8)
    post.live.publish_picture("forecourt", 1.0, image, [("r-1", 300.0, 200.0, 30.0, 90.0)])
    post.live.publish_tracks(1.0, [("r-1", 20.0, 15.0, ("forecourt",), [(19.0, 14.0)])])


def test_one_key_alone_does_nothing_to_an_alarm(post: Post, browser: Browser) -> None:
    alarm = post.desk.submit(post.signal("s-1"))
    page = post.open(browser)
    post.desk.acknowledge(alarm.id, "Ada")
    expect(page.locator(f"#alarm-{alarm.id}")).to_contain_text("Acknowledged")
    before = post.desk.alarm(alarm.id).version
    for key in "dsocxr123456789":
        page.keyboard.press(key)
        page.keyboard.press("Escape")
    # a request that should not be would have been answered long before this one
    assert page.evaluate("fetch('/session').then((answer) => answer.status)") == 200
    assert post.desk.alarm(alarm.id).version == before
    page.close()


def test_what_a_sensor_says_is_text_and_never_markup(post: Post, browser: Browser) -> None:
    page = post.open(browser)
    post.desk.submit(
        post.signal("s-1", kind=HOSTILE, element=None, area=None, zone=HOSTILE, because={"text": HOSTILE, HOSTILE: 1})
    )
    post.live.publish_tracks(1.0, [(HOSTILE, 20.0, 15.0, (), ())])
    post.live.publish_scene(HOSTILE, exercise=True)
    expect(page.locator(".person")).to_contain_text(HOSTILE)
    expect(page.locator("#exercise-scene")).to_have_text(HOSTILE)
    expect(page.locator("#detail .figure").first).to_contain_text(HOSTILE)
    expect(page.locator("#exercise")).to_contain_text("are real")  # an alarm that is no exercise is on the page
    assert page.locator("img[src=x]").count() == 0
    assert post.complaints == []
    page.close()


def test_a_lost_line_is_said_within_five_seconds_and_mended(post: Post, browser: Browser) -> None:
    page = post.open(browser)
    post.now.going.clear()
    expect(page.locator("#lost")).to_be_visible(timeout=6000)  # five seconds, and the heartbeat before them
    expect(page.locator("#link")).to_have_attribute("data-state", "lost")
    alarm = post.desk.submit(post.signal("s-1"))
    post.now.going.set()
    expect(page.locator(f"#alarm-{alarm.id}")).to_be_visible(timeout=10_000)
    expect(page.locator("#lost")).to_be_hidden()
    page.close()


def test_a_desk_that_stops_is_noticed_and_one_that_starts_again_asks_who_is_there(post: Post, browser: Browser) -> None:
    page = post.open(browser)
    post.server.stop()
    expect(page.locator("#lost")).to_be_visible(timeout=5000)
    with serve(post.site, post.room, post.live, post.now, post.server.port):
        expect(page.locator("#lost")).to_contain_text("You are logged out", timeout=10_000)
        page.get_by_role("link", name="Log in again").click()
        expect(page.get_by_label("Password")).to_be_visible()
    page.close()
