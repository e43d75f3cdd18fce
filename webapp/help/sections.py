"""The section of a guide that each page links to, by the page's blueprint or endpoint."""

from __future__ import annotations

from typing import Final

from flask import request, url_for

DEALER_SECTIONS: Final = {
    "lightspeed": "1-connect-lightspeed",
    "supplier_codes": "2-map-your-supplier-codes",
    "supplier_code_files": "2-map-your-supplier-codes",
    "manufacturer_choices": "2-map-your-supplier-codes",
    "unmapped_codes": "find-codes-that-arent-online",
    "setup": "find-codes-that-arent-online",
    "slow_movers": "see-what-has-not-moved-for-a-year",
    "coverage": "see-how-much-of-your-stock-is-online",
    "queue": "3-queue-an-inventory-update",
    "held_pulls": "3-queue-an-inventory-update",
    "runs": "3-queue-an-inventory-update",
    "previews": "see-what-an-update-would-change",
    "preview_results": "see-what-an-update-would-change",
    "restores": "undo-an-update",
    "parts": "find-out-why-a-part-is-as-it-is",
    "webstore": "see-what-a-shopper-sees",
    "inventory": "see-what-a-shopper-sees",
    "skipped": "put-skipped-parts-online",
    "acceptances": "put-skipped-parts-online",
    "ignored_parts": "put-skipped-parts-online",
    "catalog_drafts": "put-skipped-parts-online",
    "aliases": "put-skipped-parts-online",
    "alias_files": "put-skipped-parts-online",
    "guards": "guard-quantities-and-prices",
    "minimum_prices": "guard-quantities-and-prices",
    "blocked_prices": "guard-quantities-and-prices",
    "locks": "lock-a-product",
    "lock_form": "lock-a-product",
    "lock_files": "lock-a-product",
    "freezes": "freeze-the-inventory",
    "frozen_changes": "freeze-the-inventory",
    "alerts": "get-alerts-by-email",
    "alert_confirmations": "get-alerts-by-email",
    "summaries": "get-alerts-by-email",
    "account": "your-account",
    "security": "your-account",
}
STAFF_SECTIONS: Final = {
    "dealers": "which-dealer-needs-attention",
    "bulk_queue": "which-dealer-needs-attention",
    "new_dealer": "organizations-and-dealers",
    "dealer_details": "organizations-and-dealers",
    "organizations": "organizations-and-dealers",
    "all_audit": "working-for-a-dealer",
    "users": "people-who-sign-in",
    "invitations": "people-who-sign-in",
    "catalog": "the-catalog",
    "background_jobs": "background-jobs",
}


def help_url() -> str:
    """Return the address of the section about the requested page; else of the guide itself."""
    page = request.blueprint or ""
    if page in STAFF_SECTIONS:
        return url_for("staff_help.show", _anchor=STAFF_SECTIONS[page])
    return url_for("help.show", _anchor=DEALER_SECTIONS.get(page))
