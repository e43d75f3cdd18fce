"""A second lock behind every query: on a dealer's pages no row of another dealer is handed to anybody.

The queries themselves name the dealer (`tenancy.of_dealer`, or `dealer_id ==` in their WHERE). Where one was
forgotten, this turns what would be a leak into an error that is seen and reported.
"""

from __future__ import annotations

from typing import Any

from flask import g, has_request_context
from sqlalchemy import event

from webapp.extensions import Model
from webapp.models import Dealer


class CrossedTenants(RuntimeError):
    """A query without its dealer: a defect. The message names the table, and nothing of the row."""


def install() -> None:
    """Look at every row that is loaded; it costs a microsecond a row."""
    if not event.contains(Model, "load", _look):
        event.listen(Model, "load", _look, propagate=True)


def _look(row: Any, _context: object) -> None:
    if not has_request_context() or "dealer" not in g:
        return
    held = row.__dict__
    number = held.get("id") if isinstance(row, Dealer) else held.get("dealer_id")
    # None is nobody's alone: a shared product, or staff.
    if number is not None and number != g.dealer.id:
        raise CrossedTenants(f"a row of {type(row).__tablename__} is another dealer's")
