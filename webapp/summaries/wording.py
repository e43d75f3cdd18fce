"""Words of a summary of changes: title and sections, for its email and its page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, NamedTuple

from webapp.summaries.content import Content, Named, Products
from webapp.summaries.periods import Period
from webapp.web.numbers import count, money

NOTHING: Final = "Nothing changed."

# The address of a dealer's page, by endpoint and values; empty if there is none.
UrlOf = Callable[..., str]


class Line(NamedTuple):
    """A line of a section, with the address that it leads to; empty if there is none."""

    text: str
    url: str = ""


class Section(NamedTuple):
    """A heading and lines, and how many more there are.

    Addresses of products are left out of plain text: ten of them make it hard to read.
    """

    heading: str
    lines: list[Line]
    more: int = 0
    is_of_products: bool = False

    @property
    def text(self) -> list[str]:
        """Return the lines of plain text, after an empty one."""
        lines = ["", f"{self.heading}:"]
        for line in self.lines:
            lines.append(f"- {line.text}")
            if line.url and not self.is_of_products:
                lines.append(f"  {line.url}")
        return [*lines, f"- and {self.more:,} more"] if self.more else lines


def title(period: Period) -> str:
    """Return `what changed on Monday, Nov 30` or `what changed from Nov 23 to Nov 29`."""
    first, last = period.starts_on, period.ends_on - timedelta(days=1)
    when = f"on {first:%A}, {_day(first)}" if first == last else f"from {_day(first)} to {_day(last)}"
    return f"what changed {when}"


def sections(said: Content, url_of: UrlOf) -> list[Section]:
    """Return the sections that have something to say."""
    found = [
        _of_products("Came into stock", said.came_in, _stocked, url_of),
        _of_products("Sold out", said.sold_out, _sold, url_of),
        _of_products("Set to zero by a guard", said.guarded, _sold, url_of),
        _of_products("Price changes", said.prices, _priced, url_of),
        Section("Not online now", _not_online(said, url_of)),
        Section("On hold for your approval", [Line(each, url_of("runs.index")) for each in said.held]),
        Section(
            "Frozen: updates don't change it", [Line(each, url_of("freezes.index")) for each in said.frozen]
        ),
        Section("All changes", [Line("Every update, with what it changed", url_of("runs.index"))]),
    ]
    return [section for section in found if section.lines]


def _day(day: date) -> str:
    return f"{day:%b} {day.day}"


def _of_products(heading: str, group: Products, say: Callable[[Named], str], url_of: UrlOf) -> Section:
    lines = [
        Line(f"{_name(row)}: {say(row)}", url_of("parts.show_product", product_id=row.product_id))
        for row in group.largest
    ]
    return Section(heading, lines, group.products - len(lines), is_of_products=True)


def _not_online(said: Content, url_of: UrlOf) -> list[Line]:
    lines = []
    if said.unmapped_codes:
        codes, parts = count(said.unmapped_codes, "unmapped code"), count(said.unmapped_parts, "part")
        lines.append(Line(f"{codes}: {parts}, {money(said.unmapped_cents)}", url_of("unmapped_codes.index")))
        lines += map(Line, said.unmapped)
    if said.skipped_parts:
        skipped = f"{count(said.skipped_parts, 'part')} skipped in the last update"
        lines.append(Line(skipped, url_of("skipped.index")))
    return lines


def _name(row: Named) -> str:
    return " ".join(filter(None, (row.brand, row.mpn, row.name)))


def _stocked(row: Named) -> str:
    return _units(row.after, row.value_cents)


def _sold(row: Named) -> str:
    return f"had {_units(row.before, -row.value_cents)}"


def _units(units: int, cents: int) -> str:
    return count(units, "unit") + (f", {money(cents)}" if cents > 0 else "")


def _priced(row: Named) -> str:
    return f"{money(row.price_before)} → {money(row.price)}"
