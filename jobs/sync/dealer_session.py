"""Session of a run with the service under the dealer's login, which may change during the run."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from sqlalchemy import select

from jobs.sources.source import Credentials, Source
from jobs.sync import refusals
from jobs.sync.interruption import Interruption, RunInterrupted
from webapp.core.vault import SealedError
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Configuration, Dealer, SupplierCode

log = structlog.get_logger(__name__)

NO_LOGIN = (
    "3PA Username, 3PA Password and 3PA Dealer ID are not all set: save them under LightSpeed Configuration."
)
SWITCHED_OFF = "Lightspeed 3PA/Data Warehouse was switched off while the run was under way."
SEALED = "The stored 3PA Password can no longer be read: save it again under LightSpeed Configuration."


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

    def lists(self, code_key: str) -> bool:
        """Return whether the dealer still lists a code. Raises RunInterrupted if 3PA was disabled."""
        enabled = db.session.scalar(
            select(Configuration.enabled).where(Configuration.dealer_id == self._dealer_id)
        )
        mapped = db.session.scalar(
            select(SupplierCode.id)
            .where(SupplierCode.dealer_id == self._dealer_id, SupplierCode.code_key == code_key)
            .limit(1)
        )
        db.session.commit()
        if not enabled:
            raise RunInterrupted(Interruption.DISABLED, SWITCHED_OFF)
        return mapped is not None

    def _login(self) -> tuple[configurations.Login, str]:
        dealer = db.session.get_one(Dealer, self._dealer_id, populate_existing=True)
        configuration = configurations.of(dealer)
        db.session.refresh(configuration)
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
