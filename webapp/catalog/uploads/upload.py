"""Accepts a catalog upload: stores the file, inserts a row, commits, and then enqueues a job."""

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
# Longer than any import may take: a dead one is detected by its heartbeat, not by the queue's timeout.
JOB_SECONDS = 2 * 60 * 60
MAX_BYTES = 300 * 1024 * 1024
CHUNK = 1024 * 1024


def start(file: BinaryIO, file_name: str, requested_by: User) -> CatalogImport:
    """Store the file, and queue its import. Raises StorageError if it cannot be stored."""
    path = f"catalog-imports/{uuid4().hex}/catalog.csv"
    with storage.open_bytes_for_writing(path) as kept:
        shutil.copyfileobj(file, kept, CHUNK)
    row = CatalogImport(
        file_name=file_name, path=path, bytes_total=file.tell(), requested_by_id=requested_by.id
    )
    db.session.add(row)
    audit.note("catalog.import_started", file_name, by=requested_by)
    db.session.commit()
    enqueue_job(row)
    return row


def enqueue_job(row: CatalogImport) -> bool:
    """Enqueue the waiting import; true if Redis accepted the job."""
    # On the queue for long jobs: elsewhere a tick or a check would wait until it has ended.
    job_id = f"catalog-import-{row.id}-{row.attempt}"
    return queues.enqueue(queues.SYNC, TASK, row.id, timeout=JOB_SECONDS, job_id=job_id)
