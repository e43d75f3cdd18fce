"""Catalogs and parts of any size, for benchmarks."""

import csv
import io
from collections import Counter
from datetime import date

import pytest

from sandbox.samples.bulk import BULK_CODES, bulk_catalog, bulk_parts, bulk_supplier_codes, changed
from sandbox.samples.catalog import COLUMNS

TODAY = date(2026, 3, 2)


def catalog(products):
    file = io.StringIO()
    assert bulk_catalog(file, products) == products
    return list(csv.DictReader(io.StringIO(file.getvalue())))


def test_the_catalog_is_as_large_as_it_is_asked_to_be():
    rows = catalog(12_345)
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 12_345
    assert len({(row["brand"], row["mpn"] or row["part_number"]) for row in rows}) == 12_345
    assert len({(row["manufacturer"], row["part_number"]) for row in rows}) == 12_345
    assert {row["catalog"] for row in rows} == {"aftermarket", "oem"}


def test_each_manufacturer_has_its_share_and_a_supplier_code():
    per_manufacturer = Counter((row["catalog"], row["manufacturer"]) for row in catalog(1_200))
    codes = bulk_supplier_codes()
    assert len(codes) == 12
    assert [row.supplier_code for row in codes] == list(BULK_CODES)
    assert per_manufacturer == {(row.catalog, row.manufacturer): 100 for row in codes}


@pytest.mark.parametrize(("count", "codes"), [(1_200, BULK_CODES), (500, BULK_CODES), (90, BULK_CODES[:3])])
def test_every_part_is_in_the_catalog_under_its_code(count, codes):
    manufacturer = {row.supplier_code: row.manufacturer for row in bulk_supplier_codes()}
    sold = {(row["manufacturer"], row["part_number"]) for row in catalog(1_200)}
    parts = list(bulk_parts(count, codes, TODAY, products=1_200))
    asked = {(manufacturer[one["SupplierCode"]], one["PartNumber"]) for one in parts}
    assert len(asked) == len(parts) == count
    assert asked <= sold
    assert {one["SupplierCode"] for one in parts} == set(codes)


def test_parts_are_in_stock_priced_and_fresh():
    parts = list(bulk_parts(1_000, today=TODAY))
    assert all(one["OnHand"] > 0 and one["Avail"] > 0 and one["Retail"] > 0 for one in parts)
    assert {one["lastupdatedate"] for one in parts} == {"2026-03-01T08:00:00"}


def test_parts_lie_all_over_the_catalog():
    places = [int(one["PartNumber"].split("-")[1]) for one in bulk_parts(1_200, today=TODAY)]
    assert max(places) > 80_000


def test_more_parts_than_the_catalog_has_are_refused():
    with pytest.raises(ValueError, match="1300 parts of 12 codes need 1308 products"):
        list(bulk_parts(1_300, today=TODAY, products=1_200))


def test_a_share_of_the_parts_changes_in_quantity_and_nothing_else():
    parts = list(bulk_parts(1_000, today=TODAY))
    after = changed(parts, 0.01, seed=3)
    differing = [(old, new) for old, new in zip(parts, after, strict=True) if old != new]
    assert len(differing) == 10
    assert all({**old, "OnHand": new["OnHand"], "Avail": new["Avail"]} == new for old, new in differing)
    assert all(new["OnHand"] > old["OnHand"] for old, new in differing)
    assert changed(parts, 0.01, seed=3) == after != changed(parts, 0.01, seed=4)
