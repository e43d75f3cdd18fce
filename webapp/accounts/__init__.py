"""Organizations, dealers, and the people who sign in: who they are, how they prove it, and where they are."""

from __future__ import annotations

from webapp.accounts.create import add_dealer, add_organization, add_user

__all__ = ["add_dealer", "add_organization", "add_user"]
