"""Progress, counts and results of each code of a run.

All functions are called within `lease.transaction`, together with the writes that they count. A change of
state raises ItemNotChanged if the item is in none of the states that it starts from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from jobs.sources.source import Page, SourceError
from webapp.core import clock
from webapp.core.run_states import UNFINISHED_ITEM_STATES, RunItemState
from webapp.extensions import db
from webapp.models import RunItem
from webapp.runs.run_transitions import change_item


class ItemNotChanged(RuntimeError):
    """The item is in none of the states that the change starts from."""


def open_item(item_id: int) -> None:
    """Mark a code as running; what an interrupted attempt fetched is fetched again."""
    _change(
        item_id,
        *(RunItemState.WAITING, RunItemState.RUNNING, RunItemState.FAILED),
        to=RunItemState.RUNNING,
        tries=RunItem.tries + 1,
        started_at=clock.now(),
        finished_at=None,
        pages=0,
        fetched=0,
        error=None,
        error_kind=None,
    )


def count_pages(item_id: int, pages: Sequence[Page]) -> None:
    """Count stored pages, their parts, requests and waiting time."""
    counts = {
        "pages": RunItem.pages + sum(1 for page in pages if page.received),
        "fetched": RunItem.fetched + sum(page.received for page in pages),
    }
    _set_item(item_id, **counts, **_requests(pages))


def count_requests(item_id: int, error: SourceError) -> None:
    """Count the requests and waiting time of a page that failed."""
    _set_item(item_id, **_requests([error]))


def _requests(results: Sequence[Page | SourceError]) -> dict[str, Any]:
    """Return the new totals of requests and of their waiting time.

    Totals include all attempts: the service received each request.
    """
    return {
        "requests": RunItem.requests + sum(result.requests for result in results),
        "rate_waited_ms": RunItem.rate_waited_ms
        + round(sum(result.rate_waited for result in results) * 1000),
    }


def close_item(item_id: int, **counts: int) -> None:
    """Mark a code as applied, with its counts."""
    _change(item_id, RunItemState.RUNNING, to=RunItemState.SUCCEEDED, finished_at=clock.now(), **counts)


def state_of(item_id: int) -> str:
    """Return the state of a code in the database."""
    return db.session.execute(select(RunItem.status).where(RunItem.id == item_id)).scalar_one()


def fail_item(item_id: int, kind: str, sentence: str) -> None:
    """Mark a code as failed: none of its fetched parts is applied (R11)."""
    values = {"error_kind": kind, "error": sentence, "finished_at": clock.now()}
    _change(item_id, *UNFINISHED_ITEM_STATES, to=RunItemState.FAILED, **values)


def leave_out(item_id: int, sentence: str) -> None:
    """Mark a code as not tried."""
    before = (*UNFINISHED_ITEM_STATES, RunItemState.FAILED)
    _change(item_id, *before, to=RunItemState.NOT_TRIED, error=sentence, finished_at=clock.now())


def _change(item_id: int, *before: RunItemState, to: RunItemState, **values: Any) -> None:
    statement = change_item(*before, to=to).where(RunItem.id == item_id).values(**values)
    result: Any = db.session.execute(statement)
    if not result.rowcount:
        raise ItemNotChanged(f"run item {item_id} is not {' or '.join(before)}, so it did not become {to}")


def _set_item(item_id: int, **values: Any) -> None:
    statement = update(RunItem).where(RunItem.id == item_id).values(**values)
    db.session.execute(statement)
