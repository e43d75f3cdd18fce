"""Retention: deletes old history in small batches.

What the pages need is kept, however old: see `old_runs`.
"""

from __future__ import annotations

from webapp.operations.housekeeping.expired import purge_expired
from webapp.operations.housekeeping.orphan_files import purge_orphan_files

__all__ = ["purge_expired", "purge_orphan_files"]
