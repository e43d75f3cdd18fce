"""Days of coverage, and summaries of dealers' stock."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.factories.rows import save
from webapp.core import clock
from webapp.core.text_keys import key_of
from webapp.models import CoverageDay, Dealer, StockSummary


def make_coverage_day(
    dealer: Dealer, day: date, code: str, parts: tuple[int, int], key: str | None = None
) -> CoverageDay:
    """A day on which so many `parts` were online, and so many in all: one unit and a dollar each."""
    online, total = parts
    return save(
        CoverageDay(
            dealer_id=dealer.id,
            day=day,
            code_key=key_of(code) if key is None else key,
            supplier_code=code,
            parts=total,
            parts_online=online,
            units=total,
            units_online=online,
            value_cents=100 * total,
            value_online_cents=100 * online,
        )
    )


def make_stock_summary(dealer: Dealer, **fields: Any) -> StockSummary:
    """What a dealer's last run left: by default 1,000 parts, today, with nothing known."""
    day = clock.local_today(dealer.timezone)
    return save(StockSummary(**{"dealer_id": dealer.id, "day": day, "parts": 1000, "fallen": [], **fields}))
