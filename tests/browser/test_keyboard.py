"""A new user gets from the sign-in page to a product in the webstore with the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.seed import PASSWORD, ProgramSeed

NAME = "(e) => (e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || '').trim()"
# Whether the focus can be seen: it changes how the element, or a switch's box, is drawn.
SHOWN = """() => {
  const looks = (e) => { const s = getComputedStyle(e); return [s.outlineStyle, s.boxShadow].join(); };
  const e = document.activeElement, focused = looks(e);
  e.blur(); const plain = looks(e); e.focus({ focusVisible: true });
  return focused !== plain;
}"""


def reach(page: Page, what: str) -> None:
    """Press Tab until the focus is on what is named so, and can be seen there."""
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(f"({NAME})(document.activeElement)"))
        if seen[-1] == what:
            assert page.evaluate(SHOWN), f"the focus on {what} is not visible"
            return
    raise AssertionError(f"{what} was not reached: {seen}")


def press(page: Page, what: str) -> None:
    """Go there, and press Enter."""
    reach(page, what)
    page.keyboard.press("Enter")


def type_into(page: Page, *fields: tuple[str, str]) -> None:
    """Go from field to field, typing."""
    for label, typed in fields:
        reach(page, label)
        page.keyboard.type(typed)


def test_a_newcomer_needs_no_mouse(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership(connected=False)
    page = visit("/", reduced_motion="reduce")
    type_into(page, ("Email address", dealership.email), ("Password", PASSWORD))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Get your inventory online in 3 steps")).to_be_visible()
    press(page, "Connect")
    expect(page.get_by_role("heading", level=1, name="LightSpeed Configuration")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    reach(page, "Enable Lightspeed 3PA/Data Warehouse")
    page.keyboard.press("Space")
    cmf = dealership.cmf
    type_into(page, ("3PA Username", cmf), ("3PA Password", PASSWORD), ("3PA Dealer ID", cmf))
    page.keyboard.press("Enter")
    expect(page.locator("#connection").get_by_text("Connected", exact=True)).to_be_visible()

    press(page, "Manage Supplier Codes")
    expect(page.get_by_role("dialog")).to_be_visible()
    type_into(page, ("LightSpeed Supplier Code", "TR"), ("Manufacturer/Distributor", "Tucker Rocky"))
    press(page, "Save")
    expect(page.get_by_role("row").filter(has_text="Tucker Rocky")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    expect(page.get_by_role("link", name="Queue Inventory Update")).to_be_visible()
    press(page, "Queue Inventory Update")
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, "Queue Inventory Update")
    expect(page.get_by_text("Succeeded").first).to_be_visible()
    press(page, "Inventory")
    expect(page.get_by_role("heading", level=1, name="Inventory")).to_be_visible()
    press(page, "Webstore preview")
    expect(page.get_by_role("heading", level=1, name="Webstore preview")).to_be_visible()
    reach(page, "Search the webstore")
    found = page.get_by_role("listitem").filter(has_text="Brake pad TR-1")
    # The index follows a run's end within seconds.
    for _ in range(100):
        if found.count():
            break
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("TR-1")
        page.keyboard.press("Enter")
        page.wait_for_timeout(300)
    expect(found).to_be_visible()


def test_a_dialog_keeps_the_focus_until_it_is_closed(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership({"TR": 1, "PU": 1})
    page = visit(f"{dealership.path}/lightspeed", dealership.session, reduced_motion="reduce")
    press(page, "Manage Supplier Codes")
    inside = "document.querySelector('dialog').contains(document.activeElement)"
    expect(page.get_by_role("dialog")).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        # Between the last and the first lies the browser's own window, where the body has the focus.
        assert page.evaluate(f"{inside} || document.activeElement === document.body")
    press(page, "Move TR to Tucker Rocky down")
    expect(page.get_by_role("row").nth(2)).to_contain_text("TR")
    expect(page.get_by_role("button", name="Move TR to Tucker Rocky up")).to_be_focused()
    press(page, "Edit TR to Tucker Rocky")
    expect(page.get_by_label("LightSpeed Supplier Code")).to_be_focused()
