"""Page of what a freeze kept back of a code in a run: what it would have changed (R26)."""

from __future__ import annotations

from flask import Response, abort
from sqlalchemy.engine import Connection

from webapp.extensions import db
from webapp.freezes import freeze_list
from webapp.holds import planned_changes
from webapp.holds.planned_changes import Source
from webapp.models import Run, RunItem
from webapp.previews.summary import Summary, summary_of
from webapp.pulls import stored_changes
from webapp.web import htmx, tenancy

pages = tenancy.dealer_blueprint("frozen_changes", __name__, "/freezes/runs/<id:run_id>/codes/<id:item_id>")


@pages.get("")
def show(run_id: int, item_id: int) -> Response:
    """Show the changes that were not applied, the largest of each kind."""
    run, item = tenancy.of_dealer(Run, run_id), db.session.get(RunItem, item_id)
    number = freeze_list.planned_by(item, run.dealer_id) if item and item.run_id == run.id else None
    if item is None or number is None:
        abort(404, freeze_list.NOT_KEPT)
    source = Source(number, run.dealer_id, item.code_key, item.supplier_code)
    summary = _summary(db.session.connection(), source)
    kinds = planned_changes.kinds_of(summary, source)
    return htmx.answer("holds/frozen", run=run, item=item, sums=summary.as_counts(), kinds=kinds)


def _summary(connection: Connection, source: Source) -> Summary:
    return summary_of(stored_changes.planned_of_item(connection, source.item_id))
