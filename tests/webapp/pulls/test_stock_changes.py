"""Changes of shelf stock: their compressed form, their values, and what is noted of them (R25)."""

from __future__ import annotations

import zlib

import msgspec
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_dealer, make_run, make_run_item
from webapp.extensions import db
from webapp.models import ItemChanges, RunItem
from webapp.pulls import change_log, stored_changes
from webapp.pulls.change_log import ChangeLog
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Change, largest, of_part, of_product, pack, unpack

NUMBER = st.integers(0, 2**31 - 1)
PRICE = st.none() | st.integers(1, 2**31 - 1)
STOCKS = st.builds(Stock, NUMBER, PRICE, st.integers(0, 365))
CHANGES = st.builds(
    Change, st.builds(StockKey, NUMBER, NUMBER, st.text()), st.none() | STOCKS, STOCKS, PRICE, NUMBER
)


def change(product: int, before: int | None, after: int, price: int | None = 100) -> Change:
    """A change of a product's quantity."""
    earlier = None if before is None else Stock(before, price, 1)
    return Change(StockKey(product, 1, "tr"), earlier, Stock(after, price, 1))


@given(changes=st.lists(CHANGES, min_size=1))
def test_changes_are_read_as_they_were_packed(changes: list[Change]) -> None:
    assert list(unpack(pack(changes))) == changes


def test_changes_of_earlier_versions_say_nothing_of_guards() -> None:
    block = zlib.compress(
        msgspec.msgpack.encode((1, [[7], [1], ["tr"], [3], [100], [1], [0], [100], [1], [None]]))
    )
    assert list(unpack(block)) == [change(7, 3, 0)]
    assert of_product(block, 7) == list(of_part(block, 0, 1)) == [change(7, 3, 0)]


@given(changes=st.lists(CHANGES, max_size=12), limit=st.integers(1, 6))
def test_the_largest_changes_are_those_of_the_highest_value(changes: list[Change], limit: int) -> None:
    values = sorted((abs(change.value_cents) for change in changes), reverse=True)
    found = [abs(Change(*row).value_cents) for row in largest(changes, limit)]
    priced = [value for value in values[:limit] if value > MOST_UNPRICED]
    assert sorted(found, reverse=True)[: len(priced)] == priced
    assert len(found) == min(limit, len(changes))


# Without a price, pieces are compared as if each cost a cent.
MOST_UNPRICED = 2**31


@pytest.mark.parametrize(
    ("before", "after", "retail", "value"),
    [
        (None, Stock(4, 250, 1), None, 1000),
        (Stock(5, 250, 1), Stock(2, 250, 1), None, -750),
        (Stock(5, 250, 1), Stock(5, 200, 1), None, -250),
        (Stock(5, None, 1), Stock(7, None, 1), 300, 600),
        (Stock(5, None, 1), Stock(7, None, 1), None, 0),
        (Stock(5, None, 1), Stock(5, 300, 1), None, 0),
    ],
    ids=["new", "sold", "cheaper", "no sale price", "no price at all", "first price"],
)
def test_a_change_is_worth_what_the_stock_is_worth_more(
    before: Stock | None, after: Stock, retail: int | None, value: int
) -> None:
    assert Change(StockKey(1, 1, "tr"), before, after, retail).value_cents == value


@pytest.fixture
def item(app: Flask) -> RunItem:
    return make_run_item(make_run(make_dealer()), "TR")


def noted(item: RunItem) -> list[Change]:
    return [change for change, _ in stored_changes.changes_of(db.session.connection(), item.id)]


def test_many_changes_take_several_rows_of_bounded_size(
    item: RunItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_log, "BLOCK", 100)
    changes = [change(number, None, number) for number in range(1, 251)]
    log = ChangeLog(db.session.connection(), item.run.dealer_id, item.id)
    for first in range(0, 250, 90):
        log.add("reported", changes[first : first + 90])
    log.flush()
    assert noted(item) == changes
    sizes = db.session.scalars(db.select(ItemChanges.changes).order_by(ItemChanges.id))
    assert list(sizes) == [100, 100, 50]
    found = stored_changes.largest(db.session.connection(), [item.id], 3)
    assert [row.change.place.product_id for row in found] == [250, 249, 248]


def test_stock_that_changes_twice_is_noted_once_as_it_was_before(
    item: RunItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_log, "BLOCK", 2)
    log = ChangeLog(db.session.connection(), item.run.dealer_id, item.id)
    log.add("reported", [change(number, 5, 6) for number in range(1, 6)])
    log.amend({StockKey(number, 1, "tr"): Stock(900 + number, 100, 1) for number in (2, 5)})
    log.add("reported", [change(6, None, 1)])
    log.flush()
    after = {one.place.product_id: one.after.quantity for one in noted(item)}
    assert after == {1: 6, 2: 902, 3: 6, 4: 6, 5: 905, 6: 1}
    assert {one.before and one.before.quantity for one in noted(item)} == {5, None}
    found = stored_changes.largest(db.session.connection(), [item.id], 2)
    assert [row.change.after.quantity for row in found] == [905, 902]
