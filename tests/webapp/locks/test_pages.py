"""The pages of locks: list, form, removal, CSV import with preview (R28)."""

from __future__ import annotations

import io
from datetime import UTC, date

import pytest
from sqlalchemy import select

from tests.factories import make_dealer, make_manufacturer, make_product, make_shelf_stock
from tests.webapp.client import ON_SQLITE, LintingClient
from tests.webapp.webstore import webstore_figures
from webapp.extensions import db
from webapp.locks import locking
from webapp.locks.locking import LockValues
from webapp.models import AuditEntry, Dealer, Product, ProductLock
from webapp.search import outbox
from webapp.web.times import end_of_day

pytestmark = ON_SQLITE
HEADER = "catalog,brand,mpn,quantity,sale_price,lead_time_days,hidden,until,reason\n"


@pytest.fixture
def pad(dealer: Dealer) -> Product:
    """In stock: 3 at $10.00, lead time 1 day."""
    maker = make_manufacturer("Tucker")
    product = make_product(maker, "PAD-1", brand="EBC", name="Brake pad")
    make_shelf_stock(dealer, product, maker, quantity=3, price=1000)
    return product


def locks() -> list[ProductLock]:
    return list(db.session.scalars(select(ProductLock).order_by(ProductLock.id)))


def page(client: LintingClient, dealer: Dealer, path: str = "") -> str:
    return client.get(f"/dealers/{dealer.id}/locks{path}").text


def test_a_product_is_locked_changed_and_unlocked(client: LintingClient, dealer: Dealer, pad: Product):
    form = f"/dealers/{dealer.id}/locks/products/{pad.id}"
    assert "3 at $10.00" in client.get(form).text
    given = {"quantity": "5", "sale_price": "$9.95", "until": "2099-12-31", "reason": "Promised"}
    answer = client.post(form, data=given, follow_redirects=True)
    assert "Quantity 5, price $9.95" in answer.text
    assert "3 at $10.00" in answer.text
    assert "Dec 31, 2099" in answer.text
    assert webstore_figures(dealer, pad) == (5, 995, 1)
    was = locks()[0]
    assert f'value="{was.id}"' in client.get(form).text
    # Another tab has changed it since.
    assert client.post(form, data={"was": "", "hidden": "y", "reason": "Recall"}).status_code == 409
    client.post(form, data={"was": str(was.id), "hidden": "y", "reason": "Recall"})
    assert [(lock.ended_how, lock.is_hidden) for lock in locks()] == [("changed", False), (None, True)]
    answer = client.post(f"/dealers/{dealer.id}/locks/removal", data={"lock": locks()[1].id})
    assert answer.status_code == 303
    assert webstore_figures(dealer, pad) == (3, 1000, 1)
    assert "No locks" in page(client, dealer)
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))
    assert [action for action in actions if action.startswith("locks.")] == [
        "locks.set",
        "locks.set",
        "locks.removed",
    ]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"reason": "x"}, "lock the quantity, the price or the lead time, or hide the product"),
        ({"quantity": "-1", "reason": "x"}, "must be a whole number from 0"),
        ({"sale_price": "0", "reason": "x"}, "must be an amount above 0"),
        ({"lead_time_days": "366", "reason": "x"}, "must be a whole number from 0 to 365"),
        ({"quantity": "1", "until": "2020-01-01", "reason": "x"}, "must be today or later"),
        ({"quantity": "1"}, "is missing: say why"),
    ],
)
def test_a_wrong_field_is_named(
    client: LintingClient, dealer: Dealer, pad: Product, given: dict[str, str], problem: str
):
    answer = client.post(f"/dealers/{dealer.id}/locks/products/{pad.id}", data=given)
    assert (answer.status_code, problem in answer.text, locks()) == (422, True, [])


def test_a_product_of_another_dealer_is_not_found(client: LintingClient, dealer: Dealer):
    other = make_dealer("Lakeside Cycle")
    product = make_product(make_manufacturer("Own", dealer=other, catalog="private_label"), "X-1")
    assert client.get(f"/dealers/{dealer.id}/locks/products/{product.id}").status_code == 404


def test_the_list_is_filtered_and_exported_as_it_is_shown(
    client: LintingClient, dealer: Dealer, pad: Product
):
    other = make_product(make_manufacturer("Western"), "W-1", brand="WPS")
    locking.set_locks(dealer, {pad.id: LockValues(quantity=5, reason="Promised")}, None)
    locking.set_locks(dealer, {other.id: LockValues(is_hidden=True, reason="Recall")}, None)
    for query, shown in [
        ("?q=pad", [True, False]),
        ("?q=recal", [False, True]),
        ("?kind=hidden", [False, True]),
    ]:
        text = page(client, dealer, query)
        assert ["PAD-1" in text, "W-1" in text] == shown
    assert page(client, dealer, "/export.csv?kind=quantity").endswith(
        "aftermarket,EBC,PAD-1,5,,,,,Promised\n"
    )
    for lock in locks():
        client.post(f"/dealers/{dealer.id}/locks/removal", data={"only": lock.id})
    assert client.post(f"/dealers/{dealer.id}/locks/removal", data={"only": 1}).status_code == 409


def test_a_file_is_previewed_and_then_imported(client: LintingClient, dealer: Dealer, pad: Product):
    path = f"/dealers/{dealer.id}/locks/import"
    text = HEADER + "Aftermarket,ebc,pad-1,0,,,,12/31/2099,Sold in store\n"
    upload = {"file": (io.BytesIO(text.encode()), "locks.csv")}
    answer = client.post(f"{path}/preview", data=upload, content_type="multipart/form-data")
    assert "This file adds 1 lock and changes 0; 0 unchanged" in answer.text
    assert locks() == []
    seen = answer.text.partition('name="seen" value="')[2].partition('"')[0]
    assert client.post(path, data={"content": text, "seen": "0"}).status_code == 409
    assert locks() == []
    assert client.post(path, data={"content": text, "seen": seen}).status_code == 303
    assert webstore_figures(dealer, pad) == (0, None, None)
    wrong = HEADER + "aftermarket,EBC,PAD-1,x,,400,maybe,,\naftermarket,EBC,NONE,1,,,,,x\n"
    answer = client.post(path, data={"content": wrong})
    assert answer.status_code == 422
    assert [line in answer.text for line in ("Line 2: quantity", "Line 2: hidden", "Line 3: mpn")] == [
        True
    ] * 3


def test_the_pages_of_a_product_and_the_inventory_name_its_lock(
    client: LintingClient, dealer: Dealer, pad: Product
):
    until = end_of_day(date(2099, 12, 31), dealer.zone).astimezone(UTC)
    values = LockValues(quantity=5, is_hidden=True, until=until, reason="Recall")
    locking.set_locks(dealer, {pad.id: values}, None)
    outbox.drain()
    part = client.get(f"/dealers/{dealer.id}/parts/products/{pad.id}").text
    for line in (
        "Locked: hidden, quantity 5",
        "Recall. Set by the system. It ends after Dec 31, 2099.",
        "Without the lock, the webstore would show 3 at $10.00, lead time 1 day.",
        "A lock hides it.",
        "Change lock",
    ):
        assert line in part
    assert "Locked: hidden, quantity 5" in client.get(f"/dealers/{dealer.id}/inventory/{pad.id}").text
    assert 'aria-label="Locked"' in client.get(f"/dealers/{dealer.id}/inventory").text
    locking.remove(dealer, [locks()[0].id], None)
    part = client.get(f"/dealers/{dealer.id}/parts/products/{pad.id}").text
    assert ("Lock removed" in part, "Change lock" in part) == (True, False)
