from __future__ import annotations

import pytest

from webapp.search.document import Document
from webapp.search.search_words import (
    MAX_SEARCH_WORDS,
    MAX_WORD,
    document_words,
    number_words,
    pieces_of,
    search_of,
)


def document(**fields):
    plain = {"brand": "Honda", "mpn": "1", "name": "Pad", "part_numbers": ""}
    return Document(
        1, 1, "oem", shelf_quantity=1, sale_price_cents=None, lead_time_days=1, **{**plain, **fields}
    )


def test_words_are_letters_and_digits_without_case_and_accents():
    assert pieces_of('Öhlins "TTX-36" (Rückfahr_Straße) ブレーキ²') == [
        *("ohlins", "ttx", "36", "ruckfahr", "strasse"),
        "フレーキ2",
    ]


def test_a_part_number_is_found_by_its_pieces_and_by_each_of_its_ends():
    assert sorted(number_words("06455-MGE-006")) == ["006", "06455", "06455mge006", "mge", "mge006"]
    assert number_words("FA001") == ["fa001"]
    assert number_words("---") == []


def test_a_document_is_found_by_brand_name_mpn_and_part_numbers():
    words = document_words(document(mpn="FA-1", name="Brake pad", part_numbers="17-1\nFA-1"))
    assert words == ["1", "17", "171", "brake", "fa", "fa1", "honda", "pad"]


def test_long_words_are_truncated_alike_in_documents_and_searches():
    number = "x" * 200
    assert document_words(document(mpn=number))[-1] == "x" * MAX_WORD
    assert search_of(number).joined == "x" * MAX_WORD


@pytest.mark.parametrize("words", ["", "  ", "-", "\0", '"', "* & | !", "' OR ''='", "\udcff"])
def test_a_search_without_letters_or_digits_is_empty(words):
    found = search_of(words)
    assert found is None or [term.joined for term in found.terms] == ["or"]


def test_a_search_has_no_more_terms_than_a_person_types():
    assert len(search_of("a " * 1000).terms) == MAX_SEARCH_WORDS
