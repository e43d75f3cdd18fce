"""The skipped report: each part of a code that no mapping matched, and what R10 left out, with the reason."""

from __future__ import annotations

from typing import Final

COLUMNS: Final = ("supplier_code", "part_number", "description", "quantity", "reason", "candidate")

QUERY: Final = """
    SELECT i.supplier_code, r.part_number, r.description, r.quantity, r.quantity_text, r.reason,
           r.candidate, r.candidate_by
    FROM run_items AS i
    JOIN reported_parts AS r ON r.run_item_id = i.id
    WHERE i.run_id = :run AND i.status = 'succeeded' AND r.reason IS NOT NULL
    ORDER BY i.position, r.key, r.id
"""

# For a dealer: what is the matter with the part.
REASONS: Final = {
    "unreadable": "Lightspeed's record could not be read",
    "no_part_number": "No part number",
    "other_code": "Belongs to another supplier code",
    "no_quantity": "Quantity is missing or not a number",
    "not_in_stock": "Quantity is zero or less",
    "undated": "No date of last change",
    "stale": "Not changed for more than 365 days",
    "unmatched": "No product has this part number",
}

FOUND_BY: Final = {
    "punctuation": "one is the same but for punctuation",
    "supersession": "the part that supersedes it is there",
    "upc": "one has the same UPC",
}


def reason(code: str, candidate_by: str | None) -> str:
    """The sentence for a reason, and how the candidate was found where there is one."""
    sentence = REASONS[code]
    return f"{sentence}; {FOUND_BY[candidate_by]}" if candidate_by else sentence
