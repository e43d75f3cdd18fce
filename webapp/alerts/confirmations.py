"""Double opt-in of alert recipients: a dealer could enter anyone's address.

The link names the dealer and the address, and holds a nonce that is stored with the address until it is
confirmed or removed. So it works once, for that one purpose, and not for an address that is added again.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import func, select

from webapp import audit
from webapp.core import clock, signing
from webapp.extensions import db
from webapp.models import AlertDelivery, AlertRecipients, Dealer
from webapp.web.email_links import can_send_links

VALID_FOR: Final = timedelta(days=7)
# Limits per address and per dealer, so that links cannot be used to flood a mailbox.
OF_ADDRESS: Final = 3
OF_DEALER: Final = 20
WITHIN: Final = timedelta(days=1)
BETWEEN: Final = timedelta(minutes=10)
ENDPOINT: Final = "alert_confirmations.show"


class Throttled(ValueError):
    """No link can be sent at present; the message gives the reason."""


class InvalidLink(ValueError):
    """Link that was used, has expired, or was forged."""


@dataclass(frozen=True)
class Link:
    """The dealer and the address that a link confirms."""

    dealer_id: int
    address: str
    nonce: str


def request_new(alert_recipients: AlertRecipients, before: list[str]) -> list[str]:
    """Send links to new recipients; return those to which none can be sent at present. No commit."""
    known = {address.casefold(): address for address in before}
    waiting = alert_recipients.unconfirmed or {}
    kept = [address for address in alert_recipients.recipients if known.get(address.casefold()) in waiting]
    nonces = {address: waiting[known[address.casefold()]] for address in kept}
    new = [address for address in alert_recipients.recipients if address.casefold() not in known]
    alert_recipients.unconfirmed = {**nonces, **{address: secrets.token_urlsafe(16) for address in new}}
    return [address for address in new if not _is_sent(alert_recipients, address)]


def send_again(alert_recipients: AlertRecipients, address: str) -> None:
    """Send another link to an unconfirmed address, and commit. Raises Throttled."""
    if address not in (alert_recipients.unconfirmed or {}):
        raise Throttled("This address no longer needs confirmation.")
    _send(alert_recipients, address)
    db.session.commit()


def _is_sent(alert_recipients: AlertRecipients, address: str) -> bool:
    try:
        _send(alert_recipients, address)
    except Throttled:
        return False
    return True


def _send(alert_recipients: AlertRecipients, address: str) -> None:
    """Queue a link; the caller commits. Raises Throttled."""
    if not can_send_links():
        raise Throttled("Email isn't set up on this site (SMTP_URL, PUBLIC_URL). Contact support.")
    sent = AlertDelivery.event == "confirmation", AlertDelivery.created_at > clock.now() - WITHIN
    of_address = select(func.count(), func.max(AlertDelivery.created_at)).where(
        func.lower(AlertDelivery.recipient) == address.lower(), *sent
    )
    count, last = db.session.execute(of_address).one()
    if last is not None and last > clock.now() - BETWEEN:
        raise Throttled("We sent a link to this address a few minutes ago. Wait 10 minutes, then try again.")
    if count >= OF_ADDRESS:
        raise Throttled(f"We sent {OF_ADDRESS} links to this address today. Try again tomorrow.")
    of_dealer = select(func.count()).where(AlertDelivery.dealer_id == alert_recipients.dealer_id, *sent)
    if db.session.scalars(of_dealer).one() >= OF_DEALER:
        raise Throttled("You reached today's limit of confirmation links. Try again tomorrow.")
    about = {"event": "confirmation", "channel": "email", "recipient": address}
    db.session.add(AlertDelivery(dealer_id=alert_recipients.dealer_id, **about))
    db.session.flush()


def link_for(alert_recipients: AlertRecipients, address: str) -> str:
    """Return the link that confirms a pending address."""
    token = _serializer().dumps(
        [alert_recipients.dealer_id, address, (alert_recipients.unconfirmed or {})[address]]
    )
    path = current_app.url_map.bind("localhost").build(ENDPOINT, {"token": str(token)})
    return f"{current_app.config['PUBLIC_URL']}{path}"


def read(token: str) -> Link:
    """Verify a link's token. Raises InvalidLink."""
    try:
        dealer_id, address, nonce = _serializer().loads(token, max_age=int(VALID_FOR.total_seconds()))
    except (BadSignature, TypeError, ValueError):
        raise InvalidLink from None
    alert_recipients = db.session.get(AlertRecipients, dealer_id)
    kept = (alert_recipients.unconfirmed or {}).get(address) if alert_recipients else None
    if kept is None or not hmac.compare_digest(kept, str(nonce)):
        raise InvalidLink
    return Link(dealer_id, address, kept)


def confirm(token: str) -> Link:
    """Activate the address of a link, and commit. Raises InvalidLink."""
    link = read(token)
    row = select(AlertRecipients).where(AlertRecipients.dealer_id == link.dealer_id).with_for_update()
    alert_recipients = db.session.scalars(row.execution_options(populate_existing=True)).one()
    waiting = dict(alert_recipients.unconfirmed or {})
    if waiting.pop(link.address, None) != link.nonce:
        raise InvalidLink
    alert_recipients.unconfirmed = waiting
    audit.note("alert_contacts.confirmed", link.address, dealer_id=link.dealer_id)
    db.session.commit()
    return link


def dealer_of(link: Link) -> Dealer:
    """Return the dealer of a link."""
    return db.session.get_one(Dealer, link.dealer_id)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(signing.signing_keys(current_app.config), salt="alert-recipient")
