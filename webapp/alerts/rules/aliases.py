"""Rule: accepted part numbers of a dealer have no effect any more, after a change of the catalog (R22)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.extensions import db
from webapp.models import Alias

# One, and several.
_GONE: Final = (
    "The product of 1 accepted part number is no longer in the catalog.",
    "The products of {:,} accepted part numbers are no longer in the catalog.",
)
_ITSELF: Final = (
    "1 accepted part number is now an exact match.",
    "{:,} accepted part numbers are now exact matches.",
)


def found(_now: datetime) -> Iterator[Finding]:
    """Find every dealer with aliases whose fault was noted (webapp/matching/alias_check.py)."""
    query = select(Alias.dealer_id, Alias.fault, func.count()).where(Alias.fault.is_not(None))
    counts: dict[int, dict[str, int]] = {}
    for dealer_id, fault, number in db.session.execute(query.group_by(Alias.dealer_id, Alias.fault)):
        counts.setdefault(dealer_id, {})[fault or ""] = number
    for dealer_id, numbers in counts.items():
        sentences = [
            _said(texts, numbers[fault])
            for fault, texts in (("target_gone", _GONE), ("matches_itself", _ITSELF))
            if fault in numbers
        ]
        yield Finding(dealer_id, " ".join([*sentences, "Check them under Accepted part numbers."]))


def _said(texts: tuple[str, str], number: int) -> str:
    return texts[0] if number == 1 else texts[1].format(number)


RULE = AlertRule(
    name="aliases",
    label="Accepted part numbers without effect",
    tone="warning",
    over="All accepted part numbers have an effect, or were removed.",
    found=found,
)
