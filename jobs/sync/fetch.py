"""Fetches one code: stores every page in `reported_parts`, several at once if more have arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from operator import length_hint

from jobs.concurrency import Waiting
from jobs.sources.source import Page, PartPages, PartsQuery, Source
from jobs.sync import code_spelling, lease, rules, run_items, staging
from webapp.extensions import db
from webapp.models import Run, RunItem


def pages_of(run: Run, item: RunItem, service: tuple[Source, str], heartbeat: Waiting) -> PartPages:
    """Return the pages of all parts that the source reports for an item's code (R9)."""
    column, today = _query_settings(run)
    spellings = tuple(code_spelling.to_request(run.dealer_id, item))
    # No transaction stays open while the service is asked.
    db.session.commit()
    source, account = service
    return source.parts(account, PartsQuery(spellings, column, rules.since(today)), heartbeat)


def pull(
    run_lease: lease.Lease,
    run: Run,
    item: RunItem,
    pages: PartPages,
    heartbeat: Waiting,
    on_short_page: Callable[[], None],
    tell: Callable[[str], None],
) -> None:
    """Store every page of an item's code (R10).

    `on_short_page` is called after a short page: it is probably the last, and only the request that proves
    the end is still under way. Raises SourceError if the pull is incomplete (R11).
    """
    expected = rules.Expectation.of(item.code_key, *_query_settings(run))
    item_id, code, dealer_id = item.id, item.supplier_code, run.dealer_id
    spellings = code_spelling.Spellings(item.code_key)
    with lease.transaction(run_lease):
        run_items.open_item(item_id)
    for batch in pages.pages():
        _store(run_lease, item_id, batch, expected)
        for page in batch:
            spellings.count([part.supplier_code for part in page.parts])
            if page.received or page.number == 1:
                tell(f"{code}: page {page.number}, {page.received} parts")
        heartbeat()
        if any(page.is_short for page in batch):
            on_short_page()
    _keep_spelling(run_lease, dealer_id, expected.code_key, spellings.usual)


def _keep_spelling(run_lease: lease.Lease, dealer_id: int, code_key: str, spelling: str | None) -> None:
    is_new = spelling is not None and code_spelling.is_new(dealer_id, code_key, spelling)
    db.session.commit()
    if spelling is not None and is_new:
        with lease.transaction(run_lease):
            code_spelling.keep(dealer_id, code_key, spelling)


def _query_settings(run: Run) -> tuple[str, date]:
    """Return the quantity column, and the dealer's local day on which the run started."""
    settings = run.settings or {}
    return settings["quantity_column"], date.fromisoformat(settings["today"])


def _store(run_lease: lease.Lease, item_id: int, pages: Sequence[Page], expected: rules.Expectation) -> None:
    rows = [row for page in pages for row in _rows(page, expected)]
    with lease.transaction(run_lease):
        staging.store(item_id, rows)
        run_items.count_pages(item_id, pages)


def _rows(page: Page, expected: rules.Expectation) -> Iterator[rules.StagedPart]:
    """Yield the rows of a page in the order reported, which decides between rows of the same part (R10)."""
    parts = iter(page.parts)
    for index, record in enumerate(page.unreadable):
        following = record.position - index - (len(page.parts) - length_hint(parts))
        yield from (rules.judge(part, expected) for part in islice(parts, max(0, following)))
        yield rules.unreadable(record)
    yield from (rules.judge(part, expected) for part in parts)
