"""All dealers as staff see them: connection and last run, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from webapp.extensions import db
from webapp.models import Configuration, Dealer, Run
from webapp.words import key_of

PAGE_LENGTH = 50


@dataclass(frozen=True)
class DealerList:
    """One page of dealers by name, each with its configuration and last run where it has them."""

    rows: Sequence[tuple[Dealer, Configuration | None, Run | None]]
    matching: str
    page: int
    has_more: bool

    @classmethod
    def of(cls, matching: str = "", page: int = 1) -> DealerList:
        """The dealers whose name contains the text, in any case."""
        last = aliased(Run)
        last_id = select(func.max(last.id)).where(last.dealer_id == Dealer.id).scalar_subquery()
        wanted = (
            select(Dealer, Configuration, Run)
            .outerjoin(Configuration, Configuration.dealer_id == Dealer.id)
            .outerjoin(Run, Run.id == last_id)
            .order_by(func.lower(Dealer.name), Dealer.id)
            .offset((page - 1) * PAGE_LENGTH)
            .limit(PAGE_LENGTH + 1)
        )
        if matching:
            wanted = wanted.where(func.lower(Dealer.name).contains(key_of(matching), autoescape=True))
        found = [(dealer, configuration, run) for dealer, configuration, run in db.session.execute(wanted)]
        return cls(found[:PAGE_LENGTH], matching, page, has_more=len(found) > PAGE_LENGTH)
