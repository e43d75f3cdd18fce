"""Dealers in various states, for the tests of the staff's table."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from tests.factories import (
    make_alert,
    make_configuration,
    make_dealer,
    make_manufacturer,
    make_run,
    make_run_item,
    make_stock_summary,
    make_supplier_code,
)
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer, Organization, Run


def names(page: str) -> list[str]:
    """The dealers of the table in their order."""
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page)


def labels(page: str, name: str) -> list[str]:
    """The causes in the dealer's row."""
    row = page.partition(f">{name}</a></th>")[2].partition("</tr>")[0]
    cell = row.partition('class="full">')[2].partition("</td>")[0]
    words = re.findall(r"<span[^>]*>(?:<svg.*?</svg>)?([^<]+)</span>", cell)
    return [word.replace("&#39;", "’") for word in words]


def hours_ago(hours: float) -> datetime:
    return clock.now() - timedelta(hours=hours)


def ready(name: str, organization: Organization | None = None, **configuration: Any) -> Dealer:
    """A dealer that is enabled, connected and mapped."""
    dealer = make_dealer(name, organization=organization)
    make_configuration(dealer, **configuration)
    maker = make_manufacturer(f"{dealer.id:03} distributor")
    make_supplier_code(dealer, "TR", maker)
    return dealer


def finished(dealer: Dealer, status: str, hours: float, synced: int = 0, skipped: int = 0) -> Run:
    """A run that ended so many hours ago, with one code."""
    run = make_run(dealer, "running")
    make_run_item(run, "TR", synced=synced, skipped=skipped)
    run.status, run.finished_at = status, hours_ago(hours)
    db.session.commit()
    return run


def add_six() -> None:
    """A dealer for each of four conditions, one that is current, and one that is new."""
    partial, fine = ready("Partial"), ready("Fine")
    finished(partial, "partial", 1, synced=10, skipped=90)
    make_stock_summary(partial, online=0.1)
    finished(fine, "succeeded", 1, synced=75, skipped=25)
    make_stock_summary(fine, online=0.75)
    stale = ready("Stale")
    finished(stale, "succeeded", 14, synced=100)
    make_alert(stale, "stale")
    finished(ready("Failed"), "failed", 2)
    finished(ready("Refused", check_state="refused", check_reason="No."), "failed", 2)
    make_dealer("New")
