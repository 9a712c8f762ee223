"""Every page in a real browser: reached by keys, without a violation of WCAG 2.2 AA, and doing what it is for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from argon2 import PasswordHasher
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from bartizan.adapters.files.album import AlbumFolder
from bartizan.adapters.files.album_reader import AlbumReader
from bartizan.adapters.files.disk import disk_probe
from bartizan.adapters.files.orders import OrdersFile
from bartizan.adapters.files.site import load_site
from bartizan.adapters.files.site_folder import SiteFolderFiles
from bartizan.adapters.web import Accounts, DeskServer, create_app
from bartizan.app.album import KeptPicture
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import Room, open_room
from bartizan.app.study import study
from bartizan.signal import Signal

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # a shared machine may stall; what must be quick says so itself

PASSWORD = "correct horse battery staple"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
# of what it finds right axe would otherwise describe every place too
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
SIZES = ((1440, 900), (1920, 1080))
LIVE = "live"


@dataclass
class Post:
    """A desk with everything that a page may show, served on a free port of this machine."""

    room: Room
    live: LiveFeed
    server: DeskServer
    folder: Path
    complaints: list[str] = field(default_factory=list)

    def signal(self, name: str, **more: Any) -> Signal:
        """A signal of the inner door, now."""
        given: dict[str, Any] = {"t": 0.0, "kind": "contact", "state": "raised", "element": "entrance-inner"}
        given |= {"area": "forecourt", "cameras": ("forecourt",), "severity": "high", "tracks": ("r-1",)}
        return Signal(id=name, utc=datetime.now(UTC).isoformat(), **(given | more))

    @contextmanager
    def screen(self, browser: Browser, user: str = "officer", path: str = "", **options: Any) -> Iterator[Page]:
        """A screen at which somebody is logged in, at this page."""
        context = browser.new_context(viewport={"width": 1440, "height": 900}, **options)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on(
            "console",
            lambda said: self.complaints.append(f"{said.text} {said.location}") if said.type == "error" else None,
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.server.url)
        page.get_by_label("Name").fill(user)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#link")).to_have_attribute("data-state", LIVE)
        if path:
            page.goto(self.server.url + path)
            expect(page.locator("#link")).to_have_attribute("data-state", LIVE)
        try:
            yield page
        finally:
            context.close()


@pytest.fixture(scope="module")
def post(chancery: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    folder = tmp_path_factory.mktemp("pages")
    shutil.copytree(chancery, folder / "site")
    site, live = load_site(folder / "site"), LiveFeed()
    room = open_room(site, MemoryJournal(), lambda: datetime.now(UTC), minds=False)
    people = {"officer": "officer", "Ben": "supervisor", "Vic": "viewer"}
    accounts = Accounts.of({name: (PASSWORD, role) for name, role in people.items()}, CHEAP)  # type: ignore[misc]
    album = AlbumFolder(folder / "pictures")
    app = create_app(
        room,
        site=site,
        live=live,
        accounts=accounts,
        site_folder=SiteFolderFiles(folder / "site"),
        album=AlbumReader(folder / "pictures"),
        probes=(disk_probe(folder),),
        orders=OrdersFile(folder),
    )
    with DeskServer(app) as server:
        made = Post(room, live, server, folder)
        picture = np.full((480, 640, 3), 90, dtype=np.uint8)
        live.publish_picture("forecourt", 1.0, picture, [("r-1", 300.0, 200.0, 30.0, 90.0)])
        live.publish_tracks(1.0, [("r-1", 20.0, 15.0, ("forecourt",), [(19.0, 14.0)])])
        room.desk.submit(made.signal("s-1", at=(20.0, 15.0)))
        now = datetime.now(UTC)
        about = KeptPicture(
            signal="s-1", rule="r", camera="forecourt", taken=now, until=now + timedelta(days=1), purpose="p"
        )
        album.keep(about, picture)
        yield made


def test_every_page_is_reached_by_two_keys_and_has_no_violation(post: Post, browser: Browser) -> None:
    # the policy of the pages lets no script in, axe neither: for it alone the policy is lifted
    with post.screen(browser, bypass_csp=True) as page:
        links = page.locator(".places a")
        there = links.evaluate_all("all => all.map((a) => [a.dataset.key, new URL(a.href).pathname])")
        assert len(there) >= 9
        assert len({key for key, _ in there}) == len(there), "each page has a key of its own"
        wrong: list[str] = []
        for key, path in there:
            page.keyboard.press("Escape")  # out of a field that a page begins in
            page.keyboard.press("g")
            page.keyboard.press(key)
            page.wait_for_url(post.server.url.rstrip("/") + path)
            expect(page.locator("#link")).to_have_attribute("data-state", LIVE)
            expect(page.locator(f".places a[data-key={key}]")).to_have_attribute("aria-current", "page")
            page.wait_for_timeout(300)
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            found = Axe().run(page, options=WCAG).response["violations"]
            wrong += [f"{path}: {one['id']}: {[node['target'] for node in one['nodes'][:3]]}" for one in found]
        assert wrong == []
    # this desk has nothing to send mail with, and says so by a conflict
    assert [one for one in post.complaints if "/outreach.json" not in one] == []


def test_a_viewer_is_offered_what_a_viewer_may_open(post: Post, browser: Browser) -> None:
    with post.screen(browser, "Vic") as page:
        offered = page.locator(".places a").evaluate_all("all => all.map((a) => new URL(a.href).pathname)")
        assert {"/", "/plan", "/wall", "/health"} <= set(offered)
        assert not {"/editor", "/people", "/settings", "/assessment", "/replay"} & set(offered)
        for path in offered:
            assert page.request.get(post.server.url.rstrip("/") + path).status == 200, path
        expect(page.locator("#detail .actions")).to_be_hidden()


def test_a_desk_that_is_lost_is_cried_on_every_page(post: Post, browser: Browser) -> None:
    # every tone is counted where it is made
    tones = """window.tones = 0; const make = AudioContext.prototype.createOscillator;
      AudioContext.prototype.createOscillator = function () { window.tones += 1; return make.call(this); };"""
    with post.screen(browser) as page:
        page.add_init_script(tones)
        page.goto(post.server.url + "health")
        expect(page.locator("#link")).to_have_attribute("data-state", LIVE)
        page.keyboard.press("m")
        expect(page.locator("#sound")).to_have_text("Sound is on")
        before = page.evaluate("window.tones")
        page.context.set_offline(True)
        page.evaluate("dispatchEvent(new Event('offline'))")
        expect(page.locator("#lost")).to_be_visible(timeout=5000)
        # on the line that was open a last beat may still come: then it is lost, and cried, once more
        cried = page.evaluate("window.tones") - before
        assert cried > 0
        assert cried % 5 == 0, "five falling tones say that the desk is lost"
        page.context.set_offline(False)
        expect(page.locator("#lost")).to_be_hidden()
    post.complaints.clear()  # a browser tells of each request that had no network


def test_an_alarm_on_another_page_is_called_and_counted(post: Post, browser: Browser) -> None:
    with post.screen(browser, path="health") as page:
        alarm = post.room.desk.submit(post.signal("s-call", kind="glass-break"))
        expect(page.locator("#call")).to_contain_text("New alarm: High, Glass broken")
        expect(page.locator("#waiting")).not_to_have_text("0")
        page.keyboard.press("g")
        page.keyboard.press("d")
        expect(page.locator(f"#alarm-{alarm.id}")).to_be_visible()
        # two keys dispose of it, whether somebody took it before or not
        page.locator(f"#alarm-{alarm.id}").click()
        page.keyboard.press("d")
        page.keyboard.press("3")
        expect(page.locator(f"#alarm-{alarm.id}")).to_contain_text("False alarm")
        found = post.room.desk.alarm(alarm.id)
        assert (found.disposition, found.acknowledged_by, found.assessed_by) == ("false", "officer", "officer")


def test_what_is_active_and_high_is_shelved_by_two(post: Post, browser: Browser) -> None:
    alarm = post.room.desk.submit(post.signal("s-shelf", kind="vibration"))
    with post.screen(browser) as page:
        page.locator(f"#alarm-{alarm.id}").click()
        page.keyboard.press("h")
        expect(page.locator("#command")).to_contain_text("reason as a note first")
        page.locator("#detail .actions input").fill("Works at the wall until noon")
        page.keyboard.press("Escape")
        page.keyboard.press("h")
        page.keyboard.press("2")
        expect(page.locator("#command")).to_contain_text("a second person")
        assert post.room.desk.alarm(alarm.id).suppression is None
    with post.screen(browser, "Ben") as page:
        page.locator(f"#alarm-{alarm.id}").click()
        expect(page.locator("#detail .proposal")).to_contain_text("Works at the wall until noon")
        page.keyboard.press("h")
        page.keyboard.press("1")
        expect(page.locator(f"#alarm-{alarm.id}")).to_contain_text("quiet until")
    shelf = post.room.desk.alarm(alarm.id).suppression
    assert shelf is not None
    assert (shelf.by, shelf.second) == ("officer", "Ben")


def test_a_flood_stays_a_screen_long(post: Post, browser: Browser) -> None:
    flood = [post.room.desk.submit(post.signal(f"f-{i}", severity="low", kind="motion")) for i in range(60)]
    try:
        with post.screen(browser) as page:
            rows = page.locator("#queue > li")
            expect(rows.filter(has_text="60 ×")).to_have_count(1)
            assert rows.count() <= 20
            expect(rows.first).to_contain_text("Contact opened")
    finally:
        for one in flood:
            post.room.desk.dispose(one.id, "Ben", "test")
            post.room.desk.submit(post.signal(one.signal["id"], severity="low", kind="motion", state="ended", t=1.0))


def test_the_wall_shows_all_cameras_or_one(post: Post, browser: Browser) -> None:
    with post.screen(browser, path="wall") as page:
        tiles = page.locator("#wall .tile:visible")
        cameras = len(post.room.site.cameras)
        expect(tiles).to_have_count(cameras)
        page.keyboard.press("2")
        expect(tiles).to_have_count(1)
        expect(tiles).to_contain_text(post.room.site.cameras[1].name or "")
        page.keyboard.press("0")
        expect(tiles).to_have_count(cameras)


def test_the_past_is_played_from_alarm_to_alarm(post: Post, browser: Browser) -> None:
    with post.screen(browser, path="replay") as page:
        expect(page.locator("#alarms li").first).to_be_visible()
        page.keyboard.press("j")
        expect(page.locator("#alarms li.chosen")).to_have_count(1)
        page.locator("#alarms li").first.click()
        expect(page.locator(".ring")).not_to_have_count(0)
        shown = page.locator("#then").inner_text()
        page.keyboard.press("b")
        expect(page.locator("#then")).not_to_have_text(shown)
        page.keyboard.press("f")
        page.keyboard.press("f")
        # the picture that was kept of that moment, from the album
        expect(page.locator("#pictures img")).to_be_visible()
        assert (
            page.locator("#pictures img").evaluate("async (one) => { await one.decode(); return one.naturalWidth; }")
            == 640
        )


def test_a_what_if_is_that_of_the_changed_site_and_is_taken_back(post: Post, browser: Browser) -> None:
    with post.screen(browser, path="assessment") as page:
        page.locator("#threat").select_option("lone-intruder")
        page.locator("#target").select_option("registry")
        page.locator("#response").select_option("guard-force")
        verdict = page.locator("#verdict strong")

        def expected(**changes: float) -> str:
            site = post.room.site
            if changes:
                site = site.with_changes([{"at": "response/guard-force", "set": {"arrival": changes}}])
            (case,) = study(site, threats=["lone-intruder"], targets=["registry"], responses=["guard-force"]).cases
            return f"{100 * (case.result.p_interruption or 0):.1f} %"

        expect(verdict).to_have_text(expected())
        assert page.locator("#plan .stop").count() >= 3, "the worst path stands on the plan"
        arrival = page.locator("#path li").last.locator("input").first
        arrival.fill("70")
        page.keyboard.press("Tab")
        expect(verdict).to_have_text(expected(mean=70, sd=42))
        assert expected(mean=70, sd=42) != expected()
        expect(page.locator("#changes")).to_contain_text("response/guard-force: arrival.mean 140 -> 70")
        page.locator("#undo").click()
        expect(verdict).to_have_text(expected())
        page.locator("#budget").fill("60")
        page.get_by_role("button", name="Find the best").click()
        expect(page.locator("#bought tbody tr").first).to_contain_text("proved best", timeout=60_000)


def test_the_desk_answers_while_an_assessment_is_worked_out(post: Post, browser: Browser) -> None:
    with post.screen(browser, path="assessment") as page:
        page.locator("#budget").fill("1000000")
        page.get_by_role("button", name="Find the best").click()
        expect(page.locator("#stop")).to_be_visible()
        slowest = page.evaluate(
            """async () => { let worst = 0; for (let i = 0; i < 5; i += 1) { const began = performance.now();
               await fetch('/session'); worst = Math.max(worst, performance.now() - began); } return worst; }"""
        )
        assert slowest < 2000, f"{slowest:.0f} ms"
        page.keyboard.press("x")
        expect(page.locator("#stop")).to_be_hidden(timeout=60_000)


def test_the_site_is_edited_on_the_plan_and_saved_with_its_comments(
    post: Post, browser: Browser, tmp_path: Path
) -> None:
    file = post.folder / "site" / "site.toml"
    before = file.read_text()
    with post.screen(browser, path="editor", bypass_csp=True) as page:  # for axe alone
        page.locator("#things li[data-at='zone/pavement']").click()
        # a corner is moved by keyboard: 1 m to the east
        page.locator("circle.corner").nth(1).focus()
        page.keyboard.press("Shift+ArrowRight")
        expect(page.locator("#changed")).to_be_visible()
        expect(page.locator("#form [data-key=polygon]")).to_have_value(
            "[[10.0, 7.2], [43.0, 7.2], [42.0, 10.9], [10.0, 10.9]]"
        )
        # a fault is said while it is typed, with its line, and is not done
        page.locator("#form [data-key=area]").fill("streat")
        expect(page.locator("#faults")).to_contain_text("Did you mean 'street'?")
        expect(page.locator("#faults button")).to_have_text(
            f"site.toml:{line_of(before, 'zone', 'pavement', 'area')}  zone[0].area"
        )
        expect(page.locator("#form [data-key=area]")).to_have_attribute("aria-invalid", "true")
        page.screenshot(path=tmp_path / "fault.png")
        assert [one["id"] for one in Axe().run(page, options=WCAG).response["violations"]] == []
        page.locator("#form [data-key=area]").fill("street")
        page.keyboard.press("Tab")
        # a new zone is drawn, and taken back
        page.locator("#kind").select_option("zone")
        page.locator("#id").fill("fresh")
        page.locator("#draw").click()
        ground = page.locator("#plan svg").bounding_box()
        assert ground is not None
        for dx, dy in ((0.5, 0.5), (0.6, 0.5), (0.6, 0.6)):
            page.mouse.click(ground["x"] + dx * ground["width"], ground["y"] + dy * ground["height"])
        page.keyboard.press("Enter")
        expect(page.locator("#things li[data-at='zone/fresh']")).to_be_visible()
        page.locator("#undo").click()
        expect(page.locator("#things li[data-at='zone/fresh']")).to_have_count(0)
        # by keys too: made again, and taken back once more
        page.locator("h1").first.click()
        page.keyboard.press("y")
        expect(page.locator("#things li[data-at='zone/fresh']")).to_be_visible()
        expect(page.locator("#redo")).to_be_disabled()
        page.keyboard.press("u")
        expect(page.locator("#things li[data-at='zone/fresh']")).to_have_count(0)
        page.locator("#save").click()
        expect(page.locator("#lines .added")).to_have_count(1)
        page.locator("#save-do").click()
        expect(page.locator("#command")).to_contain_text("Saved")
    after = file.read_text()
    changed = [(one, other) for one, other in zip(before.splitlines(), after.splitlines(), strict=True) if one != other]
    assert len(changed) == 1, "one line, and every comment, is as it was"
    assert load_site(post.folder / "site").zone("pavement").polygon.bounds[2] == 43.0


def line_of(text: str, kind: str, name: str, key: str) -> int:
    """The line at which a key of a thing stands."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line == f'id = "{name}"' and lines[i - 1] == f"[[{kind}]]")
    return next(i for i in range(start, len(lines)) if lines[i].startswith(f"{key} =")) + 1


def test_a_rule_is_disarmed_with_a_reason_and_an_end(post: Post, browser: Browser) -> None:
    with post.screen(browser, path="settings") as page:
        disarm = page.locator("#rules tr").first.get_by_role("button")
        disarm.click()
        expect(page.locator("#command")).to_contain_text("Give the reason first")
        page.get_by_label("Reason").fill("Market day")
        disarm.click()
        expect(page.locator("#rules tr").first).to_contain_text("Disarmed")
        expect(page.locator("#rules tr").first).to_contain_text("Market day")
    (order,) = OrdersFile(post.folder)()
    assert (order.target, order.armed, order.by) == (f"rule/{post.room.site.rules[0].id}", False, "officer")
    assert order.until is not None
    assert order.until - order.at == timedelta(hours=2)


def test_health_tells_what_was_dropped(post: Post, browser: Browser) -> None:
    with post.screen(browser, path="health") as page:
        expect(page.locator("#groups")).to_contain_text("0 things dropped by the source")
        post.live.publish_counts(100, 3, 7)
        expect(page.locator("#groups li.warn")).to_contain_text(["7 things dropped by the source"])
        expect(page.locator("#groups")).to_contain_text(f"{post.room.ledger.seq} records in the journal")
