"""Manages organizations and dealers after they were created: names, time zones, logins, closing."""

from __future__ import annotations

from webapp.tenants import dealers, organizations

__all__ = ["dealers", "organizations"]
