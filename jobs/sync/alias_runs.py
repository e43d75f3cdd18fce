"""Runs of the kind `alias`: after a change of aliases, apply the stored pulls that it concerns (R22)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import select, update

from webapp.core.run_states import ACTIVE_RUN_STATES
from webapp.extensions import db
from webapp.models import (
    AliasVersion,
    Configuration,
    Dealer,
    Run,
    StoredPull,
    SupplierCode,
)
from webapp.runs import lifecycle

NOT_CONCERNED: Final = "Not part of this run: none of its matches, guards or freezes changed."
NO_PULL: Final = "Takes effect in the next update: nothing from Lightspeed on file for this code yet."
OTHER_COLUMN: Final = "Takes effect in the next update: the Quantity Column was changed since the last one."


def left_out(dealer_id: int, quantity_column: str) -> Callable[[str], str | None]:
    """Return why the run does not apply a code, by its key; None if it does.

    Called once, when the run is planned: what is changed afterwards makes another run due.
    """
    concerned = _concerned(dealer_id, _take_up(dealer_id))
    columns = _stored_columns(dealer_id)

    def reason(code_key: str) -> str | None:
        if code_key not in concerned:
            return NOT_CONCERNED
        if code_key not in columns:
            return NO_PULL
        # The service left out what had no quantity in the other column: it would look sold.
        return OTHER_COLUMN if columns[code_key] != quantity_column else None

    return reason


def _take_up(dealer_id: int) -> set[int]:
    """Note that the dealer's changes of aliases are taken up; return the manufacturers that have any."""
    taken = (
        update(AliasVersion)
        .where(AliasVersion.dealer_id == dealer_id, AliasVersion.planned < AliasVersion.version)
        .values(planned=AliasVersion.version)
        .returning(AliasVersion.manufacturer_id)
        .execution_options(synchronize_session=False)
    )
    return set(db.session.scalars(taken))


def _concerned(dealer_id: int, manufacturers: set[int]) -> set[str]:
    query = select(SupplierCode.code_key).where(SupplierCode.dealer_id == dealer_id)
    return set(db.session.scalars(query.where(SupplierCode.manufacturer_id.in_(manufacturers))))


def _stored_columns(dealer_id: int) -> dict[str, str]:
    query = select(StoredPull.code_key, StoredPull.quantity_column).where(StoredPull.dealer_id == dealer_id)
    return {row.code_key: row.quantity_column for row in db.session.execute(query)}


def start_pending(now: datetime) -> int:
    """Start a run for each dealer whose aliases changed while another run was active; return their number.

    After one that was cancelled, or failed before it was planned, the next update may come first.
    """
    changed = select(AliasVersion.dealer_id).where(AliasVersion.planned < AliasVersion.version)
    mapped = select(SupplierCode.id).where(SupplierCode.dealer_id == Dealer.id)
    of_dealer = select(Run.id).where(Run.dealer_id == Dealer.id)
    active = of_dealer.where(Run.status.in_(ACTIVE_RUN_STATES))
    failed = of_dealer.where(
        Run.trigger == "alias",
        Run.status.in_(lifecycle.WITHOUT_EFFECT),
        Run.finished_at > now - lifecycle.PAUSE,
    )
    query = (
        select(Dealer)
        .join(Configuration, Configuration.dealer_id == Dealer.id)
        .where(Dealer.id.in_(changed), Configuration.enabled)
        .where(mapped.exists(), ~active.exists(), ~failed.exists())
    )
    dealers = list(db.session.scalars(query))
    return sum(lifecycle.start(dealer, "alias", anyway=True).created for dealer in dealers)
