"""Messages with a summary of changes: the email as text and HTML, and the JSON of a webhook."""

from __future__ import annotations

import json
from functools import partial
from typing import Any, Final, NamedTuple

from flask import current_app, render_template

from jobs.notifications.undeliverable import NoLongerWanted
from webapp.core.money import decimal_text, signed_decimal
from webapp.extensions import db
from webapp.models import AlertDelivery, Dealer, StoredSummary
from webapp.summaries import content, periods, wording
from webapp.summaries.content import Named, Products
from webapp.summaries.periods import Period
from webapp.summaries.wording import Line

# Of the payload; it is raised when fields change their meaning or are removed.
VERSION: Final = 1


class SummaryEmail(NamedTuple):
    """Subject, text and HTML of an email."""

    subject: str
    text: str
    html: str


def email(delivery: AlertDelivery) -> SummaryEmail:
    """Build the email of a summary. Raises NoLongerWanted if it is no longer stored."""
    stored = _stored(delivery)
    dealer, said = stored.dealer, content.unpacked(stored.body)
    title = f"{dealer.name}: {wording.title(_period(stored))}"
    sections = wording.sections(said, partial(_url, dealer))
    settings = Line("Change how often you get this, or stop it: under Alerts.", _url(dealer, "alerts.show"))
    sentences = said.sentences or [wording.NOTHING]
    html = render_template(
        "summaries/email.html", title=title, sentences=sentences, sections=sections, settings=settings
    )
    text = [title, "", " ".join(sentences), *(line for section in sections for line in section.text)]
    text += ["", settings.text, *([settings.url] if settings.url else [])]
    return SummaryEmail(title, "\n".join(text) + "\n", html)


def webhook_body(delivery: AlertDelivery) -> bytes:
    """Build the JSON of a summary, the same at every attempt. Raises NoLongerWanted."""
    stored = _stored(delivery)
    dealer, period, said = stored.dealer, _period(stored), content.unpacked(stored.body)
    data = {
        "version": VERSION,
        "dealer": {"id": dealer.id, "name": dealer.name},
        "period": {
            "kind": period.kind,
            "from": period.since.isoformat(),
            "until": period.until.isoformat(),
            "time_zone": dealer.timezone,
        },
        "came_into_stock": _group(dealer, said.came_in),
        "sold_out": _group(dealer, content.joined(said.sold_out, said.guarded)),
        "set_to_zero_by_guard": _group(dealer, said.guarded),
        "more_units": _group(dealer, said.more),
        "fewer_units": _group(dealer, said.fewer),
        "price_changes": {
            "products": said.prices.products,
            "largest": [_product(dealer, row) for row in said.prices.largest],
        },
        "not_online": {
            "unmapped_codes": said.unmapped_codes,
            "unmapped_parts": said.unmapped_parts,
            "unmapped_value": decimal_text(said.unmapped_cents),
            "largest_unmapped": said.unmapped,
            "skipped_parts": said.skipped_parts,
        },
        "held": said.held,
        "frozen": said.frozen,
        "url": _url(dealer, "runs.index") or None,
    }
    body = {"type": "changes.summary", "timestamp": stored.created_at.isoformat(), "data": data}
    return json.dumps(body).encode()


def _stored(delivery: AlertDelivery) -> StoredSummary:
    stored = db.session.get(StoredSummary, delivery.summary_id)
    if stored is None:
        raise NoLongerWanted
    return stored


def _period(stored: StoredSummary) -> Period:
    return periods.of(stored.period, stored.starts_on, stored.dealer.timezone)


def _group(dealer: Dealer, group: Products) -> dict[str, Any]:
    return {
        "products": group.products,
        "units": group.units,
        "value": decimal_text(group.value_cents),
        "largest": [_product(dealer, row) for row in group.largest],
    }


def _product(dealer: Dealer, row: Named) -> dict[str, Any]:
    return {
        "product_id": row.product_id,
        "brand": row.brand,
        "mpn": row.mpn,
        "name": row.name,
        "units_before": row.before,
        "units": row.after,
        "value_change": signed_decimal(row.value_cents),
        "price_before": None if row.price_before is None else decimal_text(row.price_before),
        "price": None if row.price is None else decimal_text(row.price),
        "url": _url(dealer, "parts.show_product", product_id=row.product_id) or None,
    }


def _url(dealer: Dealer, endpoint: str, **values: Any) -> str:
    """Return the absolute URL of a dealer's page, or an empty one without `PUBLIC_URL`."""
    base = current_app.config["PUBLIC_URL"]
    path = current_app.url_map.bind("localhost").build(endpoint, {"dealer_id": dealer.id, **values})
    return f"{base}{path}" if base else ""
