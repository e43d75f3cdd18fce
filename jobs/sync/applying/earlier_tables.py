"""The last pull of a code as earlier versions stored it: read by its first pull after the upgrade.

Earlier versions kept each part in `reported_parts` and its matches in `part_matches`. This module, and the
two tables, can go with the release after the one that no longer writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import bindparam, delete, func, select

from jobs.sync import rules
from jobs.sync.applying import sql
from jobs.sync.applying.blocks import Block
from jobs.sync.applying.context import CodeContext
from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.models import PartMatch, ReportedPart, Run, RunItem, StoredPull
from webapp.pulls.entries import Entry, Match

_MATCHED: Final = """
    SELECT r.id, r.key, r.part_number, r.reason, r.quantity, x.manufacturer_id, x.product_id, x.kept_quantity
    FROM part_matches AS x
    JOIN reported_parts AS r ON r.id = x.reported_part_id
    WHERE x.run_item_id = :item
    ORDER BY r.key, r.id
"""

_ARRIVED: Final = """
    INSERT INTO arrived_parts (dealer_id, code_key, manufacturer_id, key, since_run_id)
    SELECT :dealer, :code, x.manufacturer_id, r.key, x.since_run_id
    FROM part_matches AS x
    JOIN reported_parts AS r ON r.id = x.reported_part_id
    WHERE x.run_item_id = :item AND x.since_run_id > 0
    ON CONFLICT (dealer_id, code_key, manufacturer_id, key) DO NOTHING
"""


def take(context: CodeContext) -> tuple[StoredPull, Block] | None:
    """Return the code's last pull in the earlier tables, and delete it there; None if there is none."""
    items = _items(context)
    if not items:
        return None
    item_id, moment = items[0]
    pull = StoredPull(item_id=item_id, moment=moment, unnamed=unnamed(item_id), basis=b"", digest=b"")
    block = Block("", item_id, b"", None, False)
    block.entries = _entries(context, item_id)
    block.is_written = False
    sql.execute(context.connection, _ARRIVED, dealer=context.dealer_id, code=context.code_key, item=item_id)
    drop([item_id for item_id, _ in items])
    return pull, block


_PARTS: Final = ReportedPart.__table__.c
_ITEMS: Final = RunItem.__table__.c
_RUNS: Final = Run.__table__.c
_ITEMS_WITH_PARTS: Final = (
    select(_ITEMS.id, _RUNS.id, _RUNS.retry_of_id)
    .join_from(RunItem.__table__, Run.__table__, _RUNS.id == _ITEMS.run_id)
    .where(_RUNS.dealer_id == bindparam("dealer"), _ITEMS.code_key == bindparam("code"))
    .where(_ITEMS.status == RunItemState.SUCCEEDED, _ITEMS.id != bindparam("item"))
    .where(select(_PARTS.id).where(_PARTS.run_item_id == _ITEMS.id).exists())
    .order_by(_ITEMS.id.desc())
)


def _items(context: CodeContext) -> list[tuple[int, int]]:
    """Return the code's items that have parts in the earlier tables, and their moments, the latest first."""
    key = {"dealer": context.dealer_id, "code": context.code_key, "item": context.item_id}
    rows = db.session.execute(_ITEMS_WITH_PARTS, key)
    return [(item_id, retry_of or run_id) for item_id, run_id, retry_of in rows]


def unnamed(item_id: int) -> int:
    """Return the number of an item's rows that may be any part of the code (R10)."""
    query = select(func.count()).where(
        ReportedPart.run_item_id == item_id,
        ReportedPart.key == "",
        ReportedPart.reason.in_((rules.UNREADABLE, rules.NO_PART_NUMBER)),
        func.coalesce(ReportedPart.quantity, 1) > 0,
    )
    return int(db.session.scalar(query) or 0)


def matches(item_id: int) -> Iterator[tuple[int, int]]:
    """Yield the manufacturer and product of each part of an item that matched, or keeps its quantity."""
    query = select(PartMatch.manufacturer_id, PartMatch.product_id).where(PartMatch.run_item_id == item_id)
    yield from ((manufacturer_id, product_id) for manufacturer_id, product_id in db.session.execute(query))


def _entries(context: CodeContext, item_id: int) -> list[Entry]:
    """Return the parts with a match: no others say anything about the next pull."""
    entries: dict[int, Entry] = {}
    for row in sql.rows(context.connection, _MATCHED, item=item_id):
        entry = entries.setdefault(
            row.id, Entry(row.key, (row.part_number,), row.reason, row.quantity, matches=[])
        )
        match = Match(row.manufacturer_id, row.product_id, kept_quantity=row.kept_quantity)
        entry.matches.append(match)
    return list(entries.values())


def drop(item_ids: list[int]) -> None:
    """Delete the parts of items in the earlier tables."""
    for model in (PartMatch, ReportedPart):
        db.session.execute(delete(model).where(model.run_item_id.in_(item_ids)))
