"""The pages."""

from __future__ import annotations

from flask import Flask

from webapp.accounts import safe_redirect, security_log, sign_in
from webapp.accounts.views import account, invitations, users
from webapp.alerts.views import alerts, confirmations
from webapp.audit import views
from webapp.catalog import views
from webapp.dealers.views import dealers, details, landing, organizations
from webapp.dealers.views import home as dealer
from webapp.inventory import views
from webapp.lightspeed.views import configuration, queue
from webapp.operations.views import background_jobs, health, metrics
from webapp.runs.views import reports, runs, skipped
from webapp.search import views
from webapp.supplier_codes.views import files, manufacturer_choices, supplier_codes
from webapp.web import bodies, errors, tenancy, tenant_guard, throttling, uploads


def guard(app: Flask) -> None:
    """Count each request, then read its body; before CSRF, whose check reads the form and may refuse it."""
    throttling.count(app)
    bodies.register(app)


def register(app: Flask) -> None:
    """Add every blueprint to the app."""
    app.url_map.converters["id"] = tenancy.RowId
    for view in (
        health,
        metrics,
        landing,
        dealers,
        dealer,
        details,
        organizations,
        views,
        configuration,
        manufacturer_choices,
        supplier_codes,
        files,
        queue,
        runs,
        reports,
        views,
        skipped,
        views,
        alerts,
        confirmations,
        views,
        account,
        users,
        invitations,
        background_jobs,
    ):
        app.register_blueprint(view.pages)
    app.register_blueprint(views.all_pages)
    app.register_blueprint(details.new_pages)
    sign_in.register(app)
    safe_redirect.register(app)
    security_log.keep(app)
    errors.register(app)
    uploads.register(app)
    tenant_guard.raise_fence()
