"""Fetches one code: stores every page in `reported_parts`, several at once if more have arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from operator import length_hint

from jobs.sources.source import Page, PartPages, PartsQuery, Source
from jobs.sync import code_spelling, lease, rules, run_items, staging
from webapp.extensions import db
from webapp.models import Run, RunItem


def pages_of(run: Run, item: RunItem, service: tuple[Source, str], pulse: Callable[[], None]) -> PartPages:
    """The pages of all parts that the source reports for an item's code (R9)."""
    column, today = _asked(run)
    spellings = tuple(code_spelling.to_request(run.dealer_id, item))
    # No transaction stays open while the service is asked.
    db.session.commit()
    source, account = service
    return source.parts(account, PartsQuery(spellings, column, rules.since(today)), pulse)


def pull(
    run_lease: lease.Lease,
    run: Run,
    item: RunItem,
    walk: PartPages,
    pulse: Callable[[], None],
    nearly_done: Callable[[], None],
    tell: Callable[[str], None],
) -> None:
    """Store every page of an item's code (R10).

    `nearly_done` is called after a short page: it is probably the last, and only the proof of the end is
    still under way. Raises SourceError if the pull is incomplete (R11).
    """
    expected = rules.Expectation.of(item.code_key, *_asked(run))
    item_id, code, dealer_id = item.id, item.supplier_code, run.dealer_id
    spelled = code_spelling.Spellings(item.code_key)
    with lease.transaction(run_lease):
        run_items.open_item(item_id)
    for pages in walk.pages():
        _store(run_lease, item_id, pages, expected)
        for page in pages:
            spelled.count([part.supplier_code for part in page.parts])
            if page.received or page.number == 1:
                tell(f"{code}: page {page.number}, {page.received} parts")
        pulse()
        if any(page.is_short for page in pages):
            nearly_done()
    _keep_spelling(run_lease, dealer_id, expected.code_key, spelled.usual)


def _keep_spelling(run_lease: lease.Lease, dealer_id: int, code_key: str, spelling: str | None) -> None:
    is_new = spelling is not None and code_spelling.is_new(dealer_id, code_key, spelling)
    db.session.commit()
    if spelling is not None and is_new:
        with lease.transaction(run_lease):
            code_spelling.keep(dealer_id, code_key, spelling)


def _asked(run: Run) -> tuple[str, date]:
    """The quantity column, and the dealer's day on which the run started."""
    settings = run.settings or {}
    return settings["quantity_column"], date.fromisoformat(settings["today"])


def _store(run_lease: lease.Lease, item_id: int, pages: Sequence[Page], expected: rules.Expectation) -> None:
    staged = [row for page in pages for row in _rows(page, expected)]
    with lease.transaction(run_lease):
        staging.store(item_id, staged)
        run_items.count_pages(item_id, pages)


def _rows(page: Page, expected: rules.Expectation) -> Iterator[rules.StagedPart]:
    """The rows of a page in the order reported, which decides between rows of the same part (R10)."""
    parts = iter(page.parts)
    for before, record in enumerate(page.unreadable):
        following = record.position - before - (len(page.parts) - length_hint(parts))
        yield from (rules.judge(part, expected) for part in islice(parts, max(0, following)))
        yield rules.unreadable(record)
    yield from (rules.judge(part, expected) for part in parts)
