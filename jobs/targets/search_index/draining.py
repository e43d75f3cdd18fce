"""Drains the outbox into the search index in a worker."""

from jobs import shutdown
from webapp.search import outbox


class SearchIndexTarget:
    """The webstore's search index."""

    def notify(self) -> bool:
        return outbox.enqueue_drain()

    def pending(self) -> int:
        return outbox.pending()

    def drain(self) -> int:
        return outbox.drain(should_stop=shutdown.requested)
