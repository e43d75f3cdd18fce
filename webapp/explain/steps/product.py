"""Steps about a product: quantity, other codes, price, last change, search index."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.core.enums import PRICING_LABELS
from webapp.explain.explained_product import Contribution, ExplainedProduct, ProductChange
from webapp.explain.steps.step import Step
from webapp.guards.written import REASONS
from webapp.pulls.entries import Blocked
from webapp.runs.run_changes import WHY
from webapp.web.numbers import count, money

_MOST_NAMED = 5


def heading(product: ExplainedProduct) -> str:
    """Return the question that the steps answer."""
    if not product.shelf_quantity:
        return "Why it isn’t in stock on the webstore"
    return f"Why it shows {summary(product)}"


def summary(product: ExplainedProduct) -> str:
    """Return the figures, such as `22 at $66.95`."""
    if product.shelf_quantity is None:
        return "never in stock"
    if not product.shelf_quantity:
        return "out of stock"
    at = f" at {money(product.sale_price_cents)}" if product.sale_price_cents is not None else ""
    return f"{product.shelf_quantity:,}{at}"


def steps(product: ExplainedProduct) -> Iterator[Step]:
    """Yield the steps from the shelf to the webstore."""
    if product.contributions:
        yield from map(_contribution, product.contributions)
    yield _other_codes(product)
    if product.contributions:
        yield _price(product)
    yield from _last_change(product)
    yield _index(product)


def _contribution(row: Contribution) -> Step:
    parts = list(row.parts)
    sum_of = " + ".join(f"{part.quantity:,}" for part in parts)
    lines = []
    if len(parts) > 1:
        names = ", ".join(f"{part.part_number} ({part.quantity:,})" for part in parts)
        total = row.quantity + row.withheld
        lines.append(f"Several parts of {row.code} are this product: {names}. {sum_of} = {total:,}.")
    if len(parts) == 1:
        lines.append(f"{row.manufacturer} part {parts[0].part_number}.")
    if row.is_frozen:
        lines.append(f"{row.code} is frozen, so it keeps what it had when the freeze began.")
    elif row.withheld:
        lines.append(f"Guards of {row.code} hold back {row.withheld:,} of {row.quantity + row.withheld:,}.")
    if any(part.is_kept for part in parts):
        lines.append("The row can’t be used, so its part keeps its quantity.")
    lines += _why_without_parts(row) if row.quantity and not parts and not row.is_frozen else []
    if row.is_held:
        lines.append(f"A zero-out of {row.code} is on hold for approval.")
    title = f"{row.code} puts {row.quantity:,} on the shelf"
    tone = "ok" if row.quantity and parts else "warn" if row.quantity else "off"
    return Step("quantity", tone, title, lines, row.run_id, row.changed_at)


def _why_without_parts(row: Contribution) -> list[str]:
    if row.pricing is None:
        return [f"{row.code} is no longer in your supplier codes: it keeps its last quantity."]
    if row.retained:
        return [f"{row.code} no longer reports it. Clear Previous Quantities is off, so the quantity stays."]
    return [f"The latest data of {row.code} doesn’t contain it."]


def _other_codes(product: ExplainedProduct) -> Step:
    stocked = [row for row in product.contributions if row.quantity]
    others = _others(product)
    if len(stocked) > 1:
        terms = " + ".join(f"{row.quantity:,} from {row.code}" for row in stocked)
        total = sum(row.quantity for row in stocked)
        return Step("codes", "ok", f"The codes add up to {total:,}", [f"{terms}.", *others])
    title = "No other code adds to it" if stocked else "No code has it in stock"
    return Step("codes", "off", title, others)


def _others(product: ExplainedProduct) -> list[str]:
    """Name the manufacturers that sell the product too, and of which no code has it in stock."""
    stocking = {row.manufacturer_id for row in product.contributions if row.quantity}
    others = [seller for seller in product.sellers if seller.manufacturer_id not in stocking]
    mapped = [f"{seller.manufacturer} ({seller.part_number})" for seller in others if seller.is_mapped]
    unmapped = [f"{seller.manufacturer} ({seller.part_number})" for seller in others if not seller.is_mapped]
    lines = []
    if mapped:
        lines.append(f"Not in stock from {_listed(mapped)}.")
    if unmapped:
        lines.append(f"No supplier code is mapped to {_listed(unmapped)}.")
    return lines


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}"


def _price(product: ExplainedProduct) -> Step:
    source = next((row for row in product.contributions if row.sets_price), None)
    if source is None:
        has_stock = any(row.quantity for row in product.contributions)
        title = "No sale price" if has_stock else "Out of stock, so no price is shown"
        return Step("price", "warn" if has_stock else "off", title, _unpriced(product) if has_stock else [])
    price = money(source.sale_price_cents)
    prices = {row.sale_price_cents for row in product.contributions if row.quantity}
    several = len(prices) > 1
    first = [f"{source.code} is the first code in your list with stock and a price."] if several else []
    if source.pricing in (None, "disabled"):
        lines = [f"Pricing of {source.code} is Disabled, so updates keep the price that was there."]
        return Step("price", "warn", f"Price {price} stays as it is", [*lines, *first], source.run_id)
    if blocked := _blocked(source):
        title = f"Price {price} of {source.code} stays: guards block the new one"
        return Step("price", "warn", title, [*blocked, *first], source.run_id)
    title = f"Price {price} comes from {PRICING_LABELS[source.pricing]} of {source.code}"
    return Step("price", "ok", title, first, source.run_id, source.changed_at)


def _unpriced(product: ExplainedProduct) -> list[str]:
    disabled = [row.code for row in product.contributions if row.quantity and row.pricing == "disabled"]
    blocked = [line for row in product.contributions if row.quantity for line in _blocked(row)]
    if disabled or blocked:
        named = [f"LightSpeed Pricing is Disabled for {_listed(disabled)}."] if disabled else []
        return [*blocked, *named]
    return ["Lightspeed reported no usable price, and there was none before."]


def _blocked(row: Contribution) -> list[str]:
    """Say which price of a code guards block (R27)."""
    return [
        f"{row.code} reports {money(part.blocked.cents)}. {_reason(part.blocked)}."
        for part in row.parts
        if part.blocked is not None
    ]


def _reason(blocked: Blocked) -> str:
    limit = f": the limit is {money(blocked.limit_cents)}" if blocked.limit_cents is not None else ""
    return f"{REASONS[blocked.kind]}{limit}"


def _last_change(product: ExplainedProduct) -> Iterator[Step]:
    if product.changes:
        change = product.changes[0]
        title = f"Last change: {WHY[change.why]}"
        yield Step(
            "change", "info", title, [f"{change.code}: {change_text(change)}."], change.run_id, change.at
        )
    else:
        dated = [row for row in product.contributions if row.changed_at is not None]
        last = max(dated, key=lambda row: row.changed_at or row.quantity, default=None)
        if last is not None:
            yield Step("change", "off", "Unchanged since", (), last.run_id, last.changed_at)


def change_text(change: ProductChange) -> str:
    """Return the figures of a change, such as `4 → 3, $9.50 → $9.95`."""
    quantity = f"{change.quantity_before or 0:,} → {change.quantity:,}"
    if change.quantity_before is None:
        at = f" at {money(change.sale_price_cents)}" if change.sale_price_cents is not None else ""
        return f"{quantity}{at}"
    texts = [quantity] if change.quantity_before != change.quantity else []
    if change.sale_price_cents_before != change.sale_price_cents:
        texts.append(f"{money(change.sale_price_cents_before)} → {money(change.sale_price_cents)}")
    if change.lead_time_days_before not in (None, change.lead_time_days):
        texts.append(f"{change.lead_time_days_before} → {count(change.lead_time_days, 'day')}")
    return ", ".join(texts)


def _index(product: ExplainedProduct) -> Step:
    if product.index == "none":
        return Step("index", "off", "The webstore doesn’t have it", ["It never had stock."])
    if product.index == "hidden":
        return Step("index", "off", "The webstore’s search doesn’t have it", ["A lock hides it."])
    figures = [f"Quantity {product.shelf_quantity or 0:,}"]
    if product.sale_price_cents is not None:
        figures.append(money(product.sale_price_cents))
    if product.lead_time_days is not None:
        figures.append(f"ships in {count(product.lead_time_days, 'day')}")
    if product.index == "waiting":
        title = "The webstore’s search index is being updated"
        return Step("index", "warn", title, [f"It will show: {', '.join(figures)}."])
    return Step("index", "ok", "The webstore’s search index shows the same", [f"{', '.join(figures)}."])
