"""The history of a product: runs, restores, users, locks and freezes, the newest first (R25)."""

from __future__ import annotations

import io
import re
from datetime import timedelta

from tests.factories import (
    make_changes,
    make_manufacturer,
    make_product,
    make_run,
    make_run_item,
    make_supplier_code,
)
from tests.factories.rows import save
from tests.factories.shelf import make_shelf_stock
from tests.webapp.client import LintingClient
from webapp.core import clock
from webapp.extensions import db
from webapp.guards import allowed_prices, minimum_prices, settings
from webapp.guards.allowed_prices import AllowedPrice, ProductKey
from webapp.guards.rules import GuardValues
from webapp.models import Dealer, Freeze, MinimumPrice, ProductLock, RunMapping, User
from webapp.pulls.change_log import ChangeLog
from webapp.pulls.stock import Stock, StockKey


def test_each_event_says_what_when_and_who(client: LintingClient, dealer: Dealer, user: User) -> None:
    honda = make_manufacturer("Honda", "oem")
    chain = make_product(honda, "H-2", name="Chain")
    make_supplier_code(dealer, "HO", honda)
    make_shelf_stock(dealer, chain, honda, "HO", 5, 1000)
    make_changes(make_run_item(make_run(dealer), "HO"), (chain, honda, Stock(5, 1000, 1), Stock(2, 900, 3)))
    log = ChangeLog(db.session.connection(), dealer.id, None)
    log.add("removed", [(StockKey(chain.id, honda.id, "ho"), Stock(2, 900, 3), Stock(0, 900, 3), None, 0)])
    log.flush()
    # An item of a removed code has no manufacturers.
    restored = make_run_item(make_run(dealer, trigger="restore", requested_by_id=user.id), "HO")
    make_changes(restored, (chain, honda, Stock(0, 900, 3), Stock(5, 1000, 1)), cause="restored")
    now = clock.now()
    save(
        ProductLock(
            **{"dealer_id": dealer.id, "product_id": chain.id, "quantity": 4, "is_hidden": False},
            **{"reason": "Counted by hand", "owner_id": user.id, "created_at": now + timedelta(seconds=1)},
            **{"ended_at": now + timedelta(seconds=2), "ended_how": "removed", "ended_by_id": user.id},
        )
    )
    save(
        ProductLock(
            **{"dealer_id": dealer.id, "product_id": chain.id, "is_hidden": True, "reason": "Long ago"},
            **{"created_at": now - timedelta(days=31), "ended_at": now - timedelta(days=31)},
            **{"ended_how": "expired"},
        )
    )
    save(Freeze(dealer_id=dealer.id, scope="all", reason="Move", starts_at=now - timedelta(days=1)))
    page = client.get(f"/dealers/{dealer.id}/parts/products/{chain.id}").text
    texts = history_texts(page)
    wanted = (
        r"Lock removed Counted by hand parts@prairie\.example",
        r"Locked: quantity 4 Counted by hand parts@prairie\.example",
        r"0 → 5, \$9\.00 → \$10\.00, 3 → 1 day Restored, run 2 Restore .* by parts@prairie\.example",
        r"2 → 0 Supplier code removed A user",
        r"All inventory: frozen Move System",
    )
    assert len(texts) == len(wanted), texts
    for text, pattern in zip(texts, wanted, strict=True):
        assert re.search(pattern, text), (pattern, text)


def history_texts(page: str) -> list[str]:
    history = page.split('id="history-1"')[1].split("</table>")[0]
    rows = [row.partition("<td")[0] for row in history.split("<tr>")[2:]]
    return [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in rows]


def test_changes_of_guards_are_listed_where_they_concern_the_product(
    client: LintingClient, dealer: Dealer, user: User
) -> None:
    honda, other = make_manufacturer("Honda", "oem"), make_manufacturer("Other", "oem")
    chain, foreign = make_product(honda, "H-2", name="Chain"), make_product(other, "X-9")
    code, elsewhere = make_supplier_code(dealer, "HO", honda), make_supplier_code(dealer, "OT", other)
    make_shelf_stock(dealer, chain, honda, "HO", 5, 1000)
    settings.save_defaults(dealer, GuardValues(buffer_units=2, keeps_minimum_prices=True), [1], user)
    settings.save_code(dealer, code, GuardValues(max_quantity=9), user)
    settings.save_code(dealer, elsewhere, GuardValues(max_quantity=7), user)
    key = ProductKey("ho", honda.id, chain.id)
    allowed_prices.allow(dealer, [AllowedPrice(key, 950, "HO", "H-2")], user)
    allowed_prices.allow(
        dealer, [AllowedPrice(ProductKey("ot", other.id, foreign.id), None, "OT", "X-9")], user
    )
    allowed_prices.withdraw(dealer, key)
    file = b"catalog,manufacturer,part_number,minimum_price\noem,Other,X-9,5\n"
    minimum_prices.import_csv(dealer, io.BytesIO(file), user)
    page = client.get(f"/dealers/{dealer.id}/parts/products/{chain.id}").text
    texts = history_texts(page)
    wanted = (
        r"Price checked again Guards System$",
        r"Price allowed: 9\.50 Guards parts@prairie\.example$",
        r"Maximum shown quantity: not set → 9 Guards of HO for Honda parts@prairie\.example$",
        r"Placeholder prices changed; Safety buffer in units: not set → 2 Guards parts@prairie\.example$",
    )
    assert len(texts) == len(wanted), texts
    for text, pattern in zip(texts, wanted, strict=True):
        assert re.search(pattern, text), (pattern, text)


def test_imported_minimum_prices_are_listed_where_the_product_has_one(
    client: LintingClient, dealer: Dealer, user: User
) -> None:
    honda = make_manufacturer("Honda", "oem")
    chain = make_product(honda, "H-2", name="Chain")
    make_supplier_code(dealer, "HO", honda)
    make_shelf_stock(dealer, chain, honda, "HO", 5, 1000)
    file = b"catalog,manufacturer,part_number,minimum_price\noem,Honda,H-2,5\n"
    minimum_prices.import_csv(dealer, io.BytesIO(file), user)
    assert db.session.scalar(db.select(MinimumPrice.cents)) == 500
    (text,) = history_texts(client.get(f"/dealers/{dealer.id}/parts/products/{chain.id}").text)
    assert text.endswith("Minimum advertised prices imported Guards parts@prairie.example")


def test_what_follows_from_a_change_of_guards_was_not_sold(client: LintingClient, dealer: Dealer) -> None:
    honda = make_manufacturer("Honda", "oem")
    chain = make_product(honda, "H-2", name="Chain")
    make_supplier_code(dealer, "HO", honda)
    make_shelf_stock(dealer, chain, honda, "HO", 5, 1000)
    mapped = {"position": 0, "manufacturer_id": honda.id, "lead_time_days": 1, "pricing": "disabled"}
    make_changes(
        make_run_item(make_run(dealer), "HO", mappings=[RunMapping(**mapped)]),
        (chain, honda, Stock(9, 1000, 1), Stock(5, 1000, 1)),
    )
    make_changes(
        make_run_item(make_run(dealer, trigger="alias"), "HO", mappings=[RunMapping(**mapped)]),
        (chain, honda, Stock(5, 1000, 1), Stock(3, 1000, 1)),
    )
    texts = history_texts(client.get(f"/dealers/{dealer.id}/parts/products/{chain.id}").text)
    assert "5 → 3 Changed settings, matches, guards or freezes, run 2" in texts[0]
    assert "After a change of matches" not in texts[0]
    assert "9 → 5 Sold in Lightspeed, run 1" in texts[1]
    csv = client.get(f"/dealers/{dealer.id}/runs/2/changes.csv").text
    assert csv.rstrip().endswith('"Changed settings, matches, guards or freezes"')
