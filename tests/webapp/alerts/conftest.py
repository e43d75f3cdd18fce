"""A dealer of whom runs are expected, with mail set up."""

from __future__ import annotations

import pytest
from flask import Flask, current_app

from tests.webapp.pages_seed import Shop
from webapp.models import Dealer
from webapp.settings.alert_settings import MailServer


@pytest.fixture
def shop(app: Flask) -> Shop:
    return Shop()


@pytest.fixture
def dealer(shop: Shop) -> Dealer:
    """Enabled, connected, with a supplier code."""
    dealer = shop.dealer("Prairie Powersports", "America/Chicago")
    shop.configuration(dealer)
    shop.code(dealer, "TR", shop.manufacturer("Tucker"))
    return dealer


@pytest.fixture
def mail(app: Flask) -> None:
    """A mail server is configured; nothing here sends."""
    current_app.config["SMTP_URL"] = MailServer("mail.example.com", 25, "smtp")
