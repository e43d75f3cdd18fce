from __future__ import annotations

from sqlalchemy import select

from tests.factories import make_dealer, make_manufacturer, make_product, make_shelf_stock
from tests.webapp.catalog.importing.files import catalog, line
from webapp.extensions import db
from webapp.models import Product
from webapp.search import outbox, reindexing


def test_a_catalog_is_imported_from_a_file_and_summed_up(flask, tmp_path):
    path = tmp_path / "catalog.csv"
    path.write_bytes(catalog([line("1"), line("2")]))
    assert flask("catalog", "import", path) == (
        0,
        "2 rows; products: 2 new, 0 changed; part numbers: 2 new, 0 changed; rows: 0 unchanged, 0 rejected\n",
        "",
    )
    assert "rows: 2 unchanged, 0 rejected" in flask("catalog", "import", path).stdout


def test_rejected_rows_are_listed_and_end_in_exit_code_1(flask):
    done = flask(
        "catalog", "import", "-", stdin=catalog([line("1"), line("2", name=""), line("3", msrp="x")])
    )
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "line 3: name is missing",
        "line 4: msrp must be a price such as 19.99 and not negative",
    ]
    assert done.stdout.endswith("rows: 0 unchanged, 2 rejected\n")
    assert len(db.session.scalars(select(Product)).all()) == 1


def test_what_an_import_changes_is_found_at_once(flask):
    dealer, honda = make_dealer(), make_manufacturer("12", "oem")
    make_shelf_stock(dealer, make_product(honda, "A-1", name="Old name"), honda)
    flask("catalog", "import", "-", stdin=catalog(["oem,12,,12,,A-1,12,,New name,"]))
    assert '"New name"' in flask("webstore", "search", "--dealer", dealer.id, "new").stdout
    assert (outbox.pending(), reindexing.differences()) == (0, 0)


def test_a_file_that_is_not_a_catalog_is_refused_in_one_line(flask, tmp_path):
    for content in (b"", b"a,b\n1,2\n", b"\x89PNG\r\n\x1a\n\0\0"):
        assert "the file" in flask("catalog", "import", "-", stdin=content).error
    assert flask("catalog", "import", tmp_path / "nowhere.csv").exit_code == 2
    assert flask("catalog", "import", tmp_path).exit_code == 2
    assert flask("catalog", "import").exit_code == 2
