"""Suggestions made before a catalog changed: they are made again from the stored parts, without a request."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ScalarSelect, func, select, update

from webapp.code_discovery import evaluation
from webapp.core import queues
from webapp.core.task_names import Task
from webapp.extensions import db
from webapp.models import CatalogVersion, CodeScan, FoundCode

# Dealers of one tick: after an import, those of a large fleet are done one after the other.
AT_ONCE: Final = 20
JOB_SECONDS: Final = 60 * 60


def enqueue_jobs() -> int:
    """Enqueue some dealers whose suggestions are outdated; return how many Redis has now."""
    jobs = {f"suggest-codes-{dealer_id}": (dealer_id,) for dealer_id in outdated()}
    return queues.enqueue_all(queues.SCAN, Task.SUGGEST_CODES, jobs, timeout=JOB_SECONDS)


def outdated() -> list[int]:
    """Return some dealers with codes found whose suggestions are of an earlier catalog."""
    has_codes = select(FoundCode.code_key).where(
        FoundCode.dealer_id == CodeScan.dealer_id, FoundCode.parts > 0
    )
    query = select(CodeScan.dealer_id).where(
        CodeScan.status == "succeeded",
        func.coalesce(CodeScan.catalog_version, 0) != catalog_version(CodeScan.dealer_id),
        has_codes.exists(),
    )
    return list(db.session.scalars(query.order_by(CodeScan.dealer_id).limit(AT_ONCE)))


def catalog_version(dealer_id: Any) -> ScalarSelect[int]:
    """Return the number of changes of the catalogs that a dealer's suggestions depend on."""
    total = select(func.coalesce(func.sum(CatalogVersion.version), 0))
    return total.where(CatalogVersion.owner_key.in_((0, dealer_id))).scalar_subquery()


def suggest_again(dealer_id: int) -> bool:
    """Evaluate the stored parts of the last scan again, and commit; false if it changed since."""
    scan = db.session.get(CodeScan, dealer_id)
    if scan is None or scan.status != "succeeded" or scan.completed_at is None:
        db.session.commit()
        return False
    number, completed_at = scan.number, scan.completed_at
    version = db.session.scalar(select(catalog_version(dealer_id)))
    found = evaluation.evaluate(dealer_id, number)
    of_scan = CodeScan.dealer_id == dealer_id, CodeScan.number == number, CodeScan.status == "succeeded"
    written: Any = db.session.execute(update(CodeScan).where(*of_scan).values(catalog_version=version))
    if not written.rowcount:
        db.session.rollback()
        return False
    evaluation.store(found, completed_at)
    db.session.commit()
    return True
