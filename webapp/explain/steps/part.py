"""Steps about the part: what Lightspeed reported, the mapping, the match."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from webapp.core.enums import CATALOG_LABELS, PRICING_LABELS, QUANTITY_COLUMN_LABELS
from webapp.core.text_keys import key_of
from webapp.explain.explanation import Explanation, KnownAlias, Mapping, ReportedPart
from webapp.explain.steps import absence
from webapp.explain.steps.step import Step
from webapp.runs import skipped_reasons
from webapp.web import times
from webapp.web.numbers import count, money

# Lightspeed's fields of the quantity columns.
_FIELDS = {"on_hand": "OnHand", "available": "Avail"}


def heading(explanation: Explanation) -> str:
    """Return the heading of a part with no product, or with several."""
    if len(explanation.products) > 1:
        return f"{count(len(explanation.products), 'product')} with this number"
    return "Why it isn’t on the webstore"


def steps(explanation: Explanation) -> Iterator[Step]:
    """Yield what was reported, the mapping and the match of each code's row, and which codes lack it."""
    for row in explanation.reported:
        yield _reported(explanation, row)
        yield from _mapping(explanation, row)
        yield _match(explanation, row)
    for part in explanation.unmapped:
        yield from absence.unmapped(explanation, part)
    if explanation.absent:
        yield from map(absence.absent, explanation.absent)
    elif not (explanation.reported or explanation.unmapped):
        yield from absence.unreported(explanation)


def _reported(explanation: Explanation, row: ReportedPart) -> Step:
    title = f"Lightspeed reported {_quantity(row)} under code {row.code}"
    prices = f"Retail {money(row.retail_cents)}, Current Active {money(row.current_active_cents)}."
    if row.reason not in (None, "unmatched"):
        prices = ""
    texts = _quantities(row), prices, _other_column(explanation, row), _held(row), _frozen(row)
    lines = [text for text in texts if text]
    tone = "ok" if row.quantity is not None and row.quantity > 0 else "warn"
    return Step("reported", tone, title, lines, row.run_id, row.received_at, row.row)


def _quantity(row: ReportedPart) -> str:
    label = QUANTITY_COLUMN_LABELS[row.quantity_column].lower()
    if row.quantity is not None:
        return f"{row.quantity:,} {label}"
    given = row.row.get(_FIELDS[row.quantity_column], "")
    return f"“{given}” {label}" if given else f"no {label} quantity"


def _quantities(row: ReportedPart) -> str:
    if not row.row.get("OnHand") and not row.row.get("Avail"):
        return ""
    changed = _changed(row.row.get("lastupdatedate", "")[:10])
    return f"On Hand {row.row.get('OnHand') or '–'}, Available {row.row.get('Avail') or '–'}.{changed}"


def _changed(day: str) -> str:
    """Say when it last changed; Lightspeed may send anything as a date."""
    try:
        shown = times.day(date.fromisoformat(day))
    except ValueError:
        shown = day
    return f" Last changed in Lightspeed {shown}." if shown else ""


def _other_column(explanation: Explanation, row: ReportedPart) -> str:
    if row.quantity_column == explanation.quantity_column:
        return ""
    return (
        f"Quantity Column is {QUANTITY_COLUMN_LABELS[explanation.quantity_column]} from the next update on."
    )


def _held(row: ReportedPart) -> str:
    """Say that a later pull of the code is on hold (R27)."""
    if row.held_in is None:
        return ""
    return f"A newer update of {row.code} is on hold, so its data isn’t used (run {row.held_in})."


def _frozen(row: ReportedPart) -> str:
    """Say that nothing of it is applied (R26)."""
    return f"{row.code} is frozen: this is applied when the freeze ends." if row.is_frozen else ""


def _mapping(explanation: Explanation, row: ReportedPart) -> Iterator[Step]:
    rows = [each for each in explanation.mappings if each.code_key == row.code_key]
    if not rows:
        title = f"{row.code} is no longer in your supplier codes"
        yield Step("mapping", "warn", title, ["Updates don’t change what it left on the shelf."])
    for each in rows:
        yield _mapped(each)


def _mapped(row: Mapping) -> Step:
    pricing = PRICING_LABELS[row.pricing]
    text = f"{CATALOG_LABELS[row.catalog]}, lead time {count(row.lead_time_days, 'day')}, pricing {pricing}."
    by = [f"Set by {row.changed_by}."] if row.changed_by else []
    title = f"{row.code} is mapped to {row.manufacturer}"
    return Step("mapping", "ok", title, [text, *by], at=row.changed_at)


def _match(explanation: Explanation, row: ReportedPart) -> Step:
    if row.reason is None:
        return _matched(explanation, row)
    lines = [skipped_reasons.REMEDIES[row.reason]]
    if row.candidate and row.candidate_by:
        how = skipped_reasons.explanation(row.candidate_by, row.part_number, row.candidate)
        lines = [f"Closest match: {row.candidate} ({how}). You can accept it under Skipped parts."]
    elif row.reason == "unmatched":
        other = "No other close match" if row.rejected else "No close match"
        lines.insert(0, f"{other}: we compare punctuation, leading zeros, superseded numbers and UPC.")
    if row.rejected:
        lines.insert(0, f"Rejected as a match: {', '.join(row.rejected)}.")
    kept = sum(match.kept_quantity or 0 for match in row.matches)
    if row.matches:
        lines.insert(0, f"The row can’t be used, so the part keeps its quantity of {kept:,}.")
    if row.ignored_by is not None:
        why = f": {row.ignored_why}" if row.ignored_why else "."
        lines.append(f"Ignored by {row.ignored_by}{why}")
    title = f"Skipped: {skipped_reasons.REASONS[row.reason]}"
    return Step("match", "warn", title, lines, row.run_id, row.received_at)


def _matched(explanation: Explanation, row: ReportedPart) -> Step:
    names = {product.product_id: f"{product.brand} {product.mpn}" for product in explanation.products}
    makers = {mapping.manufacturer_id: mapping.manufacturer for mapping in explanation.mappings}
    lines = [
        f"{makers.get(match.manufacturer_id, 'A manufacturer')} lists {row.part_number} as"
        f" {names.get(match.product_id, 'another product')}."
        for match in row.matches
    ]
    aliases = _aliases(explanation, row)
    if not aliases:
        return Step("match", "ok", "The part number matches exactly", lines, row.run_id, row.received_at)
    lines = [
        f"{alias.part_number} is accepted as {makers.get(alias.manufacturer_id, '')} {alias.target_number},"
        f" {names.get(alias.product_id, 'another product')}."
        for alias in aliases
    ]
    lines += [f"Accepted by {alias.created_by}." for alias in aliases[:1] if alias.created_by]
    return Step("match", "ok", "An accepted part number matches it", lines, row.run_id, aliases[0].created_at)


def _aliases(explanation: Explanation, row: ReportedPart) -> list[KnownAlias]:
    """Return the aliases by which a part matches; exact part numbers come first (R22)."""
    key = key_of(row.part_number)
    matched = {(match.manufacturer_id, match.product_id) for match in row.matches}
    exact = {
        (seller.manufacturer_id, seller.product_id)
        for product in explanation.products
        for seller in product.sellers
        if seller.key == key
    }
    return [
        alias
        for alias in explanation.aliases
        if alias.key == key and (alias.manufacturer_id, alias.product_id) in matched - exact
    ]


def next_steps(explanation: Explanation) -> Iterator[Step]:
    """Yield when the part is looked at next."""
    upcoming = explanation.upcoming
    if upcoming.run_id is not None:
        title = "An inventory update is running now"
        yield Step("next", "info", title, run_id=upcoming.run_id)
    elif upcoming.at is not None:
        yield Step("next", "info", "Next scheduled update", at=upcoming.at)
    else:
        title = "No update is scheduled"
        check = "Check LightSpeed Configuration: 3PA must be enabled and connected."
        yield Step("next", "warn", title, [check])
