"""A browser's window that pictures are taken of."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Locator

# Pixels. As wide as a page's column of text, so that nothing must be shrunk to be read.
WIDTH, HEIGHT = 1200, 800
# A long page is cut here: what is beneath is more of the same.
TALLEST = 900
# Bytes. Pictures are kept in the repository, each version of each.
MOST = 150_000
# Milliseconds. Long, for a whole run is waited for.
PATIENCE = 120_000


class TooLarge(RuntimeError):
    """A picture that is too large to be kept; the message names it."""


class Camera:
    """Signs in, and writes pictures into a folder."""

    def __init__(self, browser: Browser, address: str, folder: Path) -> None:
        context = browser.new_context(
            base_url=address,
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme="light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        self.page = context.new_page()
        self._folder = folder

    def sign_in(self, email: str, password: str) -> None:
        """Leave whoever is signed in, and come in as somebody else."""
        self.page.context.clear_cookies()
        self.page.goto("/login")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def take(self, name: str, what: Locator | None = None) -> None:
        """Write NAME.png: the page from its top, or what is given. Raises TooLarge."""
        path = self._folder / f"{name}.png"
        # The pointer would leave a button coloured, and the focus a ring around it.
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
