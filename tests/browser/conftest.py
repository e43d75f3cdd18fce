"""A real browser, and the whole program for it to visit: started once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sandbox import chromium
from sandbox.start.isolated import IsolatedProgram, apart
from tests.browser.seed import Town
from tests.browser.users import Visitor, everybody
from tests.browser.viewports import PATIENCE, Window, open_window

Visit = Callable[..., Page]


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IsolatedProgram]:
    """The program; no scheduled run is due while the tests last."""
    later = datetime.now(ZoneInfo("America/Chicago")) + timedelta(hours=12)
    with apart(tmp_path_factory.mktemp("program"), SYNC_HOURS=str(later.hour)) as program:
        yield program


@pytest.fixture(scope="package")
def town_hall(running: IsolatedProgram) -> Town:
    """Where dealerships are added."""
    return Town(running)


@pytest.fixture(scope="package")
def visitors(town_hall: Town) -> dict[str, Visitor]:
    """Who looks at the pages; nobody changes anything of theirs."""
    return everybody(town_hall)


@pytest.fixture
def town(town_hall: Town) -> Iterator[Town]:
    """The same, with a Lightspeed in good order afterwards."""
    yield town_hall
    town_hall.switch()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium.program(), args=chromium.flags())
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, running: IsolatedProgram) -> Iterator[Visit]:
    """Opens windows, each a person of its own; fails the test if a page reports an error or asks elsewhere.

    `visit(path, session=…, expected=(404,), …)` as `open_window`. With `address` it is another program than
    the one that runs for all.
    """
    windows: list[Window] = []

    def visit(path: str, session: str = "", *, address: str = running.address, **options: Any) -> Page:
        windows.append(open_window(browser, address, session, **options))
        windows[-1].page.goto(path)
        return windows[-1].page

    yield visit
    for window in windows:
        window.close()
    assert [problem for window in windows for problem in window.watch.problems] == []
