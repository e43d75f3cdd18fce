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
def harness(harness: SyncHarness) -> SyncHarness:
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


def test_an_import_in_another_case_clears_nothing_and_keeps_the_spelling(harness: SyncHarness) -> None:
    import_code(harness, "TR")
    harness.sync()
    import_code(harness, "tr")
    run = harness.sync()
    assert run.status == "succeeded"
    assert (len(harness.shelf_quantities()), set(harness.shelf_quantities().values())) == (80, {2})
    assert (harness.load_item(run, "TR").synced, harness.load_item(run, "TR").cleared) == (80, 0)
    assert listed(harness) == [("TR", "TR")]
    assert requested(harness) == ["TR"] * 4


def test_a_first_sync_finds_the_spelling_and_remembers_it(harness: SyncHarness) -> None:
    import_code(harness, "tr")
    run = harness.sync()
    assert (run.status, harness.load_item(run, "TR").synced) == ("succeeded", 80)
    assert requested(harness) == ["tr", "tr", "TR", "TR"]
    assert harness.load_item(run, "TR").requests == 4
    harness.sync()
    assert requested(harness) == ["TR", "TR"]
    assert listed(harness) == [("tr", "TR")]
    import_code(harness, "TR")
    assert listed(harness) == [("TR", "TR")]


def test_lower_case_is_found_too(harness: SyncHarness) -> None:
    import_code(harness, "TR")
    run = harness.sync(*(part("tr", number, 2) for number in NUMBERS))
    assert harness.load_item(run, "TR").synced == 80
    assert listed(harness) == [("TR", "tr")]


def test_an_empty_list_is_accepted_after_every_spelling(harness: SyncHarness) -> None:
    import_code(harness, "Tr")
    run = harness.sync(part("XX", "A-1"))
    assert (run.status, harness.load_item(run, "TR").fetched) == ("succeeded", 0)
    assert requested(harness) == ["Tr", "Tr", "TR", "tr"]
    assert listed(harness) == [("Tr", None)]


def test_a_code_without_letters_has_one_spelling(harness: SyncHarness) -> None:
    import_code(harness, "123")
    harness.sync()
    assert requested(harness) == ["123", "123"]


def test_other_spellings_are_tried_when_the_confirmed_one_has_no_rows(harness: SyncHarness) -> None:
    import_code(harness, "TR")
    harness.sync()
    requested(harness)
    run = harness.sync(*(part("tr", number, 5) for number in NUMBERS))
    assert (run.status, set(harness.shelf_quantities().values())) == ("succeeded", {5})
    assert requested(harness) == ["TR", "TR", "tr", "tr"]
    assert listed(harness) == [("TR", "tr")]


def test_after_an_error_with_one_spelling_no_other_is_tried(harness: SyncHarness) -> None:
    import_code(harness, "TR")
    harness.sync()
    harness.simulator.switches = Behavior(faults=[Fault("error_500", code="TR", times=None)])
    run = harness.sync()
    assert (run.status, len(harness.shelf_quantities())) == ("failed", 80)


def test_a_form_in_another_case_keeps_the_spelling(harness: SyncHarness) -> None:
    import_code(harness, "TR")
    harness.sync()
    row = db.session.scalars(db.select(SupplierCode)).one()
    changes.edit(row, Fields("aftermarket", "tr", "Tucker", "9", "retail"))
    assert (listed(harness), row.lead_time_days) == ([("TR", "TR")], 9)


def test_before_the_first_rows_the_case_can_be_changed(harness: SyncHarness) -> None:
    import_code(harness, "TR")
    import_code(harness, "tr")
    assert listed(harness) == [("tr", None)]


def test_another_code_starts_without_a_confirmed_spelling(harness: SyncHarness) -> None:
    import_code(harness, "TR")
    harness.sync()
    row = db.session.scalars(db.select(SupplierCode)).one()
    changes.edit(row, Fields("aftermarket", "PU", "Tucker", "1", "disabled"))
    assert listed(harness) == [("PU", None)]


def test_a_code_removed_and_added_again_is_found_again(harness: SyncHarness) -> None:
    import_code(harness, "TR")
    harness.sync()
    changes.remove(db.session.scalars(db.select(SupplierCode)).one(), clear=False)
    import_code(harness, "tr")
    run = harness.sync()
    assert (harness.load_item(run, "TR").synced, len(harness.shelf_quantities())) == (80, 80)
    assert listed(harness) == [("tr", "TR")]


def test_two_catalogs_may_spell_a_code_differently(harness: SyncHarness) -> None:
    make_manufacturer("Honda", "oem", numbers=["H-1"])
    import_code(harness, "tr", "oem", "Honda")
    import_code(harness, "Tr")
    harness.sync()
    assert requested(harness) == ["tr", "tr", "Tr", "TR", "TR"]
    assert listed(harness) == [("tr", "TR"), ("Tr", "TR")]
    assert len(harness.shelf_quantities()) == 80


def test_of_several_spellings_the_usual_one_is_remembered(harness: SyncHarness) -> None:
    harness.simulator.switches = Behavior(text_comparison="loose")
    import_code(harness, "tr")
    harness.sync(*(part("Tr" if number > "P0070" else "TR", number, 2) for number in NUMBERS))
    assert listed(harness) == [("tr", "TR")]
    assert len(harness.shelf_quantities()) == 80


def test_rows_of_another_code_confirm_nothing(harness: SyncHarness) -> None:
    harness.simulator.switches = Behavior(filtering="ignored")
    import_code(harness, "PU")
    harness.sync()
    assert listed(harness) == [("PU", None)]
