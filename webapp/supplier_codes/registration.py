"""Registration of Supplier Code Management and the `supplier-codes` commands."""

from __future__ import annotations

from flask import Flask

from webapp.core.enums import PRICING_LABELS
from webapp.supplier_codes import cli
from webapp.supplier_codes.views import drafts, files, manufacturer_choices, supplier_codes


def register(app: Flask) -> None:
    """Register Supplier Code Management and the `supplier-codes` commands."""
    for view in (supplier_codes, drafts, files, manufacturer_choices):
        app.register_blueprint(view.pages)
    app.jinja_env.filters.update(pricing=PRICING_LABELS.__getitem__)
    app.cli.add_command(cli.supplier_codes)
