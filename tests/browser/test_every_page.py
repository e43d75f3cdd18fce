"""Every page is accessible: `pages` lists them, `accessibility` checks them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from sandbox.start.isolated import IsolatedProgram
from tests.browser import pages
from tests.browser.accessibility import problems
from tests.browser.pages import Sight
from tests.browser.users import WATCHER, PageUser
from tests.browser.viewports import Window, open_window


def test_no_page_is_left_out() -> None:
    assert {rule.endpoint for rule in pages.pages()} == {sight.endpoint for sight in pages.sights()}


@pytest.fixture(scope="module")
def windows(
    browser: Browser, running: IsolatedProgram, users: dict[str, PageUser]
) -> Iterator[dict[str, Window]]:
    """A window of each user: what the browser keeps of one page serves the next."""
    address = running.address
    opened = {name: open_window(browser, address, one.session) for name, one in users.items()}
    yield opened
    for window in opened.values():
        window.close()


@pytest.mark.parametrize("sight", pages.sights(), ids=str)
def test_a_page_is_accessible_in_every_viewport_and_theme(
    windows: dict[str, Window], users: dict[str, PageUser], sight: Sight
) -> None:
    window = windows[sight.user]
    page = window.page
    page.goto(sight.path(users[sight.user]))
    assert page.locator("h1").count() == 1
    acts_for_another = sight.user == WATCHER and "/dealers/" in page.url
    assert page.get_by_text("You are working for").count() == acts_for_another
    assert problems(page) + window.watch.take() == []
