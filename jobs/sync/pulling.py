"""Pulls one code: every page into `reported_parts`, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from jobs.lightspeed import Lightspeed, Page, part_filter
from jobs.sync import items, journal, rules, staging
from webapp.models import Run, RunItem

QUANTITY_FIELDS = {"on_hand": "OnHand", "available": "Avail"}


def pull(
    claim: journal.Claim,
    run: Run,
    item: RunItem,
    service: tuple[Lightspeed, str],
    pulse: Callable[[], None],
    tell: Callable[[str], None],
) -> None:
    """Keep everything that the service reports for an item's code (R9, R10).

    Raises LightspeedError where the pull is not complete (R11).
    """
    settings = run.settings or {}
    column, today = settings["quantity_column"], date.fromisoformat(settings["today"])
    expected = rules.Expectation.of(item.code_key, column, today)
    wanted = part_filter(item.supplier_code, QUANTITY_FIELDS[column], rules.since(today))
    item_id, code = item.id, item.supplier_code
    with journal.hold(claim):
        items.open_item(item_id)
    lightspeed, cmf = service
    for page in lightspeed.part_pages(cmf, wanted, waiting=pulse):
        _store(claim, item_id, page, expected)
        tell(f"{code}: page {page.number}, {page.received} parts")
        pulse()


def _store(claim: journal.Claim, item_id: int, page: Page, expected: rules.Expectation) -> None:
    staged = [rules.judge(part, expected) for part in page.parts]
    staged += [rules.unreadable(record) for record in page.unreadable]
    with journal.hold(claim):
        staging.store(item_id, staged)
        items.count_page(item_id, page.received)
        items.count_requests(item_id, page)
