"""Shoots the pictures of the documentation anew, from `bartizan demo` as anybody can run it: about four minutes.

    python -m benchmarks.screenshots [FOLDER]

Needs Playwright and Chromium (the development requirements). Look at each picture before you keep it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

FOLDER = Path(__file__).parents[1] / "docs" / "_static"
SIZE = {"width": 1440, "height": 900}
STORY = 300_000  # milliseconds within which both stories come to where they are shot
SETTLE = 1_500  # milliseconds in which pictures and the plan come to what the queue says


@contextmanager
def demo() -> Iterator[tuple[str, str, str]]:
    """The demo, running: the address of its desk, and who logs in with which password."""
    command = [str(Path(sys.executable).with_name("bartizan")), "demo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            told = ""
            while (found := re.search(r"(http://\S+).*?log in as (\S+), password (\S+)", told, re.DOTALL)) is None:
                line = running.stdout.readline()
                if not line:
                    raise SystemExit("the demo ended before its desk was open. Run bartizan demo, and see what it says")
                told += line
            yield found[1], found[2], found[3]
        finally:
            running.terminate()


def shoot(page: Page, folder: Path, name: str) -> None:
    """One picture, when what moves has come to rest."""
    page.wait_for_timeout(SETTLE)
    page.screenshot(path=folder / f"{name}.png")
    print(f"{folder / name}.png")


def play(page: Page, url: str, folder: Path) -> None:
    """Both stories, shot where they are at their height, then the pages that tell of them."""
    queue = page.locator("#queue > li")
    # the wanderer: his first day, before the alarm is dealt with
    expect(queue.first).to_be_visible(timeout=STORY)
    queue.first.click()
    shoot(page, folder, "desk")
    # the armed entry: three alarms that are one intrusion, and somebody on the way
    expect(page.locator("#queue")).to_contain_text("Duress", timeout=STORY)
    expect(page.locator("#queue")).to_contain_text("Intrusion", timeout=STORY)
    queue.filter(has_text="Duress").click()
    expect(page.locator("#detail")).to_contain_text("on its way", timeout=60_000)
    shoot(page, folder, "desk-entry")
    page.goto(f"{url}incidents")
    page.locator("#open tbody a").first.click()
    expect(page.locator("#before li").first).to_be_visible()
    shoot(page, folder, "incident")
    page.goto(f"{url}assessment")
    expect(page.locator("#verdict strong")).to_be_visible(timeout=60_000)
    shoot(page, folder, "assessment")


def main() -> None:
    """Shoot every picture into the folder of the documentation, or into the one that is named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with demo() as (url, user, password), sync_playwright() as playwright:
        # no sandbox: the pages are our own, and the machine may be a container
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        page.set_default_timeout(30_000)
        page.goto(url)
        page.get_by_label("Name").fill(user)
        page.get_by_label("Password").fill(password)
        page.keyboard.press("Enter")
        play(page, url if url.endswith("/") else f"{url}/", folder)
        browser.close()
    print(f"shot in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
