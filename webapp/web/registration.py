"""Registration of what all pages share: limits, errors, tenancy, formats."""

from __future__ import annotations

from flask import Flask

from webapp.core import clock, limits, queues
from webapp.web import (
    assets,
    bodies,
    errors,
    navigation,
    numbers,
    query_args,
    status_labels,
    tenancy,
    tenant_guard,
    throttling,
    times,
    uploads,
)


def guard(app: Flask) -> None:
    """Count each request, then read its body; before CSRF, whose check reads the form and may refuse it."""
    throttling.count(app)
    bodies.register(app)


def register(app: Flask) -> None:
    """Register what all pages share: limits, errors, tenancy, formats."""
    app.url_map.converters["id"] = tenancy.RowId
    errors.register(app)
    uploads.register(app)
    tenant_guard.install()
    app.jinja_env.filters.update(
        age=times.age,
        at=times.at,
        brief=times.brief,
        ahead=times.ahead,
        bytes=numbers.file_size,
        count=numbers.count,
        duration=times.duration,
        moment=times.moment,
        span=times.span,
        money=numbers.money,
        note_icon=status_labels.note_icon,
        number=numbers.number,
        share=numbers.share,
        tone=status_labels.tone,
        tone_icon=status_labels.tone_icon,
    )
    app.jinja_env.globals.update(
        now=clock.now,
        static_version=assets.static_version,
        limits=limits,
        htmx_config=assets.HTMX_CONFIG,
        work_is_delayed=queues.is_unavailable,
        navigation=navigation.navigation,
        unusable_filters=query_args.unusable,
    )
