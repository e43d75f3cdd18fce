from __future__ import annotations

import codecs
import io

import pytest

from tests.factories import make_dealer, make_product, make_shelf_stock
from tests.webapp.webstore import webstore_figures
from webapp.core.spreadsheet import FileRefused
from webapp.supplier_codes import (
    Fields,
    ImportResult,
    ListChanged,
    add,
    csv_files,
    export_csv,
    import_csv,
    listed,
    preview_csv,
)

HEADER = b"catalog,supplier_code,manufacturer,lead_time_days,pricing\n"
LIST = (
    HEADER + b"oem,HO,Honda,3,retail\naftermarket,TR,Tucker Rocky,1,disabled\noem,TR,Honda,0,current_active\n"
)


def exported(dealer):
    file = io.StringIO(newline="")
    export_csv(dealer, file)
    return file.getvalue().encode().removeprefix(codecs.BOM_UTF8)


def import_(dealer, content):
    return import_csv(dealer, io.BytesIO(content))


def problems(dealer, content):
    before = exported(dealer)
    with pytest.raises(FileRefused) as refused:
        import_(dealer, content)
    assert exported(dealer) == before
    return refused.value.problems


def test_a_list_comes_out_as_it_went_in(dealer, tucker, honda):
    assert import_(dealer, LIST) == ImportResult(3, 0, 0)
    assert exported(dealer) == LIST


def test_an_exported_list_makes_the_same_list_elsewhere(dealer, tucker, honda):
    import_(dealer, LIST)
    other = make_dealer("Summit")
    import_(other, exported(dealer))
    assert exported(other) == LIST


def test_importing_again_changes_nothing(dealer, tucker, honda):
    import_(dealer, LIST)
    assert import_(dealer, LIST) == ImportResult(0, 0, 3)


def test_rows_that_are_there_are_updated_in_place_and_others_follow(dealer, tucker, honda):
    add(dealer, Fields("aftermarket", "TR", "Tucker Rocky"))
    add(dealer, Fields("oem", "XX", "Honda"))
    assert import_(dealer, HEADER + b"oem,HO,Honda,,\naftermarket,tr,TU,9,retail\n") == ImportResult(1, 1, 0)
    rows = [(row.code, row.lead_time_days, row.pricing) for row in listed(dealer)]
    assert rows == [("tr", 9, "retail"), ("XX", 1, "disabled"), ("HO", 1, "disabled")]


def test_a_preview_tells_what_an_import_would_do_and_does_nothing(dealer, tucker, honda):
    add(dealer, Fields("aftermarket", "TR", "Tucker Rocky", "7"))
    assert preview_csv(dealer, io.BytesIO(LIST)) == ImportResult(2, 1, 0)
    assert len(listed(dealer)) == 1


def test_an_import_that_would_come_out_other_than_previewed_changes_nothing(dealer, tucker, honda):
    previewed = preview_csv(dealer, io.BytesIO(LIST))
    add(dealer, Fields("aftermarket", "TR", "Tucker Rocky", "7"))
    with pytest.raises(ListChanged):
        import_csv(dealer, io.BytesIO(LIST), previewed)
    assert [row.lead_time_days for row in listed(dealer)] == [7]
    assert import_csv(dealer, io.BytesIO(LIST), ImportResult(2, 1, 0)) == ImportResult(2, 1, 0)


def test_a_byte_order_mark_reordered_columns_and_quotes_are_read(dealer, honda):
    content = (
        b'\xef\xbb\xbfpricing,Manufacturer,supplier_code,lead_time_days,catalog\r\n,"Honda","H,""O",,OEM\r\n'
    )
    import_(dealer, content)
    assert [row.code for row in listed(dealer)] == ['H,"O']


def test_every_bad_row_is_reported_and_nothing_is_changed(dealer, tucker, honda):
    content = LIST + b"used,A,Honda,,\noem,,Honda,,\noem,B,Nobody,,\noem,C,Honda,x,\noem,D,Honda,,y\noem,E\n"
    found = problems(dealer, content)
    assert [line for line, _ in found] == [5, 6, 7, 8, 9, 10]
    assert [reason.split()[0:2] for _, reason in found[:5]] == [
        ["Ecommerce", "Catalog"],
        ["LightSpeed", "Supplier"],
        ["Manufacturer/Distributor", "'Nobody'"],
        ["Lead", "Time"],
        ["LightSpeed", "Pricing"],
    ]


def test_a_duplicate_row_is_reported_with_the_line_of_the_first(dealer, tucker, honda):
    found = problems(dealer, LIST + b"aftermarket,tr ,TU,5,\n")
    assert found == [(5, "tr is already mapped to Tucker Rocky on line 3")]


def test_three_bad_rows_among_many_are_found(dealer, tucker):
    rows = [b"aftermarket,C%d,Tucker Rocky,1,retail\n" % number for number in range(2000)]
    rows[500] = b"aftermarket,C\xff,Tucker Rocky,1,retail\n"
    rows[1000] = b'aftermarket,"C,Tucker Rocky,1,retail\n'
    rows[1500] = rows[1499]
    assert [line for line, _ in problems(dealer, HEADER + b"".join(rows))] == [502, 1002, 1502]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"catalog,supplier_code,manufacturer\n", "no column lead_time_days, pricing"),
        ("catalog,code\n".encode("utf-16-le"), "t UTF-8 text"),
        (HEADER + b"x" * (2 * 1024 * 1024), "larger than 2 MB"),
    ],
)
def test_a_file_that_is_not_a_list_is_refused_in_one_line(dealer, content, reason):
    ((line, told),) = problems(dealer, content)
    assert line == 1
    assert reason in told


def test_codes_that_find_old_stock_again_take_their_place_in_the_order(dealer, tucker):
    product = make_product(tucker, "1")
    add(dealer, Fields("aftermarket", "B", "Tucker Rocky"))
    make_shelf_stock(dealer, product, tucker, "A", price=100)
    make_shelf_stock(dealer, product, tucker, "Z", price=200)
    assert webstore_figures(dealer, product)[1] == 100
    import_(dealer, HEADER + b"aftermarket,Z,Tucker Rocky,,\n")
    assert webstore_figures(dealer, product)[1] == 200


def test_a_cell_that_a_spreadsheet_would_run_comes_back_as_it_was(dealer, tucker):
    rows = b"aftermarket,=1+1,Tucker Rocky,1,disabled\naftermarket,-5-,Tucker Rocky,1,disabled\n"
    assert import_(dealer, HEADER + rows) == ImportResult(2, 0, 0)
    assert exported(dealer) == HEADER + rows.replace(b",=", b",'=").replace(b",-", b",'-")
    assert import_(dealer, exported(dealer)) == ImportResult(0, 0, 2)


@pytest.mark.slow
def test_the_longest_list_is_taken_and_a_longer_one_refused(dealer, tucker):
    rows = [
        b"aftermarket,C%d,Tucker Rocky,1,disabled" % number for number in range(csv_files.LIMITS.rows + 1)
    ]
    assert problems(dealer, HEADER + b"\n".join(rows)) == [
        (10_002, "the file has more than 10,000 supplier codes")
    ]
    assert import_(dealer, HEADER + b"\n".join(rows[1:])) == ImportResult(10_000, 0, 0)
