"""Browser window for screenshots."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Locator

# Pixels. As wide as a page's text column, so that screenshots are readable without scaling.
WIDTH, HEIGHT = 1200, 800
# Long pages are cut here: what follows is more of the same.
TALLEST = 900
# Bytes. Screenshots are kept in the repository, each version of each.
MOST = 200_000
# Milliseconds. Long, since a complete run is waited for.
TIMEOUT_MS = 120_000


class TooLarge(RuntimeError):
    """Screenshot that is too large for the repository; the message names it."""


class Camera:
    """Signs in, and writes screenshots into a folder."""

    def __init__(self, browser: Browser, address: str, folder: Path) -> None:
        context = browser.new_context(
            base_url=address,
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme="light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(TIMEOUT_MS)
        self.page = context.new_page()
        self._folder = folder

    def sign_in(self, email: str, password: str) -> None:
        """Sign out, and sign in as another user."""
        self.page.context.clear_cookies()
        self.page.goto("/login")
        self.page.get_by_label("Email address").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def take(self, name: str, what: Locator | None = None) -> None:
        """Write NAME.png: the page from its top, or the given element. Raises TooLarge."""
        path = self._folder / f"{name}.png"
        # The pointer would color a button, and the focus draw a ring around it.
        self.page.mouse.move(0, 0)
        if what:
            what.screenshot(path=path)
        else:
            tall = min(self.page.evaluate("document.body.scrollHeight"), TALLEST)
            clip: FloatRect = {"x": 0, "y": 0, "width": WIDTH, "height": tall}
            self.page.screenshot(path=path, full_page=True, clip=clip)
        size = path.stat().st_size
        print(f"{path.name}: {size:,} bytes")
        if size > MOST:
            raise TooLarge(f"{path} has {size:,} bytes, more than {MOST:,}")
