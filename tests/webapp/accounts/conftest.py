"""Page fixtures, in place of those of the folder above, and a user with a password."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_security import hash_password

from tests.factories import PASSWORD, make_user
from tests.webapp.accounts.users import EMAIL
from tests.webapp.conftest import anonymous, client, dealer, staff, user
from webapp.models import Dealer, User

__all__ = ["anonymous", "client", "dealer", "staff", "user"]


@pytest.fixture
def person(app: Flask, dealer: Dealer) -> User:
    """The dealer's user, with a hashed password."""
    return make_user(EMAIL, dealer, hash_password(PASSWORD))
