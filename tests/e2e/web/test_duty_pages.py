"""Duty and the log-book in a real browser, by keyboard: on duty, a round, a line in one key, and a silent call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from bartizan.adapters.web import Accounts, DeskServer, create_app
from bartizan.adapters.web.permission import Role
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import Room, open_room
from bartizan.signal import Signal
from bartizan.site import build

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery staple"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SITE = build(
    {
        "schema": 1,
        "site": {"name": "x", "time_zone": "Europe/Vienna"},
        "desk": {"unmanned_after": 3600, "duress_digit": 7},
        "tour": [
            {
                "id": "night",
                "name": "Night round",
                "checkpoint": [
                    {"id": "gate", "name": "Gate", "closes": 600},
                    {"id": "roof", "opens": 300, "closes": 900},
                ],
            }
        ],
    }
)
expect.set_options(timeout=15_000)


@pytest.fixture
def room() -> Room:
    return open_room(SITE, MemoryJournal(), lambda: datetime.now(UTC))


@contextmanager
def pages(room: Room, browser: Browser, *people: str, role: Role = "guard") -> Iterator[list[Page]]:
    """A page of each person at one desk; whatever a page complains of fails the test."""
    accounts = Accounts.of(dict.fromkeys(people, (PASSWORD, role)), CHEAP)
    app = create_app(room, site=room.site, live=LiveFeed(), accounts=accounts, second_factor=())
    complaints: list[str] = []
    with DeskServer(app, port=0) as server:
        own = urlsplit(server.url).netloc
        made = []
        for name in people:
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.set_default_timeout(15_000)
            page.on("console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on(
                "request", lambda asked: complaints.append(asked.url) if urlsplit(asked.url).netloc != own else None
            )
            page.goto(server.url)
            page.locator("input[name=user]").fill(name)
            page.get_by_label("Password").fill(PASSWORD)
            page.keyboard.press("Enter")
            expect(page.locator("#link")).to_have_attribute("data-state", "live")
            made.append(page)
        yield made
        for page in made:
            page.context.close()
    # the browser itself complains of every refusal; that one is refused is what is tested
    assert [told for told in complaints if "409" not in told] == []


def passes_axe(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []


def test_on_duty_a_round_and_a_line_in_one_key(room: Room, browser: Browser, tmp_path: Path) -> None:
    with pages(room, browser, "Ann") as (page,):
        page.keyboard.press("g")
        page.keyboard.press("y")
        expect(page.get_by_role("heading", name="Duty", exact=True)).to_be_visible()
        page.get_by_role("button", name="Come on duty").click()
        expect(page.locator("#here li")).to_contain_text("Ann, since")
        page.get_by_role("button", name="Begin Night round").click()
        here = page.get_by_role("button", name="I am here")
        expect(here).to_have_count(2)
        here.nth(1).click()
        expect(page.locator("#trouble")).to_contain_text("counts from")
        here.nth(0).click()
        expect(page.locator(".stops li").nth(0)).to_contain_text("by Ann")
        passes_axe(page)
        page.screenshot(path=tmp_path / "duty.png", full_page=True)
        page.locator("main").focus()
        page.keyboard.press("l")
        page.keyboard.type("a van waits at the gate")
        page.keyboard.press("Enter")
        expect(page.locator("#command")).to_contain_text("Line 1 is in the log-book.")
        page.keyboard.press("g")
        page.keyboard.press("l")
        expect(page.locator("#lines tr")).to_have_count(1)
        expect(page.locator("#text")).to_be_focused()
        page.keyboard.type("it was a lorry <b>")
        page.keyboard.press("Enter")
        expect(page.locator("#lines tr").nth(0)).to_contain_text("it was a lorry <b>")
        passes_axe(page)
        page.screenshot(path=tmp_path / "logbook.png", full_page=True)
    assert [line.text for line in room.logbook.lines()] == ["it was a lorry <b>", "a van waits at the gate"]
    assert [one.person for one in room.duty.on_duty()] == ["Ann"]


def test_a_silent_call_is_on_the_screen_of_the_other_and_not_on_ones_own(room: Room, browser: Browser) -> None:
    with pages(room, browser, "Ann", "Bob") as (ann, bob):
        room.duty.come("Ann", "Ann")
        for page in (ann, bob):
            page.locator("body").press("z")
            expect(page.locator("#command")).to_contain_text("Sign of life: any digit")
            page.keyboard.press("Escape")
        ann.locator("body").press("z")
        ann.keyboard.press("3")
        expect(ann.locator("#command")).to_contain_text("Sign of life given.")
        said = ann.locator("#command").inner_text()
        room.desk.submit(Signal(id="s", t=0.0, kind="contact", state="raised", severity="low"))
        expect(ann.locator("#waiting")).to_have_text("1")
        ann.locator("body").press("z")
        ann.keyboard.press("7")
        expect(bob.locator("#waiting")).to_have_text("2")
        expect(ann.locator("#command")).to_contain_text("Sign of life given.")
        assert ann.locator("#command").inner_text() == said
        # another change reaches the page after the call did: it never told of the call
        room.desk.submit(Signal(id="t", t=0.0, kind="contact", state="raised", severity="low"))
        expect(ann.locator("#waiting")).to_have_text("2")
        expect(bob.locator("#waiting")).to_have_text("3")
        assert "duress" not in ann.locator("body").inner_text().lower()
    assert [one.hidden_from for one in room.desk.queue()] == ["Ann", None, None]


def test_a_sign_of_life_is_asked_for_on_every_page_and_given_by_a_digit(browser: Browser) -> None:
    site = build({"schema": 1, "site": {"name": "x"}, "desk": {"answer_every": 600}})
    ahead = timedelta(0)
    room = open_room(site, MemoryJournal(), lambda: datetime.now(UTC) + ahead)
    with pages(room, browser, "Ann") as (page,):
        room.duty.come("Ann", "Ann")
        expect(page.get_by_role("dialog", name="Sign of life")).to_have_count(0)
        ahead = timedelta(seconds=601)
        room.duty.come("Bob", "Bob")  # any news of duty lets a page look
        expect(page.get_by_role("dialog", name="Sign of life")).to_contain_text("Give any digit by")
        passes_axe(page)
        page.keyboard.press("x")
        page.keyboard.press("4")
        expect(page.get_by_role("dialog", name="Sign of life")).to_have_count(0)
    ann = room.duty.on_duty()[0]
    assert ann.answered_at - ann.since > timedelta(seconds=600)
    assert room.desk.alarms() == ()


def test_a_gate_is_taken_out_of_service_agreed_to_and_put_back(browser: Browser, tmp_path: Path) -> None:
    site = build(
        {
            "schema": 1,
            "site": {"name": "x"},
            "area": [{"id": "street", "outside": True}, {"id": "yard"}],
            "element": [
                {
                    "id": "gate",
                    "name": "Main gate",
                    "kind": "gate",
                    "between": ["street", "yard"],
                    "way": [{"id": "go"}],
                }
            ],
            "camera": [{"id": "north", "name": "North wall"}],
        }
    )
    room = open_room(site, MemoryJournal(), lambda: datetime.now(UTC))
    with pages(room, browser, "Sue", "Sam", role="supervisor") as (sue, sam):
        for page in (sue, sam):
            page.keyboard.press("g")
            page.keyboard.press("m")
            expect(page.get_by_role("heading", name="Out of service", exact=True)).to_be_visible()
        sue.get_by_role("listbox", name="What").select_option(["element/gate"])
        sue.get_by_label("Work order").fill("WO 17")
        sue.get_by_label("What is done").fill("new hinges <b>")
        sue.keyboard.press("Enter")
        expect(sue.locator("#command")).to_contain_text("It is out of service.")
        expect(sam.locator("#standing h3")).to_have_text("Main gate")
        expect(sue.get_by_role("button", name="Agree")).to_have_count(0)
        sam.get_by_role("button", name="Agree for high alarms: Main gate").click()
        expect(sue.locator("#standing")).to_contain_text("Sam agreed: high alarms are quiet too.")
        room.desk.submit(Signal(id="s", t=0.0, kind="contact", state="raised", severity="high", element="gate"))
        room.desk.take(Signal(id="q", t=0.0, kind="loitering", state="raised", silent="patrol rounds"))
        sue.reload()
        expect(sue.locator("#silent")).to_contain_text("patrol rounds")
        expect(sue.locator("#waiting")).to_be_hidden()
        passes_axe(sue)
        sue.screenshot(path=tmp_path / "service.png", full_page=True)
        sue.emulate_media(color_scheme="light")
        sue.screenshot(path=tmp_path / "service-light.png", full_page=True)
        sam.keyboard.press("g")
        sam.keyboard.press("d")
        expect(sam.locator("#queue")).to_contain_text("out until")
        sam.locator("[id^=alarm-]").click()
        expect(sam.locator("body")).to_contain_text("(new hinges <b>)")
        sam.screenshot(path=tmp_path / "quiet.png")
        sue.get_by_role("button", name="Back in service: Main gate").click()
        expect(sue.locator("#over")).to_contain_text("put back by Sue")
        expect(sam.locator("#waiting")).to_have_text("1")


def test_the_link_on_a_plate_reaches_the_checkpoint(browser: Browser) -> None:
    plate = {"id": "gate", "name": "Gate", "closes": 600, "code": "gate-4711"}
    tour = {"id": "night", "name": "Night round", "checkpoint": [plate, {"id": "roof", "closes": 900}]}
    site = build({"schema": 1, "site": {"name": "x"}, "tour": [tour]})
    room = open_room(site, MemoryJournal(), lambda: datetime.now(UTC))
    with pages(room, browser, "Ann") as (page,):
        page.goto(f"{page.url.rstrip('/')}/duty")
        page.get_by_role("button", name="Begin Night round").click()
        expect(page.get_by_role("button", name="I am here")).to_have_count(1)
        expect(page.get_by_label("Code on the plate")).to_be_visible()
        page.evaluate("location.hash = 'code=gate-4711'")
        expect(page.locator(".stops li").nth(0)).to_contain_text("by Ann")
        assert "4711" not in page.url
        passes_axe(page)
        room.tours.end(room.tours.open()[0].id, "Ann", "called away")
        expect(page.get_by_label("Code on the plate")).to_be_hidden()
