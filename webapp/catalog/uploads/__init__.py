"""Catalog files that staff upload: kept in report storage, then imported by a worker."""

from __future__ import annotations

from webapp.catalog.uploads.import_lease import DEAD_AFTER, forgotten
from webapp.catalog.uploads.process import Stopped, carry_out
from webapp.catalog.uploads.upload import MAX_BYTES, start, wake

__all__ = ["DEAD_AFTER", "MAX_BYTES", "Stopped", "carry_out", "forgotten", "start", "wake"]
