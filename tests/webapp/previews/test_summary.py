"""Changes are counted by kind, and the largest of each kind are kept (R24)."""

from __future__ import annotations

from webapp.previews.summary import Difference, Summary, summary_of
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Change, pack
from webapp.pulls.stored_changes import CausedChange


def changed(
    product: int, before: tuple[int, int | None] | None, after: tuple[int, int | None]
) -> CausedChange:
    """A reported change of quantity and price in cents."""
    stock = None if before is None else Stock(*before, 1)
    return CausedChange(Change(StockKey(product, 1, "tr"), stock, Stock(*after, 1)), "reported")


EACH = [
    changed(1, None, (3, 100)),
    changed(2, (0, 100), (3, 100)),
    changed(3, (5, 100), (3, 90)),
    changed(4, (5, 100), (0, 100)),
    changed(5, (5, 100), (5, 120)),
    changed(6, (5, None), (5, 120)),
]


def test_a_change_is_of_one_kind_of_stock_and_perhaps_one_of_price() -> None:
    summary = summary_of([EACH])
    assert summary.counts == {"new": 1, "up": 1, "down": 1, "to_zero": 1, "price_up": 1, "price_down": 1}
    assert (summary.changes, summary.sum) == (6, Difference(-1, 300 + 300 - 230 - 500 + 100))


def test_the_largest_of_each_kind_are_kept_also_of_several_codes() -> None:
    total = Summary()
    for first in (1, 16):
        total.merge(
            summary_of([[changed(number, None, (number, 100)) for number in range(first, first + 15)]])
        )
    assert [row.change.place.product_id for row in total.largest("new")] == list(range(30, 10, -1))
    assert total.counts["new"] == 30


def test_largest_changes_survive_packing() -> None:
    read = Summary()
    read.unpack(summary_of([EACH]).pack())
    assert read.largest("down") == [EACH[2]] == read.largest("price_down")
    assert isinstance(read.largest("new")[0].change.after, Stock)


def test_a_block_counts_like_its_changes() -> None:
    counted, rows = Summary(), [row.change for row in EACH] * 9
    counted.add_block(pack(rows), "reported")
    expected = summary_of([EACH * 9])
    assert (counted.as_counts(), counted.pack()) == (expected.as_counts(), expected.pack())
    assert counted.sum.value_cents == sum(change.value_cents for change in rows)
