"""Steps about a part that no code reported: which codes lack it, and where else it may be."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.core.enums import QUANTITY_COLUMN_LABELS
from webapp.explain.explanation import AbsentPart, Explanation, SlowPart, UnmappedPart
from webapp.explain.steps.step import Step
from webapp.web import times
from webapp.web.numbers import count, money

_MOST_NAMED = 5


def absent(row: AbsentPart) -> Step:
    """Return the step of a code that lacks the part."""
    if row.run_id is None:
        title = f"{row.code} has no complete data from Lightspeed yet"
        return Step("reported", "off", title, [f"It is mapped to {row.manufacturer}, which sells this part."])
    if row.slow:
        return _slow(row, row.slow)
    title = f"{row.code} doesn’t have it in stock"
    lines = [f"{row.manufacturer} sells it, but the latest data of {row.code} doesn’t include it."]
    if row.quantity:
        lines.append(
            f"The shelf keeps its last quantity of {row.quantity:,}: Clear Previous Quantities is off."
        )
    return Step("reported", "off", title, lines, row.run_id, row.received_at)


def _slow(row: AbsentPart, slow: SlowPart) -> Step:
    day = times.day(slow.changed_on)
    lines = [f"It last changed in Lightspeed on {day}. Updates skip parts that haven’t changed for a year."]
    if slow.is_protected:
        lines.append("It is protected, so its quantity stays.")
    else:
        lines.append(f"To keep its quantity, protect the slow movers of {row.code}.")
    title = f"Lightspeed has {slow.quantity:,} under code {row.code}, a slow mover"
    return Step("reported", "warn", title, lines, at=slow.counted_at)


def unmapped(explanation: Explanation, part: UnmappedPart) -> Iterator[Step]:
    """Yield the steps of a part that a scan found under a code without a mapping."""
    column = QUANTITY_COLUMN_LABELS[explanation.quantity_column].lower()
    quantity = part.on_hand if explanation.quantity_column == "on_hand" else part.available
    price = money(part.retail_cents or None)
    lines = [f"On Hand {part.on_hand:,}, Available {part.available:,}, Retail {price}."]
    if part.is_stale:
        lines.append("An update would skip it: it hasn’t changed in Lightspeed for a year, or has no date.")
    code = part.code or "no code"
    title = f"The scan found {quantity:,} {column} under {code}"
    yield Step("reported", "ok", title, lines, at=part.seen_at)
    if part.code:
        how = "Parts of a code sync once it is mapped to a manufacturer."
        yield Step("mapping", "warn", f"{part.code} isn’t in your supplier codes", [how])
    else:
        yield Step("mapping", "warn", "It has no supplier code", ["Add the supplier code in Lightspeed."])


def unreported(explanation: Explanation) -> Iterator[Step]:
    """Yield the steps of a part that is nowhere."""
    title = "None of your supplier codes has it in stock"
    if not explanation.has_codes:
        title = "There are currently no supplier codes configured"
    yield Step("reported", "off", title, [_looked_at(explanation)])
    if explanation.sellers:
        names = list(dict.fromkeys(seller.manufacturer for seller in explanation.sellers))
        more = f" and {count(len(names) - _MOST_NAMED, 'more')}" if len(names) > _MOST_NAMED else ""
        title = f"{', '.join(names[:_MOST_NAMED])}{more} sell{'s' if len(names) == 1 else ''} it"
        yield Step("mapping", "warn", title, ["None of your supplier codes is mapped to them."])
    elif not explanation.products:
        yield Step("match", "off", "No catalog has this part number", ["Check the number for typing errors."])


def _looked_at(explanation: Explanation) -> str:
    if not explanation.has_codes:
        return "Add supplier codes to sync parts from Lightspeed."
    return "We checked the latest data of all your codes, and the last search for unmapped codes."
