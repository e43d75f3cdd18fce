from __future__ import annotations

import pytest

from tests.factories import make_dealer, make_manufacturer, make_product, make_shelf_stock
from tests.webapp.webstore import webstore_figures
from webapp.extensions import db
from webapp.search import outbox, reindexing
from webapp.supplier_codes import listed

LIST = (
    "catalog,supplier_code,manufacturer,lead_time_days,pricing\n"
    "oem,HO,Honda,3,retail\n"
    "aftermarket,TR,Tucker Rocky,1,disabled\n"
)


@pytest.fixture
def dealer(app):
    make_manufacturer("Tucker Rocky", abbreviation="TU")
    make_manufacturer("Honda", "oem")
    return make_dealer()


def import_list(flask, dealer, text=LIST):
    return flask("supplier-codes", "import", "-", "--dealer", dealer.id, stdin=text)


def remove(flask, dealer, code, manufacturer, *options):
    named = ("--code", code, "--manufacturer", manufacturer)
    return flask("supplier-codes", "remove", "--dealer", dealer.id, *named, *options)


def test_a_list_goes_in_and_comes_out(flask, dealer, tmp_path):
    path = tmp_path / "codes.csv"
    path.write_text(LIST)
    assert flask("supplier-codes", "import", path, "--dealer", dealer.id) == (
        0,
        "2 added, 0 updated, 0 unchanged\n",
        "",
    )
    assert flask("supplier-codes", "export", "--dealer", dealer.id) == (0, LIST, "")
    assert import_list(flask, dealer).stdout == "0 added, 0 updated, 2 unchanged\n"


def test_a_bad_list_is_reported_line_by_line_and_changes_nothing(flask, dealer):
    done = import_list(flask, dealer, LIST + "oem,HO,Honda,,\noem,X,Nobody,,\n")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "line 4: HO is already mapped to Honda on line 2",
        "line 5: Manufacturer/Distributor 'Nobody' is not in the OEM catalog",
    ]
    assert import_list(flask, dealer, "").error == "line 1: the file is empty"
    assert listed(dealer) == []


def test_a_dealer_that_does_not_exist_is_refused(flask, app):
    removal = ("remove", "--code", "TR", "--manufacturer", "Honda")
    for command in (("import", "-"), ("export",), removal):
        assert flask("supplier-codes", *command, "--dealer", 7).error == "dealer 7 does not exist"
        assert flask("supplier-codes", *command).exit_code == 2


def test_a_removed_code_keeps_or_clears_its_stock(flask, dealer):
    import_list(flask, dealer)
    tucker = listed(dealer)[1].manufacturer
    product = make_product(tucker, "1")
    make_shelf_stock(dealer, product, tucker, quantity=3)
    done = remove(flask, dealer, " tr ", "tucker rocky")
    assert (done.exit_code, done.stdout, done.stderr) == (
        0,
        "",
        "removed; 1 products kept their quantities\n",
    )
    assert webstore_figures(dealer, product)[0] == 3
    import_list(flask, dealer)
    assert remove(flask, dealer, "TR", "TU", "--clear").stderr == "removed; 1 products went to zero\n"
    assert webstore_figures(dealer, product)[0] == 0
    assert [row.code for row in listed(dealer)] == ["HO"]
    assert (outbox.pending(), reindexing.differences()) == (0, 0)


def test_a_code_that_does_not_exist_cannot_be_removed(flask, dealer):
    import_list(flask, dealer)
    told = "the dealer has no supplier code TR mapped to Honda"
    assert remove(flask, dealer, "TR", "Honda").error == told
    assert len(listed(dealer)) == 2


def test_the_catalog_tells_two_manufacturers_of_one_name_apart(flask, dealer):
    make_manufacturer("Honda", "private_label", dealer)
    import_list(flask, dealer, LIST + "private_label,HO,Honda,,\n")
    told = "HO is mapped to Honda in oem, private_label; add --catalog"
    assert remove(flask, dealer, "HO", "Honda").error == told
    assert remove(flask, dealer, "HO", "Honda", "--catalog", "oem").exit_code == 0
    db.session.expire_all()
    assert [row.manufacturer.catalog for row in listed(dealer)] == ["aftermarket", "private_label"]
