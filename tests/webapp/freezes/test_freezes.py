"""Freezes: the page, its form, the banner, commands, and what was kept back in a run (R26)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories import (
    make_changes,
    make_configuration,
    make_dealer,
    make_manufacturer,
    make_product,
    make_run,
    make_run_item,
    make_shelf_stock,
    make_supplier_code,
)
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp import supplier_codes
from webapp.core import clock
from webapp.core.errors import FieldRefused
from webapp.extensions import db
from webapp.freezes import freeze_list, freezing
from webapp.models import AuditEntry, Dealer, Freeze, Manufacturer, ShelfStock, SupplierCode
from webapp.pulls.stock import Stock
from webapp.web.times import brief

LATER = f"{clock.now() + timedelta(days=30):%Y-%m-%dT%H:%M}"


@pytest.fixture
def maker(dealer: Dealer) -> Manufacturer:
    make_configuration(dealer, enabled=True)
    maker = make_manufacturer("Tucker", numbers=["A-1"])
    make_supplier_code(dealer, "TR", maker)
    return maker


def only() -> Freeze:
    return db.session.scalars(select(Freeze).execution_options(populate_existing=True)).one()


def page(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/freezes"


def test_everything_is_frozen_and_released_on_the_page(
    client: LintingClient, dealer: Dealer, maker: Manufacturer
) -> None:
    url = page(dealer)
    assert "Nothing is frozen" in client.get(url).text
    # The dealer is in Chicago.
    end = (clock.now() + timedelta(days=40)).astimezone(dealer.zone).replace(hour=17, minute=0)
    form = {"target": "all", "reason": " physical  count ", "ends_at": f"{end:%Y-%m-%dT%H:%M}"}
    assert "All inventory: frozen." in client.hx("POST", url, data=form).text
    row = only()
    assert (row.scope, row.reason, row.state) == ("all", "physical count", "active")
    assert row.ends_at == end.replace(second=0, microsecond=0)
    said = brief(end, dealer.zone)
    sentence = f"Frozen until {said} (physical count): updates from Lightspeed are received but not applied."
    for path in ("", "/supplier-codes"):
        assert sentence in client.get(f"/dealers/{dealer.id}{path}").text
    assert "All inventory released." in client.hx("POST", f"{url}/{row.id}/release").text
    assert only().state == "released"
    assert client.post(f"{url}/{row.id}/release").status_code == 409
    assert sentence not in client.get(f"/dealers/{dealer.id}").text
    noted = select(AuditEntry.action).where(AuditEntry.action.startswith("freeze")).order_by(AuditEntry.id)
    assert list(db.session.scalars(noted)) == ["freeze.added", "freeze.released"]


@pytest.mark.parametrize(
    "fields",
    [
        {"target": "all"},
        {"target": "code:TR", "ends_at": LATER},
        {"target": "manufacturer:", "starts_at": LATER},
    ],
    ids=["all", "code", "manufacturer"],
)
def test_a_form_that_is_sent_twice_adds_one_freeze(
    client: LintingClient, dealer: Dealer, maker: Manufacturer, fields: dict[str, str]
) -> None:
    maker_id = maker.id if fields["target"].endswith(":") else ""
    form = {"reason": "count", **fields, "target": f"{fields['target']}{maker_id}"}
    first, second = (client.hx("POST", page(dealer), data=form) for _ in range(2))
    assert (second.status_code, "frozen." in second.text) == (first.status_code, True) == (200, True)
    row = only()
    noted = select(AuditEntry.id).where(AuditEntry.action == "freeze.added")
    assert len(list(db.session.scalars(noted))) == 1
    freezing.release(row)
    client.post(page(dealer), data=form)
    assert len(freeze_list.of_dealer(dealer.id).current) == 1


@pytest.mark.parametrize(
    "changes",
    [{"reason": "move"}, {"target": "code:TR"}, {"ends_at": LATER}, {"starts_at": LATER}, {"by": "another"}],
    ids=["reason", "scope", "end", "start", "user"],
)
def test_another_freeze_is_added_beside_one(
    client: LintingClient, dealer: Dealer, maker: Manufacturer, changes: dict[str, str]
) -> None:
    if changes == {"by": "another"}:
        freezing.freeze(dealer, "all", reason="count")
    else:
        client.post(page(dealer), data={"target": "all", "reason": "count"})
    client.post(page(dealer), data={"target": "all", "reason": "count", **changes})
    assert len(freeze_list.of_dealer(dealer.id).current) == 2


@ON_SQLITE
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": ""}, "Say why"),
        ({"target": ""}, "Choose what to freeze"),
        ({"target": "code:nobody"}, "There is no supplier code nobody"),
        ({"target": "manufacturer:4711"}, "Choose a manufacturer"),
        ({"target": "manufacturer:9999999999999"}, "Choose a manufacturer"),
        ({"ends_at": "Friday"}, "Enter a date and a time"),
        ({"ends_at": "2020-01-01T10:00"}, "Choose an end that is after the start"),
        ({"starts_at": LATER, "ends_at": LATER}, "and after now"),
        ({"starts_at": "2999-12-31T23:59"}, "Choose a start within"),
        ({"ends_at": "2999-12-31T23:59"}, "Choose an end within"),
        ({"ends_at": "9999-12-31T23:59"}, "Enter a date and a time"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_frozen(
    client: LintingClient, dealer: Dealer, maker: Manufacturer, fields: dict[str, str], said: str
) -> None:
    response = client.post(page(dealer), data={"target": "all", "reason": "count", **fields})
    assert (response.status_code, said in response.text) == (422, True)
    assert db.session.scalars(select(Freeze)).first() is None


@ON_SQLITE
def test_a_code_or_a_manufacturer_is_frozen_from_a_later_time(
    client: LintingClient, dealer: Dealer, maker: Manufacturer
) -> None:
    later = {"reason": "count", "starts_at": LATER}
    client.post(page(dealer), data={"target": "code:TR", **later})
    client.post(page(dealer), data={"target": f"manufacturer:{maker.id}", **later})
    rows = list(db.session.scalars(select(Freeze).order_by(Freeze.id)))
    assert [(row.what, row.state, row.code_key, row.manufacturer_id) for row in rows] == [
        ("Code TR", "planned", "tr", None),
        ("Tucker", "planned", None, maker.id),
    ]
    assert "is frozen" not in client.get(f"/dealers/{dealer.id}").text


@ON_SQLITE
def test_frozen_stock_is_not_set_to_zero_with_its_code(dealer: Dealer, maker: Manufacturer) -> None:
    make_shelf_stock(dealer, make_product(maker, "Z-9"), maker, quantity=3)
    code = db.session.scalars(select(SupplierCode)).one()
    row = freezing.freeze(dealer, "manufacturer", reason="count", manufacturer_id=maker.id)
    with pytest.raises(FieldRefused, match="frozen"):
        supplier_codes.remove(code, True)
    assert db.session.scalars(select(ShelfStock.quantity)).one() == 3
    freezing.release(row)
    supplier_codes.remove(db.session.scalars(select(SupplierCode)).one(), True)
    assert db.session.scalars(select(ShelfStock.quantity)).one() == 0


def test_the_page_of_a_run_says_what_was_kept_back(
    client: LintingClient, dealer: Dealer, maker: Manufacturer
) -> None:
    product = make_product(maker, "Z-9")
    first, second = (make_run_item(make_run(dealer), "TR", frozen=12) for _ in range(2))
    make_changes(first, (product, maker, Stock(4, 900, 1), Stock(7, 900, 1)), is_planned=True)
    shown = client.get(f"/dealers/{dealer.id}/runs/{second.run_id}").text
    assert "TR: 12 changes." in shown
    # The pull of the second run was the same: what was kept back is stored with the first.
    for item in (first, second):
        text = client.get(f"{page(dealer)}/runs/{item.run_id}/codes/{item.id}.csv").text
        assert "Z-9" in text
        assert ",4,7,9.00,9.00," in text
    other = make_run_item(make_run(make_dealer("Summit")), "TR", frozen=1)
    path = f"{page(dealer)}/runs/{second.run_id}/codes/{other.id}.csv"
    assert client.get(path).status_code == 404


@ON_SQLITE
def test_the_commands_add_list_and_release(flask: Any, dealer: Dealer, maker: Manufacturer) -> None:
    given = ("--dealer", str(dealer.id))
    until = (clock.now() + timedelta(days=2)).astimezone(dealer.zone).strftime("%Y-%m-%d %H:%M")
    added = flask("freezes", "add", *given, "--manufacturer", "tucker", "--reason", "count", "--until", until)
    number = added.stdout.strip()
    assert "active: Tucker" in flask("freezes", "list", *given).stdout
    told = json.loads(flask("freezes", "list", *given, "--json").stdout)
    assert (told["id"], told["scope"], told["manufacturer"]) == (int(number), "manufacturer", "Tucker")
    assert flask("freezes", "release", number, *given).stdout == "released\n"
    assert flask("freezes", "list", *given).stdout == ""
    assert "has ended" in flask("freezes", "release", number, *given).stderr


def test_codes_that_were_frozen_together_are_named_and_released_together(
    client: LintingClient, dealer: Dealer, maker: Manufacturer
) -> None:
    codes = ["TR", *(f"C{number}" for number in range(13))]
    for code in codes[1:]:
        make_supplier_code(dealer, code, maker)
    for code in codes:
        freezing.freeze(dealer, "code", code=code, reason="Restored to before run 7")
    freezing.freeze(dealer, "code", code="TR", reason="physical count")
    home = client.get(f"/dealers/{dealer.id}").text
    assert f"Codes {', '.join(codes[:12])} and 2 more are frozen until you release them" in home
    assert "Code TR is frozen until you release it (physical count)" in home
    url = page(dealer)
    assert client.post(f"{url}/release").status_code == 409
    ids = [row.id for row in db.session.scalars(select(Freeze).order_by(Freeze.id))]
    assert "2 freezes released." in client.hx("POST", f"{url}/release", data={"freeze": ids[:2]}).text
    shown = client.get(url).text
    assert f'name="all" value="{ids[-1]}">Release all 13' in shown
    added_since = freezing.freeze(dealer, "all", reason="recount")
    client.post(f"{url}/release", data={"all": ids[-1]})
    assert [row.id for row in freeze_list.of_dealer(dealer.id).current] == [added_since.id]
    assert client.post(f"{url}/release", data={"all": "y"}).status_code == 409
    released = select(AuditEntry.subject).where(AuditEntry.action == "freeze.released")
    assert len(list(db.session.scalars(released))) == 15
