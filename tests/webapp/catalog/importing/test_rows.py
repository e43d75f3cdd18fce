from __future__ import annotations

import pytest

from webapp.catalog.importing.rows import CatalogRow, Rejected, cents_of, parse
from webapp.core.limits import MAX_CENTS

SOUND = {
    "catalog": "oem",
    "manufacturer": "Honda",
    "abbreviation": "",
    "oem_manufacturer_id": "12",
    "dealer": "",
    "part_number": "06455-MGE-006",
    "brand": "Honda",
    "mpn": "",
    "name": "Brake pad",
    "msrp": "19.99",
}
OWN_COLUMNS = {
    "aftermarket": {"abbreviation": "TR", "oem_manufacturer_id": "", "dealer": ""},
    "oem": {"abbreviation": "", "oem_manufacturer_id": "12", "dealer": ""},
    "private_label": {"abbreviation": "", "oem_manufacturer_id": "", "dealer": "1"},
}


def parsed(**cells):
    return parse(tuple({**SOUND, **cells}.values()))


def rejection(**cells):
    with pytest.raises(Rejected) as rejected:
        parsed(**cells)
    return str(rejected.value)


def test_text_is_trimmed_and_an_empty_mpn_is_the_part_number():
    row = parsed(catalog=" OEM ", manufacturer=" Honda ", part_number=" 1-2 ", name=" Pad ", msrp=" 5 ")
    assert row == CatalogRow("oem", "Honda", "", "12", "", "1-2", "Honda", "1-2", "Pad", 500, None)


@pytest.mark.parametrize(
    ("price", "cents"),
    [
        *[("0", 0), ("0.00", 0), ("19.99", 1999), ("20", 2000), (".5", 50), ("7.", 700), ("007.10", 710)],
        *[("1.005", 101), ("1.0049999", 100), ("1.995", 200), ("21474836.47", MAX_CENTS)],
    ],
)
def test_prices_are_to_the_cent_half_up(price, cents):
    assert cents_of(price) == cents


@pytest.mark.parametrize(
    "price", ["-1", "1,23456", "$", "free", "1e3", "NaN", "1.2.3", "5 USD", ".", "１", "+5"]
)
def test_an_invalid_price_is_rejected(price):
    assert rejection(msrp=price).startswith("msrp must be a price")


@pytest.mark.parametrize("price", ["21474836.475", "99999999999"])
def test_a_price_that_cannot_be_stored_is_rejected(price):
    assert rejection(msrp=price) == "msrp is too large"


@pytest.mark.parametrize("column", ["manufacturer", "part_number", "brand", "name"])
def test_a_required_column_is_named_when_it_is_empty(column):
    assert rejection(**{column: "  "}) == f"{column} is missing"


@pytest.mark.parametrize("word", ["", "used", "private label"])
def test_a_catalog_that_does_not_exist_is_rejected(word):
    assert rejection(catalog=word) == "catalog must be one of aftermarket, oem, private_label"


@pytest.mark.parametrize("catalog", OWN_COLUMNS)
@pytest.mark.parametrize("column", ["abbreviation", "oem_manufacturer_id", "dealer"])
def test_each_catalog_has_its_own_column_and_no_other(catalog, column):
    own = OWN_COLUMNS[catalog]
    parsed(catalog=catalog, **own)
    told = rejection(catalog=catalog, **{**own, column: "" if own[column] else "9"})
    assert told == (
        f"{column} is missing: {catalog} needs it" if own[column] else f"{column} must be empty for {catalog}"
    )


@pytest.mark.parametrize("column", ["manufacturer", "oem_manufacturer_id", "part_number", "brand", "mpn"])
def test_a_value_longer_than_any_is_rejected(column):
    parsed(**{column: "x" * 200})
    assert rejection(**{column: "x" * 201}) == f"{column} is longer than 200 characters"


def test_a_name_may_be_longer_than_other_values():
    parsed(name="x" * 500)
    assert rejection(name="x" * 501) == "name is longer than 500 characters"


@pytest.mark.parametrize(
    "letter", ["\0", "\x0b", "\x1b", "\x7f", "\x85", "\u061c", "\u200e", "\u202e", "\u2069"]
)
@pytest.mark.parametrize("column", ["manufacturer", "name"])
def test_control_and_direction_characters_are_rejected(column, letter):
    told = "it contains a control character or one that changes the text direction"
    assert rejection(**{column: f"a{letter}b"}) == told


def test_line_ends_and_letters_of_any_script_are_accepted():
    for name in ("Pad\r\n\tfront", "Bremsbeläge", "ブレーキ", "بطانة", "👨‍🔧"):
        assert parsed(name=name).name == name


def test_a_upc_is_digits():
    assert parsed(upc=" 0 12345-67890 5 ").upc == "012345678905"
    assert parsed(upc="").upc is None
    for upc in ("1234567", "123456789012345", "7.1E+11", "ABCDEFGHIJKL", "１２３４５６７８"):
        assert rejection(upc=upc) == "upc must be 8 to 14 digits"
