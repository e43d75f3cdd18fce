"""Failed codes of runs: the first few of each run, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.models import RunItem

NAMED: Final = 3


@dataclass(frozen=True)
class FailedCodes:
    """The first failed codes of a run in its order, their total, and the kind of the first one's error."""

    codes: list[str]
    total: int
    kind: str | None


def failed_codes(run_ids: Sequence[int]) -> dict[int, FailedCodes]:
    """Return the failed codes of each of the runs that has any, in one query."""
    if not run_ids:
        return {}
    order = RunItem.position, RunItem.id
    place = func.row_number().over(partition_by=RunItem.run_id, order_by=order).label("place")
    total = func.count().over(partition_by=RunItem.run_id).label("total")
    columns = RunItem.run_id, RunItem.supplier_code, RunItem.error_kind, total, place
    failed = (
        select(*columns).where(RunItem.run_id.in_(run_ids), RunItem.status == RunItemState.FAILED).subquery()
    )
    query = select(failed).where(failed.c.place <= NAMED).order_by(failed.c.run_id, failed.c.place)
    found: dict[int, FailedCodes] = {}
    for run_id, code, kind, number, _ in db.session.execute(query):
        found.setdefault(run_id, FailedCodes([], number, kind)).codes.append(code)
    return found
