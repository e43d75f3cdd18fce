"""A real browser, and the whole program, started once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sandbox import chromium
from sandbox.start.isolated import IsolatedProgram, isolated_program
from tests.browser.seed import ProgramSeed
from tests.browser.users import PageUser, all_users
from tests.browser.viewports import TIMEOUT_MS, Window, open_window

Visit = Callable[..., Page]


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IsolatedProgram]:
    """The program; no scheduled run is due while the tests last."""
    later = datetime.now(ZoneInfo("America/Chicago")) + timedelta(hours=12)
    with isolated_program(tmp_path_factory.mktemp("program"), SYNC_HOURS=str(later.hour)) as program:
        yield program


@pytest.fixture(scope="package")
def program_seed(running: IsolatedProgram) -> ProgramSeed:
    """Adds dealerships to the program."""
    return ProgramSeed(running)


@pytest.fixture(scope="package")
def users(program_seed: ProgramSeed) -> dict[str, PageUser]:
    """Users of the page tests; no test changes their rows."""
    return all_users(program_seed)


@pytest.fixture
def seed(program_seed: ProgramSeed) -> Iterator[ProgramSeed]:
    """The same; the behavior of Lightspeed is reset afterwards."""
    yield program_seed
    program_seed.set_behavior()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    expect.set_options(timeout=TIMEOUT_MS)
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
