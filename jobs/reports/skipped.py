"""Skipped report: unmatched parts of a code, and parts excluded by R10, each with its reason."""

from __future__ import annotations

from typing import Final

COLUMNS: Final = ("supplier_code", "part_number", "description", "quantity", "reason", "candidate")

QUERY: Final = """
    SELECT i.supplier_code, r.part_number, r.description, r.quantity, r.quantity_text, r.reason,
           r.candidate, r.candidate_by
    FROM run_items AS i
    JOIN reported_parts AS r ON r.run_item_id = i.id
    WHERE i.id = :item AND r.reason IS NOT NULL
    ORDER BY r.key, r.id
"""
