"""Two dealers with a user each, staff, and clients that are signed in as them."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories import make_dealer, make_user
from tests.webapp.client import LintingClient
from tests.webapp.command_runner import flask
from webapp.models import Dealer, User

__all__ = ["anonymous", "client", "dealer", "flask", "staff", "user"]


@pytest.fixture
def dealer(app: Flask) -> Dealer:
    return make_dealer("Prairie Powersports", "America/Chicago")


@pytest.fixture
def user(dealer: Dealer) -> User:
    return make_user("parts@prairie.example", dealer)


@pytest.fixture
def anonymous(app: Flask) -> LintingClient:
    app.test_client_class = LintingClient
    return app.test_client()


@pytest.fixture
def client(anonymous: LintingClient, user: User) -> LintingClient:
    """Signed in as the dealer's user."""
    return anonymous.sign_in(user)


@pytest.fixture
def staff(app: Flask) -> LintingClient:
    """Signed in as staff."""
    app.test_client_class = LintingClient
    return app.test_client().sign_in(make_user("support@example.com"))
