"""The people of the tests of pages."""

from __future__ import annotations

from tests.webapp.conftest import anonymous, client, dealer, staff, user

__all__ = ["anonymous", "client", "dealer", "staff", "user"]
