"""Administration of organizations and dealers: names, time zones, logins, closing."""

from __future__ import annotations

from webapp.dealers import dealer_admin, organization_admin

__all__ = ["dealer_admin", "organization_admin"]
