"""axe-core on a page as it stands: light and dark, desktop and phone; nothing wider than the window."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, PHONE

SCRIPT = Axe().axe_script
EVERYTHING: dict[str, Any] = {"resultTypes": ["violations"]}
# The dark look differs from the light one in nothing else.
COLOURS = {**EVERYTHING, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def problems(page: Page) -> list[str]:
    """What is wrong with the page in any of four looks; each violation with the elements that it is about."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    found = []
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        for scheme, options in (("light", EVERYTHING), ("dark", COLOURS)):
            # Without motion: a colour on its way from light to dark is neither.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            where = f"{page.url} ({scheme}, {size['width']} px)"
            found += [f"{where} {one}" for one in [*_violations(page, options), *_overflow(page)]]
    return found


def _violations(page: Page, options: dict[str, Any]) -> list[str]:
    violations = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    return [
        f"{one['id']}: {one['help']}: {'; '.join(node['html'][:200] for node in one['nodes'])}"
        for one in violations
    ]


def _overflow(page: Page) -> list[str]:
    wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return [f"is {wide} px wide: it scrolls sideways"] if wide > window else []
