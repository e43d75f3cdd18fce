"""Saves what a preview of settings changes, all or nothing, if no setting was changed since (R24)."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import select

from webapp import audit, supplier_codes
from webapp.core import clock
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.guards import settings, stored_rules
from webapp.lightspeed import configurations
from webapp.models import Dealer, Preview, Run, SupplierCode, User
from webapp.previews import overrides, requests, wording
from webapp.previews.basis import basis_of, differences
from webapp.previews.overrides import Overrides
from webapp.search import outbox

# Of what a plan depends on, that which users set. A newer pull, or a sold part, makes no other setting of it.
SET_BY_USERS: Final = frozenset({"settings", "codes", "rules"})
NOT_READY: Final = "This preview can no longer be saved. Start a new one."
SAVED: Final = "These settings are already saved."
CHANGED: Final = "Not saved, because this changed after the preview: {what}. We're making a new preview."


class Saved(NamedTuple):
    """Whether the settings were saved, and the run that applies them, if one does.

    If they were not, something else was changed, and the preview is planned again.
    """

    is_saved: bool
    run: Run | None = None


def save(dealer: Dealer, preview_id: int, by: User | None) -> Saved:
    """Save the settings of a dealer's preview, and commit.

    Raises Refused if it is not ready, or what it changes can no longer be changed.
    """
    saved = Saved(False)
    with supplier_codes.changing(dealer.id):
        configuration = configurations.locked(dealer)
        preview = _ready(preview_id)
        if changed := differences(preview.basis, basis_of(dealer.id, dealer.timezone), SET_BY_USERS):
            requests.plan_again(preview, CHANGED.format(what=", ".join(changed)))
        else:
            chosen = overrides.checked(dealer, overrides.of_stored(preview.overrides))
            configurations.change_settings(
                configuration, quantity_column=chosen.quantity_column, clear_previous=chosen.clear_previous
            )
            _change_codes(dealer, chosen)
            subject = wording.subject(preview)
            preview.state = "applied"
            audit.note("preview.saved", subject, dealer_id=dealer.id, by=by)
            # Commits all of it together, as it starts a run.
            saved = Saved(True, _change_guards(dealer, chosen, by))
    if saved.is_saved:
        outbox.enqueue_drain()
    else:
        requests.enqueue_jobs([preview_id])
    return saved


def _ready(preview_id: int) -> Preview:
    locked = select(Preview).where(Preview.id == preview_id).with_for_update()
    preview = db.session.scalars(locked.execution_options(populate_existing=True)).one()
    if preview.state == "applied" and preview.kind == "settings":
        raise Refused(SAVED)
    is_over = clock.now() - preview.created_at > requests.LIFETIME
    if preview.state != "ready" or preview.kind != "settings" or is_over:
        raise Refused(NOT_READY)
    return preview


def _change_codes(dealer: Dealer, chosen: Overrides) -> None:
    if chosen.pricing is not None:
        rows = [row for row in supplier_codes.listed(dealer) if chosen.of_mapping in (None, row.id)]
        supplier_codes.set_pricing(dealer, rows, chosen.pricing)
    if chosen.without is not None:
        supplier_codes.take_off(db.session.get_one(SupplierCode, chosen.without))


def _change_guards(dealer: Dealer, chosen: Overrides, by: User | None) -> Run | None:
    if chosen.buffer_units is None:
        return None
    stored = stored_rules.read(db.session.connection(), dealer.id)
    values = stored.dealer._replace(buffer_units=chosen.buffer_units or None, buffer_percent=None)
    run = settings.save_defaults(dealer, values, stored.placeholders, by).run
    # Pulls of another Quantity Column wait for the next update (R22).
    return run if chosen.quantity_column is None else None
