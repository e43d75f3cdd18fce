"""Fetches one code: collects the rows of all pages, and stores the progress once a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple

from jobs.concurrency import Waiting
from jobs.sources.source import Page, PartPages, PartsQuery, Source, SourceError
from jobs.sync import lease, rules, run_items
from jobs.sync.applying import known_rows
from jobs.sync.applying.known_rows import KnownPull, KnownRows
from jobs.sync.applying.received import ReceivedRows
from jobs.sync.code_spelling import Spellings
from jobs.sync.interruption import RunInterrupted
from jobs.sync.listed_codes import ListedCodes
from webapp.models import Run, RunItem

# Seconds between two writes of the progress.
PROGRESS_EVERY: Final = 1.0
# Pages that may wait to be counted until their code is applied: estimates of the usage of a login allow for
# them (recent_usage.py).
MOST_UNCOUNTED: Final = 4


def pages_of(
    run: Run, item: RunItem, service: tuple[Source, str], codes: ListedCodes, heartbeat: Waiting
) -> PartPages:
    """Return the pages of all parts that the source reports for an item's code (R9)."""
    column, today = _query_settings(run)
    source, account = service
    known = codes.last_pull(item.code_key)
    trace = known.trace if known is not None else None
    query = PartsQuery(tuple(codes.to_request(item)), column, rules.since(today), trace)
    return source.parts(account, query, heartbeat)


def pull(
    item: RunItem,
    pages: PartPages,
    heartbeat: Waiting,
    on_short_page: Callable[[], None],
    tell: Callable[[str], None],
    progress: Progress,
    known: KnownPull | None = None,
) -> Pulled:
    """Collect every page of an item's code (R10), which is running; `known` is its last pull.

    `on_short_page` is called after a short page: it is probably the last, and only the request that proves
    the end is still under way. Raises SourceError if the pull is incomplete (R11).
    """
    code, spellings = item.supplier_code, Spellings(item.code_key)
    received = ReceivedRows()
    progress.begin(item.id)
    try:
        for batch in pages.pages():
            for page in batch:
                if not page.is_known:
                    received.add(page)
                    spellings.count([part.supplier_code for part in page.parts])
                if page.is_counted:
                    continue
                progress.add(page)
                if page.received or page.number == 1:
                    tell(f"{code}: page {page.number}, {page.received} parts")
            heartbeat()
            if any(page.is_short for page in batch):
                on_short_page()
        progress.settle()
    except (SourceError, RunInterrupted):
        received.close()
        progress.write_before_leaving()
        raise
    except BaseException:
        received.close()
        raise
    if known is not None and pages.are_known:
        return Pulled(KnownRows(known, pages), known.spelling)
    known_rows.note(received, spellings.usual, pages.trace)
    return Pulled(received, spellings.usual)


class Pulled(NamedTuple):
    """The rows of a complete pull, and how most of them spell the code; None if none has it."""

    rows: ReceivedRows | KnownRows
    spelling: str | None


class Progress:
    """Counts of the pages that have arrived, written once a second. `fetched` are all rows so far.

    `count` writes those of an item. At the end of a pull, up to `most_uncounted` pages are left to be counted
    with its result.
    """

    def __init__(
        self, count: Callable[[int, Sequence[Page]], None], most_uncounted: float = MOST_UNCOUNTED
    ) -> None:
        self._count = count
        self._most_uncounted = most_uncounted
        self._item_id = 0
        self._next = 0.0
        self.uncounted: list[Page] = []
        self.fetched = 0

    def begin(self, item_id: int) -> None:
        """Count the pages of an item from now on."""
        self._item_id, self.uncounted, self.fetched = item_id, [], 0
        self._next = time.monotonic() + PROGRESS_EVERY

    def add(self, page: Page) -> None:
        """Count a page."""
        self.uncounted.append(replace(page, parts=(), unreadable=(), values=()))
        self.fetched += page.received
        self.write_if_due()

    def write_if_due(self) -> None:
        """Write the counts unless they were written less than a second ago. Called at every wait."""
        if time.monotonic() >= self._next:
            self.write()

    def write(self) -> None:
        """Write the counts."""
        if self.uncounted:
            self._count(self._item_id, self.uncounted)
            self.uncounted = []
        self._next = time.monotonic() + PROGRESS_EVERY

    def settle(self) -> None:
        """Write the counts of a pull that has ended if they are too many to be left."""
        if len(self.uncounted) > self._most_uncounted:
            self.write()

    def write_before_leaving(self) -> None:
        """Write the counts of a code that ends here, unless another worker has taken the run over."""
        with suppress(RunInterrupted):
            self.write()


def count_pages(run_lease: lease.Lease, item_id: int, pages: Sequence[Page]) -> None:
    """Count pages of an item of a run."""
    with lease.transaction(run_lease):
        run_items.count_pages(item_id, pages)


def _query_settings(run: Run) -> tuple[str, date]:
    """Return the quantity column, and the dealer's local day on which the run started."""
    settings = run.settings or {}
    return settings["quantity_column"], date.fromisoformat(settings["today"])
