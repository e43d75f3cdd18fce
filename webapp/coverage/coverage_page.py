"""Read model of the Coverage page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flask import url_for
from sqlalchemy import select

from webapp.code_discovery.unmapped_codes import whole_dollars
from webapp.coverage.recording import share
from webapp.extensions import db
from webapp.models import CoverageDay, Dealer, StockSummary
from webapp.models.coverage import OVERALL, UNMAPPED
from webapp.web.charts import Bar, Chart
from webapp.web.numbers import number
from webapp.web.numbers import share as percent

# Days of the chart.
DAYS: Final = 30
MEASURES: Final = {"parts": "Parts", "units": "Units", "value": "Retail value"}
SERIES: Final = ("Online", "Not online")
_COLUMNS: Final = {
    "parts": ("parts", "parts_online"),
    "units": ("units", "units_online"),
    "value": ("value_cents", "value_online_cents"),
}


@dataclass(frozen=True)
class Line:
    """What is in stock on one day by one measure: all of it, and what is online; value is in cents."""

    row: CoverageDay
    measure: str

    @property
    def total(self) -> int:
        return int(getattr(self.row, _COLUMNS[self.measure][0]))

    @property
    def online(self) -> int:
        return int(getattr(self.row, _COLUMNS[self.measure][1]))

    @property
    def percent(self) -> str:
        """Return the share that is online, such as `88.2%`."""
        return percent(share(self.online, self.total))

    @property
    def day(self) -> str:
        return _day(self.row.day)

    @property
    def is_unmapped(self) -> bool:
        return self.row.code_key == UNMAPPED

    def text(self, amount: int) -> str:
        """Format an amount of the measure; value in whole dollars."""
        return whole_dollars(amount) if self.measure == "value" else number(amount)

    def of(self, measure: str) -> Line:
        """Return the same day by another measure."""
        return Line(self.row, measure)


@dataclass(frozen=True)
class CoveragePage:
    """The days of all stock, or of one code, the oldest first, and the codes on the last day.

    `last` is the last day of all stock; None before the first run. `code` is the code whose days are shown.
    """

    measure: str
    code: CoverageDay | None
    days: list[Line]
    codes: list[Line]
    last: Line | None
    summary: StockSummary | None

    @classmethod
    def of(cls, dealer: Dealer, measure: str, code_key: str) -> CoveragePage:
        """Return the page; an unknown measure or code counts as absent."""
        measure = measure if measure in MEASURES else "parts"
        summary = db.session.get(StockSummary, dealer.id)
        if summary is None:
            return cls(measure, None, [], [], None, None)
        rows = _rows(dealer.id, summary.day)
        last = {row.code_key: Line(row, measure) for row in rows if row.day == summary.day}
        key = code_key if code_key in last else OVERALL
        codes = [line for row_key, line in last.items() if row_key != OVERALL]
        return cls(
            measure,
            last[key].row if key != OVERALL else None,
            [Line(row, measure) for row in rows if row.code_key == key],
            sorted(codes, key=lambda line: (line.online - line.total, line.row.code_key)),
            last.get(OVERALL),
            summary,
        )

    @property
    def chart(self) -> Chart:
        """Return the chart of the days; value in whole dollars."""
        return Chart([self._bar(line) for line in self.days], SERIES)

    @property
    def tabs(self) -> list[tuple[str, str]]:
        """Return the measures with their addresses."""
        return [(label, self.address(name)) for name, label in MEASURES.items()]

    def address(self, measure: str, code_key: str | None = None) -> str:
        """Return the page's address for a measure and a code; by default the one that is shown."""
        key = (self.code.code_key if self.code else OVERALL) if code_key is None else code_key
        values = {
            "unmapped": "1" if key == UNMAPPED else None,
            "code": key.strip() or None,
            "measure": None if measure == "parts" else measure,
        }
        given: dict[str, Any] = {name: value for name, value in values.items() if value}
        return url_for("coverage.index", **given)

    def _bar(self, line: Line) -> Bar:
        unit = 100 if self.measure == "value" else 1
        online, total = round(line.online / unit), round(line.total / unit)
        url = url_for("runs.index", since=line.row.day, until=line.row.day)
        return Bar(line.day, f"{line.percent} online", line.day, url, online, max(0, total - online))


def _rows(dealer_id: int, last: date) -> Iterable[CoverageDay]:
    """Return the days up to the last one, the oldest first."""
    query = select(CoverageDay).where(
        CoverageDay.dealer_id == dealer_id, CoverageDay.day.between(last - timedelta(days=DAYS - 1), last)
    )
    return db.session.scalars(query.order_by(CoverageDay.day)).all()


def _day(day: date) -> str:
    return f"{day:%b} {day.day}"
