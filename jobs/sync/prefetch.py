"""Prefetch of the next code's first page while the current code is applied."""

from __future__ import annotations

from itertools import pairwise

from jobs.concurrency import Waiting
from jobs.sources.source import PartPages, Source
from jobs.sync.fetch import pages_of
from webapp.core.run_states import UNFINISHED_ITEM_STATES
from webapp.extensions import db
from webapp.models import Run, RunItem

Service = tuple[Source, str]


class Prefetch:
    """Pages of a run's codes, in order; at most one code is prefetched."""

    def __init__(self, run: Run, item_ids: list[int], heartbeat: Waiting) -> None:
        self._run = run
        self._next = dict(pairwise(item_ids))
        self._heartbeat = heartbeat
        self._prefetched: tuple[int, Service, PartPages] | None = None

    def pages(self, item: RunItem, service: Service) -> PartPages:
        """Return an item's pages, prefetched or not. A prefetch under another login is abandoned."""
        if self._prefetched is None or self._prefetched[0] != item.id:
            return pages_of(self._run, item, service, self._heartbeat)
        _, prefetched_with, pages = self._prefetched
        self._prefetched = None
        if prefetched_with == service:
            return pages
        pages.abandon()
        return pages_of(self._run, item, service, self._heartbeat)

    def begin_after(self, item_id: int, service: Service) -> None:
        """Prefetch the code after this one, unless it is prefetched or finished."""
        next_id = self._next.get(item_id)
        if next_id is None or (self._prefetched is not None and self._prefetched[0] == next_id):
            return
        self.abandon()
        item = db.session.get_one(RunItem, next_id, populate_existing=True)
        is_finished = item.status not in UNFINISHED_ITEM_STATES
        pages = None if is_finished else pages_of(self._run, item, service, self._heartbeat)
        db.session.commit()
        if pages is None:
            return
        pages.begin()
        self._prefetched = next_id, service, pages

    def abandon(self) -> None:
        """Abandon the current prefetch, if any."""
        if self._prefetched is not None:
            self._prefetched[2].abandon()
            self._prefetched = None
