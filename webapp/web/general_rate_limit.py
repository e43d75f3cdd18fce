"""General rate limit: far above what a person needs, far below what a program would request.

It counts requests that change something, searches, long lists and exports; the pages' own polls and static
files are not counted, so that a page can stay open. Signed-in users have a limit of their own from any
address; all others share one per address. Signing out is never refused.
"""

from __future__ import annotations

from typing import Final

from flask import request
from flask_limiter import ApplicationLimit
from flask_security import current_user

from webapp.web.rate_limits import network

SCOPE: Final = "general"
READS: Final = ("GET", "HEAD", "OPTIONS")
SEARCHES: Final = frozenset(
    {
        "all_audit.index_of_all",
        "audit.index",
        "catalog.index",
        "dealers.index",
        "inventory.index",
        "inventory.show",
        "invitations.suggest",
        "manufacturer_choices.index",
        "parts.index",
        "parts.show",
        "parts.show_product",
        "runs.index",
        "skipped.index",
        "supplier_codes.edit",
        "supplier_codes.index",
        "supplier_codes.new",
        "users.index",
        "webstore.index",
    }
)
EXPORTS: Final = frozenset(
    {
        "alias_files.export",
        "blocked_prices.export",
        "catalog.rejected",
        "catalog.rejected_workbook",
        "catalog_drafts.export",
        "coverage.export",
        "dealers.export",
        "dealers.export_workbook",
        "freezes.download",
        "held_pulls.download",
        "inventory.export",
        "inventory.export_workbook",
        "locks.export",
        "minimum_prices.export",
        "preview_results.download",
        "reports.download",
        "reports.workbook",
        "restores.download",
        "run_changes.download",
        "skipped_files.export",
        "skipped_files.export_workbook",
        "slow_movers.export",
        "supplier_code_files.export",
    }
)
NEVER: Final = frozenset({"security.logout"})


def limit(most: str) -> ApplicationLimit:
    """Return the limit of the whole application, such as `300 per minute; 5000 per hour`."""
    return ApplicationLimit(most, key_function=_whose, scope=SCOPE, exempt_when=_is_free)


def _whose() -> str:
    return f"person-{current_user.id}" if current_user.is_authenticated else f"address-{network()}"


def _is_free() -> bool:
    if request.endpoint in SEARCHES | EXPORTS:
        return False
    return request.method in READS or request.endpoint in NEVER
