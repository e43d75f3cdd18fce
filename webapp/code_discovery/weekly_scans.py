"""Weekly scans at night (R20): which dealers are due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, or_, select

from webapp.code_discovery import scans
from webapp.extensions import db
from webapp.models import CodeScan, Configuration, Dealer

# Hours in the dealer's time zone, between two slots: Lightspeed asks for heavy work outside business hours.
NIGHT: Final = range(2, 6)
# Less than a week, so that the night stays the same although ticks do not come at the same minute.
SCANNED_LATELY: Final = timedelta(days=6, hours=18)
FAILED_LATELY: Final = timedelta(hours=18)
# Dealers that are started by one tick: the scans of a large fleet are spread over the night.
AT_ONCE: Final = 20


def start_due(now: datetime) -> int:
    """Request scans of dealers that are ready for runs and were not scanned for a week; return how many."""
    due = list(db.session.scalars(_due(now)))
    return sum(scans.start(dealer, "weekly") for dealer in due)


def _due(now: datetime) -> Select[Dealer]:
    is_lately = and_(CodeScan.status != "failed", CodeScan.queued_at > now - SCANNED_LATELY)
    has_failed_lately = and_(CodeScan.status == "failed", CodeScan.queued_at > now - FAILED_LATELY)
    is_active = CodeScan.status.in_(("queued", "running"))
    scanned = select(CodeScan.dealer_id).where(
        CodeScan.dealer_id == Dealer.id, or_(is_active, is_lately, has_failed_lately)
    )
    return (
        select(Dealer)
        .join(Configuration, Configuration.dealer_id == Dealer.id)
        .where(
            Configuration.ready_since.is_not(None),
            Dealer.closed_at.is_(None),
            Dealer.timezone.in_(_zones_at_night(now)),
            ~scanned.exists(),
        )
        .order_by(Dealer.id)
        .limit(AT_ONCE)
    )


def _zones_at_night(now: datetime) -> list[str]:
    zones = db.session.scalars(select(Dealer.timezone).distinct())
    return [zone for zone in zones if now.astimezone(ZoneInfo(zone)).hour in NIGHT]
