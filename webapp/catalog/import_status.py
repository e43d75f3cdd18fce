"""Status labels of catalog imports."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.extensions import db
from webapp.models import CatalogImport
from webapp.web.status_labels import StatusLabel

LATEST = 5
_STATUS = {
    "queued": StatusLabel("Queued", "info", "Waiting to start."),
    "running": StatusLabel("Running", "primary", "Reading the file and updating the catalog."),
    "succeeded": StatusLabel("Succeeded", "success", "Every row was imported."),
    "partial": StatusLabel("Partial", "warning", "Some rows were rejected. The rest were imported."),
    "failed": StatusLabel("Failed", "danger"),
}


def status(row: CatalogImport) -> StatusLabel:
    """Return an import's status."""
    return _STATUS[row.status]


def mark(row: CatalogImport) -> str:
    """Return a version that changes whenever the page would: a poll with the same version gets no content."""
    return f"{row.status}-{row.bytes_read}"


def latest() -> list[CatalogImport]:
    """Return the latest imports."""
    query = select(CatalogImport).options(joinedload(CatalogImport.requested_by))
    return list(db.session.scalars(query.order_by(CatalogImport.id.desc()).limit(LATEST)))
