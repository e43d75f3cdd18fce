"""Files as spreadsheets leave them, and the examples of docs/file-formats.md, through the commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import make_dealer, make_manufacturer
from webapp.catalog.importing import COLUMNS, OPTIONAL_COLUMNS
from webapp.core.spreadsheet import Sheet, damage_reason
from webapp.extensions import db
from webapp.models import Product
from webapp.settings.config import ROOT
from webapp.supplier_codes import listed

EXAMPLES = ROOT / "docs" / "examples"
CODES = "catalog,supplier_code,manufacturer,lead_time_days,pricing\n"
CATALOG = ",".join(COLUMNS) + "\n"


@pytest.fixture
def dealer(app):
    make_manufacturer("Tucker Rocky", abbreviation="TR")
    make_manufacturer("Honda", "oem")
    make_manufacturer("Öhlins", abbreviation="OH")
    dealer = make_dealer()
    make_manufacturer("House Brand", "private_label", dealer)
    return dealer


def import_codes(flask, dealer, path: Path, content: bytes | None = None):
    if content is not None:
        path = path / "codes.csv"
        path.write_bytes(content)
    return flask("supplier-codes", "import", path, "--dealer", dealer.id)


def mapped(dealer) -> list[tuple[str, str]]:
    return [(row.code, row.manufacturer.name) for row in listed(dealer)]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("supplier-codes.csv", [("TR", "Tucker Rocky"), ("HO", "Honda"), ("HB", "House Brand")]),
        ("supplier-codes-semicolons.csv", [("TR", "Tucker Rocky"), ("HO", "Honda")]),
        ("supplier-codes-tabs-utf16.csv", [("TR", "Tucker Rocky")]),
    ],
)
def test_the_examples_of_supplier_codes_are_imported(flask, dealer, name, codes):
    assert import_codes(flask, dealer, EXAMPLES / name).exit_code == 0
    assert mapped(dealer) == codes


@pytest.mark.parametrize(
    "content",
    [
        CODES + "aftermarket,TR,Tucker Rocky,1,retail\n,,,,\n  ,\u00a0,\u200b,,\n,,\n\n",
        "sep=;\n" + (CODES + "aftermarket,TR,Tucker Rocky,1,retail\n").replace(",", ";"),
        ",,,,\n\n" + CODES + "aftermarket,TR,Tucker Rocky,1,retail\n",
        (CODES + 'aftermarket,TR,"Tucker Rocky\n",1,retail\n').replace(",", "\t"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_list_is_read_as_a_spreadsheet_saves_it(flask, dealer, tmp_path, content, encoding):
    encoded = content.encode(encoding)
    if encoding == "utf-16-be":
        encoded = b"\xfe\xff" + encoded
    done = import_codes(flask, dealer, tmp_path, encoded)
    assert (done.exit_code, done.stderr) == (0, "")
    assert mapped(dealer) == [("TR", "Tucker Rocky")]


def test_names_are_compared_as_they_appear(flask, dealer, tmp_path):
    rows = "aftermarket,OH,O\u0308hlins,1,retail\naftermarket,T\u200bR,Tucker\u00a0Rocky,1,\n"
    assert import_codes(flask, dealer, tmp_path, (CODES + rows).encode()).exit_code == 0
    assert mapped(dealer) == [("OH", "Öhlins"), ("TR", "Tucker Rocky")]


def test_codes_that_a_spreadsheet_damaged_are_named(flask, dealer, tmp_path):
    rows = 'aftermarket,5E+10,Tucker Rocky,,\naftermarket,"=""01""",Tucker Rocky,,\naftermarket,TR,#N/A,,\n'
    done = import_codes(flask, dealer, tmp_path, (CODES + rows).encode())
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "line 2: supplier_code: Excel converted this number to 5E+10",
        'line 3: supplier_code: a spreadsheet saved the formula ="01" instead of its text',
        "line 4: manufacturer: a spreadsheet formula failed and left #N/A",
    ]


def prices() -> dict[str, int | None]:
    return {product.mpn: product.msrp_cents for product in db.session.scalars(db.select(Product))}


def test_a_damaged_catalog_costs_its_damaged_rows_and_prices_only(flask, app, tmp_path):
    start = "aftermarket,Tucker Rocky,TR,,,"
    numbers = ["0123456", "1.23457E+12", "#N/A", '"=""00123"""', "A-1\u200b", "A-1", "B-2", "C-3", "12E5"]
    msrps = ["25.00"] * 6 + ['"1,234.56"', "#N/A", "$9"]
    rows = [f"{start}{number},Acme,,Name,{msrp}\n" for number, msrp in zip(numbers, msrps, strict=True)]
    path = tmp_path / "catalog.csv"
    path.write_text(CATALOG + "".join(rows), encoding="utf-8")
    done = flask("catalog", "import", path)
    assert done.exit_code == 1
    assert sorted(done.stderr.splitlines()) == [
        "line 3: part_number: Excel converted this number to 1.23457E+12",
        "line 4: part_number: a spreadsheet formula failed and left #N/A",
        'line 5: part_number: a spreadsheet saved the formula ="00123" instead of its text',
        "line 9: imported without a price: msrp is #N/A",
    ]
    assert prices() == {"0123456": 2500, "A-1": 2500, "B-2": 123456, "C-3": None, "12E5": 900}


def test_the_example_of_a_catalog_is_imported(flask, app):
    make_dealer()
    done = flask("catalog", "import", EXAMPLES / "catalog.csv")
    assert (done.exit_code, done.stderr) == (0, "")
    assert prices() == {"AC-1": 123456, "0123457": 2500, "06455-MGE-006": 1999, "HB-1": 995}


@pytest.mark.parametrize("name", ["inventory-report", "skipped-report", "inventory-export", "rejected-rows"])
def test_the_examples_of_written_files_have_the_columns_of_those(name):
    from jobs.reports.writing import COLUMNS
    from webapp.search import inventory_rows

    columns = {
        "inventory-report": COLUMNS["inventory"],
        "skipped-report": COLUMNS["skipped"],
        "inventory-export": inventory_rows.COLUMNS,
        "rejected-rows": ("line", "reason"),
    }[name]
    path = EXAMPLES / f"{name}.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf" + ",".join(columns).encode() + b"\n")
    with path.open("rb") as file:
        assert all(not row.reason for row in Sheet(file, columns))


def test_the_page_names_every_column_and_each_import_refers_to_it(flask, app):
    page = (ROOT / "docs" / "file-formats.md").read_text()
    for column in (*COLUMNS, *OPTIONAL_COLUMNS, *CODES.strip().split(",")):
        assert f"| `{column}`" in page
    for command in (("catalog", "import"), ("supplier-codes", "import")):
        assert "docs/file-formats.md" in flask(*command, "--help").stdout


@pytest.mark.parametrize("text", ["12E5", "1E5", "5E-10", "E+10", "1.5", "#10-32", "N/A", "12E+12", "=A", ""])
def test_ordinary_text_is_not_damage(text):
    assert damage_reason(text) == ""


@pytest.mark.parametrize(
    "text", ["1E+12", "5e+10", "1,2E+05", "-1.2E+12", "1.5E-05", "#ref!", "Err:502", '=""']
)
def test_text_damaged_by_a_spreadsheet_is_recognized(text):
    assert damage_reason(text) != ""
