"""Causes in the staff's table of dealers: why one needs attention, what its setup lacks, or "Current".

A dealer's causes are one number, a bit for each, computed by the database: the lowest set bit is the most
severe cause, and a filter is a bit mask. Every dealer has at least one bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, and_, case, func, not_, or_, select

from webapp import alerts
from webapp.core.enums import EVERY_WEEKDAY
from webapp.core.run_states import PROBLEM_STATES, RunState
from webapp.models import Alert

# The most severe first. The lists are those with which `ATTENTION`, `SETUP` and the filters are built.
_PROBLEMS: Final = (
    *("refused", "failing", "stale", "failed", "held", "old_data", "coverage", "unmatched"),
    *("partial", "incomplete", "unmapped", "paused"),
)
_SETUP: Final = ("setup_off", "setup_connection", "setup_codes", "setup_first")
NAMES: Final = (*_PROBLEMS, *_SETUP, "fine", "off", "closed")
BITS: Final = {name: 1 << place for place, name in enumerate(NAMES)}
_ALERTS: Final = tuple(rule.name for rule in alerts.RULES if rule.name in BITS)


@dataclass(frozen=True)
class CauseFilter:
    """Filter by cause: its label, and the bits of which a dealer has one."""

    label: str
    mask: int


def _filter(label: str, *names: str) -> CauseFilter:
    return CauseFilter(label, sum(BITS[name] for name in names))


ATTENTION: Final = _filter("Needs attention", *_PROBLEMS)
SETUP: Final = _filter("Setup not finished", *_SETUP)
# By the value in the address.
FILTERS: Final = {
    "attention": ATTENTION,
    "refused": _filter("Credentials rejected", "refused"),
    "failed": _filter("Runs failing", "failing", "failed"),
    "stale": _filter("No recent success", "stale"),
    "held": _filter("On hold", "held"),
    "old_data": _filter("Old data", "old_data"),
    "coverage": _filter("Less stock online", "coverage"),
    "unmatched": _filter("More unmatched than usual", "unmatched"),
    "partial": _filter("Partly updated", "partial"),
    "incomplete": _filter("Not connected", "incomplete", "setup_off", "setup_connection"),
    "unmapped": _filter("No supplier codes", "unmapped", "setup_codes"),
    "paused": _filter("Disabled every day", "paused"),
    "setup": SETUP,
    "fine": _filter("Current", "fine"),
    "off": _filter("3PA off", "off"),
    "closed": _filter("Closed", "closed"),
}


def named(mask: int) -> Iterator[str]:
    """Return the names of the causes in a mask, the most severe first."""
    return (name for name, bit in BITS.items() if mask & bit)


def open_alerts() -> Subquery:
    """Return the causes with an open alert, as a mask, of each dealer that has one."""
    bits = [func.max(case((Alert.cause == name, BITS[name]), else_=0)) for name in _ALERTS]
    opened = select(Alert.dealer_id, sum(bits[1:], start=bits[0]).label("alert_mask"))
    opened = opened.where(Alert.closed_at.is_(None), Alert.dealer_id.is_not(None))
    return opened.group_by(Alert.dealer_id).subquery("open_alerts")


def mask_of(row: Any) -> ColumnElement[int]:
    """Return a dealer's causes; `row` is its status from `dealer_status.dealer_statuses`.

    Every enabled dealer has the bit of `fine`; `without_fine` removes it from those with another cause.
    """
    has_synced = or_(row.succeeded_at.is_not(None), row.unmatched.is_not(None))
    told = func.coalesce(row.alert_mask, 0)
    enabled = told.bitwise_or(BITS["fine"])
    for bits in (*_problems(row, told), case((has_synced, _missing(row)), else_=_setup(row))):
        enabled = enabled.bitwise_or(bits)
    return case(
        (row.enabled, enabled),
        (row.closed_at.is_not(None), BITS["closed"]),
        (has_synced, BITS["off"]),
        else_=BITS["setup_off"],
    )


def without_fine(mask: int) -> int:
    """Return the mask without `fine`, unless it is the only bit."""
    return mask & ~BITS["fine"] or mask


def matches(mask: ColumnElement[int], wanted: int) -> ColumnElement[bool]:
    """Return whether a dealer's causes, as `mask_of` returns them, include one of those wanted."""
    if wanted == BITS["fine"]:
        return mask == wanted
    return mask.bitwise_and(wanted) != 0


def _problems(row: Any, told: ColumnElement[int]) -> Iterator[ColumnElement[int]]:
    # Refused credentials also fail the run, and two failed runs include the last: one problem each.
    is_covered = or_(row.check_state == "refused", told.bitwise_and(BITS["refused"] | BITS["failing"]) != 0)
    last = {RunState.FAILED: BITS["failed"], RunState.PARTIAL: BITS["partial"]}
    yield case((row.check_state == "refused", BITS["refused"]), else_=0)
    yield case((row.is_held, BITS["held"]), else_=0)
    yield case((row.disabled_days == EVERY_WEEKDAY, BITS["paused"]), else_=0)
    yield case((is_covered, 0), else_=case(last, value=row.last_status, else_=0))


def _missing(row: Any) -> ColumnElement[int]:
    """Return what a dealer lacks whose stock was updated before."""
    unconnected = case((row.check_state == "unchecked", BITS["incomplete"]), else_=0)
    return unconnected.bitwise_or(case((row.mapped, 0), else_=BITS["unmapped"]))


def _setup(row: Any) -> ColumnElement[int]:
    """Return which step of the setup is next, for a dealer whose stock was never updated."""
    unconnected = case((row.check_state == "unchecked", BITS["setup_connection"]), else_=0)
    has_run = func.coalesce(row.last_status, "").in_(PROBLEM_STATES)
    is_waiting = and_(row.check_state.in_(("checking", "connected")), not_(has_run))
    first = case((is_waiting, BITS["setup_first"]), else_=0)
    return unconnected.bitwise_or(case((row.mapped, first), else_=BITS["setup_codes"]))
