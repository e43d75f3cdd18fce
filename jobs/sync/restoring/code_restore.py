"""Returns one code to its earlier stock in one transaction (R25)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from jobs.sync import lease, run_items
from jobs.sync.restoring import restore_plan, retained, shelf_rows
from webapp.extensions import db, plan_as_written
from webapp.models import Run, RunItem
from webapp.pulls.change_log import ChangeLog
from webapp.pulls.earlier_stock import restorations
from webapp.search import figures

CAUSE = "restored"
_NONE = dict.fromkeys(("synced", "skipped", "kept", "kept_absent", "prices_left", "held"), 0)


class CodeRestores:
    """Restores the codes of one run under its lease, without a request or a login."""

    def __init__(self, run_lease: lease.Lease, run: Run) -> None:
        self._lease = run_lease
        self._run = run

    def restore(self, item: RunItem) -> Mapping[str, int]:
        """Write the code's earlier stock, with figures, outbox and changes; return the item's counts.

        Atomic, and fenced: a worker that dies before the commit has changed nothing. The stored pull stays,
        as it says what Lightspeed reported. The next run compares it with all stock.
        """
        with lease.transaction(self._lease):
            run_items.open_item(item.id)
            figures.lock_shelf(db.session(), self._run.dealer_id)
            counts = {**_NONE, **self._write(item)}
            run_items.close_item(item.id, None, counts)
        return counts

    @cached_property
    def _blocks(self) -> dict[str, list[int]]:
        return restore_plan.undone_blocks(self._run)

    def _write(self, item: RunItem) -> dict[str, int]:
        connection, dealer_id = db.session.connection(), self._run.dealer_id
        plan_as_written(connection)
        found = restorations(connection, dealer_id, item.code_key, self._blocks.get(item.code_key, ()))
        changes = [row.change for row in found]
        log = ChangeLog(connection, dealer_id, item.id)
        log.add(CAUSE, changes)
        log.flush()
        changed = shelf_rows.write(connection, dealer_id, item, found)
        retained.settle(self._run, item, found)
        cleared = sum(row.now is not None and row.now.quantity > 0 and row.quantity == 0 for row in found)
        return {"changed": changed, "cleared": cleared}
