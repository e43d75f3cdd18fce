"""Progress, counts and results of each code of a run.

All functions are called within `lease.transaction`, together with the writes that they count. A change of
state raises ItemNotChanged if the item is in none of the states that it starts from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Executable, bindparam, select, update

from jobs.sources.source import Page, SourceError
from jobs.sync.applying.gathered import Gathered
from webapp.core import clock
from webapp.core.enums import CODE_TRIES, ITEM_HELD, PASSING_ERRORS
from webapp.core.run_states import UNFINISHED_ITEM_STATES, RunItemState
from webapp.extensions import db
from webapp.models import RunItem
from webapp.runs.run_transitions import item_change

_ITEMS: Final = RunItem.__table__.c


class ItemNotChanged(RuntimeError):
    """The item is in none of the states that the change starts from."""


def open_item(item_id: int, fetched: int = 0) -> None:
    """Mark a code as running; what an interrupted attempt fetched is fetched again.

    `fetched` counts the rows of a stored pull, if it is applied instead of a new one.
    """
    _change(
        item_id,
        *(RunItemState.WAITING, RunItemState.RUNNING, RunItemState.FAILED),
        to=RunItemState.RUNNING,
        more={"tries": 1},
        values={
            "started_at": clock.now(),
            **{"pages": 0, "fetched": fetched},
            **dict.fromkeys(("finished_at", "error", "error_kind")),
        },
    )


def count_pages(item_id: int, pages: Sequence[Page]) -> None:
    """Count pages, their parts, requests and waiting time."""
    _add_to_item(item_id, _counts(pages))


def count_requests(item_id: int, error: SourceError) -> None:
    """Count the requests and waiting time of a page that failed."""
    _add_to_item(item_id, _requests([error]))


def _counts(pages: Sequence[Page]) -> dict[str, int]:
    return {
        "pages": sum(1 for page in pages if page.received),
        "fetched": sum(page.received for page in pages),
        **_requests(pages),
    }


def _requests(results: Sequence[Page | SourceError]) -> dict[str, int]:
    """Return the number of requests and their waiting time.

    Totals include all attempts: the service received each request.
    """
    return {
        "requests": sum(result.requests for result in results),
        "rate_waited_ms": round(sum(result.rate_waited for result in results) * 1000),
    }


def close_item(
    item_id: int, gathered: Gathered | None, counts: Mapping[str, int], uncounted: Sequence[Page] = ()
) -> None:
    """Mark a code as applied, with its counts, and how old its parts are; add the pages not counted yet."""
    _change(
        item_id,
        RunItemState.RUNNING,
        to=RunItemState.SUCCEEDED,
        more=_counts(uncounted),
        values={
            "finished_at": clock.now(),
            **_dates(gathered),
            **counts,
        },
    )


def hold_item(item_id: int, counts: Mapping[str, int], sentence: str, uncounted: Sequence[Page]) -> None:
    """Mark a code as succeeded although its pull is held (R27); add the pages not counted yet."""
    reason = {"error_kind": ITEM_HELD, "error": sentence}
    values = {"finished_at": clock.now(), **counts, **reason}
    _change(item_id, RunItemState.RUNNING, to=RunItemState.SUCCEEDED, more=_counts(uncounted), values=values)


def state_of(item_id: int) -> str:
    """Return the state of a code in the database."""
    return db.session.execute(select(RunItem.status).where(RunItem.id == item_id)).scalar_one()


def fail_item(item_id: int, kind: str, sentence: str, gathered: Gathered | None = None) -> None:
    """Mark a code as failed: none of its fetched parts is applied (R11), whose age may be the reason."""
    values = {"error_kind": kind, "error": sentence, "finished_at": clock.now(), **_dates(gathered)}
    _change(item_id, *UNFINISHED_ITEM_STATES, to=RunItemState.FAILED, values=values)


def _dates(gathered: Gathered | None) -> dict[str, Any]:
    return {
        "gathered_at": gathered.median if gathered else None,
        "gathered_from": gathered.oldest if gathered else None,
    }


def leave_out(item_id: int, sentence: str) -> None:
    """Mark a code as not tried."""
    before = (*UNFINISHED_ITEM_STATES, RunItemState.FAILED)
    values = {"error": sentence, "finished_at": clock.now()}
    _change(item_id, *before, to=RunItemState.NOT_TRIED, values=values)


def _change(
    item_id: int,
    *before: RunItemState,
    to: RunItemState,
    values: Mapping[str, Any],
    more: Mapping[str, int] = MappingProxyType({}),
) -> None:
    statement = item_change(before, to, tuple(values), tuple(more))
    new = {f"new_{name}": value for name, value in values.items()}
    added = {f"more_{name}": value for name, value in more.items()}
    result: Any = db.session.execute(statement, {"item": item_id, **new, **added})
    if not result.rowcount:
        raise ItemNotChanged(f"run item {item_id} is not {' or '.join(before)}, so it did not become {to}")


def _add_to_item(item_id: int, more: Mapping[str, int]) -> None:
    added = {f"more_{name}": value for name, value in more.items()}
    db.session.execute(_addition(tuple(more)), {"item": item_id, **added})


@cache
def _addition(names: tuple[str, ...]) -> Executable:
    """Return the statement that adds to columns of an item, built once: it counts the pages of a pull."""
    values = {name: _ITEMS[name] + bindparam(f"more_{name}") for name in names}
    table = RunItem.__table__
    return update(table).where(_ITEMS.id == bindparam("item")).values(values)  # type: ignore[arg-type]


def is_retryable(item: RunItem) -> bool:
    """Return whether a code failed, and is tried again in its run."""
    is_failed = item.status == RunItemState.FAILED
    return is_failed and item.tries < CODE_TRIES and item.error_kind in PASSING_ERRORS
