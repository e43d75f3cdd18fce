"""Imports of which few rows differ from the catalog; the others are neither sorted nor written."""

from __future__ import annotations

import pytest

from tests.webapp.catalog.importing.files import (
    catalog,
    import_,
    import_rows,
    line,
    part_numbers,
    products,
    totals,
)
from webapp.catalog.importing import Imported
from webapp.extensions import db
from webapp.models import CatalogVersion

STORED = [line(str(number), f"m{number // 2}") for number in range(20, 60)]


@pytest.fixture(autouse=True)
def stored(app):
    """Forty part numbers of twenty products."""
    import_rows(*STORED)


def version() -> int:
    found = db.session.query(CatalogVersion.version).scalar()
    db.session.commit()
    return int(found)


def test_a_row_that_differs_is_overruled_by_a_later_row_as_stored():
    rows = [line("20", "m10", name="Other"), *STORED]
    assert import_rows(*rows) == Imported(41, 0, 0, 0, 0, 41, 0)


def test_a_row_that_differs_overrules_an_earlier_row_as_stored():
    assert import_rows(*STORED, line("20", "m10", name="Other")) == Imported(41, 0, 1, 0, 0, 40, 0)
    assert products()[0] == ("EBC", "m10", "Other", 1999)


def test_a_row_that_contradicts_an_earlier_row_as_stored_is_rejected():
    done, rejected = import_(catalog([*STORED, line("20", "m11")]))
    assert (done, rejected) == (
        Imported(41, 0, 0, 0, 0, 40, 1),
        [(42, "part number 20 is another product on line 2")],
    )


def test_a_row_as_stored_that_contradicts_an_earlier_row_is_rejected():
    done, rejected = import_(catalog([line("20", "m11"), *STORED]))
    assert (done, rejected) == (
        Imported(41, 0, 0, 0, 1, 39, 1),
        [(3, "part number 20 is another product on line 2")],
    )
    assert part_numbers()[0][1:] == ("20", "m11")
    assert totals() == [(20, 40)]


def test_only_an_import_that_changes_something_raises_the_version_of_the_catalog():
    before = version()
    import_rows(*STORED)
    assert version() == before
    import_rows(*STORED[1:], line("20", "m10", name="Other"))
    after = version()
    assert after > before
    import_rows(*STORED[1:], line("20", "m11"))
    assert version() > after
