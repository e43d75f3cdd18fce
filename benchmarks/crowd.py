"""Fills a database set-based: thousands of dealers, and one with a full shelf and a long history of runs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from webapp import clock
from webapp.extensions import db

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
CODES = 14
ITEMS = (
    "run_items (run_id, position, supplier_code, code_key, status,"
    " pages, fetched, synced, skipped, cleared, changed, prices_left)"
)


@dataclass(frozen=True)
class Crowd:
    """How much of everything. The shelf and the runs are all of dealer 1; every other dealer has one run."""

    dealers: int = 5_000
    shelf_rows: int = 200_000
    runs: int = 10_000
    skipped_parts: int = 2_000


def fill(crowd: Crowd) -> None:
    """Add everything to an empty, migrated database."""
    _dealers(crowd)
    _shelf(crowd)
    _runs(crowd)
    _last_run(crowd)
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def _dealers(crowd: Crowd) -> None:
    _insert("dealers (name, timezone, created_at)", "'Dealer ' || i, 'America/Chicago', :now", crowd.dealers)
    _insert(
        "configurations (dealer_id, enabled, username, sealed_password, cmf, quantity_column, clear_previous,"
        " disabled_days, check_state, check_number, version)",
        "i, :yes, 'login', 'sealed', i, 'on_hand', :yes, 0,"
        " CASE i % 10 WHEN 0 THEN 'refused' ELSE 'connected' END, 1, 1",
        crowd.dealers,
        yes=True,
    )
    _insert(
        "manufacturers (catalog, owner_key, name, name_key, abbreviation, abbreviation_key)",
        "'aftermarket', 0, 'Distributor ' || i, 'distributor ' || i, 'D' || i, 'd' || i",
        CODES,
    )
    _insert(
        "supplier_codes (dealer_id, position, code, code_key, manufacturer_id, lead_time_days, pricing)",
        "1, i, 'C' || i, 'c' || i, i, 2, 'retail'",
        CODES,
    )


def _shelf(crowd: Crowd) -> None:
    _insert(
        "products (catalog, owner_key, brand, brand_key, mpn, mpn_key, name, msrp_cents)",
        "'aftermarket', 0, 'Brand ' || (i % 50), 'brand ' || (i % 50), 'P-' || i, 'p-' || i,"
        " 'Brake pad number ' || i, 2500",
        crowd.shelf_rows,
    )
    _insert(
        "shelf_stock (dealer_id, product_id, manufacturer_id, code_key, code, quantity, sale_price_cents,"
        " lead_time_days, created_item_id, changed_item_id)",
        f"1, i, i % {CODES} + 1, 'c' || (i % {CODES} + 1), 'C' || (i % {CODES} + 1), i % 5, 2450, 2, 1, 1",
        crowd.shelf_rows,
    )
    _insert(
        "webstore_figures (dealer_id, product_id, shelf_quantity, sale_price_cents, lead_time_days)",
        "1, i, i % 5, CASE WHEN i % 5 > 0 THEN 2450 END, CASE WHEN i % 5 > 0 THEN 2 END",
        crowd.shelf_rows,
    )


def _runs(crowd: Crowd) -> None:
    columns = "runs (dealer_id, status, trigger, anyway, queued_at, started_at, finished_at, attempt)"
    states = "CASE i % 20 WHEN 0 THEN 'failed' WHEN 1 THEN 'partial' ELSE 'succeeded' END"
    _insert(columns, f"1, {states}, 'scheduled', :no, :now, :now, :now, 1", crowd.runs, no=False)
    _insert(columns, f"i, {states}, 'scheduled', :no, :now, :now, :now, 1", crowd.dealers, no=False)
    _insert(
        ITEMS,
        f"(i - 1) / {CODES} + 1, (i - 1) % {CODES}, 'C' || ((i - 1) % {CODES} + 1),"
        f" 'c' || ((i - 1) % {CODES} + 1), 'succeeded', 2, 700, 650, 50, 3, 40, 0",
        crowd.runs * CODES,
    )


def _last_run(crowd: Crowd) -> None:
    """What dealer 1's last run reported and skipped."""
    _insert(
        ITEMS,
        f"{crowd.runs + 1}, i - 1, 'C' || i, 'c' || i, 'succeeded', 2, 700, 650, 50, 3, 40, 0",
        CODES,
    )
    _insert(
        "reported_parts (run_item_id, part_number, key, bare_key, description, quantity, reason)",
        f"{crowd.runs * CODES} + i % {CODES} + 1, 'S-' || i, 's-' || i, 's' || i, 'Part ' || i, 1,"
        " 'not in the catalog'",
        crowd.skipped_parts,
    )


def _insert(table: str, row: str, count: int, **values: object) -> None:
    statement = text(f"INSERT INTO {table} {NUMBERS} SELECT {row} FROM n")
    given = {"count": count, "now": clock.now(), **values}
    used = {name: value for name, value in given.items() if f":{name}" in str(statement)}
    db.session.execute(statement, used)
