"""Debian's Chromium, driven by Playwright; never a browser that Playwright downloads."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser")
_HOW = "no Chromium on PATH: `apt-get install --no-install-recommends chromium` as root (Debian)"
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> Path:
    """Return where the browser is; without one the test is skipped, but in CI it fails."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(_HOW)
    return Path(found) if found else pytest.skip(reason=_HOW)


class Seen:
    """A page, and everything that the browser complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start a browser with a profile of its own, which goes with it."""
    program = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        yield browser
        browser.close()


@contextmanager
def looking(browser: Browser, address: str) -> Iterator[Seen]:
    """Open an address as somebody who was never there."""
    context = browser.new_context(locale="fr-FR")
    context.set_default_timeout(10_000)
    seen = Seen(context.new_page())
    seen.page.goto(address)
    yield seen
    context.close()
