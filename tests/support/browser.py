"""A real browser: the system's own chromium, and a page that notes what went wrong on it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Where there is none: skipped at a desk, failed in CI, which must not pass for what it never tried."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        told = "no chromium on PATH: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    with sync_playwright() as playwright:
        # Without a GPU and as root, as in containers.
        browser = playwright.chromium.launch(executable_path=path, args=["--disable-gpu", "--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """A page at one address, with every request that it made and every complaint of the browser's."""

    page: Page
    address: str
    requested: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.address.rstrip("/") + path)

    def row(self, slug: str) -> dict[str, int]:
        """The counts that the overview tells of a tenant."""
        row = self.page.locator("tbody tr").filter(has=self.page.locator(f"#tenant-{slug}"))
        told = {
            "calls": row.locator('[data-label="Calls"] b'),
            "4xx": row.locator('[data-label="4xx"]'),
            "5xx": row.locator('[data-label="5xx"]'),
        }
        return {name: int(cell.inner_text().split()[0].replace(",", "")) for name, cell in told.items()}


@contextmanager
def visiting(browser: Browser, address: str, **options: Any) -> Iterator[Visit]:
    context = browser.new_context(**{"viewport": WIDE, **options})
    page = context.new_page()
    visit = Visit(page, address)
    page.on("request", lambda request: visit.requested.append(request.url))
    page.on("console", lambda said: said.type == "error" and visit.complaints.append(said.text))
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    try:
        yield visit
    finally:
        context.close()
