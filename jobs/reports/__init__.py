"""The two CSV files that a run leaves (R18)."""

from __future__ import annotations

from jobs.reports.prerendered import Drafts, drafting
from jobs.reports.writing import MISSING, record, write

__all__ = ["MISSING", "Drafts", "drafting", "record", "write"]
