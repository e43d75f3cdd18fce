"""All dealers as staff see them, a page at a time: those that need attention first, or as asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, case, func, or_, select

from webapp.extensions import db
from webapp.models import Configuration, Dealer, Run, RunItem
from webapp.presenters.causes import CAUSES, FINE, LastRun, LastSuccess, has_codes, urgency
from webapp.presenters.next_run import next_run
from webapp.presenters.standings import joined
from webapp.presenters.tones import Saying
from webapp.words import CHECK_STATES, key_of

PAGE_LENGTH = 50
# By what the table is sorted; a minus in front turns it around.
SORTS: Final = {
    "attention": "Needs attention first",
    "name": "Name, A to Z",
    "-name": "Name, Z to A",
    "connection": "Connection, worst first",
    "-connection": "Connection, best first",
    "success": "Last success, oldest first",
    "-success": "Last success, latest first",
    "status": "Last status, worst first",
    "-status": "Last status, best first",
    "-unmatched": "Unmatched, most first",
    "unmatched": "Unmatched, fewest first",
}
_CONNECTIONS = ("refused", "unchecked", "checking", "connected")
_STATUSES = ("failed", "partial", "cancelled", "skipped", "running", "queued", "succeeded")


@dataclass(frozen=True)
class DealerRow:
    """One dealer in the list; `unmatched` is the share of the last run's parts that it skipped, 0 to 1."""

    dealer: Dealer
    configuration: Configuration | None
    last: Run | None
    succeeded_at: datetime | None
    cause: Saying | None
    unmatched: float | None
    next_run: datetime | None


@dataclass(frozen=True)
class DealerList:
    """One page of dealers, and how many there are in all and in need of attention."""

    rows: list[DealerRow]
    matching: str
    sort: str
    page: int
    total: int
    urgent: int

    @property
    def has_more(self) -> bool:
        return self.page * PAGE_LENGTH < self.total

    @classmethod
    def of(cls, matching: str = "", sort: str = "", page: int = 1) -> DealerList:
        """The dealers whose name or 3PA Dealer ID contains the text, in any case."""
        sort = sort if sort in SORTS else "attention"
        found = db.session.execute(_wanted(matching, sort, page)).all()
        shares = _shares([last.id for _, _, last, *_ in found if last])
        rows = [_row(found_row, shares) for found_row in found]
        total, urgent = (found[0].total, found[0].urgent) if found else (0, 0)
        return cls(rows, matching, sort, page, total, urgent)


def _wanted(matching: str, sort: str, page: int) -> Select[Any]:
    rank = urgency()
    wanted = joined(
        Dealer,
        Configuration,
        LastRun,
        LastSuccess.finished_at,
        has_codes(),
        rank.label("urgency"),
        func.count().over().label("total"),
        func.sum(case((rank < FINE, 1), else_=0)).over().label("urgent"),
    )
    if matching:
        sought = func.lower(Dealer.name).contains(key_of(matching), autoescape=True)
        wanted = wanted.where(or_(sought, Configuration.cmf.contains(matching, autoescape=True)))
    wanted = wanted.order_by(*_order(sort), func.lower(Dealer.name), Dealer.id)
    return wanted.offset((page - 1) * PAGE_LENGTH).limit(PAGE_LENGTH)


def _order(sort: str) -> list[Any]:
    if sort == "attention":
        return [urgency(), LastSuccess.finished_at.asc().nulls_first()]
    column = {
        "name": func.lower(Dealer.name),
        "connection": case(
            (Configuration.enabled, _place(Configuration.check_state, _CONNECTIONS)), else_=len(CHECK_STATES)
        ),
        "success": LastSuccess.finished_at,
        "status": _place(LastRun.status, _STATUSES),
        "unmatched": _share().where(RunItem.run_id == LastRun.id).correlate(LastRun).scalar_subquery(),
    }[sort.removeprefix("-")]
    if sort.startswith("-"):
        return [column.desc().nulls_last()]
    # Without any success is older than any; without a run there is nothing to compare.
    return [column.asc().nulls_first() if sort == "success" else column.asc().nulls_last()]


def _place(column: Any, words: tuple[str, ...]) -> Any:
    return case({word: place for place, word in enumerate(words)}, value=column)


def _share() -> Any:
    parts = func.nullif(func.sum(RunItem.skipped) + func.sum(RunItem.synced), 0)
    return select(func.sum(RunItem.skipped) * 1.0 / parts)


def _shares(run_ids: list[int]) -> dict[int, float]:
    wanted = _share().add_columns(RunItem.run_id).where(RunItem.run_id.in_(run_ids)).group_by(RunItem.run_id)
    return {run_id: float(share) for share, run_id in db.session.execute(wanted) if share is not None}


def _row(found: Any, shares: Mapping[int, float]) -> DealerRow:
    dealer, configuration, last, succeeded_at, mapped, rank, *_ = found
    return DealerRow(
        dealer,
        configuration,
        last,
        succeeded_at,
        cause=list(CAUSES.values())[rank] if rank < FINE else None,
        unmatched=shares.get(last.id) if last else None,
        next_run=next_run(dealer, configuration, mapped) if configuration else None,
    )
