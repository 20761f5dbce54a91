"""Debian's Chromium for every browser test: one for the session, a fresh context for each test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

#: the one without a window's own pages draws ours with a quarter less work
CHROMIUMS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Skip by name without it; with REQUIRE_SERVICES=1 its absence is a failure."""
    chromium = next((path for path in CHROMIUMS if path.exists()), None)
    if chromium is None:
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail("chromium is required here: apt-get install chromium-headless-shell")
        pytest.skip("chromium: not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


def hear_console(page: Page, said: list[str]) -> None:
    """Note what the browser says of a page: a broken policy, a script that raised.

    Not that somebody was quicker than `autofocus`: a test types at once.
    """

    def note(message: ConsoleMessage) -> None:
        if not message.text.startswith("Autofocus processing was blocked"):
            said.append(message.text)

    page.on("console", note)
