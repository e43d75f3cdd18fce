"""Prefetch of the next code's first page while the current code is applied."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from jobs.concurrency import Waiting
from jobs.sources.source import PartPages, Source
from jobs.sync.fetch import pages_of
from jobs.sync.listed_codes import ListedCodes
from webapp.models import Run, RunItem

Service = tuple[Source, str]


class Prefetch:
    """Pages of a run's codes, in order; at most one code is prefetched, none while `may_begin` is false."""

    def __init__(
        self,
        run: Run,
        items: list[RunItem],
        codes: ListedCodes,
        heartbeat: Waiting,
        may_begin: Callable[[], bool],
    ) -> None:
        self._run = run
        self._codes = codes
        self._next = {item.id: following for item, following in pairwise(items)}
        self._begun: set[int] = set()
        self._heartbeat = heartbeat
        self._may_begin = may_begin
        self._decided_for: int | None = None
        self._prefetched: tuple[int, Service, PartPages] | None = None

    def pages(self, item: RunItem, service: Service) -> PartPages:
        """Return an item's pages, prefetched or not. A prefetch under another login is abandoned."""
        self._begun.add(item.id)
        if self._prefetched is None or self._prefetched[0] != item.id:
            return pages_of(self._run, item, service, self._codes, self._heartbeat)
        _, prefetched_with, pages = self._prefetched
        self._prefetched = None
        if prefetched_with == service:
            return pages
        pages.abandon()
        return pages_of(self._run, item, service, self._codes, self._heartbeat)

    def begin_after(self, item_id: int, service: Service) -> None:
        """Decide once per code; prefetch the one after it, unless it is prefetched or was begun before."""
        if self._decided_for == item_id:
            return
        self._decided_for = item_id
        if self._may_begin():
            self._begin_after(item_id, service)

    def _begin_after(self, item_id: int, service: Service) -> None:
        item = self._next.get(item_id)
        if item is None or (self._prefetched is not None and self._prefetched[0] == item.id):
            return
        self.abandon()
        if item.id in self._begun:
            return
        pages = pages_of(self._run, item, service, self._codes, self._heartbeat)
        pages.begin()
        self._prefetched = item.id, service, pages

    def abandon(self) -> None:
        """Abandon the current prefetch, if any."""
        if self._prefetched is not None:
            self._prefetched[2].abandon()
            self._prefetched = None
