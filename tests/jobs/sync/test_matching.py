"""Which product a part is, and what is said of one that is none (R12, R13)."""

from __future__ import annotations

import pytest

from tests.factories import make_manufacturer, make_part_number, make_product
from tests.factories.catalog import raise_catalog_version
from tests.sync_harness import SyncHarness, part


def skipped(harness: SyncHarness, *parts: dict[str, object]) -> list[tuple[str, str, str]]:
    run = harness.sync(*parts)
    return [
        (row["part_number"], row["reason"], row["candidate"]) for row in harness.report_rows(run, "skipped")
    ]


@pytest.mark.parametrize("catalog", ["aftermarket", "oem", "private_label"])
def test_it_matches_the_part_number_trimmed_and_without_case(harness: SyncHarness, catalog: str) -> None:
    owner = harness.dealer if catalog == "private_label" else None
    harness.map_code("TR", make_manufacturer("Tucker", catalog, owner, numbers=["Ab-12"]))
    harness.sync(part("TR", " aB-12 ", 3))
    assert harness.shelf_quantities() == {("TR", "Ab-12"): 3}


def test_the_same_part_number_of_another_manufacturer_is_another_product(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    make_manufacturer("Parts Unlimited", numbers=["A-2"])
    assert skipped(harness, part("TR", "A-2", 1)) == [("A-2", "No product has this part number", "")]


def test_private_label_is_looked_up_among_that_dealers_products_only(harness: SyncHarness) -> None:
    own = make_manufacturer("House Brand", "private_label", harness.dealer, numbers=["S-1"])
    first = harness.dealer
    harness.dealer = harness.add_dealer("Summit", "4711")
    make_manufacturer("House Brand", "private_label", harness.dealer, numbers=["S-2"])
    harness.dealer = first
    harness.map_code("HW", own)
    harness.sync(part("HW", "S-1", 1), part("HW", "S-2", 1))
    assert harness.shelf_quantities() == {("HW", "S-1"): 1}


def test_a_code_of_two_catalogs_finds_products_in_both(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.map_code("TR", make_manufacturer("Honda", "oem", numbers=["H-1", "A-1"]))
    run = harness.sync(part("TR", "A-1", 2), part("TR", "H-1", 3))
    rows = [(row["manufacturer"], row["part_number"]) for row in harness.report_rows(run, "inventory")]
    assert rows == [("Tucker", "A-1"), ("Honda", "A-1"), ("Honda", "H-1")]
    assert harness.load_item(run, "TR").synced == 2


def test_a_part_contributes_to_a_product_once_through_the_first_mapping(harness: SyncHarness) -> None:
    first, second = make_manufacturer("Tucker"), make_manufacturer("Western")
    product = make_product(first, "A-1")
    make_part_number(second, product, "A-1")
    harness.map_code("TR", first, lead_time_days=1)
    harness.map_code("TR", second, lead_time_days=9)
    run = harness.sync(part("TR", "A-1", 2))
    assert harness.webstore_figures("A-1") == (2, None, 1)
    assert [row["manufacturer"] for row in harness.report_rows(run, "inventory")] == ["Tucker"]


@pytest.mark.parametrize("clear", [True, False])
def test_a_part_that_moves_to_an_earlier_mapping_is_not_counted_twice(
    harness: SyncHarness, clear: bool
) -> None:
    harness.change_settings(clear_previous=clear)
    first, second = make_manufacturer("Tucker"), make_manufacturer("Western")
    product = make_product(second, "A-1")
    harness.map_code("TR", first)
    harness.map_code("TR", second)
    harness.sync(part("TR", "A-1", 2))
    make_part_number(first, product, "A-1")
    raise_catalog_version()
    run = harness.sync(part("TR", "A-1", 2))
    assert harness.webstore_figures("A-1")[0] == 2
    assert harness.load_item(run, "TR").cleared == 1


def test_several_parts_on_one_product_add_up_at_the_price_of_the_first(harness: SyncHarness) -> None:
    tucker = make_manufacturer("Tucker")
    product = make_product(tucker, "B-2")
    make_part_number(tucker, product, "B-10")
    harness.map_code("TR", tucker, pricing="retail")
    harness.sync(part("TR", "B-2", 1, Retail=7), part("TR", "B-10", 2, Retail=5))
    assert harness.webstore_figures("B-2") == (3, 500, 1)


def test_a_part_without_a_product_names_the_one_that_differs_in_punctuation(harness: SyncHarness) -> None:
    harness.map_code("HO", make_manufacturer("Honda", "oem", numbers=["06455-MGE-006"]))
    assert skipped(harness, part("HO", "06455MGE006", 1)) == [
        (
            "06455MGE006",
            "No product has this part number; same number, different punctuation",
            "06455-MGE-006",
        )
    ]
    assert harness.shelf_quantities() == {}


def test_a_part_without_a_product_names_what_supersedes_it(harness: SyncHarness) -> None:
    harness.map_code("HO", make_manufacturer("Honda", "oem", numbers=["NEW-1"]))
    found = skipped(harness, part("HO", "OLD-1", 1, SupersededTo=" new-1"))
    assert [(number, candidate) for number, _, candidate in found] == [("OLD-1", "NEW-1")]
    assert harness.shelf_quantities() == {}


def test_a_part_without_a_product_names_the_one_with_its_upc(harness: SyncHarness) -> None:
    honda = make_manufacturer("Honda", "oem")
    make_product(honda, "U-1", upc="012345678905")
    harness.map_code("HO", honda)
    found = skipped(harness, part("HO", "X-1", 1, UPC="0-12345-67890-5"))
    assert [(number, candidate) for number, _, candidate in found] == [("X-1", "U-1")]


def test_a_product_of_an_unmapped_manufacturer_is_not_a_candidate(harness: SyncHarness) -> None:
    make_manufacturer("Yamaha", "oem", numbers=["AB-1"])
    harness.map_code("HO", make_manufacturer("Honda", "oem", numbers=["H-1"]))
    assert [row[2] for row in skipped(harness, part("HO", "AB1", 1))] == [""]


@pytest.mark.parametrize("stored", ["12345678905", "012345678905", "0012345678905", "00012345678905"])
@pytest.mark.parametrize("reported", ["12345678905", "0012345678905", "0-12345-67890-5", " 00012345678905 "])
def test_upcs_are_compared_as_gtins(harness: SyncHarness, stored: str, reported: str) -> None:
    honda = make_manufacturer("Honda", "oem")
    make_product(honda, "U-1", upc=stored)
    harness.map_code("HO", honda)
    assert skipped(harness, part("HO", "X-1", 1, UPC=reported)) == [
        ("X-1", "No product has this part number; same UPC", "U-1")
    ]


@pytest.mark.parametrize(
    "junk",
    ["", "0", "00000000000000", "n/a", "1234567", "١٢٣٤٥٦٧٨٩٠٥", "9" * 15, "1" * 300, "12345678905x12345"],
)
def test_an_invalid_upc_finds_nothing(harness: SyncHarness, junk: str) -> None:
    honda = make_manufacturer("Honda", "oem")
    make_product(honda, "U-1", upc="12345678905")
    harness.map_code("HO", honda)
    assert skipped(harness, part("HO", "X-1", 1, UPC=junk))[0][2] == ""


def test_supersession_is_followed_to_a_number_in_the_catalog(harness: SyncHarness) -> None:
    harness.map_code("HO", make_manufacturer("Honda", "oem", numbers=["NEW-3"]))
    found = skipped(
        harness,
        part("HO", "OLD-1", 1, SupersededTo="MID-2"),
        part("HO", "MID-2", 1, SupersededTo="new-3 "),
    )
    reason = "No product has this part number; superseded by NEW-3"
    assert found == [("MID-2", reason, "NEW-3"), ("OLD-1", reason, "NEW-3")]


def test_the_nearest_number_of_a_chain_is_the_candidate(harness: SyncHarness) -> None:
    harness.map_code("HO", make_manufacturer("Honda", "oem", numbers=["MID-2", "NEW-3"]))
    found = skipped(
        harness,
        part("HO", "OLD-1", 1, SupersededTo="MID-2"),
        part("HO", "MID-2", 1, SupersededTo="NEW-3"),
    )
    assert [(number, candidate) for number, _, candidate in found] == [("OLD-1", "MID-2")]


def test_a_circle_of_supersessions_ends(harness: SyncHarness) -> None:
    harness.map_code("HO", make_manufacturer("Honda", "oem", numbers=["H-1"]))
    circle = [("A", "B"), ("B", "C"), ("C", "A"), ("D", "D"), ("E", "A")]
    found = skipped(harness, *(part("HO", number, 1, SupersededTo=later) for number, later in circle))
    assert [(number, candidate) for number, _, candidate in found] == [(number, "") for number, _ in circle]


@pytest.mark.parametrize(
    ("reported", "stored"),
    [("5012345", "05012345"), ("05012345", "5012345"), ("00501-2345", "5012345"), ("5012345", "050-12345")],
)
def test_a_part_without_a_product_names_the_one_with_other_leading_zeros(
    harness: SyncHarness, reported: str, stored: str
) -> None:
    harness.map_code("HO", make_manufacturer("Honda", "oem", numbers=[stored]))
    assert skipped(harness, part("HO", reported, 1)) == [
        (reported, "No product has this part number; same number, different leading zeros", stored)
    ]
    assert harness.shelf_quantities() == {}


def test_a_number_of_zeros_alone_has_no_candidate(harness: SyncHarness) -> None:
    harness.map_code("HO", make_manufacturer("Honda", "oem", numbers=["0"]))
    assert skipped(harness, part("HO", "00", 1))[0][2] == ""


@pytest.mark.parametrize(
    ("reported", "stored", "difference"),
    [
        ("A\u20111", "A-1", "only yours has NON-BREAKING HYPHEN"),
        ("A-1", "A\u20111", "only the catalog's has NON-BREAKING HYPHEN"),
        ("A\u20111", "A\u20131", "yours has NON-BREAKING HYPHEN, the catalog's EN DASH"),
    ],
)
def test_a_candidate_that_looks_the_same_says_what_differs(
    harness: SyncHarness, reported: str, stored: str, difference: str
) -> None:
    harness.map_code("HO", make_manufacturer("Honda", "oem", numbers=[stored]))
    ((_, reason, candidate),) = skipped(harness, part("HO", reported, 1))
    assert candidate == stored
    assert reason == f"No product has this part number; same number, different punctuation ({difference})"


def test_letters_that_look_the_same_are_named(harness: SyncHarness) -> None:
    honda = make_manufacturer("Honda", "oem")
    make_product(honda, "A-1", upc="12345678905")
    harness.map_code("HO", honda)
    ((_, reason, _),) = skipped(harness, part("HO", "\u0410-1", 1, UPC="12345678905"))
    assert reason.endswith("same UPC (only yours has CYRILLIC CAPITAL LETTER A)")
