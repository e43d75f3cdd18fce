"""Adds Supplier Code Management and `supplier-codes …` to the app."""

from __future__ import annotations

from flask import Flask

from webapp.core.enums import PRICING_LABELS
from webapp.supplier_codes import cli
from webapp.supplier_codes.views import files, manufacturer_choices, supplier_codes


def register(app: Flask) -> None:
    """Adds Supplier Code Management and `supplier-codes …` to the app."""
    for view in (supplier_codes, files, manufacturer_choices):
        app.register_blueprint(view.pages)
    app.jinja_env.filters.update(pricing=PRICING_LABELS.__getitem__)
    app.cli.add_command(cli.supplier_codes)
