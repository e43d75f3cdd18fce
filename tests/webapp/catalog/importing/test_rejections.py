from __future__ import annotations

import io

import pytest

from tests.factories import make_dealer
from tests.webapp.catalog.importing.files import (
    catalog,
    import_,
    import_rows,
    line,
    part_numbers,
    products,
    reason,
)
from webapp.catalog.importing import COLUMNS, Imported, import_catalog, run_import
from webapp.core.spreadsheet import Unreadable
from webapp.extensions import db
from webapp.models import Manufacturer

HONDA = "oem,Honda,,12,,1,Honda,,Pad,5"


def test_three_bad_rows_among_many_are_listed_and_the_others_imported(app):
    rows = [line(str(number)).encode() for number in range(3000)]
    rows[700] = line("700", name="").encode()
    rows[1500] = line("1500", name="Caf").encode() + b"\xe9"
    rows[2900] = b'aftermarket,"Tucker Rocky,TR,,,2900,EBC,,Never closed,5'
    done, rejected = import_(catalog([]) + b"\n".join(rows) + b"\n")
    assert [number for number, _ in rejected] == [702, 1502, 2902]
    assert done == Imported(3000, 2997, 0, 2997, 0, 0, 3)
    assert len(products()) == 2997


def test_rejected_rows_come_in_the_order_of_the_file(app):
    rows = [line("1", "A"), line("2", name=""), line("1", "B"), line("3", msrp="x"), line("1", "C")]
    _, rejected = import_(catalog(rows))
    assert rejected == [
        (3, "name is missing"),
        (4, "part number 1 is another product on line 2"),
        (5, "msrp must be a price such as 19.99 and not negative"),
        (6, "part number 1 is another product on line 2"),
    ]
    assert part_numbers() == [("Tucker Rocky", "1", "A")]
    assert [row[1] for row in products()] == ["A"]


def test_a_rejected_row_does_not_count_for_its_product(app):
    rows = [line("1", "A", name="Right"), line("2", "B", name="Right"), line("1", "B", name="Wrong")]
    _, rejected = import_(catalog(rows))
    assert [number for number, _ in rejected] == [4]
    assert [row[2] for row in products()] == ["Right", "Right"]


def test_the_first_line_of_a_part_number_counts_also_after_a_contradiction(app):
    rows = [line("x", "A"), line("X", "B"), line("x", "A"), line("x", "A", brand="Galfer")]
    assert [number for number, _ in import_(catalog(rows))[1]] == [3, 5]


def test_one_part_number_of_two_manufacturers_is_no_contradiction(app):
    import_rows(line("1", "A"), "aftermarket,Parts Unlimited,PU,,,1,EBC,B,Pad,5")


CONTRADICTIONS = {
    "oem,Honda,,13,,2,Honda,,Pad,5": "manufacturer Honda has the oem_manufacturer_id 12",
    "oem,HONDA,,12 3,,2,Honda,,Pad,5": "manufacturer HONDA has the oem_manufacturer_id 12",
    "oem,Yamaha,,12,,2,Yamaha,,Pad,5": "oem_manufacturer_id 12 belongs to manufacturer Honda",
    "aftermarket,Tucker Rocky,TU,,,2,EBC,,Pad,5": "manufacturer Tucker Rocky has the abbreviation TR",
    "aftermarket,Tom Racing,tr,,,2,EBC,,Pad,5": "abbreviation tr belongs to manufacturer Tucker Rocky",
}


def test_a_manufacturer_that_contradicts_what_is_stored_is_rejected(app):
    import_rows(HONDA, line("1"))
    assert {row: reason(row) for row in CONTRADICTIONS} == CONTRADICTIONS
    assert len(products()) == 2


def test_a_manufacturer_that_contradicts_an_earlier_row_is_rejected(app):
    _, rejected = import_(catalog([HONDA, "oem,Honda,,13,,2,Honda,,Pad,5", "oem,honda,,12,,3,Honda,,Pad,5"]))
    assert rejected == [(3, "manufacturer Honda has the oem_manufacturer_id 12")]


def test_a_bad_row_adds_no_manufacturer(app):
    reason("oem,Honda,,12,,1,Honda,,Pad,free")
    assert db.session.query(Manufacturer).count() == 0


def test_a_dealer_that_does_not_exist_is_rejected(app):
    make_dealer()
    for dealer in ("7", "0", "-1", "x", "1.0", "9" * 20):
        assert reason(f"private_label,Own,,,{dealer},S1,Own,,Mug,5") == f"dealer {dealer} does not exist"


def test_rows_of_another_width_are_rejected(app):
    _, rejected = import_(catalog(["oem,Honda", line("1"), line("2") + ",,"]))
    assert rejected == [
        (2, "2 fields where the first line has 10"),
        (4, "12 fields where the first line has 10"),
    ]


NO_CATALOGS = {
    b"": "the file is empty",
    ",".join(COLUMNS[1:]).encode() + b"\n": "no column catalog",
    line("1").encode() + b"\n": "no column catalog",
    catalog([line("1")]).decode().encode("utf-16-le"): "t UTF-8 text",
    b"\x7fELF\2\1\1\0" + b"\0" * 500: "t UTF-8 text",
}


def test_a_file_that_is_not_a_catalog_is_refused_and_changes_nothing(app):
    import_rows(line("1"))
    for content, told in NO_CATALOGS.items():
        with pytest.raises(Unreadable, match=told):
            import_catalog(io.BytesIO(content), lambda line, reason: None)
    assert len(products()) == 1


def test_a_catalog_without_rows_is_imported(app):
    assert import_rows() == Imported(0, 0, 0, 0, 0, 0, 0)


def test_a_file_with_almost_only_rejected_rows_is_abandoned(app, monkeypatch):
    monkeypatch.setattr(run_import, "MOST_REJECTED", 3)
    assert import_(catalog(["x"] * 3))[0].rejected == 3
    with pytest.raises(Unreadable, match="more than 3 rows can't be imported"):
        import_catalog(io.BytesIO(catalog([line("1"), *["x"] * 4])), lambda line, reason: None)
    assert products() == []
