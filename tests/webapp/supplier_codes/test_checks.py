from __future__ import annotations

import pytest

from tests.factories import make_dealer, make_manufacturer
from webapp.core.errors import FieldRefused
from webapp.supplier_codes import Fields, check


def refused(dealer, **fields):
    sound = {"catalog": "aftermarket", "supplier_code": "TR", "manufacturer": "Tucker Rocky"}
    with pytest.raises(FieldRefused) as refusal:
        check(dealer, Fields(**{**sound, **fields}))
    return refusal.value.field


def test_input_is_trimmed_and_defaults_are_filled_in(dealer, tucker):
    checked = check(dealer, Fields(" Aftermarket ", "  tr ", " tucker ROCKY "))
    assert (checked.code, checked.manufacturer, checked.lead_time_days, checked.pricing) == (
        "tr",
        tucker,
        1,
        "disabled",
    )


def test_a_distributor_can_be_named_by_its_abbreviation(dealer, tucker):
    assert check(dealer, Fields("aftermarket", "TR", "tu")).manufacturer == tucker


def test_a_name_counts_before_the_abbreviation_of_another(dealer, tucker):
    named = make_manufacturer("Tu", abbreviation="ZZ")
    assert check(dealer, Fields("aftermarket", "TR", "TU")).manufacturer == named


def test_the_labels_of_the_page_are_understood_too(dealer, honda):
    own = make_manufacturer("Northwind Gear", "private_label", dealer)
    checked = check(dealer, Fields("Private Label", "NW", "northwind gear", "0", "Current Active"))
    assert (checked.manufacturer, checked.lead_time_days, checked.pricing) == (own, 0, "current_active")


@pytest.mark.parametrize("days", ["0", "365", " 007 "])
def test_a_lead_time_is_whole_days_up_to_a_year(dealer, tucker, days):
    assert check(dealer, Fields("aftermarket", "TR", "TU", days)).lead_time_days == int(days)


@pytest.mark.parametrize("days", ["-1", "366", "1.5", "two", "１", "9" * 5000])
def test_any_other_lead_time_is_refused(dealer, tucker, days):
    assert refused(dealer, lead_time_days=days) == "lead_time_days"


@pytest.mark.parametrize("code", ["", "  ", "x" * 51, "T\0R", "T\nR", "T\udcffR"])
def test_a_code_that_cannot_be_one_is_refused(dealer, tucker, code):
    assert refused(dealer, supplier_code=code) == "supplier_code"


@pytest.mark.parametrize("name", ["", " ", "Nobody", "Honda", "a\0b", "\udcff"])
def test_a_manufacturer_that_is_not_in_the_catalog_is_refused(dealer, tucker, honda, name):
    assert refused(dealer, manufacturer=name) == "manufacturer"


def test_the_private_label_of_another_dealer_is_refused(dealer, tucker):
    make_manufacturer("Summit Gear", "private_label", make_dealer("Summit"))
    assert refused(dealer, catalog="private_label", manufacturer="Summit Gear") == "manufacturer"


@pytest.mark.parametrize("catalog", ["", "used", "aftermarket\0"])
def test_a_catalog_that_does_not_exist_is_refused(dealer, tucker, catalog):
    assert refused(dealer, catalog=catalog) == "catalog"


def test_a_pricing_that_does_not_exist_is_refused(dealer, tucker):
    assert refused(dealer, pricing="wholesale") == "pricing"
