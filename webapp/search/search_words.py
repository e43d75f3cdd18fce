"""The words under which a document is found, and those of a search. Pure.

Words are letters and digits only, without case and accents, so that nothing that is typed can be a search
engine's syntax. A part number is found by its pieces and by all that follows the start of any of its pieces,
written together: `06455-MGE-006` by `06455`, `mge`, `006`, `06455mge006` and `mge006`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from webapp.search.document import Document

# Longer words are cut, in documents and searches alike; a search of more words is cut, too.
MAX_WORD = 64
MAX_SEARCH_WORDS = 16

_PIECE = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Term:
    """One word of a search as it was typed, between spaces: its pieces, and the pieces written together.

    It matches a document that has a word beginning with `joined`. Those that have it as a word come first:
    where they are as many as are wanted, an engine looks no further. Only where no document has either, it
    matches one that has for each piece a word beginning with it: those of "P-1" begin half of a catalog's
    words.
    """

    pieces: tuple[str, ...]
    joined: str


@dataclass(frozen=True)
class Search:
    """What is searched: every term must match, or one word begin with all of them written together."""

    terms: tuple[Term, ...]
    joined: str

    @property
    def is_split(self) -> bool:
        """Whether it says anything else with its terms in pieces."""
        return any(len(term.pieces) > 1 for term in self.terms)


def pieces_of(text: str) -> list[str]:
    """The runs of letters and digits in a text, without case and accents."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return [piece[:MAX_WORD] for piece in _PIECE.findall(text.casefold())]


def number_words(number: str) -> list[str]:
    """The words that find a part number or MPN."""
    pieces = pieces_of(number)
    if len(pieces) == 1:
        return pieces
    ends = ["".join(pieces[start:])[:MAX_WORD] for start in range(len(pieces) - 1)]
    return ends + pieces


def document_words(document: Document) -> list[str]:
    """The words that find a document, each one time, in a fixed order."""
    return sorted(word_set(document))


def word_set(document: Document) -> set[str]:
    """The words that find a document."""
    words = set(pieces_of(f"{document.brand} {document.name}"))
    for number in document.numbers:
        words.update(number_words(number))
    return words


def whole_numbers(document: Document) -> list[str]:
    """The MPN and part numbers written together, by which a search for exactly one of them is known."""
    numbers = {"".join(pieces_of(number))[:MAX_WORD] for number in document.numbers}
    return sorted(numbers - {""})


def search_of(words: str) -> Search | None:
    """What a person typed, as terms; None if it holds no letter or digit."""
    terms = tuple(_terms(words.split()))[:MAX_SEARCH_WORDS]
    if not terms:
        return None
    return Search(terms, "".join(term.joined for term in terms)[:MAX_WORD])


def _terms(words: Iterable[str]) -> Iterable[Term]:
    for word in words:
        pieces = pieces_of(word)
        if pieces:
            yield Term(tuple(pieces), "".join(pieces)[:MAX_WORD])
