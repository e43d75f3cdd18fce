"""Registration of the pages about alerts and their template filters."""

from __future__ import annotations

from flask import Flask

from webapp.alerts import alert_labels
from webapp.alerts.views import alerts, confirmations


def register(app: Flask) -> None:
    """Register the pages about alerts and their template filters."""
    for view in (alerts, confirmations):
        app.register_blueprint(view.pages)
    app.jinja_env.filters.update(
        alert_label=alert_labels.label,
        delivery_state=alert_labels.delivery_state,
        delivery_subject=alert_labels.subject,
    )
