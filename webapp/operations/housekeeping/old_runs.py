"""Deletes old runs with all their rows and report files.

These are kept however old: each dealer's newest run, the last that succeeded and the last that updated stock;
and for each supplier code of the dealer's list the run in which it last succeeded, whose reported parts the
pages show.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import Delete, delete, select, text

from webapp.core import storage
from webapp.extensions import db
from webapp.models import ArrivedPart, PartMatch, PullBlock, ReportedPart, Run, RunItem, StoredPull

log = structlog.get_logger(__name__)

# Batch sizes: runs scanned, runs deleted per transaction, and parts deleted per transaction.
LOOKED_AT: Final = 200
BATCH: Final = 20
PARTS: Final = 5_000

# SQLite reuses the highest id once it is free, and shelf stock refers to item ids: the run with the highest
# is kept. The highest run id is that of its dealer's newest run.
_DELETABLE: Final = text("""
    runs.tallied
    AND runs.id < (SELECT max(n.id) FROM runs AS n WHERE n.dealer_id = runs.dealer_id)
    AND runs.id <> coalesce(
        (SELECT max(s.id) FROM runs AS s WHERE s.dealer_id = runs.dealer_id AND s.status = 'succeeded'), 0)
    AND runs.id <> coalesce(
        (SELECT max(p.id) FROM runs AS p WHERE p.dealer_id = runs.dealer_id AND p.status = 'partial'), 0)
    AND NOT EXISTS (
        SELECT 1 FROM run_items AS h
        WHERE h.run_id = runs.id AND h.id = (SELECT max(id) FROM run_items)
    )
    AND NOT EXISTS (
        SELECT 1
        FROM run_items AS i
        JOIN supplier_codes AS c ON c.dealer_id = runs.dealer_id AND c.code_key = i.code_key
        WHERE i.run_id = runs.id AND i.status = 'succeeded'
          AND NOT EXISTS (
              SELECT 1
              FROM runs AS later
              JOIN run_items AS j ON j.run_id = later.id AND j.code_key = i.code_key
              WHERE later.dealer_id = runs.dealer_id AND later.id > runs.id AND j.status = 'succeeded'
                AND later."trigger" <> 'restore'
          )
    )
""")


class Deletion:
    """One pass over the old runs, the oldest first. Kept runs are not scanned again until the next pass."""

    def __init__(self) -> None:
        self._after = 0

    def delete_some(self, before: datetime) -> int:
        """Delete up to `BATCH` runs that ended before a time; return how many, 0 when the pass is over."""
        while True:
            ids, is_last = self._old(before)
            if ids:
                self._after = ids[-1]
                _delete_parts(ids)
                _delete_pulls(ids)
                _delete_runs(ids)
                return len(ids)
            if is_last:
                return 0

    def _old(self, before: datetime) -> tuple[list[int], bool]:
        """Return the next runs to delete, and whether none follow. Ids are assigned in order of time."""
        looked_at = db.session.execute(
            select(Run.id, Run.queued_at).where(Run.id > self._after).order_by(Run.id).limit(LOOKED_AT)
        ).all()
        old = [row.id for row in looked_at if row.queued_at < before]
        query = select(Run.id).where(Run.id.in_(old), Run.finished_at < before, _DELETABLE)
        ids = list(db.session.scalars(query.order_by(Run.id).limit(BATCH)))
        db.session.rollback()
        if not ids and looked_at:
            self._after = looked_at[-1].id
        return ids, len(old) < LOOKED_AT


def _delete_parts(run_ids: list[int]) -> None:
    """Delete the parts reported in these runs, in batches: a code may have a hundred thousand.

    Only runs before the upgrade to stored pulls have them.
    """
    items = list(db.session.scalars(select(RunItem.id).where(RunItem.run_id.in_(run_ids))))
    while slice_ids := _slice(items):
        db.session.execute(_deleted(PartMatch, items).where(PartMatch.reported_part_id.in_(slice_ids)))
        db.session.execute(_deleted(ReportedPart, items).where(ReportedPart.id.in_(slice_ids)))
        db.session.commit()
    db.session.commit()


def _delete_pulls(run_ids: list[int]) -> None:
    """Delete the stored pulls that these runs confirmed last: those of codes removed from the list."""
    items = select(RunItem.id).where(RunItem.run_id.in_(run_ids))
    query = select(StoredPull.dealer_id, StoredPull.code_key).where(StoredPull.item_id.in_(items))
    for dealer_id, code_key in db.session.execute(query).all():
        deleted: Any = db.session.execute(
            _of_code(StoredPull, dealer_id, code_key).where(StoredPull.item_id.in_(items))
        )
        # A run that has confirmed the pull since keeps it.
        if deleted.rowcount:
            for model in (PullBlock, ArrivedPart):
                db.session.execute(_of_code(model, dealer_id, code_key))
        db.session.commit()


def _of_code(model: Any, dealer_id: int, code_key: str) -> Delete:
    return delete(model).where(model.dealer_id == dealer_id, model.code_key == code_key)


def _slice(item_ids: list[int]) -> list[int]:
    query = select(ReportedPart.id).where(ReportedPart.run_item_id.in_(item_ids)).limit(PARTS)
    return list(db.session.scalars(query))


def _deleted(model: type[PartMatch] | type[ReportedPart], item_ids: list[int]) -> Any:
    return delete(model).where(model.run_item_id.in_(item_ids))


def _delete_runs(ids: list[int]) -> None:
    """Delete the runs with their items, mappings and reports, and then the files.

    Files left behind by a crash in between belong to no run: `purge_orphan_files` finds them.
    """
    db.session.execute(delete(Run).where(Run.id.in_(ids)))
    db.session.commit()
    for run_id in ids:
        try:
            storage.remove_folder(f"runs/{run_id}")
        except storage.StorageError as error:
            log.warning("report.removal_failed", run=run_id, error=str(error))
