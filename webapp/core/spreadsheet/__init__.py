"""CSV and Excel files as spreadsheets open and save them: no cell runs as a formula, bad rows are isolated.

Pure: depends on files and text only.
"""

from __future__ import annotations

from webapp.core.spreadsheet.damage import damage_reason, is_error
from webapp.core.spreadsheet.encodings import text_of
from webapp.core.spreadsheet.reading import Row, Sheet, Unreadable
from webapp.core.spreadsheet.whole_file import FileLimits, FileRefused, WholeFile, read_whole
from webapp.core.spreadsheet.workbook import Cell, write_workbook
from webapp.core.spreadsheet.writing import BOM, are_plain, defuse, undo_defuse, write_header, writer

__all__ = [
    "BOM",
    "Cell",
    "FileLimits",
    "FileRefused",
    "Row",
    "Sheet",
    "Unreadable",
    "WholeFile",
    "are_plain",
    "damage_reason",
    "defuse",
    "is_error",
    "read_whole",
    "text_of",
    "undo_defuse",
    "write_header",
    "write_workbook",
    "writer",
]
