"""How often each recipient of a dealer's alerts gets a summary of changes; never, until it is chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import delete, select

from webapp import audit
from webapp.core import clock
from webapp.core.enums import SUMMARY_PERIOD_LABELS, SUMMARY_PERIODS
from webapp.extensions import db
from webapp.models import AlertRecipients, SummaryChoice

# The key of the webhook's choice.
WEBHOOK: Final = ("webhook", "")

Way = tuple[str, str]


def key_of(channel: str, recipient: str) -> Way:
    """Return the key of a recipient's choice."""
    return WEBHOOK if channel == "webhook" else ("email", recipient.casefold())


def chosen(dealer_id: int) -> dict[Way, str]:
    """Return the periods that a dealer's recipients chose."""
    query = select(SummaryChoice).where(SummaryChoice.dealer_id == dealer_id)
    return {(row.channel, row.address_key): row.period for row in db.session.scalars(query)}


def choose(alert_recipients: AlertRecipients, wanted: Mapping[Way, str]) -> None:
    """Set how often recipients get a summary: one of `SUMMARY_PERIODS`, or empty for never. No commit.

    Whoever is not a recipient is left out. A choice that stays the same counts from when it was made.
    """
    dealer_id, ways = alert_recipients.dealer_id, _ways(alert_recipients)
    before = chosen(dealer_id)
    changed = {way: period for way, period in wanted.items() if way in ways and before.get(way, "") != period}
    for way, period in changed.items():
        _forget(dealer_id, [way])
        if period in SUMMARY_PERIODS:
            choice = {"channel": way[0], "address_key": way[1], "period": period, "since": clock.now()}
            db.session.add(SummaryChoice(dealer_id=dealer_id, **choice))
    if changed:
        after = {_name(way): SUMMARY_PERIOD_LABELS[period] for way, period in changed.items()}
        former = {_name(way): SUMMARY_PERIOD_LABELS[before.get(way, "")] for way in changed}
        audit.note("summaries.chosen", "Alerts", dealer_id=dealer_id, before=former, after=after)


def forget_others(alert_recipients: AlertRecipients) -> None:
    """Delete the choices of those that are no recipients any more. No commit."""
    dealer_id, ways = alert_recipients.dealer_id, _ways(alert_recipients)
    _forget(dealer_id, [way for way in chosen(dealer_id) if way not in ways])


def _ways(alert_recipients: AlertRecipients) -> set[Way]:
    ways = {key_of("email", address) for address in alert_recipients.recipients}
    return ways | {WEBHOOK} if alert_recipients.webhook_url else ways


def _forget(dealer_id: int, ways: Collection[Way]) -> None:
    for channel, address_key in ways:
        db.session.execute(
            delete(SummaryChoice).where(
                SummaryChoice.dealer_id == dealer_id,
                SummaryChoice.channel == channel,
                SummaryChoice.address_key == address_key,
            )
        )


def _name(way: Way) -> str:
    return way[1] or "webhook"
