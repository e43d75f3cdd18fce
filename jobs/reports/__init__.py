"""CSV reports of a run (R18)."""

from __future__ import annotations

from jobs.reports.prerendered import PrerenderedReports, prerendering
from jobs.reports.writing import are_recorded, record, write

__all__ = ["PrerenderedReports", "are_recorded", "prerendering", "record", "write"]
