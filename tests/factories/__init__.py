"""Factories of rows for tests: plain functions with sensible defaults, each of which commits."""

from __future__ import annotations

from tests.factories.alerts import make_alert, make_alert_recipients
from tests.factories.blocked_prices import make_blocked_prices
from tests.factories.catalog import make_manufacturer, make_part_number, make_product, raise_catalog_version
from tests.factories.coverage import make_coverage_day, make_stock_summary
from tests.factories.found_codes import make_code_scan, make_found_code
from tests.factories.previews import make_preview
from tests.factories.rows import save
from tests.factories.runs import (
    make_changes,
    make_held_clearing,
    make_held_pull,
    make_report,
    make_run,
    make_run_item,
    make_stored_part,
)
from tests.factories.shelf import (
    make_indexed_product,
    make_indexed_products,
    make_shelf_stock,
    make_stocked_product,
    make_supplier_code,
)
from tests.factories.tenants import (
    NO_PASSWORD,
    PASSWORD,
    backdate_readiness,
    make_configuration,
    make_dealer,
    make_organization,
    make_user,
)

__all__ = [
    "NO_PASSWORD",
    "PASSWORD",
    "backdate_readiness",
    "make_alert",
    "make_alert_recipients",
    "make_blocked_prices",
    "make_changes",
    "make_code_scan",
    "make_configuration",
    "make_coverage_day",
    "make_dealer",
    "make_found_code",
    "make_held_clearing",
    "make_held_pull",
    "make_indexed_product",
    "make_indexed_products",
    "make_manufacturer",
    "make_organization",
    "make_part_number",
    "make_preview",
    "make_product",
    "make_report",
    "make_run",
    "make_run_item",
    "make_shelf_stock",
    "make_stock_summary",
    "make_stocked_product",
    "make_stored_part",
    "make_supplier_code",
    "make_user",
    "raise_catalog_version",
    "save",
]
