"""The sample catalog and the sample dealers' supplier codes."""

import csv
import hashlib
import io
import re
import subprocess
import sys
from collections import Counter

import pytest

from sandbox.samples.catalog import COLUMNS, catalog_rows, write_catalog
from sandbox.samples.dealers import SAMPLE_DEALERS, SILENT_CODE, write_supplier_codes
from sandbox.samples.manufacturers import DISTRIBUTORS, OEMS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def text():
    file = io.StringIO()
    write_catalog(file, {"northwind": 7, "summit": 8})
    return file.getvalue()


@pytest.fixture(scope="module")
def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def product_of(row):
    return row["catalog"], row["dealer"], row["brand"].lower(), (row["mpn"] or row["part_number"]).lower()


def test_it_has_the_columns_of_catalog_import(text):
    columns = "catalog,manufacturer,abbreviation,oem_manufacturer_id,dealer,part_number,brand,mpn,name,msrp"
    assert text.split("\n", 1)[0] == columns == ",".join(COLUMNS)


def test_it_has_some_60_000_products_in_three_catalogs(rows):
    products = Counter(catalog for catalog, *_ in {product_of(row) for row in rows})
    assert products == {"aftermarket": 24_000, "oem": 35_000, "private_label": 800}


def test_write_catalog_says_how_many_rows_it_wrote(rows):
    assert write_catalog(io.StringIO(), {"northwind": 7, "summit": 8}) == len(rows)


def test_a_part_number_is_unique_for_its_manufacturer(rows):
    numbers = Counter((row["manufacturer"].lower(), row["part_number"].lower()) for row in rows)
    assert max(numbers.values()) == 1


def test_a_product_has_one_name_and_one_price(rows):
    said = {(product_of(row), row["name"], row["msrp"]) for row in rows}
    assert len(said) == len({product_of(row) for row in rows})


def test_manufacturers_have_the_columns_that_identify_them_in_their_catalog(rows):
    known = {
        (row["catalog"], row["manufacturer"], row["abbreviation"], row["oem_manufacturer_id"]) for row in rows
    }
    assert known == (
        {("aftermarket", one.name, one.abbreviation, "") for one in DISTRIBUTORS}
        | {("oem", one.name, "", str(one.oem_manufacturer_id)) for one in OEMS}
        | {("private_label", one.private_label, "", "") for one in SAMPLE_DEALERS}
    )


def test_many_aftermarket_products_are_carried_by_several_distributors(rows):
    carriers = Counter(product_of(row) for row in rows if row["catalog"] == "aftermarket")
    counts = Counter(carriers.values())
    assert set(counts) == {1, 2, 3, 4}
    assert sum(counts.values()) - counts[1] > 8_000


@pytest.mark.parametrize(
    ("oem", "style"),
    [
        ("Honda", r"\d{5}-[A-Z]{3}-\d{3}(Z[AB]|AH)?"),
        ("Kawasaki", r"\d{5}-\d{4}(-\w+)?"),
        ("Yamaha", r"\d[A-Z]{2}-\d{5}-\d\d-\w\w"),
        ("Polaris", r"\d{7}"),
    ],
)
def test_oem_part_numbers_are_in_the_oems_style(rows, oem, style):
    numbers = [row["part_number"] for row in rows if row["manufacturer"] == oem]
    assert len(numbers) >= 1_000
    assert all(re.fullmatch(style, number) for number in numbers)


def test_most_oem_rows_leave_the_mpn_to_the_part_number(rows):
    empty = [row["mpn"] == "" for row in rows if row["catalog"] == "oem"]
    assert 0.8 < sum(empty) / len(empty) < 1


def test_private_label_goes_to_the_dealer_ids_given(rows):
    owners = Counter(
        (row["manufacturer"], row["dealer"]) for row in rows if row["catalog"] == "private_label"
    )
    assert owners == {("Northwind Garage", "7"): 400, ("Summit Shop", "8"): 400}
    assert {row["dealer"] for row in rows if row["catalog"] != "private_label"} == {""}


def test_private_label_of_a_dealer_that_is_not_given_is_left_out():
    file = io.StringIO()
    written = write_catalog(file, {"summit": 8})
    assert "Northwind Garage" not in file.getvalue()
    assert written == len(catalog_rows()) - 400


def test_prices_are_dollars_and_cents_or_unknown(rows):
    assert all(re.fullmatch(r"(\d+\.\d\d)?", row["msrp"]) for row in rows)
    assert any(row["msrp"] == "" for row in rows)


def test_some_names_have_commas_quotes_and_letters_beyond_ascii(rows):
    assert any('"' in row["name"] for row in rows)
    assert any(not row["brand"].isascii() for row in rows)


def test_another_process_writes_the_same_bytes(text):
    script = (
        "import sys; from sandbox.samples.catalog import write_catalog;"
        "sys.stdout.reconfigure(encoding='utf-8', newline='');"
        "write_catalog(sys.stdout, {'northwind': 7, 'summit': 8})"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=60)
    assert hashlib.sha256(ended.stdout).digest() == hashlib.sha256(text.encode()).digest()


@pytest.mark.parametrize("dealer", SAMPLE_DEALERS, ids=lambda one: one.key)
def test_every_supplier_code_names_a_manufacturer_of_its_catalog(dealer):
    known = {(row.catalog, row.manufacturer) for row in catalog_rows() if row.dealer in ("", dealer.key)}
    assert {(row.catalog, row.manufacturer) for row in dealer.supplier_codes} <= known


@pytest.mark.parametrize("dealer", SAMPLE_DEALERS, ids=lambda one: one.key)
def test_the_supplier_codes_have_every_shape_that_matters(dealer):
    codes = [row.supplier_code for row in dealer.supplier_codes]
    assert len(set(codes)) >= 12
    assert len({row.catalog for row in dealer.supplier_codes if row.supplier_code == "HW"}) == 2
    assert [row.manufacturer for row in dealer.supplier_codes if row.supplier_code in ("HO", "HP")] == [
        "Honda",
        "Honda",
    ]
    assert SILENT_CODE in codes
    assert {row.pricing for row in dealer.supplier_codes} == {"disabled", "retail", "current_active"}
    assert len({(row.supplier_code, row.manufacturer) for row in dealer.supplier_codes}) == len(codes)


def test_supplier_codes_are_written_in_the_columns_of_their_import():
    file = io.StringIO()
    write_supplier_codes(file, SAMPLE_DEALERS[0].supplier_codes)
    lines = file.getvalue().splitlines()
    assert lines[0] == "catalog,supplier_code,manufacturer,lead_time_days,pricing"
    assert lines[1] == "aftermarket,TR,Tucker Rocky,2,retail"
    assert len(lines) == 1 + len(SAMPLE_DEALERS[0].supplier_codes)


def test_the_dealers_differ_and_keep_their_passwords_to_themselves():
    first, second = SAMPLE_DEALERS
    assert first.time_zone != second.time_zone
    assert {first.cmf, first.username, first.password}.isdisjoint(
        {second.cmf, second.username, second.password}
    )
    assert first.password not in repr(first)
