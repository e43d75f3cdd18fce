"""The explanation of a candidate."""

from __future__ import annotations

import pytest

from webapp.runs.skipped_reasons import difference


@pytest.mark.parametrize(
    ("number", "candidate", "said"),
    [
        ("A-1", "A1", ""),
        ("a-1", "A_1", ""),
        ("A\u200b-1", "A-1", "only yours has ZERO WIDTH SPACE"),
        ("A-1", "A -1", "only the catalog's has SPACE"),
        ("A  1", "A 1", "only yours has SPACE"),
        ("A\u00a01", "A 1", "yours has NO-BREAK SPACE, the catalog's SPACE"),
        ("\u00e9-1", "\u00c91", ""),
        ("A\u00851", "A1", "only yours has U+0085"),
    ],
)
def test_invisible_characters_are_named(number: str, candidate: str, said: str) -> None:
    assert difference(number, candidate) == said
