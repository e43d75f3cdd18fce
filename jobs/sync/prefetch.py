"""The first page of the next code, fetched while the one before it is applied: the service is never idle."""

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
    """The walks through the codes of a run, in its order; at most one is begun before its turn."""

    def __init__(self, run: Run, in_order: list[int], pulse: Callable[[], None]) -> None:
        self._run = run
        self._next = dict(pairwise(in_order))
        self._pulse = pulse
        self._begun: tuple[int, Service, PartPages] | None = None

    def walk(self, item: RunItem, service: Service) -> PartPages:
        """The walk through an item's pages, begun or not. One that another login began is left alone."""
        if self._begun is None or self._begun[0] != item.id:
            return pages_of(self._run, item, service, self._pulse)
        _, began_with, walk = self._begun
        self._begun = None
        if began_with == service:
            return walk
        walk.abandon()
        return pages_of(self._run, item, service, self._pulse)

    def begin_after(self, item_id: int, service: Service) -> None:
        """Begin with the code that follows this one, if there is one that is neither begun nor done yet."""
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
        """Leave alone what was begun and will not be needed."""
        if self._begun is not None:
            self._begun[2].abandon()
            self._begun = None
