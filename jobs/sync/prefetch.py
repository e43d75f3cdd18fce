"""Prefetch of the next code's first page while the current code is applied."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from jobs.sources.source import PartPages, Source
from jobs.sync.fetch import pages_of
from webapp.core.run_states import UNFINISHED_ITEM_STATES
from webapp.extensions import db
from webapp.models import Run, RunItem

Service = tuple[Source, str]


class Prefetch:
    """The pages of a run's codes, in order; at most one code is prefetched."""

    def __init__(self, run: Run, in_order: list[int], pulse: Callable[[], None]) -> None:
        self._run = run
        self._next = dict(pairwise(in_order))
        self._pulse = pulse
        self._begun: tuple[int, Service, PartPages] | None = None

    def walk(self, item: RunItem, service: Service) -> PartPages:
        """Return an item's pages, prefetched or not. A prefetch under another login is abandoned."""
        if self._begun is None or self._begun[0] != item.id:
            return pages_of(self._run, item, service, self._pulse)
        _, began_with, walk = self._begun
        self._begun = None
        if began_with == service:
            return walk
        walk.abandon()
        return pages_of(self._run, item, service, self._pulse)

    def begin_after(self, item_id: int, service: Service) -> None:
        """Prefetch the code after this one, unless it is prefetched or done."""
        following = self._next.get(item_id)
        if following is None or (self._begun is not None and self._begun[0] == following):
            return
        self.abandon()
        item = db.session.get_one(RunItem, following, populate_existing=True)
        is_done = item.status not in UNFINISHED_ITEM_STATES
        walk = None if is_done else pages_of(self._run, item, service, self._pulse)
        db.session.commit()
        if walk is None:
            return
        walk.begin()
        self._begun = following, service, walk

    def abandon(self) -> None:
        """Abandon a prefetch that is not needed."""
        if self._begun is not None:
            self._begun[2].abandon()
            self._begun = None
