"""CSV reports of a run (R18)."""

from __future__ import annotations

from jobs.reports.lines import RenderedLines, rendering
from jobs.reports.writing import are_recorded, record, write

__all__ = ["RenderedLines", "are_recorded", "record", "rendering", "write"]
