"""The last pull of a code as earlier versions stored it: read by its first pull after the upgrade.

Earlier versions kept each part in `reported_parts` and its matches in `part_matches`. This module, and the
two tables, can go with the release after the one that no longer writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, select

from jobs.sync import rules
from jobs.sync.applying import sql
from jobs.sync.applying.blocks import Block
from jobs.sync.applying.context import CodeContext
from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.models import PartMatch, ReportedPart, Run, RunItem, StoredPull
from webapp.pulls.entries import Entry, Match

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
    parts = db.session.scalars(select(ReportedPart).where(ReportedPart.run_item_id == item_id)).all()
    pull = None
    if parts:
        unnamed = sum(1 for part in parts if _may_be_any_part(part))
        pull = StoredPull(item_id=item_id, moment=moment, unnamed=unnamed, basis=b"", digest=b"")
        block = Block("", item_id, b"", None, False)
        block.entries = _entries(item_id, parts)
        block.is_written = False
        sql.execute(
            context.connection, _ARRIVED, dealer=context.dealer_id, code=context.code_key, item=item_id
        )
    drop([item_id for item_id, _ in items])
    return (pull, block) if pull is not None else None


def _items(context: CodeContext) -> list[tuple[int, int]]:
    """Return the code's items that have parts in the earlier tables, and their moments, the latest first."""
    has_parts = select(ReportedPart.id).where(ReportedPart.run_item_id == RunItem.id).exists()
    query = (
        select(RunItem.id, Run.id, Run.retry_of_id)
        .join(Run, Run.id == RunItem.run_id)
        .where(Run.dealer_id == context.dealer_id, RunItem.code_key == context.code_key)
        .where(RunItem.status == RunItemState.SUCCEEDED, RunItem.id != context.item_id, has_parts)
        .order_by(RunItem.id.desc())
    )
    return [(item_id, retry_of or run_id) for item_id, run_id, retry_of in db.session.execute(query)]


def _may_be_any_part(part: ReportedPart) -> bool:
    is_unnamed = not part.key and part.reason in (rules.UNREADABLE, rules.NO_PART_NUMBER)
    return is_unnamed and (part.quantity is None or part.quantity > 0)


def _entries(item_id: int, parts: Sequence[ReportedPart]) -> list[Entry]:
    matches: dict[int, list[Match]] = {}
    for match in db.session.scalars(select(PartMatch).where(PartMatch.run_item_id == item_id)):
        kept = Match(match.manufacturer_id, match.product_id, kept_quantity=match.kept_quantity)
        matches.setdefault(match.reported_part_id, []).append(kept)
    return [
        Entry(part.key, (part.part_number,), part.reason, part.quantity, matches=matches.get(part.id, []))
        for part in sorted(parts, key=lambda part: (part.key, part.id))
    ]


def drop(item_ids: list[int]) -> None:
    """Delete the parts of items in the earlier tables."""
    for model in (PartMatch, ReportedPart):
        db.session.execute(delete(model).where(model.run_item_id.in_(item_ids)))
