"""Takes an uploaded catalog file: the file to storage, a row, a commit, and only then a job."""

from __future__ import annotations

import shutil
from typing import BinaryIO
from uuid import uuid4

from webapp import audit
from webapp.core import queues, storage
from webapp.core.task_names import Task
from webapp.extensions import db
from webapp.models import CatalogImport, User

TASK = Task.IMPORT_CATALOG
# Longer than an import may ever take: it is ended by its heartbeat, not by the queue.
JOB_SECONDS = 2 * 60 * 60
MAX_BYTES = 300 * 1024 * 1024
CHUNK = 1024 * 1024


def start(file: BinaryIO, file_name: str, requested_by: User) -> CatalogImport:
    """Keep the file, and queue its import. Raises StorageError where it cannot be kept."""
    path = f"catalog-imports/{uuid4().hex}/catalog.csv"
    with storage.open_bytes_for_writing(path) as kept:
        shutil.copyfileobj(file, kept, CHUNK)
    row = CatalogImport(
        file_name=file_name, path=path, bytes_total=file.tell(), requested_by_id=requested_by.id
    )
    db.session.add(row)
    audit.note("catalog.import_started", file_name, by=requested_by)
    db.session.commit()
    wake(row)
    return row


def wake(row: CatalogImport) -> bool:
    """Tell a worker that the import waits; true if Redis took the message."""
    # Among the long work: on the queues of the short, a tick or a check would wait until it has ended.
    job_id = f"catalog-import-{row.id}-{row.attempt}"
    return queues.enqueue(queues.SYNC, TASK, row.id, timeout=JOB_SECONDS, job_id=job_id)
