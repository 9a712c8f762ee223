"""The pictures of an incident on its page: small ones of what is evidence, what the cameras kept, and the way on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, expect
from stories import Chancery, open_chancery
from test_incident_pages import passes_axe, screen

from bartizan.adapters.files.album import AlbumFolder
from bartizan.adapters.files.album_reader import AlbumReader
from bartizan.app.album import KeptPicture

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)


@pytest.fixture
def desk(chancery: Path, tmp_path: Path) -> Iterator[Chancery]:
    with open_chancery(chancery, tmp_path, album=AlbumReader(tmp_path / "pictures")) as made:
        yield made


def street(shade: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A picture with somebody in it."""
    image = np.full((480, 640, 3), shade, dtype=np.uint8)
    cv2.rectangle(image, (300, 180), (340, 330), (30, 40, 160), -1)
    return image


def width(image: Locator) -> int:
    """Of the picture as the browser has it [pixels]."""
    return int(image.evaluate("async (one) => { await one.decode(); return one.naturalWidth; }"))


def test_pictures_stand_small_on_the_page_and_are_taken_and_opened(
    desk: Chancery, browser: Browser, tmp_path: Path
) -> None:
    alarm = desk.alarm("s-1", "loitering", zone="pavement", area="street", cameras=("forecourt",))
    incident = desk.room.incidents.open([alarm.id], "Sue", title="The man on the pavement")
    done, jpeg = cv2.imencode(".jpg", street(140))
    assert done
    # one picture by hand, of the alarm, and a document
    desk.room.evidence.put(jpeg.tobytes(), "image/jpeg", f"alarm/{alarm.id}", "Sue", note="from the gate's own camera")
    desk.room.evidence.put(b"%PDF-1.7", "application/pdf", f"incident/{incident.id}", "Sue")
    # and one that the camera's rule kept
    about = KeptPicture(
        signal="s-1",
        rule="loiter-pavement",
        camera="forecourt",
        taken=desk.clock.at,
        until=desk.clock.at + timedelta(days=30),
        purpose="to know who tried the gate",
    )
    AlbumFolder(tmp_path / "pictures").keep(about, street(90))
    with screen(desk, browser, "Sue") as page:
        page.goto(f"{desk.server.url}incidents/{incident.id}")
        media = page.locator("#media")
        small = media.locator("a img")
        expect(small).to_have_count(1)
        small.scroll_into_view_if_needed()
        assert width(small) == 320
        expect(media).to_contain_text("application/pdf")
        expect(media).to_contain_text("from the gate's own camera")
        kept = media.locator("li", has=page.get_by_role("button", name="Take into evidence"))
        expect(kept).to_have_count(1)
        assert width(kept.locator("img")) == 640
        passes_axe(page)
        page.locator("#media").screenshot(path=tmp_path / "media.png")
        kept.get_by_role("button").press("Enter")
        expect(small).to_have_count(2)
        expect(kept).to_have_count(0)
        # to look at one in full is a page of its own, and on the record
        media.locator("li", has_text="from the gate's own camera").get_by_role("link").click()
        expect(page.get_by_role("button", name="Look", exact=True)).to_be_visible()
        page.get_by_label("Why you look").fill("to compare the coat")
        page.keyboard.press("Enter")
        expect(page.locator("#picture")).to_be_visible()
        assert width(page.locator("#picture")) == 640
        expect(page.locator("#custody")).to_contain_text("to compare the coat")
        # from the incident to its package, with the incident chosen there
        page.goto(f"{desk.server.url}incidents/{incident.id}")
        page.get_by_role("link", name="Make a package for a partner").click()
        expect(page.locator("#ask-incident")).to_have_value(incident.id)
        expect(page.locator("#ask-partner")).to_be_focused()
    assert [one.looks for one in desk.room.evidence.items(f"alarm/{alarm.id}")] == [1]


def test_who_may_see_no_evidence_is_told_that_there_is_some(desk: Chancery, browser: Browser) -> None:
    alarm = desk.alarm("s-1", "loitering", zone="pavement", area="street")
    incident = desk.room.incidents.open([alarm.id], "Sue", title="The man on the pavement")
    item = desk.room.evidence.put(b"\xff\xd8", "image/jpeg", f"incident/{incident.id}", "Sue")
    desk.room.incidents.add_media(incident.id, item.id, "Sue")
    with screen(desk, browser, "Vic") as page:
        page.goto(f"{desk.server.url}incidents/{incident.id}")
        expect(page.locator("#media")).to_contain_text("your role does not see them")
        expect(page.locator("#media img")).to_have_count(0)
    with screen(desk, browser, "Ann") as page:
        page.route("**/thumbnail", lambda route: route.fulfill(content_type="image/jpeg", body=b"torn"))
        page.goto(f"{desk.server.url}incidents/{incident.id}")
        # what cannot be shown small is there all the same
        expect(page.locator("#media a")).to_contain_text("no small picture")
