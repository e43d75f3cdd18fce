"""Reasons why a dealer needs attention, the most severe first: the dealer's banners, and the basis of the
staff's table (`causes`).

Open alerts come from their rows (`webapp.alerts`). Problems that are visible at once, before an alert opens,
are conditions over the columns of `dealer_status.dealer_statuses`; each excludes earlier ones with the same
cause: refused credentials also fail the run, but are one problem, not two.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, not_

from webapp import alerts
from webapp.core.run_states import RunState
from webapp.web.status_labels import StatusLabel

REFUSED: Final = StatusLabel(
    "Credentials refused", "danger", "Lightspeed doesn't accept your 3PA credentials."
)
FAILED: Final = StatusLabel("Last run failed", "danger", "The last update failed. No stock was changed.")
NOTICES: Final = {
    "partial": StatusLabel("Last run partial", "warning", "Some supplier codes failed in the last update."),
    "incomplete": StatusLabel("Not connected yet", "warning", "The Lightspeed connection isn't set up."),
    "unmapped": StatusLabel(
        "No supplier codes", "warning", "There are currently no supplier codes configured"
    ),
}


def _alerts(tone: str) -> dict[str, StatusLabel]:
    return {rule.name: StatusLabel(rule.label, tone) for rule in alerts.RULES if rule.tone == tone}


CONDITIONS: Final = {
    **_alerts("danger"),
    "refused": REFUSED,
    "failed": FAILED,
    **_alerts("warning"),
    **NOTICES,
}
RANKS: Final = {name: rank for rank, name in enumerate(CONDITIONS)}


def conditions(row: Any) -> dict[str, ColumnElement[bool]]:
    """Return the current conditions, by name in `CONDITIONS`; `row` is the dealer's status."""
    refused = row.check_state == "refused"
    status = func.coalesce(row.last_status, "")
    found: dict[str, ColumnElement[bool]] = {
        "refused": refused,
        "failed": and_(status == RunState.FAILED, not_(refused)),
        "partial": and_(status == RunState.PARTIAL, not_(refused)),
        "incomplete": row.check_state == "unchecked",
        "unmapped": not_(row.mapped),
    }
    return {name: and_(func.coalesce(row.enabled, False), found[name]) for name in found}
