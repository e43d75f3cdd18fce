"""Records at the end of a run how much of the dealer's stock is online, and how old its data was (R29)."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import median
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select, tuple_, update

from webapp.code_discovery import unmapped_codes
from webapp.core import clock
from webapp.core.enums import STORED_TRIGGERS
from webapp.core.run_states import APPLIED_STATES
from webapp.extensions import db
from webapp.models import Configuration, CoverageDay, Dealer, PullBlock, Run, StockSummary, SupplierCode
from webapp.models.coverage import OVERALL, UNMAPPED
from webapp.models.upserts import replace_keys
from webapp.pulls.entries import unpack
from webapp.pulls.stock_sums import stock_sums
from webapp.runs import data_age

# The days before whose median is usual.
DAYS_BEFORE: Final = 7
# From this drop on, the codes with the most parts that are no longer online are noted, so many.
_NOTED_DROP: Final = 0.01
_NOTED: Final = 3
# Blocks that are counted at once.
_BATCH: Final = 50


class Figures(NamedTuple):
    """What is in stock, and how much of it is online; value is in cents."""

    parts: int = 0
    parts_online: int = 0
    units: int = 0
    units_online: int = 0
    value_cents: int = 0
    value_online_cents: int = 0

    def plus(self, other: Figures) -> Figures:
        """Return the sums."""
        return Figures(*(one + two for one, two in zip(self, other, strict=True)))


def share(online: int, total: int) -> float | None:
    """Return the share that is online, 0 to 1; None of nothing."""
    return online / total if total else None


def record(run_id: int) -> None:
    """Record the dealer's coverage after a run, and the age of its data; commits."""
    run, timezone, column = db.session.execute(_of_run(run_id)).one()
    dealer_id, today = run.dealer_id, clock.local_today(timezone)
    found = _of_codes(dealer_id)
    unmapped = unmapped_codes.totals(dealer_id, column)
    if unmapped.codes:
        found[UNMAPPED] = ("", Figures(unmapped.parts, 0, unmapped.units, 0, unmapped.cents, 0))
    overall = Figures()
    for _, figures in found.values():
        overall = overall.plus(figures)
    found[OVERALL] = ("", overall)
    names = ("dealer_id", "day", "code_key")
    rows = [
        dict(zip(names, (dealer_id, today, key), strict=True)) | {"supplier_code": code} | figures._asdict()
        for key, (code, figures) in found.items()
    ]
    summary = _summary(run, today, overall)
    summary["fallen"] = _fallen(dealer_id, today, found) if _has_fallen(summary) else []
    db.session.execute(replace_keys(CoverageDay, names), rows)
    db.session.execute(replace_keys(StockSummary, ("dealer_id",)), [summary])
    db.session.commit()


def rehearse(nobody: int) -> None:
    """Execute the queries of `record` for a dealer and a run that do not exist."""
    db.session.execute(_of_run(nobody))
    _of_codes(nobody)
    unmapped_codes.totals(nobody, "on_hand")
    _summary(Run(id=nobody, dealer_id=nobody, trigger="command"), date(2000, 1, 1), Figures())


def _of_run(run_id: int) -> Select[Any, Any, Any]:
    query = select(Run, Dealer.timezone, Configuration.quantity_column).join(Run.dealer)
    return query.outerjoin(Configuration, Configuration.dealer_id == Run.dealer_id).where(Run.id == run_id)


def _of_codes(dealer_id: int) -> dict[str, tuple[str, Figures]]:
    """Return each listed code's spelling and figures, by code key.

    Blocks that were written before their stock was counted are counted now; then it commits.
    """
    codes = (
        select(SupplierCode.code_key, func.max(SupplierCode.code).label("code"))
        .where(SupplierCode.dealer_id == dealer_id)
        .group_by(SupplierCode.code_key)
        .subquery()
    )
    sums = (
        func.coalesce(func.sum(column), 0)
        for column in (
            PullBlock.stock_parts,
            PullBlock.synced,
            PullBlock.stock_units,
            PullBlock.online_units,
            PullBlock.stock_cents,
            PullBlock.online_cents,
        )
    )
    of_code = (PullBlock.dealer_id == dealer_id) & (PullBlock.code_key == codes.c.code_key)
    uncounted = func.count() - func.count(PullBlock.stock_parts)
    query = select(codes.c.code_key, codes.c.code, uncounted, *sums).join(PullBlock, of_code)
    rows = db.session.execute(query.group_by(codes.c.code_key, codes.c.code)).all()
    if any(row[2] for row in rows):
        _count_blocks(dealer_id)
        return _of_codes(dealer_id)
    return {row[0]: (row[1], Figures(*map(int, row[3:]))) for row in rows}


def _count_blocks(dealer_id: int) -> None:
    """Count the stock of blocks that do not say it; commits each batch."""
    key = PullBlock.code_key, PullBlock.first_key, PullBlock.item_id
    uncounted = PullBlock.dealer_id == dealer_id, PullBlock.stock_parts.is_(None)
    query = select(*key, PullBlock.body).where(*uncounted).limit(_BATCH)
    while rows := db.session.execute(query).all():
        for *place, body in rows:
            of_block = PullBlock.dealer_id == dealer_id, tuple_(*key) == tuple_(*place)
            db.session.execute(update(PullBlock).where(*of_block).values(stock_sums(unpack(body))))
        db.session.commit()


def _summary(run: Run, today: date, overall: Figures) -> dict[str, Any]:
    columns = (CoverageDay.parts_online, CoverageDay.parts, CoverageDay.value_online_cents)
    overall_before = CoverageDay.code_key == OVERALL, *_before(run.dealer_id, today)
    days = db.session.execute(select(*columns, CoverageDay.value_cents).where(*overall_before)).all()
    return {
        "dealer_id": run.dealer_id,
        "day": today,
        "parts": overall.parts,
        "online": share(overall.parts_online, overall.parts),
        "online_value": share(overall.value_online_cents, overall.value_cents),
        "usual": _median(share(day[0], day[1]) for day in days),
        "usual_value": _median(share(day[2], day[3]) for day in days),
        "data_age_minutes": _data_age(run),
    }


def _before(dealer_id: int, today: date) -> tuple[ColumnElement[bool], ...]:
    first, last = today - timedelta(days=DAYS_BEFORE), today - timedelta(days=1)
    return CoverageDay.dealer_id == dealer_id, CoverageDay.day.between(first, last)


def _has_fallen(summary: dict[str, Any]) -> bool:
    pairs = (summary["usual"], summary["online"]), (summary["usual_value"], summary["online_value"])
    return any(usual is not None and now is not None and usual - now > _NOTED_DROP for usual, now in pairs)


def _fallen(dealer_id: int, today: date, found: dict[str, tuple[str, Figures]]) -> list[list[Any]]:
    """Return the codes with the most parts that are offline, and were not at the best of the days before."""
    least = func.min(CoverageDay.parts - CoverageDay.parts_online)
    query = select(CoverageDay.code_key, least).where(*_before(dealer_id, today))
    before = {row[0]: int(row[1]) for row in db.session.execute(query.group_by(CoverageDay.code_key))}
    rises = {
        code: figures.parts - figures.parts_online - before.get(key, 0)
        for key, (code, figures) in found.items()
        if key != OVERALL
    }
    worst = sorted((code for code, rise in rises.items() if rise > 0), key=lambda code: -rises[code])
    return [[code, rises[code]] for code in worst[:_NOTED]]


def _median(shares: Any) -> float | None:
    known = [each for each in shares if each is not None]
    return median(known) if known else None


def _data_age(run: Run) -> int | None:
    """Return the median age in minutes of what the run received; that of an earlier one if it says nothing.

    A run that requests nothing makes data no older, and a retry concerns few codes.
    """
    age = None if run.trigger in (*STORED_TRIGGERS, "retry") else data_age.of_run(run)
    if age is not None:
        return int(age.median.total_seconds() // 60)
    if run.status in APPLIED_STATES and run.trigger not in (*STORED_TRIGGERS, "retry"):
        return None
    before = db.session.get(StockSummary, run.dealer_id)
    return before.data_age_minutes if before else None
