"""Accessibility of a page: axe-core in light and dark, on desktop and phone, and overflow checks."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.fitting import unfitting
from tests.browser.viewports import DESKTOP, PHONE

SCRIPT = Axe().axe_script
EVERYTHING: dict[str, Any] = {"resultTypes": ["violations"]}
# The dark look differs from the light one in nothing else.
COLOURS = {**EVERYTHING, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# What is left of the desktop at a zoom of 200 %.
ZOOMED = {"width": DESKTOP["width"] // 2, "height": DESKTOP["height"] // 2}


def problems(page: Page) -> list[str]:
    """What is wrong with the page in any of its looks; each violation with the elements that it is about.

    The window must have script: without it axe-core never comes to an end.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    found = []
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        for scheme, options in (("light", EVERYTHING), ("dark", COLOURS)):
            # Without motion: a colour on its way from light to dark is neither.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.wait_for_selector(f"html[data-bs-theme={scheme}]", state="attached")
            found += [f"{scheme}, {size['width']} px: {one}" for one in _violations(page, options)]
    for size in (PHONE, ZOOMED):
        page.set_viewport_size(size)
        found += [f"{size['width']} px: {one}" for one in unfitting(page)]
    page.set_viewport_size(DESKTOP)
    return found


def _violations(page: Page, options: dict[str, Any]) -> list[str]:
    violations = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    return [
        f"{one['id']}: {one['help']}: {'; '.join(node['html'][:200] for node in one['nodes'])}"
        for one in violations
    ]
