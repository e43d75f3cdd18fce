"""A real browser, and the whole program for it to visit: started once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sandbox import chromium
from sandbox.start.apart import Apart, apart
from tests.browser.town import Town
from tests.browser.visitors import Visitor, everybody
from tests.browser.watching import Watch

# Milliseconds. Long, as machines are shared; nothing waits for it when all is well.
PATIENCE = 45_000
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}

Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process runs all of this folder where several run the tests: there is one program, and one Town."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """The program; no scheduled run is due while the tests last."""
    later = datetime.now(ZoneInfo("America/Chicago")) + timedelta(hours=12)
    with apart(tmp_path_factory.mktemp("program"), SYNC_HOURS=str(later.hour)) as program:
        yield program


@pytest.fixture(scope="package")
def town_hall(running: Apart) -> Town:
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
def visit(browser: Browser, running: Apart) -> Iterator[Visit]:
    """Opens windows, each a person of its own; fails the test if a page reports an error or asks elsewhere.

    `visit(path, session=…, expected=(404,), **options)`: options are those of Playwright's contexts. With
    `address` it is another program than the one that runs for all.
    """
    windows = []

    def visit(
        path: str,
        session: str = "",
        expected: tuple[int, ...] = (),
        address: str = running.address,
        **options: Any,
    ) -> Page:
        context = browser.new_context(**{"base_url": address, "viewport": DESKTOP, **options})
        context.set_default_timeout(PATIENCE)
        windows.append((context, Watch(context, address, expected)))
        if session:
            context.add_cookies([{"name": "session", "value": session, "url": address}])
        page = context.new_page()
        page.goto(path)
        return page

    yield visit
    for context, _ in windows:
        context.close()
    assert [problem for _, watch in windows for problem in watch.problems] == []
