"""Organizations, dealers, users, authentication and sessions."""

from __future__ import annotations

from webapp.accounts.create import add_dealer, add_organization, add_user

__all__ = ["add_dealer", "add_organization", "add_user"]
