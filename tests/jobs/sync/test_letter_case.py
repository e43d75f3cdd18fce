"""A code is requested as Lightspeed's own rows spell it (R4), from a service that compares case exactly."""

from __future__ import annotations

import io

import pytest

from sandbox.simulator import Behavior, Fault
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db
from webapp.models import SupplierCode
from webapp.supplier_codes import changes
from webapp.supplier_codes.checks import Fields
from webapp.supplier_codes.csv_files import import_csv

pytestmark = pytest.mark.slow

NUMBERS = [f"P{number:04}" for number in range(80)]


@pytest.fixture
def shop(harness: SyncHarness) -> SyncHarness:
    """A manufacturer with 80 products, all of which Lightspeed reports under `TR`."""
    make_manufacturer("Tucker", numbers=NUMBERS)
    harness.change_settings(clear_previous=True)
    harness.set_parts(*(part("TR", number, 2) for number in NUMBERS))
    harness.simulator.switches = Behavior(text_comparison="exact")
    return harness


def import_code(harness: SyncHarness, code: str, catalog: str = "aftermarket", maker: str = "Tucker") -> None:
    text = f"catalog,supplier_code,manufacturer,lead_time_days,pricing\n{catalog},{code},{maker},3,retail\n"
    import_csv(harness.dealer, io.BytesIO(text.encode()))


def requested(harness: SyncHarness) -> list[str]:
    """The spellings that were requested, in order; forgets them."""
    spellings = [request.options["$filter"].split("'")[1] for request in harness.simulator.requests]
    harness.simulator.requests.clear()
    return spellings


def listed(harness: SyncHarness) -> list[tuple[str, str | None]]:
    rows = db.session.scalars(db.select(SupplierCode).order_by(SupplierCode.id))
    found = [(row.code, row.reported_code) for row in rows]
    db.session.commit()
    return found


def test_an_import_in_another_case_clears_nothing_and_keeps_the_spelling(shop: SyncHarness) -> None:
    import_code(shop, "TR")
    shop.sync()
    import_code(shop, "tr")
    run = shop.sync()
    assert run.status == "succeeded"
    assert (len(shop.shelf_quantities()), set(shop.shelf_quantities().values())) == (80, {2})
    assert (shop.load_item(run, "TR").synced, shop.load_item(run, "TR").cleared) == (80, 0)
    assert listed(shop) == [("TR", "TR")]
    assert requested(shop) == ["TR"] * 4


def test_a_first_sync_finds_the_spelling_and_remembers_it(shop: SyncHarness) -> None:
    import_code(shop, "tr")
    run = shop.sync()
    assert (run.status, shop.load_item(run, "TR").synced) == ("succeeded", 80)
    assert requested(shop) == ["tr", "tr", "TR", "TR"]
    assert shop.load_item(run, "TR").requests == 4
    shop.sync()
    assert requested(shop) == ["TR", "TR"]
    assert listed(shop) == [("tr", "TR")]
    import_code(shop, "TR")
    assert listed(shop) == [("TR", "TR")]


def test_lower_case_is_found_too(shop: SyncHarness) -> None:
    import_code(shop, "TR")
    run = shop.sync(*(part("tr", number, 2) for number in NUMBERS))
    assert shop.load_item(run, "TR").synced == 80
    assert listed(shop) == [("TR", "tr")]


def test_an_empty_list_is_accepted_after_every_spelling(shop: SyncHarness) -> None:
    import_code(shop, "Tr")
    run = shop.sync(part("XX", "A-1"))
    assert (run.status, shop.load_item(run, "TR").fetched) == ("succeeded", 0)
    assert requested(shop) == ["Tr", "Tr", "TR", "tr"]
    assert listed(shop) == [("Tr", None)]


def test_a_code_without_letters_has_one_spelling(shop: SyncHarness) -> None:
    import_code(shop, "123")
    shop.sync()
    assert requested(shop) == ["123", "123"]


def test_other_spellings_are_tried_when_the_confirmed_one_has_no_rows(shop: SyncHarness) -> None:
    import_code(shop, "TR")
    shop.sync()
    requested(shop)
    run = shop.sync(*(part("tr", number, 5) for number in NUMBERS))
    assert (run.status, set(shop.shelf_quantities().values())) == ("succeeded", {5})
    assert requested(shop) == ["TR", "TR", "tr", "tr"]
    assert listed(shop) == [("TR", "tr")]


def test_after_an_error_with_one_spelling_no_other_is_tried(shop: SyncHarness) -> None:
    import_code(shop, "TR")
    shop.sync()
    shop.simulator.switches = Behavior(faults=[Fault("error_500", code="TR", times=None)])
    run = shop.sync()
    assert (run.status, len(shop.shelf_quantities())) == ("failed", 80)


def test_a_form_in_another_case_keeps_the_spelling(shop: SyncHarness) -> None:
    import_code(shop, "TR")
    shop.sync()
    row = db.session.scalars(db.select(SupplierCode)).one()
    changes.edit(row, Fields("aftermarket", "tr", "Tucker", "9", "retail"))
    assert (listed(shop), row.lead_time_days) == ([("TR", "TR")], 9)


def test_before_the_first_rows_the_case_can_be_changed(shop: SyncHarness) -> None:
    import_code(shop, "TR")
    import_code(shop, "tr")
    assert listed(shop) == [("tr", None)]


def test_another_code_starts_without_a_confirmed_spelling(shop: SyncHarness) -> None:
    import_code(shop, "TR")
    shop.sync()
    row = db.session.scalars(db.select(SupplierCode)).one()
    changes.edit(row, Fields("aftermarket", "PU", "Tucker", "1", "disabled"))
    assert listed(shop) == [("PU", None)]


def test_a_code_removed_and_added_again_is_found_again(shop: SyncHarness) -> None:
    import_code(shop, "TR")
    shop.sync()
    changes.remove(db.session.scalars(db.select(SupplierCode)).one(), clear=False)
    import_code(shop, "tr")
    run = shop.sync()
    assert (shop.load_item(run, "TR").synced, len(shop.shelf_quantities())) == (80, 80)
    assert listed(shop) == [("tr", "TR")]


def test_two_catalogs_may_spell_a_code_differently(shop: SyncHarness) -> None:
    make_manufacturer("Honda", "oem", numbers=["H-1"])
    import_code(shop, "tr", "oem", "Honda")
    import_code(shop, "Tr")
    shop.sync()
    assert requested(shop) == ["tr", "tr", "Tr", "TR", "TR"]
    assert listed(shop) == [("tr", "TR"), ("Tr", "TR")]
    assert len(shop.shelf_quantities()) == 80


def test_of_several_spellings_the_usual_one_is_remembered(shop: SyncHarness) -> None:
    shop.simulator.switches = Behavior(text_comparison="loose")
    import_code(shop, "tr")
    shop.sync(*(part("Tr" if number > "P0070" else "TR", number, 2) for number in NUMBERS))
    assert listed(shop) == [("tr", "TR")]
    assert len(shop.shelf_quantities()) == 80


def test_rows_of_another_code_confirm_nothing(shop: SyncHarness) -> None:
    shop.simulator.switches = Behavior(filtering="ignored")
    import_code(shop, "PU")
    shop.sync()
    assert listed(shop) == [("PU", None)]
