"""Dealerships for the browser tests: rows in the running program's database, parts in its simulator."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import pytest
import requests
from flask import Flask
from flask_security import hash_password
from sqlalchemy import select

from sandbox.simulator import Behavior
from sandbox.start.isolated import IsolatedProgram
from tests.factories import (
    NO_PASSWORD,
    make_configuration,
    make_dealer,
    make_manufacturer,
    make_organization,
    make_product,
    make_supplier_code,
    make_user,
)
from tests.sync_harness import part
from tests.webapp.client import session_of
from webapp.accounts import user_admin
from webapp.alerts import confirmations, recipients
from webapp.application import create_app
from webapp.core import clock, vault
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, Run, User
from webapp.runs import lifecycle
from webapp.search import outbox
from webapp.settings import config

# Long, as machines are shared; nothing waits for it when all is well.
TIMEOUT_SECONDS = 45
PASSWORD = "a long enough one"
# That of `make_organization`.
GROUP_LOGIN = ("group", "group secret")
MANUFACTURERS = {"Tucker Rocky": "aftermarket", "Parts Unlimited": "aftermarket", "Honda": "oem"}


@dataclass(frozen=True)
class Dealership:
    """A dealer and its user; `session` is the user's cookie, `path` the prefix of the dealer's pages."""

    id: int
    email: str
    cmf: str
    session: str

    @property
    def path(self) -> str:
        return f"/dealers/{self.id}"


class ProgramSeed:
    """Adds rows to the running program. No transaction stays open, as SQLite has one writer."""

    def __init__(self, running: IsolatedProgram) -> None:
        self._control = running.control
        self._app: Flask = create_app(config.from_environment(running.environment))
        self._made = 0
        with self.database():
            for name, catalog in MANUFACTURERS.items():
                manufacturer = make_manufacturer(name, catalog)
                # Five products under the numbers that the code TR reports.
                for number in range(5):
                    make_product(manufacturer, f"TR-{number}", name=f"Brake pad TR-{number}")

    def add_dealership(
        self, codes: Mapping[str, int] | None = None, connected: bool = True, organization: bool = False
    ) -> Dealership:
        """A dealer whose Lightspeed reports this many parts for each code, all mapped to Tucker Rocky."""
        self._made += 1
        cmf = str(76_500_000 + self._made)
        with self.database():
            group = make_organization(f"Group {cmf}").id if organization else None
            dealer = make_dealer(f"Dealership {cmf}", organization_id=group)
            if connected:
                make_configuration(dealer, cmf=cmf, username=cmf, sealed_password=vault.seal(PASSWORD))
            tucker = db.session.scalars(select(Manufacturer).where(Manufacturer.name == "Tucker Rocky")).one()
            for position, code in enumerate(codes or {}):
                make_supplier_code(dealer, code, tucker, position)
            # Argon2 is slow, and only users of disconnected dealers enter a password.
            password = NO_PASSWORD if connected else hash_password(PASSWORD)
            user = make_user(f"parts@{cmf}.example", dealer, password)
            made = Dealership(dealer.id, user.email, cmf, self._session_of(user))
        self.serve_parts(cmf, codes or {"TR": 3}, login=GROUP_LOGIN if organization else (cmf, PASSWORD))
        return made

    def rename(self, dealership: Dealership, name: str) -> None:
        """Give a dealer a name that a test can search for, among those of all other tests."""
        with self.database():
            db.session.get_one(Dealer, dealership.id).name = name
            db.session.commit()

    def staff_session(self) -> str:
        """The session of a new staff user."""
        self._made += 1
        with self.database():
            return self._session_of(make_user(f"support{self._made}@staff.example"))

    def password_link_token(self) -> str:
        """The token of the password link of an invited user."""
        with self.database():
            return user_admin.make_link(user_admin.invite("invited@staff.example", "staff")).rpartition("/")[
                2
            ]

    def confirmation_token(self, dealership: Dealership) -> str:
        """The token of the confirmation link of a new recipient of a dealer's alerts."""
        address = "boss@prairie.example.com"
        with self.database():
            alert_recipients = recipients.locked(db.session.get_one(Dealer, dealership.id))
            alert_recipients.recipients, alert_recipients.unconfirmed = [address], {address: "nonce"}
            # Its port was allowed once.
            alert_recipients.webhook_url = "https://hooks.example.com:9000/in"
            alert_recipients.sealed_webhook_secret, alert_recipients.secret_set_at = (
                vault.seal("secret"),
                clock.now(),
            )
            db.session.commit()
            return confirmations.link_for(alert_recipients, address).rpartition("/")[2]

    def stale_session(self, email: str) -> str:
        """The session of a user who entered the password an hour ago."""
        with self.database():
            user = db.session.scalars(select(User).where(User.email == email)).one()
            held = session_of(user)
        return self._signed(held | {"fs_paa": held["fs_paa"] - 3600})

    def half_signed_in_session(self) -> str:
        """The session of a user who entered the password, but not the code yet."""
        with self.database():
            user = self._with_second_factor(make_user("halfway@staff.example"))
            return self._signed({"tf_user_id": user.fs_uniquifier, "tf_state": "ready"})

    def second_factor_session(self) -> str:
        """The session of a user with a second factor."""
        with self.database():
            return self._session_of(self._with_second_factor(make_user("secured@staff.example")))

    def _with_second_factor(self, user: User) -> User:
        user.tf_primary_method = "authenticator"
        user.tf_totp_secret = self._app.extensions["security"].totp_factory.generate_totp_secret()
        db.session.commit()
        return user

    def serve_parts(self, cmf: str, codes: Mapping[str, int], login: tuple[str, str]) -> None:
        """Serve a dealer under this login, with this many parts for each code."""
        parts = [
            part(code, f"{code}-{number}", 2, Retail=24.5)
            for code, count in codes.items()
            for number in range(count)
        ]
        served = {"cmf": cmf, "username": login[0], "password": login[1], "name": cmf, "parts": parts}
        self._post("dealers", served)

    def set_behavior(self, **settings: Any) -> None:
        """Set the behavior of Lightspeed; all other settings are the defaults."""
        self._post("switches", asdict(Behavior()) | settings)

    @contextmanager
    def database(self) -> Iterator[None]:
        """The application context for adding rows, which the caller commits."""
        with self._app.app_context():
            yield
            db.session.rollback()

    def sync(self, dealership: Dealership) -> int:
        """Sync the dealer by a worker and wait for the webstore; the run's id."""
        with self.database():
            run_id = lifecycle.start(db.session.get_one(Dealer, dealership.id), "manual").run.id
        self.wait_until(lambda: not db.session.get_one(Run, run_id).is_active)
        self.wait_until(lambda: not outbox.pending())
        return run_id

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Poll the database until the condition is true; fails after a timeout."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            with self.database():
                if is_so():
                    return
            time.sleep(0.1)
        pytest.fail("The condition did not become true in time.")

    def _post(self, path: str, body: Mapping[str, Any]) -> None:
        requests.post(f"{self._control}/{path}", json=body, timeout=10).raise_for_status()

    def _session_of(self, user: User) -> str:
        return self._signed(session_of(user))

    def _signed(self, held: dict[str, Any]) -> str:
        signer = self._app.session_interface.get_signing_serializer(self._app)
        return signer.dumps(held)
