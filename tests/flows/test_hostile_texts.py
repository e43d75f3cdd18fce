"""Texts that are code in some context, stored in every text field, are shown as plain text."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask import current_app
from redis import Redis

from tests.factories import make_alert_recipients, make_manufacturer, make_product, make_user
from tests.flows import outputs
from tests.sync_harness import SyncHarness, part
from tests.webapp.client import ON_SQLITE, session_of
from webapp import supplier_codes
from webapp.extensions import db
from webapp.models import Alert, Product, Run, SupplierCode, User
from webapp.supplier_codes import Fields

TEXTS: dict[str, list[str]] = json.loads(
    (Path(__file__).parent.parent / "fuzz" / "corpus" / "texts.json").read_text()
)
# All of a kind in one text: what is printable, as all other characters are refused at input.
KINDS = ("html", "template", "sql", "search", "formula")
HOSTILE = {kind: " ".join(text for text in TEXTS[kind] if text.isprintable()) for kind in KINDS}
TAG, PRODUCT = "<svg/onload", "67092481"


@pytest.fixture
def stored(harness: SyncHarness) -> SyncHarness:
    """A dealer whose every name is hostile, after a run with hostile parts."""
    everything = " ".join(HOSTILE.values())
    harness.dealer.name = f"{HOSTILE['html']} {HOSTILE['template']}"
    maker = make_manufacturer(everything[:200], numbers=["A-1"])
    make_product(maker, HOSTILE["formula"][:100], upc=None)
    for kind, text in HOSTILE.items():
        code = text[:50].strip()
        supplier_codes.add(harness.dealer, Fields("aftermarket", code, maker.name, "1", "retail"))
        parts = [part(code, "A-1"), part(code, f"{kind} {text}"[:150]), part(code, HOSTILE["formula"][:100])]
        harness.simulator.dealers[harness.configuration.cmf or ""].add_parts(
            [{**one, "Description": everything, "SupersededTo": text, "UPC": text} for one in parts]
        )
        db.session.commit()
    product = db.session.scalars(db.select(Product)).first()
    assert product is not None
    product.name, product.brand = everything, everything
    make_alert_recipients(harness.dealer, "boss@example.com")
    alert: dict[str, Any] = {"cause": "failing", "subject": HOSTILE["html"], "sentence": everything}
    db.session.add(Alert(dealer_id=harness.dealer.id, dealer_key=harness.dealer.id, **alert))
    db.session.commit()
    return harness


def pages(harness: SyncHarness, run: Run) -> dict[str, bytes]:
    """Every page, to the dealer's user and to staff; searches look for hostile words."""
    ids = {
        "dealer_id": harness.dealer.id,
        "run_id": run.id,
        "kind": "skipped",
        "period": "daily",
        "token": "x",
        "code_id": db.session.scalars(db.select(SupplierCode.id)).first(),
        "product_id": db.session.scalars(db.select(Product.id)).first(),
    }
    found = {}
    for who, dealer in (("dealer", harness.dealer), ("staff", None)):
        user = make_user(f"{who}@zq7.example", dealer)
        client = current_app.test_client()
        held = session_of(db.session.get_one(User, user.id))
        with client.session_transaction() as session:
            session.update(held)
        found.update(outputs.of_pages(client, who, ids))
    return found


@ON_SQLITE
def test_hostile_texts_are_shown_as_text_and_run_in_no_file(stored: SyncHarness, redis: Redis) -> None:
    run = stored.sync()
    assert run.status == "succeeded"
    shown = {place: content.decode() for place, content in pages(stored, run).items()}
    files = {place: text for place, text in shown.items() if "text/csv" in text}
    assert len(files) >= 6
    for place, text in shown.items():
        assert PRODUCT not in text, place
        assert TAG not in text or place in files, place
    assert sum("&lt;svg/onload" in text for text in shown.values()) > 20
    for place, text in files.items():
        for row in csv.reader(io.StringIO(text, newline="")):
            assert not [cell for cell in row if cell[:1] in ("=", "+", "@", "\t", "\r")], place
    workbooks = {place: text for place, text in shown.items() if "spreadsheetml" in text}
    assert len(workbooks) >= 4
    for place, text in workbooks.items():
        assert "<f>" not in text, place
    # No statement among the texts was carried out.
    assert db.session.scalar(db.select(db.func.count()).select_from(User)) == 2
