"""Words by which a document is indexed, and those of a search. Pure.

Words are alphanumeric, without case and accents, so that user input is never search engine syntax. A part
number is indexed by its pieces and by every suffix that starts at a piece, joined: `06455-MGE-006` by
`06455`, `mge`, `006`, `06455mge006` and `mge006`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from webapp.search.document import Document

# Longer words are truncated, in documents and searches alike; so are searches with more words.
MAX_WORD = 64
MAX_SEARCH_WORDS = 16

_PIECE = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Term:
    """One word of a search as typed, between spaces: its pieces, and the pieces joined.

    It matches a document that has a word with the prefix `joined`. Exact matches come first: if there are
    enough of them, the search stops. Only if no document has either, it matches a document that has, for each
    piece, a word with that prefix: the pieces of "P-1" are prefixes of half of a catalog's words.
    """

    pieces: tuple[str, ...]
    joined: str


@dataclass(frozen=True)
class Search:
    """Search query: every term must match, or one word has the prefix of all terms joined."""

    terms: tuple[Term, ...]
    joined: str

    @property
    def is_split(self) -> bool:
        """Return whether splitting its terms into pieces makes a difference."""
        return any(len(term.pieces) > 1 for term in self.terms)


def pieces_of(text: str) -> list[str]:
    """Return the runs of letters and digits in a text, without case and accents."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return [piece[:MAX_WORD] for piece in _PIECE.findall(text.casefold())]


def number_words(number: str) -> list[str]:
    """Return the index words of a part number or MPN."""
    pieces = pieces_of(number)
    if len(pieces) == 1:
        return pieces
    ends = ["".join(pieces[start:])[:MAX_WORD] for start in range(len(pieces) - 1)]
    return ends + pieces


def document_words(document: Document) -> list[str]:
    """Return the unique index words of a document, in a fixed order."""
    return sorted(word_set(document))


def word_set(document: Document) -> set[str]:
    """Return the index words of a document."""
    words = set(pieces_of(f"{document.brand} {document.name}"))
    for number in document.numbers:
        words.update(number_words(number))
    return words


def whole_numbers(document: Document) -> list[str]:
    """Return the joined MPN and part numbers, for detecting exact matches."""
    numbers = {"".join(pieces_of(number))[:MAX_WORD] for number in document.numbers}
    return sorted(numbers - {""})


def search_of(words: str) -> Search | None:
    """Parse user input into terms; None if it has no letter or digit."""
    terms = tuple(_terms(words.split()))[:MAX_SEARCH_WORDS]
    if not terms:
        return None
    return Search(terms, "".join(term.joined for term in terms)[:MAX_WORD])


def _terms(words: Iterable[str]) -> Iterable[Term]:
    for word in words:
        pieces = pieces_of(word)
        if pieces:
            yield Term(tuple(pieces), "".join(pieces)[:MAX_WORD])
