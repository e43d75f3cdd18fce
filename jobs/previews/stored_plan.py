"""Stores the plan of a preview (R24)."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select, update

from jobs.previews import preview_lease
from jobs.previews.planned_codes import Plan
from jobs.previews.preview_lease import PreviewLease
from jobs.sync.applying import packed_changes
from webapp.core import clock
from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.models import PlannedChanges, PreviewCode, RunItem
from webapp.previews import shelf_figures
from webapp.previews.shelf_figures import ShelfFigures

_NOTHING = ShelfFigures()
_CODES: Final = PreviewCode.__table__
_UPDATE: Final = (
    update(_CODES)  # type: ignore[arg-type]
    .where(_CODES.c.preview_id == bindparam("of_preview"), _CODES.c.code_key == bindparam("of_code"))
    .values({name: bindparam(name) for name in ("status", "error", "counts", "largest", "figures")})
)


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
    found = [item for item in plan.items if item.code_key in plan.codes or item.code_key in plan.failed]
    if new := [item for item in found if item.code_key not in known]:
        db.session.execute(insert(PreviewCode), [_key(lease, item) for item in new])
    if found:
        values = [{"of_code": item.code_key, **_values(plan, item)} for item in found]
        db.session.connection().execute(
            _UPDATE, [{"of_preview": lease.preview_id, **each} for each in values]
        )
    for code_key, planned in plan.codes.items():
        packed_changes.keep(planned.changes, lease.dealer_id, code_key, preview_id=lease.preview_id)
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
        unplanned = dict.fromkeys(("counts", "largest", "figures"))
        return {"status": RunItemState.FAILED, "error": plan.failed[key], **unplanned}
    planned = plan.codes[key]
    summary = packed_changes.summary_of(planned.changes)
    withheld = sum(block.changes for block in planned.withheld)
    return {
        "status": RunItemState.SUCCEEDED,
        "error": planned.sentence,
        "counts": {**planned.counts, **summary.as_counts(), "withheld": withheld},
        "largest": summary.pack(),
        "figures": _figures(plan.before.get(key, _NOTHING), plan.after.get(key, _NOTHING)),
    }


def _figures(before: ShelfFigures, after: ShelfFigures) -> dict[str, Any]:
    return {"before": before._asdict(), "after": after._asdict()}
