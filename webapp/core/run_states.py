"""States of runs and the sentences about them. Pure."""

from __future__ import annotations

from typing import Final

# R18: shown for a run that ended without its report files.
REPORTS_MISSING: Final = "The reports could not be stored."


def explanation(reason: str | None, reports_missing: bool) -> str | None:
    """Why a run ended as it did, for the dealer; None if there is nothing to explain."""
    return " ".join(filter(None, (reason, REPORTS_MISSING if reports_missing else None))) or None
