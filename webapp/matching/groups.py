"""Groups of skipped parts: by reason, and unmatched ones by how their candidate was found. Pure."""

from __future__ import annotations

from typing import Final

from webapp.runs.skipped_reasons import REASONS, REMEDIES

# Groups whose candidates can be accepted all at once, with the kind of their aliases.
KINDS: Final = {
    "unmatched-punctuation": "punctuation",
    "unmatched-leading_zeros": "leading_zeros",
    "unmatched-supersession": "supersession",
    "unmatched-upc": "upc",
}
LABELS: Final = {
    "unmatched-punctuation": "Same number, different punctuation",
    "unmatched-leading_zeros": "Same number, different leading zeros",
    "unmatched-supersession": "Superseded by a number in the catalog",
    "unmatched-upc": "Same UPC as a product in the catalog",
    **REASONS,
}
_ACCEPT: Final = "Accept the matches, one by one or all at once. Later updates use them."
# Whether a successor fits the part that it supersedes is not for all parts the same.
_SUPERSEDED: Final = "Accept a match if the new part replaces yours. Check each one first."
ACTIONS: Final = {
    **REMEDIES,
    "unmatched": "Check that the supplier code is mapped to the right manufacturer, or ignore parts that"
    " aren’t for your webstore. Some parts aren’t in the catalog.",
    "unmatched-punctuation": _ACCEPT,
    "unmatched-leading_zeros": _ACCEPT,
    "unmatched-supersession": _SUPERSEDED,
    "unmatched-upc": _ACCEPT,
}
ORDER: Final = tuple(LABELS)
