"""CSV as people open it: cells that cannot run as formulas on the way out, bad rows told apart on the way in.

Pure: it knows files and text only.
"""

from __future__ import annotations

from webapp.spreadsheet.reading import Row, Sheet, Unreadable
from webapp.spreadsheet.writing import armed, defuse, writer

__all__ = ["Row", "Sheet", "Unreadable", "armed", "defuse", "writer"]
