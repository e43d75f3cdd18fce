"""`watching` reports what the Content-Security-Policy blocks, in every test of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from sandbox.start.isolated import IsolatedProgram
from tests.browser.viewports import Window, open_window

INTRUSIONS = {
    "a script in the page": """() => {
        const script = document.createElement("script");
        script.textContent = "document.title = 'taken over'";
        document.body.append(script);
    }""",
    "a script of ours that the page does not mark": """() => {
        const script = document.createElement("script");
        script.src = "/static/app.js";
        document.body.append(script);
    }""",
    "a handler in the page": """() => {
        document.body.insertAdjacentHTML("beforeend", "<b onclick='document.title = 1'>x</b>");
        document.body.lastElementChild.click();
    }""",
    "a style in the page": "() => document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')",
    "a picture of another host": "() => { new Image().src = 'https://evil.example/x.png' }",
    "what another host is told": "() => { fetch('https://evil.example/').catch(() => {}) }",
    "a frame": "() => document.body.append(document.createElement('iframe')) || "
    "(document.querySelector('iframe').src = '/login')",
}


@pytest.fixture(scope="module")
def window(browser: Browser, running: IsolatedProgram) -> Iterator[Window]:
    opened = open_window(browser, running.address)
    yield opened
    opened.close()


@pytest.mark.parametrize("intrusion", INTRUSIONS)
def test_a_violation_is_stopped_and_reported(window: Window, intrusion: str) -> None:
    window.page.goto("/login")
    title = window.page.title()
    assert window.watch.take() == []
    window.page.evaluate(INTRUSIONS[intrusion])
    window.page.wait_for_timeout(100)
    assert window.page.title() == title
    assert any("Content Security Policy" in problem for problem in window.watch.take())
