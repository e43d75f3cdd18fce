"""Two dealers with a user each, staff, and clients that are signed in as them."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.webapp.client import LintingClient
from tests.webapp.command_runner import flask
from tests.webapp.pages_seed import Shop
from webapp.models import Dealer, User

__all__ = ["anonymous", "client", "dealer", "flask", "shop", "staff", "user"]


@pytest.fixture
def shop(app: Flask) -> Shop:
    return Shop()


@pytest.fixture
def dealer(shop: Shop) -> Dealer:
    return shop.dealer("Prairie Powersports", "America/Chicago")


@pytest.fixture
def user(shop: Shop, dealer: Dealer) -> User:
    return shop.user("parts@prairie.example", dealer)


@pytest.fixture
def anonymous(app: Flask) -> LintingClient:
    app.test_client_class = LintingClient
    return app.test_client()


@pytest.fixture
def client(anonymous: LintingClient, user: User) -> LintingClient:
    """Signed in as the dealer's user."""
    return anonymous.sign_in(user)


@pytest.fixture
def staff(app: Flask, shop: Shop) -> LintingClient:
    """Signed in as staff."""
    app.test_client_class = LintingClient
    return app.test_client().sign_in(shop.user("support@example.com"))
