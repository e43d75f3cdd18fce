"""Page fixtures, in place of those of the folder above."""

from __future__ import annotations

from tests.webapp.conftest import anonymous, client, dealer, staff, user

__all__ = ["anonymous", "client", "dealer", "staff", "user"]
