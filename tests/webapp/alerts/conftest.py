"""A dealer that is expected to have runs, with email configured."""

from __future__ import annotations

import pytest
from flask import Flask, current_app

from tests.factories import make_configuration, make_dealer, make_manufacturer, make_supplier_code
from webapp.models import Dealer
from webapp.settings.addresses import MailServer


@pytest.fixture
def dealer(app: Flask) -> Dealer:
    """Enabled, connected, with a supplier code."""
    dealer = make_dealer("Prairie Powersports", "America/Chicago")
    make_configuration(dealer)
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    return dealer


@pytest.fixture
def mail(app: Flask) -> None:
    """A mail server is configured; nothing here sends."""
    current_app.config["SMTP_URL"] = MailServer("mail.example.com", 25, "smtp")
