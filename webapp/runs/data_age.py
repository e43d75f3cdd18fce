"""How old Lightspeed's data is, or was when a run received it (R29)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, Final, NamedTuple

from flask import current_app
from sqlalchemy import exists, select

from webapp.core import clock
from webapp.extensions import db
from webapp.models import Run, RunItem, StoredPull, SupplierCode

_NONE: Final = timedelta()


class DataAge(NamedTuple):
    """The median age of the rows, about, and that of the oldest one."""

    median: timedelta
    oldest: timedelta


class _Dated(NamedTuple):
    """The data of one code: its number of rows, and their age."""

    median: timedelta
    oldest: timedelta
    rows: int


def of_run(run: Run) -> DataAge | None:
    """Return how old the data was when the run received it; None if Lightspeed did not say."""
    return _age(
        _Dated(row.finished_at - row.gathered_at, row.finished_at - row.gathered_from, row.fetched)
        for row in db.session.execute(_query().where(RunItem.run_id == run.id))
        if row.finished_at is not None
    )


def of_dealer(dealer_id: int, now: datetime | None = None) -> DataAge | None:
    """Return how old the data of the dealer's supplier codes is now; None if Lightspeed did not say."""
    now = now or clock.now()
    is_listed = exists().where(
        SupplierCode.dealer_id == dealer_id, SupplierCode.code_key == StoredPull.code_key
    )
    latest = _query().join(StoredPull, StoredPull.item_id == RunItem.id)
    rows = db.session.execute(latest.where(StoredPull.dealer_id == dealer_id, is_listed))
    return _age(_Dated(now - row.gathered_at, now - row.gathered_from, row.fetched) for row in rows)


def of_item(item: RunItem) -> DataAge | None:
    """Return how old the data of one code was when a run received it; None if Lightspeed did not say."""
    if item.gathered_at is None or item.gathered_from is None or item.finished_at is None:
        return None
    return DataAge(
        max(_NONE, item.finished_at - item.gathered_at), max(_NONE, item.finished_at - item.gathered_from)
    )


def is_old(age: DataAge | None) -> bool:
    """Return whether data of an age counts as old (`DATA_AGE_HOURS`)."""
    return age is not None and age.median > timedelta(hours=current_app.config["DATA_AGE_HOURS"])


def _query() -> Any:
    query = select(RunItem.finished_at, RunItem.gathered_at, RunItem.gathered_from, RunItem.fetched)
    return query.where(RunItem.gathered_at.is_not(None))


def _age(codes: Iterable[_Dated]) -> DataAge | None:
    """Return the median over the rows of all codes, as if those of a code had one age."""
    dated = sorted(codes)
    if not dated:
        return None
    sums = list(accumulate(code.rows for code in dated))
    place = next(place for place, number in enumerate(sums) if 2 * number >= sums[-1])
    return DataAge(max(dated[place].median, _NONE), max(_NONE, *(code.oldest for code in dated)))
