from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.factories import make_dealer, make_part_number, make_product, make_shelf_stock
from webapp.extensions import db
from webapp.search import outbox, stored_documents
from webapp.search.search_index import search_index

NUMBER = "06455-MGE-006"


FINDING = (
    *("06455-MGE-006", "06455MGE006", "06455mge006", "06455 MGE 006", "06455 MGE006", "06455.mge/006"),
    *("06455", "06455-M", "06455mg", "MGE-006", "mge006", "006", "honda 06455-mge", "pad 006"),
    *("Brake", "brak", "BRAKE PAD", "pad brake", "front", "honda", "hon bra fro"),
)
NOT_FINDING = (
    *("rake", "455", "brake rear", "06455-MGE-007", "006455", "yamaha", "MGE06455", "brake chain"),
    *("", " ", "-", "*", "\0"),
)
SYNTAX = (
    *('"', "'", "*", "-", "--", "\0", "a\0b", "\\", "%", "_", ":*", "&", "|", "!", "()", "<->", "", " "),
    *("brake AND", "OR", "NOT brake", "NEAR(brake pad)", "words:brake", "stock:in", "+1", "+stock", "=1"),
    *("brake* OR 1", '"brake', "'; DROP TABLE products; --", "brake')", "^brake", "{words}: x", "\udcff"),
)


def test_a_product_is_found_by_its_numbers_and_by_beginnings_of_its_words(shelve, search):
    shelve(NUMBER, name="Brake pad, front")
    shelve("1", name="Chain", brand="DID")
    assert {words: search(words) for words in FINDING} == {words: [NUMBER] for words in FINDING}


def test_a_product_is_not_found_by_other_words_or_parts_of_words(shelve, search):
    shelve(NUMBER, name="Brake pad, front")
    assert {words: search(words) for words in NOT_FINDING} == {words: [] for words in NOT_FINDING}


def test_every_part_number_finds_the_product(shelve, search, honda):
    product = shelve("FA001")
    make_part_number(honda, product, "17-0042")
    shelve("X")
    make_shelf_stock(make_dealer("Summit"), product, honda)
    db.session.execute(
        text("INSERT INTO reindex_outbox (dealer_id, product_id, noted_at) VALUES (1, :id, '2026-01-01')"),
        {"id": product.id},
    )
    outbox.drain()
    assert search("17-0042") == search("170042") == search("17 00") == ["FA001"]


def test_typed_characters_are_never_syntax(shelve, search):
    shelve("7", name="Chain")
    assert {words: search(words) for words in SYNTAX} == {words: [] for words in SYNTAX}
    for words in SYNTAX:
        assert search("chain " + words) == (["7"] if not any(map(str.isalnum, words)) else [])


def test_signs_between_words_do_not_matter(shelve, search):
    shelve("1", name='Brake "pad"')
    assert search('"brake" & (pad*)') == ["1"]


def test_a_dealer_does_not_find_products_of_another(shelve, search, honda):
    product = shelve("1", name="Brake pad")
    for number in range(3):
        other = make_dealer(f"Dealer {number}")
        assert search("brake", of=other) == []
        make_shelf_stock(other, make_product(honda, f"X{number}", name="Brake"), honda)
    outbox.drain()
    assert search("brake") == [product.mpn]
    assert search("brake", of=other) == ["X2"]


def test_an_exact_part_number_comes_first(shelve, search):
    shelve("17-42", name="AAA 1742 kit")
    shelve("1742", quantity=0)
    shelve("1742-A", name="AA")
    assert search("1742")[0] in ("1742", "17-42")
    assert set(search("1742")[:2]) == {"1742", "17-42"}
    assert search("17-42-A")[0] == "1742-A"


def test_whole_words_come_before_beginnings(shelve, search):
    shelve("1", name="Chainring", brand="A")
    shelve("2", name="Chain", brand="B", quantity=0)
    assert search("chain") == ["2", "1"]


def test_products_in_stock_come_before_others(shelve, search):
    shelve("1", name="Chain", quantity=0)
    shelve("2", name="Chain")
    shelve("3", name="Chain", quantity=0)
    assert search("chain") == ["2", "1", "3"]


def test_the_number_of_results_is_limited(shelve, search):
    for number in range(5):
        shelve(str(number), name="Chain")
    assert search("chain", limit=2) == ["0", "1"]


@pytest.fixture
def few_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than five of what is found are ranked."""
    monkeypatch.setattr("webapp.search.sqlite_index.CANDIDATES", 5)
    monkeypatch.setattr("webapp.search.postgres_index.CANDIDATES", 5)
    monkeypatch.setattr(stored_documents, "CANDIDATES", 5)


def test_whole_words_are_found_among_very_many_that_begin_with_them(few_candidates, shelve, search):
    for number in range(20):
        shelve(f"A{number}", name="Chains")
    shelve("Z", name="Chain")
    assert search("chain", limit=1) == search("chain honda", limit=1) == ["Z"]


def test_an_exact_number_and_stock_are_found_among_very_many(few_candidates, shelve, search):
    for number in range(20):
        shelve(f"AB{number:02}", name="Chain", quantity=0)
    shelve("AB", name="Chain", quantity=0)
    shelve("ZZ", name="Chain")
    assert search("ab", limit=1) == ["AB"]
    assert search("chain", limit=1) == ["ZZ"]


def test_a_document_has_the_figures_of_the_webstore(shelve, dealer):
    shelve(NUMBER, quantity=3, price=1999, name="Brake pad")
    (document,) = search_index(db.session.connection()).search(dealer.id, NUMBER, 1)
    assert document[2:] == ("oem", "Honda", NUMBER, "Brake pad", 3, 1999, 1, "")


def test_words_of_any_script_are_found(shelve, search):
    shelve("1", name="Öhlins Fjäder", brand="Ångström")
    shelve("2", name="тормоз")
    assert search("ohlins FJADER ångström") == ["1"]
    assert search("ТОРМ") == ["2"]


def test_pieces_are_looked_for_apart_only_where_nothing_has_them_together(shelve, search):
    shelve("P-1999", name="Chain")
    shelve("P-19990", name="Chain")
    shelve("X", name="1999 Pad")
    assert search("P-1999") == ["P-1999", "P-19990"]
    assert search("pad-1999") == ["X"]
    assert search("p-1999 pad") == ["X"]
