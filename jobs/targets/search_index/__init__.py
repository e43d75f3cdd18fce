"""The webstore's search index as a target.

The index lives in the application's own database, and commands of `webapp` drain the outbox without a worker.
So the statements are in `webapp.search`; this package drains it in a worker.
"""

from jobs.targets.search_index.draining import SearchIndexTarget

__all__ = ["SearchIndexTarget"]
