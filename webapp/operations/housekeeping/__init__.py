"""Keeps what is stored within bounds: history that is old enough goes, in small pieces.

What the pages need of the past stays, however old: see `old_runs`.
"""

from __future__ import annotations

from webapp.operations.housekeeping.expired import purge_expired
from webapp.operations.housekeeping.orphan_files import purge_orphan_files

__all__ = ["purge_expired", "purge_orphan_files"]
