"""Weekly email about what isn't online, to a dealer's alert recipients."""

from __future__ import annotations

from datetime import datetime

from webapp.alerts import outbox
from webapp.code_discovery import unmapped_codes
from webapp.extensions import db
from webapp.models import AlertRecipients


def queue(dealer_id: int, now: datetime) -> int:
    """Queue the email after a weekly scan if anything isn't online; return how many. No commit."""
    recipients = db.session.get(AlertRecipients, dealer_id)
    if recipients is None or not unmapped_codes.totals(dealer_id).codes:
        return 0
    return outbox.queue_weekly(recipients, now)
