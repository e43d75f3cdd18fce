"""Keeps what is stored within bounds: history that is old enough goes, in small pieces.

What the pages need of the past stays, however old: see `old_runs`.
"""

from __future__ import annotations

from webapp.operations.housekeeping.purge_expired import keep_house
from webapp.operations.housekeeping.purge_orphan_files import sweep_storage

__all__ = ["keep_house", "sweep_storage"]
