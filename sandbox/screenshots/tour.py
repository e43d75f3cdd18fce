"""Tour of the program as a new dealer, then as staff: the screenshots of docs/*-guide.md."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sandbox.samples.catalog import write_catalog
from sandbox.samples.dealers import NORTHWIND, SAMPLE_DEALERS
from sandbox.screenshots.camera import Camera
from sandbox.start import samples
from sandbox.start.commands import Commands

NAME, EMAIL = "Riverside Powersports", "parts@riverside.example"
CODES = (("aftermarket", "TR", "Tucker Rocky", "2"), ("oem", "KA", "Kawasaki", "4"))


def tour(camera: Camera, commands: Commands) -> None:
    """Take every screenshot, in the order of the guides."""
    home = f"/dealers/{_newcomer(commands)}"
    camera.sign_in(EMAIL, samples.PASSWORD)
    camera.page.wait_for_url(f"**{home}")
    camera.take("first-steps")
    camera.page.goto(f"{home}/lightspeed")
    _connect(camera)
    _map(camera)
    _sync(camera)
    camera.page.goto(home)
    camera.take("home")
    camera.page.goto(f"{home}/webstore?q=brake+pad")
    camera.page.locator("#products").get_by_role("link").first.wait_for()
    camera.take("webstore")
    camera.page.goto(f"{home}/inventory?q=brake+pad")
    camera.take("inventory")
    camera.page.goto(f"{home}/skipped")
    camera.take("skipped")
    _control(camera, home)
    _support(camera, commands, home)


def _control(camera: Camera, home: str) -> None:
    """Take a preview of settings, a restore that waits for its confirmation, and a freeze."""
    page = camera.page
    page.goto(f"{home}/previews")
    page.get_by_label("Safety buffer in units").fill("2")
    page.get_by_role("button", name="Preview these settings").click()
    page.get_by_role("button", name="Save these settings").wait_for()
    camera.take("preview")
    page.goto(f"{home}/runs")
    page.get_by_role("link", name="Run 1", exact=True).click()
    page.get_by_role("link", name="Restore to before this run").click()
    page.get_by_role("heading", name="Supplier codes to restore").wait_for()
    camera.take("restore")
    page.goto(f"{home}/freezes")
    page.get_by_label("Reason").fill("Physical count")
    page.get_by_role("button", name="Freeze").click()
    page.get_by_role("button", name="Release All inventory").wait_for()
    camera.take("freezes")


def _support(camera: Camera, commands: Commands, home: str) -> None:
    """Take the screenshots for staff: the list of dealers, one dealer, and the catalog."""
    beginner = commands.run("dealer", "create", "Lakeside Cycle", "--timezone", "America/New_York")
    commands.run("lightspeed", "configure", "--dealer", beginner, "--enable")
    person = ("user", "create", samples.STAFF, "--role", "staff", "--password-stdin")
    commands.run(*person, answer=samples.PASSWORD)
    camera.sign_in(samples.STAFF, samples.PASSWORD)
    for name, path in (("staff-dealers", "/dealers"), ("staff-dealer", home), ("staff-catalog", "/catalog")):
        camera.page.wait_for_load_state()
        camera.page.goto(path)
        camera.take(name)


def _newcomer(commands: Commands) -> int:
    """Create a dealer without any set-up, whose Lightspeed reports the parts of the sample dealer."""
    dealer = commands.run("dealer", "create", NAME, "--timezone", NORTHWIND.time_zone)
    person = ("--role", "dealer", "--dealer", dealer, "--password-stdin")
    commands.run("user", "create", EMAIL, *person, answer=samples.PASSWORD)
    with tempfile.TemporaryDirectory(prefix="catalog-") as folder:
        path = Path(folder, "catalog.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            write_catalog(file, {one.key: int(dealer) for one in SAMPLE_DEALERS})
        commands.run("catalog", "import", path)
    return int(dealer)


def _connect(camera: Camera) -> None:
    page = camera.page
    page.get_by_label("Enable Lightspeed 3PA/Data Warehouse").check()
    page.get_by_label("3PA Username").fill(NORTHWIND.username)
    page.get_by_label("3PA Password").fill(NORTHWIND.password)
    page.get_by_label("3PA Dealer ID").fill(NORTHWIND.cmf)
    page.locator("#save-credentials").click()
    page.locator("#connection").get_by_text("Connected", exact=True).wait_for()
    page.reload()
    camera.take("credentials", page.get_by_role("region", name="3PA/Data Warehouse", exact=True))
    camera.take("settings", page.get_by_role("region", name="Parts & Accessories Inventory Settings"))


def _map(camera: Camera) -> None:
    page, dialog = camera.page, camera.page.get_by_role("dialog")
    page.get_by_role("link", name="Manage Supplier Codes").click()
    for catalog, code, manufacturer, days in CODES:
        dialog.get_by_label("Ecommerce Catalog").select_option(catalog)
        dialog.get_by_label("LightSpeed Supplier Code").fill(code)
        dialog.get_by_label("Manufacturer/Distributor").fill(manufacturer)
        dialog.get_by_label("Lead Time Value").fill(days)
        dialog.get_by_label("LightSpeed Pricing").select_option("Retail")
        if code != CODES[-1][1]:
            dialog.get_by_role("button", name="Add Supplier Code").click()
            dialog.get_by_role("row").filter(has_text=manufacturer).wait_for()
    camera.take("add-supplier-codes", dialog)
    dialog.get_by_role("button", name="Save").click()
    dialog.get_by_role("link", name="Queue Update Now").wait_for()
    camera.take("supplier-codes", dialog)
    page.keyboard.press("Escape")


def _sync(camera: Camera) -> None:
    page, dialog = camera.page, camera.page.get_by_role("dialog")
    page.get_by_role("link", name="Queue Inventory Update").click()
    dialog.get_by_role("button", name="Queue Inventory Update").wait_for()
    camera.take("queue", dialog)
    dialog.get_by_role("button", name="Queue Inventory Update").click()
    page.locator("details.menu summary", has_text="Download").wait_for()
    page.reload()
    camera.take("run")
