"""Keys compare text by its appearance (R4, R12)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.text_keys import bare_key_of, cleaned, key_of


@pytest.mark.parametrize(
    "text",
    [
        "A 1",
        "a\u00a01",
        "A\u20091 ",
        "\u3000a\u202f1",
        "\ufeffA 1",
        "A\u200b 1",
        "A \u00ad1\u2060",
        "a 1\u200e",
        "A\u2007\u200d1",
    ],
)
def test_spaces_and_invisible_characters_make_no_difference(text: str) -> None:
    assert (key_of(text), bare_key_of(text)) == ("a 1", "a1")


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert key_of("O\u0308HLINS") == key_of("Öhlins") == "öhlins"


def test_ascii_keys_are_what_they_always_were() -> None:
    assert key_of("  Ab\t1  x ") == "ab\t1  x"
    assert (key_of(None), key_of("")) == ("", "")


def test_cleaned_text_keeps_its_case_and_direction_marks() -> None:
    assert cleaned(" A\u00a0b\u200b ") == "A b"
    # Such text is refused by whoever stores it.
    assert cleaned("A\u202eB") == "A\u202eB"


@pytest.mark.slow
@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert key_of(key_of(text)) == key_of(text)
    assert cleaned(cleaned(text)) == cleaned(text)
