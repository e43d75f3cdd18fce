"""Stores the plan of a preview (R24)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update

from jobs.previews import preview_lease
from jobs.previews.planned_codes import Plan
from jobs.previews.preview_lease import PreviewLease
from jobs.sync.applying import packed_changes
from jobs.sync.applying.packed_changes import PackedChanges
from webapp.core import clock
from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.models import PlannedChanges, PreviewCode, RunItem
from webapp.previews import shelf_figures
from webapp.previews.shelf_figures import ShelfFigures
from webapp.previews.summary import Summary, summary_of

_NOTHING = ShelfFigures()


def store(lease: PreviewLease, plan: Plan, today: date) -> None:
    """Store a plan and end the preview as ready. Raises LeaseLost if it was replaced since."""
    now = clock.now()
    ended = {"state": "ready", "finished_at": now, "heartbeat_at": None}
    totals = _figures(shelf_figures.total(plan.before), shelf_figures.total(plan.after))
    preview_lease.write(lease, {**ended, "today": today, "basis": plan.basis, "figures": totals})
    of_preview = PreviewCode.preview_id == lease.preview_id
    # Of a preview that an earlier worker has stored, but did not learn so.
    db.session.execute(delete(PlannedChanges).where(PlannedChanges.preview_id == lease.preview_id))
    known = set(db.session.scalars(select(PreviewCode.code_key).where(of_preview)))
    for item in plan.items:
        if item.code_key not in plan.codes and item.code_key not in plan.failed:
            continue
        values = _values(plan, item)
        if item.code_key in known:
            db.session.execute(
                update(PreviewCode).where(of_preview, PreviewCode.code_key == item.code_key).values(values)
            )
        else:
            db.session.execute(insert(PreviewCode).values({**_key(lease, item), **values}))
        if item.code_key in plan.codes:
            changes = plan.codes[item.code_key].changes
            packed_changes.keep(changes, lease.dealer_id, item.code_key, preview_id=lease.preview_id)
    db.session.commit()


def _key(lease: PreviewLease, item: RunItem) -> dict[str, Any]:
    return {
        "preview_id": lease.preview_id,
        "code_key": item.code_key,
        "position": item.position,
        "supplier_code": item.supplier_code,
    }


def _values(plan: Plan, item: RunItem) -> dict[str, Any]:
    key = item.code_key
    if key in plan.failed:
        return {"status": RunItemState.FAILED, "error": plan.failed[key]}
    planned = plan.codes[key]
    summary = _summary(planned.changes)
    withheld = sum(block.changes for block in planned.withheld)
    return {
        "status": RunItemState.SUCCEEDED,
        "error": planned.sentence,
        "counts": {**planned.counts, **summary.as_counts(), "withheld": withheld},
        "largest": summary.pack(),
        "figures": _figures(plan.before.get(key, _NOTHING), plan.after.get(key, _NOTHING)),
    }


def _summary(blocks: list[PackedChanges]) -> Summary:
    return summary_of(map(packed_changes.unpacked, blocks))


def _figures(before: ShelfFigures, after: ShelfFigures) -> dict[str, Any]:
    return {"before": before._asdict(), "after": after._asdict()}
