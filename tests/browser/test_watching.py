"""The checks that every test of this folder relies on find what they should."""

from __future__ import annotations

from playwright.sync_api import Browser

from sandbox.start.isolated import IsolatedProgram
from tests.browser.accessibility import problems
from tests.browser.conftest import Visit
from tests.browser.watching import Watch


def test_errors_and_other_hosts_are_seen(browser: Browser, running: IsolatedProgram) -> None:
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


def test_a_problem_in_a_single_viewport_is_found(visit: Visit) -> None:
    page = visit("/login")
    page.evaluate("""() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`
        [data-bs-theme=dark] h1 { color: #333 !important; }
        @media (max-width: 400px) { .btn-primary { min-width: 30rem; } }
        @media (min-width: 600px) and (max-width: 700px) {
          label { display: block; width: 3rem; overflow: hidden; }
        }
      `);
      document.adoptedStyleSheets.push(sheet);
      document.querySelector("label[for=password]").remove();
    }""")
    seen = "\n".join(problems(page))
    for what in (
        *("light, 1280 px: label", "light, 360 px: label", "dark, 1280 px: color-contrast"),
        *("360 px: the page is", "640 px: “Email address” does not fit"),
    ):
        assert what in seen
    assert "light, 1280 px: color-contrast" not in seen
