"""Steps of users: sign in, follow a link, enter a code."""

from __future__ import annotations

import re
from typing import Any

from passlib.totp import TOTP
from werkzeug.test import TestResponse

from tests.factories import PASSWORD
from tests.webapp.client import LintingClient
from webapp.core import vault
from webapp.extensions import db
from webapp.models import AuditEntry, User

EMAIL = "parts@prairie.example"
NEW = "four unrelated brown words"


def sign_in(
    client: LintingClient, password: str = PASSWORD, email: str = EMAIL, **options: Any
) -> TestResponse:
    return client.post("/login", data={"email": email, "password": password}, **options)


def follow(client: LintingClient, link: str, password: str = NEW) -> TestResponse:
    """Set the password that a link asks for."""
    return client.post(link, data={"password": password, "password_confirm": password})


def code_of(user: User, sealed: str | None = None, later: int = 0) -> str:
    """The code of the user's app now, or some half-minutes later."""
    secret = vault.unseal(sealed or user.tf_totp_secret or "")
    totp = TOTP.from_source(secret)
    return str(totp.generate(totp.normalize_time(None) + 30 * later).token)


def set_up(client: LintingClient, user: User) -> None:
    """Set up a second factor for the signed-in user."""
    page = client.post("/tf-setup", data={"setup": "authenticator"})
    assert page.status_code == 200
    found = re.search(r'action="(/tf-setup/[^"]+)"', page.text)
    assert found
    key = re.search(r"<code[^>]*>([^<]+)</code>", page.text)
    assert key
    token = TOTP(key=key[1].replace("-", "").replace(" ", "")).generate().token
    assert client.post(found[1], data={"code": token}).location == "/account"
    db.session.expire_all()
    assert user.has_second_factor


def noted(action: str) -> list[AuditEntry]:
    return list(db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == action)))
