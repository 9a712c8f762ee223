"""One browser for all tests of pages: starting it costs more than most of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, for the whole run; each test opens pages of its own."""
    with sync_playwright() as playwright:
        # no sandbox: tests may run as root in a container, and the pages are our own
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        started = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield started
        started.close()
