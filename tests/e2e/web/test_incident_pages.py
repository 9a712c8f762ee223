"""The armed entry in a real browser, by keyboard: the incident page and the shift page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect
from stories import PASSWORD, Chancery, open_chancery

from bartizan.desk.alarms import Alarm

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)


@pytest.fixture
def desk(chancery: Path, tmp_path: Path) -> Iterator[Chancery]:
    with open_chancery(chancery, tmp_path) as made:
        yield made


@contextmanager
def screen(desk: Chancery, browser: Browser, name: str) -> Iterator[Page]:
    """A screen at which somebody is logged in; whatever it complains of fails the test."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 1400})
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    own = urlsplit(desk.server.url).netloc
    page.on(
        "request", lambda asked: complaints.append(asked.url) if urlsplit(asked.url).netloc not in ("", own) else None
    )
    page.goto(desk.server.url)
    page.locator("input[name=user]").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#link")).to_have_attribute("data-state", "live")
    yield page
    context.close()
    assert complaints == []


def passes_axe(page: Page) -> None:
    """The page has nothing that WCAG 2.2 AA forbids, as far as a machine can tell."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def wandered(desk: Chancery) -> str:
    """The case of months ago, closed."""
    ann = desk.person("Ann")
    alarms: list[Alarm] = []
    for day, hour, minute in ((3, 13, 5), (4, 7, 40), (6, 21, 10)):
        desk.clock.at = datetime(2031, 3, day, hour, minute, tzinfo=UTC)
        one = desk.alarm(f"day-{day}", "loitering", zone="pavement", area="street")
        ann.do(f"/alarms/{one.id}/acknowledge")
        ann.do(f"/alarms/{one.id}/assess", disposition="real")
        alarms.append(one)
    opened = ann.do("/incidents", alarms=[one.id for one in alarms], title="The man on the pavement")
    return str(opened["id"])


def test_an_armed_entry_is_led_by_keyboard_and_the_earlier_case_is_linked(
    desk: Chancery, browser: Browser, tmp_path: Path
) -> None:
    earlier = wandered(desk)
    desk.clock.at = datetime(2031, 10, 9, 20, 10, 27, tzinfo=UTC)
    duress = desk.alarm("duress", "duress", element="entrance-outer", severity="high")
    ann = desk.person("Ann")
    ann.do(f"/alarms/{duress.id}/acknowledge")
    ann.do(f"/alarms/{duress.id}/assess", disposition="real")
    opened = ann.do("/incidents", alarms=[duress.id])

    with screen(desk, browser, "Sue") as page:
        keys = page.keyboard
        keys.press("g")
        keys.press("i")
        expect(page.locator("#open tbody tr")).to_have_count(2)
        expect(page.locator("#posture strong")).to_have_text("Normal")
        page.get_by_role("link", name="Somebody armed at an entrance").click()
        present = page.locator(".steps .present")
        expect(present).to_contain_text("Bolt the hard line")
        # two keys: the step is done, the posture is raised
        desk.clock.go(4)
        keys.press("d")
        expect(page.locator("#command")).to_contain_text("Step")
        keys.press("d")
        expect(present).to_contain_text("Send the post")
        expect(page.locator("#head")).to_contain_text("Led by Sue")
        assert desk.room.posture.present == "heightened"
        # the first responder is sent, has answered, and is there
        for verb, words in (("s", "sent"), ("v", "on the way"), ("o", "on scene")):
            desk.clock.go(5)
            keys.press(verb)
            expect(page.locator("#command")).to_contain_text("Anna 1")
            keys.press("1")
            expect(page.locator("#responders li").first).to_contain_text(words)
        keys.press("d")
        keys.press("d")
        # the step that does not fit is skipped, with its reason
        expect(present).to_contain_text("safe haven")
        keys.press("x")
        keys.type("nobody is inside")
        keys.press("Enter")
        expect(page.locator(".steps .skipped")).to_contain_text("nobody is inside")
        expect(present).to_contain_text("Is he stopped?")
        # seen before: offered with its reasons, and linked by its number
        offer = page.locator("#before > li").first
        expect(offer).to_contain_text("The man on the pavement")
        expect(offer).to_contain_text("somebody looked the place over before: loitering")
        page.locator("h1").click()
        keys.press("b")
        keys.press("1")
        expect(page.locator("#links")).to_contain_text("incident 1 (The man on the pavement) is led to this one")
        # how it ended
        page.get_by_label("Contained: how").fill("disarmed and held")
        keys.press("Enter")
        expect(page.locator(".stages")).to_contain_text("contained")
        expect(page.locator("#timeline")).to_contain_text("contained: disarmed and held")
        page.locator("h1").click()
        keys.press("d")
        keys.press("1")
        expect(present).to_contain_text("legal hold")
        page.screenshot(path=tmp_path / "incident.png", full_page=True)
        passes_axe(page)
    assert [one.kind for one in desk.room.incidents.incident(earlier).links] == ["led-to"]
    assert desk.room.incidents.incident(opened["id"]).timers.contained is not None


def test_what_one_screen_does_is_on_the_other_at_once_and_keeps_what_is_being_written(
    desk: Chancery, browser: Browser
) -> None:
    duress = desk.alarm("duress", "duress", element="entrance-outer", severity="high")
    opened = desk.person("Ann").do("/incidents", alarms=[duress.id])
    with screen(desk, browser, "Sue") as page:
        page.goto(f"{desk.server.url.rstrip('/')}/incidents/{opened['id']}")
        expect(page.locator(".steps .present")).to_contain_text("Bolt the hard line")
        page.keyboard.press("n")
        page.keyboard.type("half a sen")
        desk.person("Ann").do(f"/incidents/{opened['id']}/step", step="lock")
        expect(page.locator(".steps .over")).to_have_count(1)
        expect(page.locator("#f-note")).to_be_focused()
        page.keyboard.type("tence")
        page.get_by_role("button", name="Write down").click()
        expect(page.locator("#timeline")).to_contain_text("half a sentence")


def test_an_alarm_of_the_desk_becomes_an_incident_in_two_keys_and_the_next_one_joins_it(
    desk: Chancery, browser: Browser
) -> None:
    duress = desk.alarm("duress", "duress", element="entrance-outer", severity="high")
    with screen(desk, browser, "Ann") as page:
        expect(page.locator(f"#alarm-{duress.id}")).to_be_visible()
        page.keyboard.press("n")
        page.keyboard.press("i")
        expect(page.locator("#command")).to_contain_text("a new one")
        page.keyboard.press("1")
        expect(page.locator(".steps .present")).to_contain_text("Bolt the hard line")
        inner = desk.alarm("inner", "contact", element="entrance-inner", severity="high")
        page.keyboard.press("g")
        page.keyboard.press("d")
        page.locator(f"#alarm-{inner.id}").click()
        page.keyboard.press("i")
        expect(page.locator("#command")).to_contain_text("1 Somebody armed at an entrance")
        page.keyboard.press("2")
        expect(page.locator("#alarms > li")).to_have_count(2)
    (one,) = desk.room.incidents.all()
    assert one.alarms == (duress.id, inner.id)


def test_the_shift_is_signed_by_both_each_at_their_own_screen(desk: Chancery, browser: Browser) -> None:
    duress = desk.alarm("duress", "duress", element="entrance-outer", severity="high")
    desk.person("Ann").do("/incidents", alarms=[duress.id])
    shift = f"{desk.server.url.rstrip('/')}/shift"
    with screen(desk, browser, "Ann") as going, screen(desk, browser, "Ben") as coming:
        going.goto(shift)
        coming.goto(shift)
        going.get_by_role("button", name="Begin to hand over").click()
        going.get_by_label("For who comes").fill("keys counted: 14")
        going.get_by_role("button", name="Write", exact=True).click()
        expect(going.locator("#present")).to_contain_text("keys counted: 14")
        going.get_by_role("button", name="I hand over: sign").click()
        expect(coming.locator("#present")).to_contain_text("Somebody armed at an entrance")
        passes_axe(coming)
        coming.get_by_role("button", name="I take over: sign").click()
        expect(coming.locator("#over")).to_contain_text("Ann to Ben")
        expect(going.locator("#over")).to_contain_text("Ann to Ben")
