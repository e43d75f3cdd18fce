"""Dealer list for staff, paginated: by urgency first, or as sorted by the user."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, case, func, or_, select

from webapp import alerts
from webapp.core.enums import CHECK_STATES
from webapp.core.run_states import RunState
from webapp.core.text_keys import key_of
from webapp.dealers.attention import CONDITIONS, FINE, urgency
from webapp.dealers.dealer_status import dealer_statuses
from webapp.extensions import db
from webapp.models import Alert, Configuration, Dealer, Run
from webapp.runs.next_run import next_run
from webapp.web.status_labels import StatusLabel

PAGE_LENGTH = 50
# Sort keys; a minus sign reverses the order.
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
_STATUSES = (
    RunState.FAILED,
    RunState.PARTIAL,
    RunState.CANCELLED,
    RunState.SKIPPED,
    RunState.RUNNING,
    RunState.QUEUED,
    RunState.SUCCEEDED,
)


class _Status(NamedTuple):
    """Status of one dealer of the page, with the totals of all its pages."""

    id: int
    last_id: int | None
    succeeded_at: datetime | None
    unmatched: float | None
    urgency: int
    total: int
    urgent: int


@dataclass(frozen=True)
class DealerRow:
    """One dealer in the list.

    `unmatched` is the share of parts skipped by the last run with a result, 0 to 1; `causes` are the reasons
    why it needs attention, the most severe first.
    """

    dealer: Dealer
    configuration: Configuration | None
    last: Run | None
    succeeded_at: datetime | None
    causes: list[StatusLabel]
    unmatched: float | None
    next_run: datetime | None


@dataclass(frozen=True)
class DealerList:
    """One page of dealers, with the total and the number that need attention."""

    rows: list[DealerRow]
    matching: str
    sort: str
    page: int
    total: int
    urgent: int
    deployment: list[Alert]

    @property
    def has_more(self) -> bool:
        return self.page * PAGE_LENGTH < self.total

    @classmethod
    def of(cls, matching: str = "", sort: str = "", page: int = 1) -> DealerList:
        """Return the dealers whose name or 3PA Dealer ID contains the text, case-insensitive."""
        sort = sort if sort in SORTS else "attention"
        statuses = [_Status(*row) for row in db.session.execute(_statuses(matching, sort, page))]
        total, urgent = (statuses[0].total, statuses[0].urgent) if statuses else (0, 0)
        return cls(_rows(statuses), matching, sort, page, total, urgent, alerts.of_deployment())


def _statuses(matching: str, sort: str, page: int) -> Select[Any]:
    """Query the statuses of the page's dealers: all are sorted, and few are shown."""
    conditions = []
    if matching:
        sought = func.lower(Dealer.name).contains(key_of(matching), autoescape=True)
        conditions.append(or_(sought, Configuration.cmf.contains(matching, autoescape=True)))
    row = dealer_statuses(*conditions)
    ranked = select(*row.c, urgency(row.c).label("urgency")).cte("ranked").prefix_with("MATERIALIZED").c
    query = select(
        ranked.id,
        ranked.last_id,
        ranked.succeeded_at,
        ranked.unmatched,
        ranked.urgency,
        func.count().over().label("total"),
        func.sum(case((ranked.urgency < FINE, 1), else_=0)).over().label("urgent"),
    )
    query = query.order_by(*_order(sort, ranked), ranked.name, ranked.id)
    return query.offset((page - 1) * PAGE_LENGTH).limit(PAGE_LENGTH)


def _order(sort: str, row: Any) -> list[Any]:
    if sort == "attention":
        return [row.urgency, row.succeeded_at.asc().nulls_first()]
    column = {
        "name": row.name,
        "connection": case((row.enabled, _place(row.check_state, _CONNECTIONS)), else_=len(CHECK_STATES)),
        "success": row.succeeded_at,
        "status": _place(row.last_status, _STATUSES),
        "unmatched": row.unmatched,
    }[sort.removeprefix("-")]
    if sort.startswith("-"):
        return [column.desc().nulls_last()]
    # No success sorts before any success; without a run there is no value to compare.
    return [column.asc().nulls_first() if sort == "success" else column.asc().nulls_last()]


def _place(column: Any, words: tuple[str, ...]) -> Any:
    return case({word: place for place, word in enumerate(words)}, value=column)


def _rows(statuses: Sequence[_Status]) -> list[DealerRow]:
    """Load the dealers of these statuses, in their order."""
    entities: tuple[Any, ...] = (Dealer, Configuration, Run)
    query = (
        select(*entities)
        .outerjoin(Configuration, Configuration.dealer_id == Dealer.id)
        .outerjoin(Run, Run.id.in_([status.last_id for status in statuses]) & (Run.dealer_id == Dealer.id))
        .where(Dealer.id.in_([status.id for status in statuses]))
    )
    entities_by_id = {dealer.id: (dealer, *others) for dealer, *others in db.session.execute(query)}
    opened = defaultdict(list)
    for alert in alerts.open_of(*entities_by_id):
        opened[alert.dealer_id].append(alert.cause)
    return [_row(status, opened[status.id], *entities_by_id[status.id]) for status in statuses]


def _row(
    status: _Status, opened: list[str], dealer: Dealer, configuration: Configuration | None, last: Run | None
) -> DealerRow:
    return DealerRow(
        dealer,
        configuration,
        last,
        status.succeeded_at,
        causes=_causes(status.urgency, opened),
        unmatched=status.unmatched,
        next_run=next_run(dealer, configuration, last) if configuration else None,
    )


def _causes(urgency: int, opened: list[str]) -> list[StatusLabel]:
    """Return the most severe cause, and other open alerts; empty for a disabled dealer."""
    worst = [list(CONDITIONS)[urgency]] if urgency < FINE else []
    names = dict.fromkeys([*worst, *opened] if urgency <= FINE else ())
    return [CONDITIONS[name] for name in names if name in CONDITIONS]
