"""Session of a run with the service under the dealer's login, which may change during the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import structlog
from sqlalchemy import bindparam, select

from jobs.sources.source import Credentials, Source
from jobs.sync import refusals
from jobs.sync.interruption import Interruption, RunInterrupted
from webapp.core.vault import SealedError
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Configuration, Dealer, SupplierCode

log = structlog.get_logger(__name__)

NO_LOGIN = "Enter your 3PA Username, 3PA Password and 3PA Dealer ID under LightSpeed Configuration."
SWITCHED_OFF = "Lightspeed 3PA/Data Warehouse was turned off during this run."
SEALED = "We can't read your saved 3PA Password. Enter it again under LightSpeed Configuration."


_CONFIGURATIONS: Final = Configuration.__table__.c
_CODES: Final = SupplierCode.__table__.c
_IS_LISTED: Final = select(_CODES.id).where(
    _CODES.dealer_id == bindparam("dealer"), _CODES.code_key == bindparam("code")
)
_LISTING: Final = select(
    _CONFIGURATIONS.enabled,
    _CONFIGURATIONS.check_state,
    _CONFIGURATIONS.check_reason,
    _CONFIGURATIONS.ready_since,
    _IS_LISTED.exists().label("is_listed"),
).where(_CONFIGURATIONS.dealer_id == bindparam("dealer"))


class Listing(NamedTuple):
    """Whether the dealer still lists a code, and whether the credentials are already known to work."""

    is_listed: bool
    is_connected: bool


class DealerSession:
    """Session under a dealer's login, opened on first use."""

    def __init__(self, dealer_id: int, connect: Callable[[Credentials], Source]) -> None:
        self._dealer_id = dealer_id
        self._connect = connect
        self._open: tuple[configurations.Login, str, Source] | None = None

    def service(self) -> tuple[Source, str]:
        """Return the service and the dealer's CMF. Raises RunInterrupted if the login is incomplete."""
        if self._open is None:
            login, cmf = self._login()
            self._open = login, cmf, self._connect(Credentials(login.username, login.password))
        return self._open[2], self._open[1]

    def is_renewed(self) -> bool:
        """Return whether another login was saved since this one was read; the next request then uses it."""
        if self._open is None or self._login() == self._open[:2]:
            return False
        self._open = None
        return True

    @property
    def is_open(self) -> bool:
        """Whether the login was read, so that `service` asks nothing."""
        return self._open is not None

    def listing(self, code_key: str) -> Listing:
        """Return what the dealer's settings say of a code; the transaction goes on.

        Raises RunInterrupted if 3PA was disabled.
        """
        key = {"dealer": self._dealer_id, "code": code_key}
        row = db.session.execute(_LISTING, key).one_or_none()
        if row is None or not row.enabled:
            db.session.rollback()
            raise RunInterrupted(Interruption.DISABLED, SWITCHED_OFF)
        is_confirmed = row.check_state == "connected" and not row.check_reason and row.ready_since is not None
        return Listing(row.is_listed, is_confirmed)

    def _login(self) -> tuple[configurations.Login, str]:
        # Whatever the session has read before may have changed since.
        db.session.expire_all()
        dealer = db.session.get_one(Dealer, self._dealer_id)
        configuration = configurations.of(dealer)
        login, cmf = _login_of(configuration), configuration.cmf
        db.session.commit()
        if login is None or not cmf:
            is_of_organization = refusals.is_of_organization(self._dealer_id)
            db.session.commit()
            raise RunInterrupted(
                Interruption.ACCOUNT_REFUSED, refusals.NO_DEALER_ID if is_of_organization else NO_LOGIN
            )
        return login, cmf


def _login_of(configuration: Configuration) -> configurations.Login | None:
    try:
        return configurations.login_of(configuration)
    except SealedError as error:
        log.error("login.decryption_failed", reason=str(error))
        is_of_organization = refusals.is_of_organization(configuration.dealer_id)
        db.session.commit()
        raise RunInterrupted(
            Interruption.ACCOUNT_REFUSED, refusals.ORGANIZATION_SEALED if is_of_organization else SEALED
        ) from None
