"""How dealers stand: configuration, last run, last success, and what needs attention, from one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.orm import joinedload

from webapp.extensions import db
from webapp.models import Configuration, Dealer, Run
from webapp.presenters.causes import CAUSES, LastRun, LastSuccess, conditions, has_codes
from webapp.presenters.tones import Saying


@dataclass(frozen=True)
class Standing:
    """One dealer. `causes` are the open alerts by name, the worst first."""

    last: Run | None
    succeeded_at: datetime | None
    has_codes: bool
    causes: tuple[str, ...]

    @classmethod
    def of(cls, dealer: Dealer) -> Standing:
        """The dealer's standing at this moment."""
        wanted = joined(LastRun, LastSuccess.finished_at, has_codes(), *conditions().values())
        wanted = wanted.where(Dealer.id == dealer.id).options(joinedload(LastRun.requested_by))
        last, succeeded_at, mapped, *open_causes = db.session.execute(wanted).one()
        causes = tuple(name for name, is_open in zip(CAUSES, open_causes, strict=True) if is_open)
        return cls(last, succeeded_at, bool(mapped), causes)

    @property
    def alerts(self) -> list[tuple[str, Saying]]:
        """Each open cause with its words."""
        return [(name, CAUSES[name]) for name in self.causes]


def joined(*columns: Any) -> Select[Any]:
    """A query over every dealer with its configuration, last run and last success where it has them."""
    return (
        select(*columns)
        .select_from(Dealer)
        .outerjoin(Configuration, Configuration.dealer_id == Dealer.id)
        .outerjoin(LastRun, LastRun.id == _last_id(None))
        .outerjoin(LastSuccess, LastSuccess.id == _last_id("succeeded"))
    )


def _last_id(status: str | None) -> Any:
    newest = select(func.max(Run.id)).where(Run.dealer_id == Dealer.id)
    if status:
        # Written out: with a parameter SQLite would not see that the partial index fits.
        newest = newest.where(Run.status == literal_column(f"'{status}'"))
    return newest.correlate(Dealer).scalar_subquery()
