"""Suggested mappings: which manufacturers have the part numbers of a code found (R21)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.factories import make_dealer, make_manufacturer
from webapp.code_discovery import evaluation, scanned_parts
from webapp.code_discovery.scanned_parts import ScannedPart
from webapp.core import clock
from webapp.extensions import db
from webapp.models import CodeScanBlock, CodeSuggestion, Dealer


@pytest.fixture
def dealer(app: Flask) -> Dealer:
    return make_dealer()


def scanned(code: str, number: str, **fields: Any) -> ScannedPart:
    plain = ScannedPart(code, number, "", on_hand=1, available=1, cents=1000, is_stale=False)
    return plain._replace(**fields)


def suggest(dealer: Dealer, *parts: ScannedPart) -> list[CodeSuggestion]:
    block = CodeScanBlock(
        dealer_id=dealer.id, scan_number=1, position=0, body=scanned_parts.pack(list(parts))
    )
    db.session.add(block)
    db.session.commit()
    evaluation.store(evaluation.evaluate(dealer.id, 1), clock.now())
    db.session.commit()
    query = db.select(CodeSuggestion).order_by(CodeSuggestion.code_key, CodeSuggestion.place)
    return list(db.session.scalars(query))


def names(suggestions: list[CodeSuggestion]) -> list[str]:
    return [each.manufacturer.name for each in suggestions]


def test_the_share_of_each_manufacturer_is_counted_over_the_whole_catalog(dealer: Dealer):
    make_manufacturer("Tucker Rocky", numbers=["T-1", "T-2", "T-3"])
    make_manufacturer("Parts Unlimited", numbers=["t-3 ", "P-9"])

    first, second = suggest(dealer, *(scanned("TR", f" t-{number}") for number in (1, 2, 3, 4)))

    assert (first.manufacturer.name, first.matched) == ("Tucker Rocky", 3)
    assert (second.manufacturer.name, second.matched) == ("Parts Unlimited", 1)


def test_numbers_that_few_manufacturers_share_count_more(dealer: Dealer):
    common = [str(number) for number in range(100, 106)]
    make_manufacturer("Own", numbers=["A-1", "A-2", "A-3", *common[:2]])
    for number in range(4):
        make_manufacturer(f"Large {number}", numbers=common)

    suggestions = suggest(dealer, *(scanned("X", number) for number in ["A-1", "A-2", "A-3", *common]))

    assert (names(suggestions)[0], suggestions[0].matched, suggestions[1].matched) == ("Own", 5, 6)


def test_of_two_that_have_all_numbers_the_smaller_one_comes_first(dealer: Dealer):
    large = make_manufacturer("Large", numbers=["1", "2", "3", "4"])
    small = make_manufacturer("Small", numbers=["1", "2"])
    large.part_number_count, small.part_number_count = 4, 2
    db.session.commit()

    assert names(suggest(dealer, scanned("X", "1"), scanned("X", "2"))) == ["Small", "Large"]


def test_a_private_label_is_suggested_to_its_own_dealer_only(dealer: Dealer):
    make_manufacturer("Ours", "private_label", dealer, numbers=["1"])
    make_manufacturer("Theirs", "private_label", make_dealer("Another"), numbers=["1"])

    assert names(suggest(dealer, scanned("X", "1"))) == ["Ours"]


def test_the_last_row_of_a_part_counts(dealer: Dealer):
    make_manufacturer("Tucker Rocky", numbers=["1"])

    (suggestion,) = suggest(dealer, scanned("X", "1", on_hand=9), scanned("x", "1 ", on_hand=2))

    assert (suggestion.matched, suggestion.on_hand_units, suggestion.on_hand_cents) == (1, 2, 2000)


def test_what_a_run_would_skip_is_not_in_the_stock_of_a_suggestion(dealer: Dealer):
    make_manufacturer("Tucker Rocky", numbers=["1", "2", "3"])

    (suggestion,) = suggest(
        dealer,
        scanned("X", "1", on_hand=4, available=3),
        scanned("X", "2", available=0),
        scanned("X", "3", is_stale=True),
    )

    assert suggestion.matched == 3
    assert (suggestion.on_hand_parts, suggestion.on_hand_units, suggestion.on_hand_cents) == (2, 5, 5000)
    assert (suggestion.available_parts, suggestion.available_units) == (1, 3)
