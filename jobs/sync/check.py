"""Validates a dealer's credentials against the service (R3)."""

from __future__ import annotations

from collections.abc import Callable

from jobs.sources.source import Credentials, Source, SourceError
from jobs.sync.refusals import NO_DEALER_ID, ORGANIZATION_SEALED, is_of_organization, sentence_of
from webapp.code_discovery import scans
from webapp.core import clock
from webapp.core.vault import SealedError
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Configuration, Dealer
from webapp.runs import lifecycle, readiness

SEALED = "We can't read your saved 3PA Password. Enter it again and save."
INCOMPLETE = "Enter your 3PA Username, 3PA Password and 3PA Dealer ID."


class Stopped(Exception):
    """This process was told to stop; the check has no result yet."""


def check_credentials(
    dealer_id: int,
    number: int,
    connect: Callable[[Credentials], Source],
    should_stop: Callable[[], bool] = lambda: False,
) -> str | None:
    """Validate the credentials, and store the result unless a later check replaced `number`.

    Returns the reason if they were refused. Raises Stopped, without a result, once `should_stop` is true.
    """
    configuration = db.session.get_one(Configuration, dealer_id)
    if configuration.check_number != number:
        db.session.commit()
        return None
    reason = _refusal(configuration, connect, should_stop)
    _store_result(dealer_id, number, reason)
    if reason is None:
        _find_first_codes(dealer_id)
    return reason


def _find_first_codes(dealer_id: int) -> None:
    """Look for the codes of a new dealer as soon as it is connected (R20)."""
    if scans.of_dealer(dealer_id) is None and not lifecycle.has_supplier_codes(dealer_id):
        scans.start(db.session.get_one(Dealer, dealer_id), "setup")


def _refusal(
    configuration: Configuration, connect: Callable[[Credentials], Source], should_stop: Callable[[], bool]
) -> str | None:
    dealer_id = configuration.dealer_id
    try:
        login = configurations.login_of(configuration)
    except SealedError:
        return ORGANIZATION_SEALED if is_of_organization(dealer_id) else SEALED
    cmf = configuration.cmf
    # End the transaction before the request, which may take long.
    db.session.commit()
    if login is None or not cmf:
        return NO_DEALER_ID if is_of_organization(dealer_id) else INCOMPLETE

    def waiting() -> None:
        if should_stop():
            raise Stopped

    try:
        connect(Credentials(login.username, login.password)).check(cmf, waiting)
    except SourceError as error:
        return sentence_of(error, dealer_id)
    return None


def _store_result(dealer_id: int, number: int, reason: str | None) -> None:
    db.session.execute(
        db.update(Configuration)
        .where(Configuration.dealer_id == dealer_id, Configuration.check_number == number)
        .values(
            check_state="connected" if reason is None else "refused",
            check_reason=reason,
            checked_at=clock.now(),
        )
    )
    readiness.refresh(dealer_id)
    db.session.commit()
