"""Letter case in which a code is requested: that of Lightspeed's own rows (R4).

The service may compare codes exactly. If no spelling is confirmed, or the confirmed one no longer has rows,
the other spellings are requested too before an empty list is accepted.
"""

from __future__ import annotations

from collections import Counter

from webapp.core.text_keys import key_of


class Spellings:
    """Counter of the spellings of a code in the rows of a pull."""

    def __init__(self, code_key: str) -> None:
        self._code_key = code_key
        self._counts: Counter[str | None] = Counter()

    def count(self, codes: list[str | None]) -> None:
        """Add the codes of one page's rows."""
        if codes and codes.count(codes[0]) == len(codes):  # nearly every page
            self._counts[codes[0]] += len(codes)
        else:
            self._counts.update(codes)

    @property
    def usual(self) -> str | None:
        """Return the most frequent spelling; None if no row has the code."""
        spellings = (code.strip() for code, _ in self._counts.most_common() if code)
        return next((spelling for spelling in spellings if key_of(spelling) == self._code_key), None)
