"""Reasons why a dealer needs attention, the most severe first, for the staff's table and the dealer's
banners.

Open alerts come from their rows (`webapp.alerts`). Problems that are visible at once, before an alert opens,
are conditions over the columns of `dealer_status.dealer_statuses`; each excludes earlier ones with the same
cause: refused credentials also fail the run, but are one problem, not two.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal, not_, or_, select

from webapp import alerts
from webapp.core.run_states import RunState
from webapp.models import Alert
from webapp.web.status_labels import StatusLabel

REFUSED: Final = StatusLabel(
    "Credentials refused", "danger", "Lightspeed does not accept the 3PA credentials."
)
FAILED: Final = StatusLabel("Last run failed", "danger", "The last run failed: no stock was updated.")
NOTICES: Final = {
    "partial": StatusLabel("Last run partial", "warning", "The last run was only partly successful."),
    "incomplete": StatusLabel("Not connected yet", "warning", "The connection to Lightspeed is not set up."),
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
FINE: Final = len(CONDITIONS)
OFF: Final = FINE + 1


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


def worst_alerts() -> Subquery:
    """Return the rank of each dealer's most severe open alert, for dealers that have one."""
    rank = case(RANKS, value=Alert.cause)
    worst = select(Alert.dealer_id, func.min(rank).label("alert_rank")).where(
        Alert.closed_at.is_(None), Alert.dealer_id.is_not(None)
    )
    return worst.group_by(Alert.dealer_id).subquery("worst_alerts")


def urgency(row: Any) -> ColumnElement[int]:
    """Return the index of a dealer's most severe cause in `CONDITIONS`; FINE without one, OFF if 3PA is
    disabled."""
    seen: list[Any] = [(condition, literal(RANKS[name])) for name, condition in conditions(row).items()]
    at_once, told = case(*seen, else_=literal(FINE)), func.coalesce(row.alert_rank, FINE)
    is_off = or_(row.enabled.is_(None), not_(row.enabled))
    return case((is_off, literal(OFF)), (told < at_once, told), else_=at_once)
