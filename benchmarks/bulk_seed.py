"""Seeds thousands of dealers set-based, one of them with a full shelf and a long history of runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import insert, text

from jobs.reports import lines
from jobs.sync.applying.new_blocks import BLOCK_ROWS
from jobs.sync.rules import UNMATCHED
from webapp.catalog.importing.statements import COUNT_TOTALS
from webapp.core import clock
from webapp.extensions import db
from webapp.models import PullBlock, StoredPull
from webapp.pulls.entries import Entry, Match, pack

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
# Supplier codes of dealer 1, and of each of the others.
CODES, CODES_OF_OTHERS = 14, 5
CODE = f"(i % {CODES} + 1)"
# The first run put half of the shelf there, and each of the latest changed so many products.
CHANGED = 200
MAPPINGS = "supplier_codes (dealer_id, position, code, code_key, manufacturer_id, lead_time_days, pricing)"
ITEMS = (
    "run_items (run_id, position, supplier_code, code_key, status, pages, fetched, synced, skipped, cleared,"
    " changed, prices_left, requests, rate_waited_ms)"
)
COUNTS = "'succeeded', 2, 700, 650, 50, 3, {changed}, 0, 2, 0"


@dataclass(frozen=True)
class BulkSeed:
    """How much of everything. The shelf and the runs are all of dealer 1; every other dealer has one run."""

    dealers: int = 5_000
    shelf_rows: int = 200_000
    runs: int = 10_000
    reported_parts: int = 100_000
    skipped_parts: int = 2_000

    @property
    def last_run(self) -> int:
        """The id of dealer 1's last run."""
        return self.runs + 1


def bulk_seed(size: BulkSeed) -> None:
    """Add everything to an empty, migrated database."""
    _dealers(size)
    _catalog(size)
    _shelf(size)
    _runs(size)
    _last_run(size)
    _stored_pulls(size)
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def _dealers(size: BulkSeed) -> None:
    _insert("dealers (name, timezone, created_at)", "'Dealer ' || i, 'America/Chicago', :now", size.dealers)
    _insert(
        "configurations (dealer_id, enabled, username, sealed_password, cmf, quantity_column, clear_previous,"
        " disabled_days, check_state, check_number, version)",
        "i, :yes, 'login', 'sealed', i, 'on_hand', :yes, 0,"
        " CASE i % 10 WHEN 0 THEN 'refused' ELSE 'connected' END, 1, 1",
        size.dealers,
        yes=True,
    )
    _insert(
        "manufacturers (catalog, owner_key, name, name_key, abbreviation, abbreviation_key)",
        "'aftermarket', 0, 'Distributor ' || i, 'distributor ' || i, 'D' || i, 'd' || i",
        CODES,
    )
    _insert(MAPPINGS, "1, i, 'C' || i, 'c' || i, i, 2, 'retail'", CODES)
    _insert(
        MAPPINGS,
        f"(i - 1) / {CODES_OF_OTHERS} + 2, i, 'C' || i, 'c' || i, {CODE}, 2, 'retail'",
        (size.dealers - 1) * CODES_OF_OTHERS,
    )


def _catalog(size: BulkSeed) -> None:
    _insert(
        "products (catalog, owner_key, brand, brand_key, mpn, mpn_key, name, msrp_cents)",
        "'aftermarket', 0, 'Brand ' || (i % 50), 'brand ' || (i % 50), 'P-' || i, 'p-' || i,"
        " 'Brake pad number ' || i, 2500",
        size.shelf_rows,
    )
    _insert(
        "part_numbers (manufacturer_id, product_id, part_number, key, bare_key)",
        f"{CODE}, i, 'P-' || i, 'p-' || i, 'p' || i",
        size.shelf_rows,
    )
    db.session.execute(text(COUNT_TOTALS))


def _shelf(size: BulkSeed) -> None:
    half = size.shelf_rows // 2
    run = f"CASE WHEN i <= {half} THEN 1 ELSE {size.runs} - (i - {half} - 1) / {CHANGED} END"
    _insert(
        "shelf_stock (dealer_id, product_id, manufacturer_id, code_key, code, quantity, sale_price_cents,"
        " lead_time_days, created_item_id, changed_item_id)",
        f"1, i, {CODE}, 'c' || {CODE}, 'C' || {CODE}, i % 5, 2450, 2, {CODE}, ({run} - 1) * {CODES} + {CODE}",
        size.shelf_rows,
    )
    _insert(
        "webstore_figures (dealer_id, product_id, shelf_quantity, sale_price_cents, lead_time_days)",
        "1, i, i % 5, CASE WHEN i % 5 > 0 THEN 2450 END, CASE WHEN i % 5 > 0 THEN 2 END",
        size.shelf_rows,
    )
    _insert(
        "shelf_totals (dealer_id, catalog, products, pieces)",
        f"1, 'aftermarket', {size.shelf_rows * 4 // 5}, {size.shelf_rows * 2}",
        1,
    )


def _runs(size: BulkSeed) -> None:
    columns = (
        "runs (dealer_id, status, trigger, anyway, queued_at, started_at, finished_at, attempt, tallied)"
    )
    states = "CASE i % 20 WHEN 0 THEN 'failed' WHEN 1 THEN 'partial' ELSE 'succeeded' END"
    ended = f"{states}, 'scheduled', :no, :now, :now, :now, 1, :no"
    _insert(columns, f"1, {ended}", size.runs, no=False)
    _insert(columns, f"i, {ended}", size.dealers, no=False)
    # As many as the shelf says: pages choose by it how they look for what a run changed.
    first = size.shelf_rows // 2 // CODES
    changed = f"CASE WHEN i <= {CODES} THEN {first} ELSE {CHANGED // CODES} END"
    _insert(
        ITEMS,
        f"(i - 1) / {CODES} + 1, (i - 1) % {CODES}, 'C' || ((i - 1) % {CODES} + 1),"
        f" 'c' || ((i - 1) % {CODES} + 1), {COUNTS.format(changed=changed)}",
        size.last_run * CODES,
    )
    _insert(
        ITEMS,
        f"{size.last_run} + (i - 1) / {CODES_OF_OTHERS} + 1, i, 'C' || i, 'c' || i,"
        f" {COUNTS.format(changed=40)}",
        (size.dealers - 1) * CODES_OF_OTHERS,
    )
    _insert(
        "run_mappings (run_item_id, manufacturer_id, position, lead_time_days, pricing)",
        f"i, (i - 1) % {CODES} + 1, i, 2, 'retail'",
        size.last_run * CODES,
    )


def _last_run(size: BulkSeed) -> None:
    """What dealer 1's last run reported, matched and skipped, in the tables of before the stored pulls."""
    columns = "reported_parts (run_item_id, part_number, key, bare_key, description, quantity"
    item = f"{size.runs * CODES} + {CODE}"
    _insert(
        f"{columns})", f"{item}, 'P-' || i, 'p-' || i, 'p' || i, 'Part ' || i, i % 5", size.reported_parts
    )
    _insert(
        "part_matches (run_item_id, reported_part_id, manufacturer_id, product_id)",
        f"{item}, i, {CODE}, i",
        size.reported_parts,
    )
    _insert(
        f"{columns}, reason)",
        f"{item}, 'S-' || i, 's-' || i, 's' || i, 'Part ' || i, 1, 'not in the catalog'",
        size.skipped_parts,
    )


def _stored_pulls(size: BulkSeed) -> None:
    """What that run reported under each code, as pages read it."""
    for code in range(1, CODES + 1):
        parts = [_part(code, number) for number in range(code - 1, size.reported_parts, CODES)]
        skipped = [_skipped(code, number) for number in range(code - 1, size.skipped_parts, CODES)]
        item = size.runs * CODES + code
        own = {"dealer_id": 1, "code_key": f"c{code}", "item_id": item, "digest": b""}
        counts = {"synced": len(parts), "kept": 0, "prices_left": 0}
        pull = {"moment": size.last_run, "quantity_column": "on_hand", "basis": b"", "unnamed": 0}
        db.session.execute(insert(StoredPull).values(**own, **counts, **pull, skipped=len(skipped)))
        blocks = [_block(own, entries) for entries in _of_block_size([*parts, *skipped])]
        db.session.execute(insert(PullBlock), blocks)


def _of_block_size(entries: list[Entry]) -> Iterator[list[Entry]]:
    entries.sort(key=attrgetter("key"))
    for first in range(0, len(entries), BLOCK_ROWS):
        yield entries[first : first + BLOCK_ROWS]


def _block(own: dict[str, Any], entries: list[Entry]) -> dict[str, Any]:
    synced = sum(entry.reason is None for entry in entries)
    skipped = len(entries) - synced
    return {
        **own,
        "first_key": entries[0].key,
        "rows": len(entries),
        "is_conclusive": True,
        **{"synced": synced, "kept": 0, "prices_left": 0, "inventory_rows": synced},
        "reasons": {UNMATCHED: skipped} if skipped else {},
        "body": pack(entries),
        "inventory": b"",
        "skipped_lines": lines.compress(lines.skipped_text(entries, own["code_key"].upper(), "on_hand")),
    }


def _part(code: int, number: int) -> Entry:
    match = Match(code, number, "", None, number % 5, 2450, 2)
    raw = (f"P-{number}", f"C{code}", f"Part {number}", number % 5, number % 5, 24.5, 24.5, *[None] * 4)
    return Entry(f"p-{number}", raw, None, number % 5, matches=[match])


def _skipped(code: int, number: int) -> Entry:
    raw = (f"S-{number}", f"C{code}", f"Part {number}", 1, 1, 24.5, 24.5, *[None] * 4)
    return Entry(f"s-{number}", raw, UNMATCHED, 1)


def _insert(table: str, row: str, count: int, **values: object) -> None:
    statement = text(f"INSERT INTO {table} {NUMBERS} SELECT {row} FROM n")
    given = {"count": count, "now": clock.now(), **values}
    used = {name: value for name, value in given.items() if f":{name}" in str(statement)}
    db.session.execute(statement, used)
