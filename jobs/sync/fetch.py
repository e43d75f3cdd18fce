"""Fetches one code: collects the rows of all pages, and stores the progress once a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Final

from jobs.concurrency import Waiting
from jobs.sources.source import Page, PartPages, PartsQuery, Source, SourceError
from jobs.sync import code_spelling, lease, rules, run_items
from jobs.sync.applying.received import ReceivedRows
from jobs.sync.interruption import RunInterrupted
from webapp.extensions import db
from webapp.models import Run, RunItem

# Seconds between two writes of the progress.
PROGRESS_EVERY: Final = 1.0


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
    progress: Progress,
) -> ReceivedRows:
    """Collect every page of an item's code (R10).

    `on_short_page` is called after a short page: it is probably the last, and only the request that proves
    the end is still under way. Raises SourceError if the pull is incomplete (R11).
    """
    item_id, code, code_key, dealer_id = item.id, item.supplier_code, item.code_key, run.dealer_id
    spellings = code_spelling.Spellings(code_key)
    received = ReceivedRows()
    with lease.transaction(run_lease):
        run_items.open_item(item_id)
    progress.begin(item_id)
    try:
        for batch in pages.pages():
            for page in batch:
                received.add(page)
                spellings.count([part.supplier_code for part in page.parts])
                progress.add(page)
                if page.received or page.number == 1:
                    tell(f"{code}: page {page.number}, {page.received} parts")
            heartbeat()
            if any(page.is_short for page in batch):
                on_short_page()
        progress.write()
        _keep_spelling(run_lease, dealer_id, code_key, spellings.usual)
    except (SourceError, RunInterrupted):
        received.close()
        # Of a run that another worker has taken over, nothing may be written.
        with suppress(RunInterrupted):
            progress.write()
        raise
    except BaseException:
        received.close()
        raise
    return received


class Progress:
    """Counts of the pages that have arrived, written at once and then once a second."""

    def __init__(self, run_lease: lease.Lease) -> None:
        self._lease = run_lease
        self._item_id = 0
        self._pages: list[Page] = []
        self._next = 0.0

    def begin(self, item_id: int) -> None:
        """Count the pages of an item from now on."""
        self._item_id, self._pages, self._next = item_id, [], 0.0

    def add(self, page: Page) -> None:
        """Count a page."""
        self._pages.append(replace(page, parts=(), unreadable=()))
        self.write_if_due()

    def write_if_due(self) -> None:
        """Write the counts unless they were written less than a second ago. Called at every wait."""
        if time.monotonic() >= self._next:
            self.write()

    def write(self) -> None:
        """Write the counts."""
        if self._pages:
            with lease.transaction(self._lease):
                run_items.count_pages(self._item_id, self._pages)
            self._pages = []
        self._next = time.monotonic() + PROGRESS_EVERY


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
