"""Catalog files that staff upload: kept in report storage, then imported by a worker."""

from __future__ import annotations

from webapp.catalog_uploads.importing import Stopped, carry_out
from webapp.catalog_uploads.journal import DEAD_AFTER, forgotten
from webapp.catalog_uploads.uploading import MAX_BYTES, start, wake

__all__ = ["DEAD_AFTER", "MAX_BYTES", "Stopped", "carry_out", "forgotten", "start", "wake"]
