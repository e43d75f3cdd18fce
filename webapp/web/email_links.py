"""Whether emails with links can be sent."""

from __future__ import annotations

from flask import current_app


def can_send_links() -> bool:
    """Return whether this deployment can email links: it needs a mail server and PUBLIC_URL."""
    return bool(current_app.config["SMTP_URL"] and current_app.config["PUBLIC_URL"])
