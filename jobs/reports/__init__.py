"""CSV reports of a run (R18)."""

from __future__ import annotations

from jobs.reports.lines import RenderedLines, rendering
from jobs.reports.writing import Written, are_recorded, record, rehearse, write

__all__ = ["RenderedLines", "Written", "are_recorded", "record", "rehearse", "rendering", "write"]
