"""The pages."""

from __future__ import annotations

from flask import Flask

from webapp.views import (
    account,
    alert_confirmations,
    alerts,
    audit,
    background_jobs,
    bodies,
    catalog,
    dealer,
    dealer_details,
    dealers,
    errors,
    health,
    home,
    inventory,
    invitations,
    lightspeed,
    manufacturer_choices,
    metrics,
    next_page,
    organizations,
    queue,
    reports,
    runs,
    security_log,
    signing_in,
    skipped,
    supplier_code_files,
    supplier_codes,
    tenancy,
    tenant_fence,
    throttling,
    uploads,
    users,
    webstore,
)


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
        home,
        dealers,
        dealer,
        dealer_details,
        organizations,
        catalog,
        lightspeed,
        manufacturer_choices,
        supplier_codes,
        supplier_code_files,
        queue,
        runs,
        reports,
        inventory,
        skipped,
        webstore,
        alerts,
        alert_confirmations,
        audit,
        account,
        users,
        invitations,
        background_jobs,
    ):
        app.register_blueprint(view.pages)
    app.register_blueprint(audit.all_pages)
    app.register_blueprint(dealer_details.new_pages)
    signing_in.register(app)
    next_page.register(app)
    security_log.keep(app)
    errors.register(app)
    uploads.register(app)
    tenant_fence.raise_fence()
