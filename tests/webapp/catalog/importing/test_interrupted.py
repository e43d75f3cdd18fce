"""Imports that are interrupted, run concurrently, or are larger than memory."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.factories import make_dealer, make_shelf_stock
from tests.webapp.catalog.importing.files import (
    catalog,
    import_,
    import_rows,
    line,
    part_numbers,
    products,
    totals,
)
from webapp.catalog.importing import COLUMNS, Imported, apply, import_catalog
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, Product
from webapp.search import outbox, reindexing

# A database that fails in the middle, as when its disk is full.
FAILING = {
    "sqlite": [
        """
        CREATE TRIGGER failing BEFORE INSERT ON {table} WHEN new.{column} = '{value}'
        BEGIN SELECT RAISE(ABORT, 'disk full'); END
        """
    ],
    "postgresql": [
        """
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'disk full'; END $$
        """,
        """
        CREATE TRIGGER failing BEFORE INSERT ON {table}
        FOR EACH ROW WHEN (new.{column} = '{value}') EXECUTE FUNCTION fail()
        """,
    ],
}
REPAIRED = {
    "sqlite": ["DROP TRIGGER failing"],
    "postgresql": ["DROP TRIGGER failing ON {table}", "DROP FUNCTION fail"],
}


def alter(statements: dict[str, list[str]], **names: str) -> None:
    for statement in statements[db.engine.dialect.name]:
        db.session.execute(text(statement.format(**names)))
    db.session.commit()


@pytest.mark.parametrize(
    ("table", "column", "value"), [("products", "mpn_key", "m15"), ("part_numbers", "key", "31")]
)
def test_an_import_that_breaks_off_is_completed_by_the_next(app, monkeypatch, table, column, value):
    monkeypatch.setattr(apply, "SLICE", 4)
    dealer = make_dealer()
    old = [line(str(number), f"m{number // 2}", name="Old name") for number in range(10, 20)]
    import_rows(*old)
    shelf(dealer, "m5", "m9")
    new = [line(str(number), f"m{number // 2}", name="New name") for number in range(10, 40)]
    alter(FAILING, table=table, column=column, value=value)
    with pytest.raises(DBAPIError, match="disk full"):
        import_(catalog(new))
    broken_off = len(products())
    assert totals() in ([(5, 10)], [(None, None)])
    alter(REPAIRED, table=table)
    import_rows(*new)
    assert 5 < broken_off <= 15
    assert {row[2] for row in products()} == {"New name"}
    assert len(part_numbers()) == 30
    assert totals() == [(15, 30)]
    assert import_rows(*new) == Imported(30, 0, 0, 0, 0, 30, 0)
    outbox.drain()
    assert reindexing.differences() == 0


def shelf(dealer: Dealer, *mpns: str) -> None:
    """Put products on the shelf and index them."""
    manufacturer = db.session.query(Manufacturer).one()
    for mpn in mpns:
        product = db.session.query(Product).filter_by(mpn=mpn).one()
        make_shelf_stock(dealer, product, manufacturer)
    outbox.drain()


def test_concurrent_imports_have_the_result_of_one(app: Flask, tmp_path: Path):
    path = tmp_path / "catalog.csv"
    path.write_bytes(catalog([line(str(number), f"M{number // 3}") for number in range(2000)]))
    db.session.commit()

    def run() -> int:
        with app.app_context(), path.open("rb") as file:
            return import_catalog(file, lambda number, reason: None).rejected

    with ThreadPoolExecutor(3) as pool:
        assert [future.result() for future in [pool.submit(run) for _ in range(3)]] == [0, 0, 0]
    assert len(products()) == 667
    assert len(part_numbers()) == 2000
    assert totals() == [(667, 2000)]


def peak(path: Path) -> int:
    tracemalloc.start()
    try:
        with path.open("rb") as file:
            import_catalog(file, lambda number, reason: None)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def write_catalog(path: Path, count: int) -> Path:
    """Many products of one distributor; one row in ten is bad."""
    with path.open("w") as file:
        file.write(",".join(COLUMNS) + "\n")
        for number in range(count):
            file.write(line(str(number), name="" if number % 10 == 0 else "Brake pad") + "\n")
    return path


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(app, tmp_path):
    warmed_up = write_catalog(tmp_path / "warm.csv", 100)
    peak(warmed_up)
    small = peak(write_catalog(tmp_path / "small.csv", 10_000))
    large = peak(write_catalog(tmp_path / "large.csv", 40_000))
    assert large < small * 1.2
