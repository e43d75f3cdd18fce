"""Why a dealer needs attention: one closed list, worst first, for the staff's table and the dealer's banners.

Each condition is SQL over the columns of `standings.standings`, and each excludes those before it that are
the same trouble: refused credentials also fail the run, but that is one cause and not two.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, literal, not_, or_

from webapp import clock
from webapp.presenters.tones import Saying

# Two slots of six hours, and time for the second to end.
STALE_AFTER: Final = timedelta(hours=13)

CAUSES: Final = {
    "refused": Saying("Credentials refused", "danger", "Lightspeed does not accept the 3PA credentials."),
    "failed": Saying("Last run failed", "danger", "The last run failed: no stock was updated."),
    "stale": Saying("No success for 13 hours", "danger", "No run has succeeded for more than 13 hours."),
    "partial": Saying("Last run partial", "warning", "Some supplier codes were not updated by the last run."),
    "incomplete": Saying("Not connected yet", "warning", "The connection to Lightspeed is not set up."),
    "unmapped": Saying("No supplier codes", "warning", "There are currently no supplier codes configured"),
}
FINE: Final = len(CAUSES)
OFF: Final = FINE + 1


def conditions(row: Any) -> dict[str, ColumnElement[bool]]:
    """The condition of each cause at this moment, by its name in `CAUSES`; `row` is how a dealer stands."""
    refused = row.check_state == "refused"
    status = func.coalesce(row.last_status, "")
    # A dealer that never had a success is counted from its beginning.
    is_old = func.coalesce(row.succeeded_at, row.created_at) < clock.now() - STALE_AFTER
    found: dict[str, ColumnElement[bool]] = {
        "refused": refused,
        "failed": and_(status == "failed", not_(refused)),
        "stale": and_(row.mapped, is_old, status.not_in(("failed", "partial", "skipped")), not_(refused)),
        "partial": and_(status == "partial", not_(refused)),
        "incomplete": row.check_state == "unchecked",
        "unmapped": not_(row.mapped),
    }
    return {name: and_(func.coalesce(row.enabled, False), found[name]) for name in CAUSES}


def urgency(row: Any) -> ColumnElement[int]:
    """The place of a dealer's worst cause in `CAUSES`; FINE without one, OFF where 3PA is not enabled."""
    ranked: list[Any] = [
        (condition, literal(rank)) for rank, condition in enumerate(conditions(row).values())
    ]
    is_off = or_(row.enabled.is_(None), not_(row.enabled))
    return case((is_off, literal(OFF)), *ranked, else_=literal(FINE))
