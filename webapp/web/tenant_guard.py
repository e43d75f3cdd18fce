"""Second line of defense for tenancy: on a dealer's pages, loading another dealer's row raises an error.

The queries themselves filter by dealer (`tenancy.of_dealer`, or `dealer_id ==` in their WHERE). If one lacks
the filter, this turns a leak into an error that is reported.
"""

from __future__ import annotations

from typing import Any

from flask import g, has_request_context
from sqlalchemy import event

from webapp.extensions import Model
from webapp.models import Dealer


class CrossedTenants(RuntimeError):
    """Query without a dealer filter: a defect. The message names the table, but nothing of the row."""


def install() -> None:
    """Check every loaded row; costs a microsecond per row."""
    if not event.contains(Model, "load", _look):
        event.listen(Model, "load", _look, propagate=True)


def _look(row: Any, _context: object) -> None:
    if not has_request_context() or "dealer" not in g:
        return
    held = row.__dict__
    number = held.get("id") if isinstance(row, Dealer) else held.get("dealer_id")
    # None belongs to no single dealer: a shared product, or staff.
    if number is not None and number != g.dealer.id:
        raise CrossedTenants(f"a row of {type(row).__tablename__} is another dealer's")
