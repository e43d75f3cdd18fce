"""Supplier codes of a dealer: validation, changes, order, and CSV import and export (R4, R5).

Every verb commits, but for `set_pricing` and `take_off`, which belong into the block of `changing`. Those
that affect the webstore write outbox entries in the same transaction; afterwards the caller triggers a drain
of the outbox (`webapp.search.outbox`).
"""

from __future__ import annotations

from webapp.supplier_codes.changes import (
    Stale,
    add,
    changing,
    edit,
    move,
    remove,
    reorder,
    set_pricing,
    state_of,
    take_off,
)
from webapp.supplier_codes.checks import Checked, Fields, check
from webapp.supplier_codes.create import RowsRefused, add_all, check_all
from webapp.supplier_codes.csv_files import (
    COLUMNS,
    LIMITS,
    ImportResult,
    ListChanged,
    Plan,
    export_csv,
    import_csv,
    plan_csv,
    preview_csv,
)
from webapp.supplier_codes.lists import listed, manufacturers_for, stocked_products

__all__ = [
    "COLUMNS",
    "LIMITS",
    "Checked",
    "Fields",
    "ImportResult",
    "ListChanged",
    "Plan",
    "RowsRefused",
    "Stale",
    "add",
    "add_all",
    "changing",
    "check",
    "check_all",
    "edit",
    "export_csv",
    "import_csv",
    "listed",
    "manufacturers_for",
    "move",
    "plan_csv",
    "preview_csv",
    "remove",
    "reorder",
    "set_pricing",
    "state_of",
    "stocked_products",
    "take_off",
]
