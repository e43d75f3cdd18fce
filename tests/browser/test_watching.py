"""The watch that every other test here relies on sees what it is there to see."""

from __future__ import annotations

from playwright.sync_api import Browser

from sandbox.start.apart import Apart
from tests.browser.watching import Watch


def test_it_sees_errors_and_other_hosts(browser: Browser, running: Apart) -> None:
    context = browser.new_context(base_url=running.address)
    watch = Watch(context, running.address)
    page = context.new_page()
    page.goto("/login")
    assert watch.problems == []
    page.evaluate("console.error('said')")
    page.evaluate("setTimeout(() => { throw new Error('thrown') })")
    page.evaluate("fetch('/nowhere')")
    page.goto("about:blank")
    page.evaluate("fetch('http://127.0.0.1:9/elsewhere').catch(() => 0)")
    page.wait_for_timeout(100)
    seen = "\n".join(watch.problems)
    context.close()
    for what in ("console: said", "thrown", "404: ", "another host: http://127.0.0.1:9/elsewhere"):
        assert what in seen
