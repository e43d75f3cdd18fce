"""Sentences that sum up changes of stock, for the page of a run and for summaries."""

from __future__ import annotations

from webapp.pulls.change_summary import ChangeSummary, Group
from webapp.web.numbers import count, money, number


def sentences(summary: ChangeSummary) -> list[str]:
    """Return what came into stock, sold out, has more or fewer units or a new price; none without any."""
    said = [_in_and_out(summary), _units(summary), _prices(summary)]
    return [sentence for sentence in said if sentence]


def _in_and_out(summary: ChangeSummary) -> str:
    came = summary.came_in
    parts = []
    if came.products:
        parts.append(f"{count(came.products, 'product')} came into stock{_worth(came)}")
    for gone, how in ((summary.sold_out, "sold out"), (summary.guarded, "set to zero by a guard")):
        if gone.products:
            of = number(gone.products) if parts else count(gone.products, "product")
            parts.append(f"{of} {how}{_worth(gone)}")
    return _sentence(parts)


def _units(summary: ChangeSummary) -> str:
    parts: list[str] = []
    for group, which in ((summary.more, "more"), (summary.fewer, "fewer")):
        if group.products:
            of = number(group.products) if parts else count(group.products, "product")
            has = "has" if group.products == 1 else "have"
            parts.append(f"{of} {has} {which} units")
    return _sentence(parts)


def _prices(summary: ChangeSummary) -> str:
    return _sentence(
        [f"{count(summary.prices.products, 'price')} changed"] if summary.prices.products else []
    )


def _worth(group: Group) -> str:
    return f" ({money(group.value_cents)})" if group.value_cents else ""


def _sentence(parts: list[str]) -> str:
    return f"{', '.join(parts)}." if parts else ""
