"""Reasons for skipped parts in a dealer's words, for the skipped report and its page.

Pure. The keys are the values of `reported_parts.reason` and `reported_parts.candidate_by` (R10, R12).
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Final

from webapp.core.limits import FRESH_DAYS

REASONS: Final = {
    "unreadable": "Unreadable record from Lightspeed",
    "no_part_number": "No part number",
    "no_supplier_code": "No supplier code",
    "other_code": "Belongs to another supplier code",
    "no_quantity": "Quantity is missing or not a number",
    "not_in_stock": "Quantity is zero or less",
    "undated": "No last-changed date",
    "stale": f"Not changed for more than {FRESH_DAYS} days",
    "unmatched": "No product has this part number",
}

# Remedies for a parts manager.
REMEDIES: Final = {
    "unreadable": "In Lightspeed, check the part's description and number, then save it again.",
    "no_part_number": "Add the part number in Lightspeed.",
    "no_supplier_code": "Add the supplier code in Lightspeed.",
    "other_code": "Nothing to do. The part syncs with its own supplier code if you have added that code.",
    "no_quantity": "Correct the quantity in Lightspeed.",
    "not_in_stock": "Nothing to do if it's out of stock. If not, correct the quantity in Lightspeed or choose"
    " the other Quantity Column.",
    "undated": "Save the part in Lightspeed to give it a date.",
    "stale": "If you still sell it, save the part in Lightspeed to refresh its date.",
    "unmatched": "If a close match is shown, accept it under Skipped parts, or correct the part number in"
    " Lightspeed. Otherwise check that the supplier code is mapped to the right manufacturer. Some parts"
    " aren't in the catalog.",
}

FOUND_BY: Final = {
    "punctuation": "same number, different punctuation",
    "leading_zeros": "same number, different leading zeros",
    "supersession": "supersedes this part",
    "upc": "same UPC",
}


def reason(
    code: str, candidate_by: str | None, number: str | None = None, candidate: str | None = None
) -> str:
    """Return the sentence for a reason, and how the candidate was found if there is one."""
    if not candidate_by:
        return REASONS[code]
    if candidate_by == "supersession" and candidate:
        return f"{REASONS[code]}; superseded by {candidate}"
    return f"{REASONS[code]}; {explanation(candidate_by, number, candidate)}"


def explanation(candidate_by: str, number: str | None, candidate: str | None) -> str:
    """Describe how a candidate was found, and the difference if it looks the same as the reported number."""
    differing = difference(number or "", candidate or "")
    return f"{FOUND_BY[candidate_by]} ({differing})" if differing else FOUND_BY[candidate_by]


def difference(number: str, candidate: str) -> str:
    """Describe spaces and unusual characters that only one of two numbers has; empty if neither has any."""
    unusual, others = _unusual(number), _unusual(candidate)
    yours, theirs = _names(unusual - others), _names(others - unusual)
    if yours and theirs:
        return f"yours has {yours}, the catalog's {theirs}"
    if yours:
        return f"only yours has {yours}"
    return f"only the catalog's has {theirs}" if theirs else ""


def _unusual(text: str) -> Counter[str]:
    """Return the characters that are invisible, or look like another one."""
    return Counter(letter for letter in text.upper() if not "!" <= letter <= "~")


def _names(characters: Iterable[str]) -> str:
    return ", ".join(unicodedata.name(letter, f"U+{ord(letter):04X}") for letter in sorted(characters))
