"""Sentences about a refused login that a dealer can act on.

If the organization holds the login (R2), the dealer has no fields for it: only our support can help.
"""

from __future__ import annotations

from typing import Final

from jobs.sources.source import SourceError
from webapp.extensions import db
from webapp.models import Dealer

LOGIN_REFUSED: Final = 401
ORGANIZATION_REFUSED: Final = (
    "Lightspeed didn't accept your organization's login. Ask our support to update it. "
    "You don't need to change your settings."
)
ORGANIZATION_SEALED: Final = (
    "We can't read your organization's Lightspeed login. Ask our support to enter it again."
)
NO_DEALER_ID: Final = "Enter your 3PA Dealer ID on the LightSpeed Configuration page."


def sentence_of(error: SourceError, dealer_id: int) -> str:
    """Return what an error of the service means for this dealer. Reads the database."""
    if error.status == LOGIN_REFUSED and is_of_organization(dealer_id):
        return ORGANIZATION_REFUSED
    return error.sentence


def is_of_organization(dealer_id: int) -> bool:
    """Return whether the dealer's organization holds the login."""
    return db.session.get_one(Dealer, dealer_id).credentials_organization is not None
