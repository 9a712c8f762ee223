"""An exercise on the live desk, as the people on duty see it: beside what is real, and marked wherever it shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect
from stories import Chancery, open_chancery
from test_incident_pages import passes_axe, screen

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)


@pytest.fixture
def desk(chancery: Path, tmp_path: Path) -> Iterator[Chancery]:
    with open_chancery(chancery, tmp_path) as made:
        yield made


def test_what_an_exercise_shows_is_marked_and_hides_nothing_that_is_real(
    desk: Chancery, browser: Browser, tmp_path: Path
) -> None:
    feed = desk.room.rehearsals.feed
    with screen(desk, browser, "Sue") as page:
        banner, wall = page.locator("#exercise"), page.locator("#wall")
        real = len(desk.room.site.cameras)
        expect(wall.locator(".tile")).to_have_count(real)
        expect(banner).to_be_hidden()
        feed.publish_scene("Monday, 14:05", exercise=True)
        feed.publish_picture(
            "forecourt", 1.0, np.full((480, 640, 3), 200, dtype=np.uint8), [("short/one-zd25xk", 300, 200, 30, 90)]
        )
        feed.publish_tracks(1.0, [("short/one-zd25xk", 20.0, 15.0, ("forecourt",), [(19.0, 14.0)])])
        expect(banner).to_contain_text("Monday, 14:05")
        expect(banner).to_contain_text("alarms without the mark EXERCISE are real")
        played = wall.locator(".tile.rehearsed")
        expect(played).to_have_count(1)
        expect(played).to_contain_text("Exercise")
        expect(wall.locator(".tile")).to_have_count(real + 1)
        expect(page.locator("#plan .person.rehearsed text")).to_have_text("#zd25xk")
        expect(page.locator("#plan .person:not(.rehearsed)")).to_have_count(0)
        # the picture is there, and it is that of the exercise: 200 of 255 in every channel
        canvas = played.locator("canvas")
        shade = """(one) => { const pen = one.getContext('2d');
          return [...pen.getImageData(one.width * 0.45, one.height * 0.15, 1, 1).data].slice(0, 3); }"""
        expect(played.locator(".age")).to_have_text("")
        assert [abs(value - 200) < 12 for value in canvas.evaluate(shade)] == [True] * 3
        page.screenshot(path=tmp_path / "exercise.png")
        passes_axe(page)
        # a call on another page says that it is one
        page.goto(f"{desk.server.url}logbook")
        expect(page.locator("#link")).to_have_attribute("data-state", "live")
        expect(banner).to_contain_text("Monday, 14:05")
        desk.alarm("x", "duress", element="entrance-outer", severity="high", exercise=True)
        expect(page.locator("#call .tag")).to_have_text("Exercise")
        expect(page.locator("#announce")).to_contain_text("Exercise: New alarm")
        desk.alarm("s", "contact", element="entrance-inner", severity="high")
        expect(page.locator("#call")).to_contain_text("Contact")
        expect(page.locator("#call .tag")).to_have_count(0)
        # over: nothing of it stays
        page.goto(desk.server.url)
        expect(played).to_have_count(1)
        feed.clear()
        expect(played).to_have_count(0)
        expect(page.locator("#plan .person.rehearsed")).to_have_count(0)
        expect(banner).to_be_hidden()
        expect(wall.locator(".tile")).to_have_count(real)
