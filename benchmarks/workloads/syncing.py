"""One whole run of the sync with its reports, as a worker executes it."""

from __future__ import annotations

import gc
from typing import Any

from sqlalchemy import text

from jobs import tasks
from jobs.sync import rehearsal
from webapp.extensions import db
from webapp.models import Dealer, Run
from webapp.runs import lifecycle
from webapp.search import outbox

# Each write of shelf stock is noted. To count the rows of the shelf itself would take the server as long as
# an unchanged run.
_SHELF_ROWS_WRITTEN = """
    SELECT coalesce(sum(changes), 0) FROM item_changes
    WHERE run_item_id IN (SELECT id FROM run_items WHERE run_id = :run)
"""


class Sync:
    """The job of a queued run, in a process that has rehearsed as a worker does.

    The index is drained by a job of its own, so not here.
    """

    def __init__(self, dealer_id: str) -> None:
        rehearsal.rehearse()
        self._outbox_entries = outbox.pending()
        self._run = lifecycle.record(
            db.session.get_one(Dealer, int(dealer_id)), "command", anyway=True
        ).run.id
        db.session.commit()
        # As a worker does before it forks a process for the run: the collector leaves the program alone.
        gc.collect()
        gc.freeze()

    def run(self) -> None:
        tasks.sync_run(self._run)

    def facts(self) -> dict[str, Any]:
        run = db.session.get_one(Run, self._run, populate_existing=True)
        if run.status != "succeeded":
            raise SystemExit(f"the run {run.status}: {run.reason}")
        counts = {name: sum(getattr(item, name) for item in run.items) for name in ("synced", "changed")}
        shelf_rows = int(db.session.scalar(text(_SHELF_ROWS_WRITTEN), {"run": self._run}) or 0)
        return counts | {"shelf_rows": shelf_rows, "notes": outbox.pending() - self._outbox_entries}
