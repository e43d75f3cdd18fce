"""Codes that a scan found, with suggested mappings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.factories.rows import save
from webapp.core import clock
from webapp.core.text_keys import key_of
from webapp.models import CodeScan, CodeSuggestion, Dealer, FoundCode, Manufacturer


def make_code_scan(dealer: Dealer, status: str = "succeeded", **fields: Any) -> CodeScan:
    """A dealer's scan; one that succeeded was complete a moment ago."""
    now = clock.now()
    plain: dict[str, Any] = {"trigger": "manual", "number": 1, "queued_at": now}
    if status == "succeeded":
        plain |= {"finished_at": now, "completed_at": now}
    return save(CodeScan(dealer_id=dealer.id, status=status, **plain | fields))


def make_found_code(
    dealer: Dealer,
    code: str,
    parts: int = 10,
    cents: int = 10_000,
    matches: Mapping[Manufacturer, int] | None = None,
    **fields: Any,
) -> FoundCode:
    """A code with parts in stock, one unit each; `matches` are the part numbers that manufacturers have."""
    key, now = key_of(code), clock.now()
    stock = {
        "on_hand_units": parts,
        "on_hand_cents": cents,
        "available_units": parts,
        "available_cents": cents,
    }
    row = FoundCode(
        dealer_id=dealer.id,
        code_key=key,
        code=code,
        parts=parts,
        **{"stale_parts": 0, "samples": [], "first_seen_at": now, "last_seen_at": now, **stock, **fields},
    )
    save(row)
    for place, (maker, matched) in enumerate((matches or {}).items(), 1):
        share = {
            f"{name}_{what}": matched for name in ("on_hand", "available") for what in ("parts", "units")
        }
        share |= {f"{name}_cents": cents * matched // parts for name in ("on_hand", "available")}
        given = {"place": place, "matched": matched, "score": float(matched), **share}
        save(CodeSuggestion(dealer_id=dealer.id, code_key=key, manufacturer_id=maker.id, **given))
    return row
