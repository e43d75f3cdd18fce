from __future__ import annotations

import pytest

from tests.factories import make_dealer, make_manufacturer
from webapp.supplier_codes import manufacturers_for


def names(dealer, catalog, matching="", **options):
    return [found.name for found in manufacturers_for(dealer, catalog, matching, **options)]


def test_manufacturers_are_those_of_the_catalog_by_name(dealer, tucker, honda):
    make_manufacturer("parts unlimited")
    assert names(dealer, "aftermarket") == ["parts unlimited", "Tucker Rocky"]
    assert names(dealer, "oem") == ["Honda"]
    assert names(dealer, "used") == []


def test_private_labels_are_the_dealers_own(dealer):
    other = make_dealer("Summit")
    make_manufacturer("Northwind Gear", "private_label", dealer)
    make_manufacturer("Summit Gear", "private_label", other)
    assert names(dealer, "private_label") == ["Northwind Gear"]
    assert names(other, "private_label", "gear") == ["Summit Gear"]


def test_an_abbreviation_comes_first_then_the_beginning_of_a_name(dealer):
    for name in ("Parts Unlimited", "Zed's All Parts", "All Parts"):
        make_manufacturer(name)
    make_manufacturer("XY Cycles", abbreviation="Parts")
    expected = ["XY Cycles", "Parts Unlimited", "All Parts", "Zed's All Parts"]
    assert names(dealer, "aftermarket", " PARTS") == expected


@pytest.mark.parametrize("matching", ["%", "_", "'", "\\", "\0", "\udcff"])
def test_typed_text_is_not_a_pattern(dealer, tucker, matching):
    assert names(dealer, "aftermarket", matching) == []


def test_the_list_is_limited(dealer):
    for number in range(10, 16):
        make_manufacturer(f"{number} Distributor")
    assert names(dealer, "aftermarket", limit=2) == ["10 Distributor", "11 Distributor"]
