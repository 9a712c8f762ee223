"""One browser for all tests of pages: starting it costs more than most of them."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from asyncio import events as running
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="session")
def started(chromium: str) -> Iterator[tuple[Browser, AbstractEventLoop]]:
    """Chromium, for the whole run, and the loop that Playwright leaves running in this thread."""
    with sync_playwright() as playwright:
        # no sandbox: tests may run as root in a container, and the pages are our own
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        loop = asyncio.get_running_loop()
        running._set_running_loop(None)
        yield browser, loop
        running._set_running_loop(loop)
        browser.close()


@pytest.fixture
def browser(started: tuple[Browser, AbstractEventLoop]) -> Iterator[Browser]:
    """The browser, while a test has it: each opens pages of its own."""
    browser, loop = started
    # a loop that seems to run would let no test after this one begin a loop, and tests come in any order
    running._set_running_loop(loop)
    yield browser
    running._set_running_loop(None)
