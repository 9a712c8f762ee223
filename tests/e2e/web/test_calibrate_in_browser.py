"""The calibration page in a real browser: pairs are clicked, dragged, nudged, undone, and written into the site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

import bartizan
from bartizan.cli.wiring_calibrate import calibration_page
from bartizan.geometry.homography import Homography
from bartizan.geometry.pinhole import Pinhole

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)

SIZE = (640, 480)
MODEL = Pinhole.looking(position=(0.0, 0.0, 6.0), at=(0.0, 14.0), focal_px=600.0, size=SIZE)
PIXELS = np.array([[60, 300], [580, 310], [80, 460], [560, 450], [320, 380], [330, 280.0]])
PLACES = MODEL.to_ground(PIXELS)
SITE = """schema = 1
[site]
name = "Yard"

[[area]]
id = "yard"
outside = true
polygon = [[-10, 0], [10, 0], [10, 20], [-10, 20]] # all of it

# the only one
[[camera]]
id = "north"
size = [640, 480]
"""


@dataclass
class Bench:
    """The open page and where its site lies."""

    page: Page
    folder: Path
    complaints: list[str]

    def click(self, view: str, x: float, y: float) -> None:
        self.page.mouse.click(*self.screen(view, x, y))

    def screen(self, view: str, x: float, y: float) -> tuple[float, float]:
        """Where a place of a view is on the screen; on the plan y grows upwards."""
        at = self.page.evaluate(
            "([view, x, y]) => { const m = document.querySelector(`#${view} svg`).getScreenCTM();"
            " const p = new DOMPoint(x, y).matrixTransform(m); return [p.x, p.y]; }",
            [view, x, -y if view == "plan" else y],
        )
        return float(at[0]), float(at[1])

    def pair(self, number: int) -> None:
        self.click("picture", *PIXELS[number])
        self.click("plan", *PLACES[number])


@pytest.fixture
def bench(browser: Browser, tmp_path: Path) -> Iterator[Bench]:
    (tmp_path / "site.toml").write_text(SITE)
    site = bartizan.load(tmp_path)
    scene = np.full((SIZE[1], SIZE[0], 3), 120, np.uint8)
    server, address = calibration_page(tmp_path, site, site.camera("north"), size=SIZE, scene=scene, port=0)
    with server:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: complaints.append(asked.url) if urlsplit(asked.url).hostname != "127.0.0.1" else None,
        )
        page.goto(address)
        assert "token" not in page.url
        expect(page.locator("#verdict")).to_contain_text("4 more are needed")
        yield Bench(page, tmp_path, complaints)
        page.close()
    assert complaints == []


def test_pairs_are_clicked_tried_and_written(bench: Bench) -> None:
    page, verdict = bench.page, bench.page.locator("#verdict")
    bench.click("picture", *PIXELS[0])
    expect(page.locator("#plan")).to_have_class("view wanted")
    expect(verdict).to_contain_text("half a pair")
    bench.click("plan", *PLACES[0])
    for number in (1, 2, 3):
        bench.pair(number)
    expect(verdict).to_contain_text("the error is unknown")
    expect(page.locator("#pairs .miss").first).to_have_text("unknown")
    bench.pair(4)
    bench.pair(5)
    expect(verdict).to_contain_text("6 points, 0.")
    assert page.locator("#picture .ground-grid").count() > 3
    assert page.locator("#picture .shade").count() > 10
    page.locator("#save").click()
    expect(page.locator("#review-lines")).to_contain_text("+model = { points = [[")
    assert (bench.folder / "site.toml").read_text() == SITE
    page.locator("#review-write").click()
    expect(verdict).to_have_text("Written into the site")
    text = (bench.folder / "site.toml").read_text()
    assert text.startswith(SITE.rstrip("\n"))
    model = bartizan.load(bench.folder).camera("north").model
    assert isinstance(model, Homography)
    # a click on the plan is good to a screen pixel, some 4 cm
    asked = np.array([[320.0, 330.0], [200.0, 420.0]])
    np.testing.assert_allclose(model.to_ground(asked), MODEL.to_ground(asked), atol=0.25)


def test_points_are_dragged_nudged_typed_undone_and_taken_out(bench: Bench) -> None:
    page = bench.page

    def field(number: int, half: str, axis: int) -> str:
        return page.locator(f'[data-field="{number}-{half}-{axis}"]').input_value()

    for number in range(5):
        bench.pair(number)
    start = float(field(4, "at", 0))
    x, y = bench.screen("plan", *PLACES[4])
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=5)
    page.mouse.up()
    dragged = float(field(4, "at", 0))
    assert dragged > start + 1.0
    page.keyboard.press("ArrowLeft")
    assert float(field(4, "at", 0)) == pytest.approx(dragged - 0.1, abs=1e-6)
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Control+z")  # both nudges were one movement
    assert float(field(4, "at", 0)) == pytest.approx(dragged)
    page.keyboard.press("Control+z")
    assert float(field(4, "at", 0)) == pytest.approx(start)
    page.keyboard.press("Control+y")
    assert float(field(4, "at", 0)) == pytest.approx(dragged)
    typed = page.locator('[data-field="4-at-0"]')
    typed.fill("nonsense")
    typed.press("Enter")
    assert float(field(4, "at", 0)) == pytest.approx(dragged)
    typed = page.locator('[data-field="4-at-0"]')
    typed.fill(f"{PLACES[4][0]:.3f}")
    typed.press("Enter")
    assert float(field(4, "at", 0)) == pytest.approx(PLACES[4][0], abs=1e-3)
    bench.click("picture", *PIXELS[1])  # chooses the point there
    page.keyboard.press("Delete")
    expect(page.locator("#pairs tr")).to_have_count(4)
    bench.click("picture", 200.0, 440.0)
    page.keyboard.press("Escape")
    expect(page.locator("#pairs tr")).to_have_count(4)
    before = page.locator("#picture svg").get_attribute("viewBox")
    page.mouse.move(*bench.screen("picture", 320.0, 300.0))
    page.mouse.wheel(0, -240)
    expect(page.locator("#picture svg")).not_to_have_attribute("viewBox", str(before))
    page.keyboard.press("0")
    expect(page.locator("#picture svg")).to_have_attribute("viewBox", str(before))


def test_a_wrong_point_is_told_and_mirrored_points_are_explained(bench: Bench) -> None:
    for number in range(4):
        bench.click("picture", *PIXELS[number])
        bench.click("plan", -PLACES[number][0], PLACES[number][1])
    expect(bench.page.locator("#verdict")).to_contain_text("mirrored")
    expect(bench.page.locator("#save")).to_be_disabled()
