"""How things are said: times in the dealer's zone, grouped numbers, money to the cent, states in words."""

from __future__ import annotations

from flask import Flask

from webapp import queues
from webapp.presenters import (
    alerts,
    assets,
    background_work,
    catalog_imports,
    connection,
    numbers,
    run_details,
    run_outlook,
    runs,
    storefront,
    times,
    tones,
)
from webapp.words import CATALOG_LABELS, PRICING_LABELS


def register(app: Flask) -> None:
    """Give the templates their filters and globals."""
    app.jinja_env.filters.update(
        age=times.age,
        ahead=times.ahead,
        alert_label=alerts.label,
        alert_tone=tones.alert_tone,
        availability=storefront.availability,
        bytes=numbers.file_size,
        catalog=CATALOG_LABELS.__getitem__,
        catalog_import_status=catalog_imports.status,
        connection=connection.of,
        count=numbers.count,
        delivery_state=alerts.delivery_state,
        delivery_subject=alerts.subject,
        duration=times.duration,
        moment=times.moment,
        money=numbers.money,
        number=numbers.number,
        share=numbers.share,
        pricing=PRICING_LABELS.__getitem__,
        queue_work=background_work.QUEUES.__getitem__,
        remaining=run_outlook.remaining,
        remedy=run_details.remedy,
        run_settings=run_details.settings,
        run_status=runs.status,
        item_status=runs.item_status,
        ships=storefront.ships,
        held_state=runs.held_state,
        trigger=runs.trigger,
        worker_kind=background_work.KINDS.__getitem__,
    )
    app.jinja_env.globals.update(
        static_version=assets.static_version,
        htmx_config=assets.HTMX_CONFIG,
        work_is_delayed=queues.is_delayed,
    )
