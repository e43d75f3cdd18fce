"""How things are said: times in the dealer's zone, grouped numbers, money to the cent, states in words."""

from __future__ import annotations

from flask import Flask

from webapp.alerts import alert_labels
from webapp.catalog import import_status
from webapp.core import queues
from webapp.core.enums import CATALOG_LABELS, PRICING_LABELS
from webapp.lightspeed import connection
from webapp.operations import background_work
from webapp.runs import remaining_time, run_details, run_labels
from webapp.search import storefront
from webapp.web import assets, numbers, status_labels, times


def register(app: Flask) -> None:
    """Give the templates their filters and globals."""
    app.jinja_env.filters.update(
        age=times.age,
        ahead=times.ahead,
        alert_label=alert_labels.label,
        alert_tone=status_labels.alert_tone,
        availability=storefront.availability,
        bytes=numbers.file_size,
        catalog=CATALOG_LABELS.__getitem__,
        catalog_import_status=import_status.status,
        connection=connection.of,
        count=numbers.count,
        delivery_state=alert_labels.delivery_state,
        delivery_subject=alert_labels.subject,
        duration=times.duration,
        moment=times.moment,
        money=numbers.money,
        number=numbers.number,
        share=numbers.share,
        pricing=PRICING_LABELS.__getitem__,
        queue_work=background_work.QUEUES.__getitem__,
        remaining=remaining_time.remaining,
        remedy=run_details.remedy,
        run_settings=run_details.settings,
        run_status=run_labels.status,
        item_status=run_labels.item_status,
        ships=storefront.ships,
        held_state=run_labels.held_state,
        trigger=run_labels.trigger,
        worker_kind=background_work.KINDS.__getitem__,
    )
    app.jinja_env.globals.update(
        static_version=assets.static_version,
        htmx_config=assets.HTMX_CONFIG,
        work_is_delayed=queues.is_delayed,
    )
