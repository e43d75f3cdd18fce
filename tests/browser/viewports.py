"""A watched browser window for one user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.watching import Watch

# Milliseconds. Long, as machines are shared; nothing waits for it when all is well.
TIMEOUT_MS = 45_000
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}


@dataclass(frozen=True)
class Window:
    """An open page, and what went wrong in it so far."""

    page: Page
    watch: Watch

    def close(self) -> None:
        """Close it, and forget what the browser kept for it."""
        self.page.context.close()


def open_window(
    browser: Browser, address: str, session: str = "", expected: Iterable[int] = (), **options: Any
) -> Window:
    """An empty window, signed in by the session's cookie; options are those of Playwright's contexts."""
    context = browser.new_context(**{"base_url": address, "viewport": DESKTOP, **options})
    context.set_default_timeout(TIMEOUT_MS)
    watch = Watch(context, address, expected)
    if session:
        context.add_cookies([{"name": "session", "value": session, "url": address}])
    return Window(context.new_page(), watch)
