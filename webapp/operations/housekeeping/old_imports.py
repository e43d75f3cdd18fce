"""Deletes old catalog imports with their uploaded files and lists of rejected rows. The newest is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import delete, func, select

from webapp.core import storage
from webapp.extensions import db
from webapp.models import CatalogImport

log = structlog.get_logger(__name__)

BATCH: Final = 50


def delete_some(before: datetime) -> int:
    """Delete a batch of imports that ended before a time; return how many."""
    newest = select(func.max(CatalogImport.id)).scalar_subquery()
    old = select(CatalogImport.id, CatalogImport.path).where(
        CatalogImport.finished_at < before, CatalogImport.id < newest
    )
    found = db.session.execute(old.order_by(CatalogImport.id).limit(BATCH)).all()
    ids = [row.id for row in found]
    statement = delete(CatalogImport).where(CatalogImport.id.in_(ids))
    db.session.execute(statement)
    db.session.commit()
    for row in found:
        _remove_files(row.path)
    return len(ids)


def _remove_files(path: str) -> None:
    try:
        storage.remove_folder(path.rsplit("/", 1)[0])
    except storage.StorageError as error:
        log.warning("catalog_import.removal_failed", path=path, error=str(error))
