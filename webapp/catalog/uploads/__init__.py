"""Catalog files uploaded by staff: stored in report storage, then imported by a worker."""

from __future__ import annotations

from webapp.catalog.uploads.import_lease import stalled
from webapp.catalog.uploads.process import Stopped, process_import
from webapp.catalog.uploads.upload import MAX_BYTES, enqueue_job, start

__all__ = ["MAX_BYTES", "Stopped", "enqueue_job", "process_import", "stalled", "start"]
