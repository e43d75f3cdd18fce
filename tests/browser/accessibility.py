"""axe-core on a page as it stands."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe()


def violations(page: Page) -> list[str]:
    """Each violation with the elements that it is about."""
    found = AXE.run(page).response["violations"]
    return [
        f"{page.url} {one['id']}: {one['help']}: {'; '.join(node['html'][:200] for node in one['nodes'])}"
        for one in found
    ]


def overflow(page: Page) -> list[str]:
    """Says so where the page is wider than the window, so that a phone would scroll sideways."""
    wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return [f"{page.url} is {wide} px wide in a window of {window} px"] if wide > window else []
