"""Parts of unmapped codes that the last scan of the dealer's stock found (R20)."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

from sqlalchemy import select

from webapp.code_discovery import scanned_parts
from webapp.code_discovery.scanned_parts import ScannedPart
from webapp.core.text_keys import key_of
from webapp.explain.explanation import UnmappedPart
from webapp.extensions import db
from webapp.models import CodeScanBlock, FoundCode


def with_number(dealer_id: int, key: str) -> tuple[UnmappedPart, ...]:
    """Return the parts with a number, by code."""
    if not key:
        return ()
    # A block's text has numbers as Lightspeed spells them; letters outside ASCII may differ in case there.
    wanted = key.encode() if key.isascii() else b""
    parts = {
        key_of(part.code): part
        for part in _parts(dealer_id, lambda text: wanted in text)
        if key_of(part.part_number) == key
    }
    seen = select(FoundCode.code_key, FoundCode.last_seen_at).where(FoundCode.dealer_id == dealer_id)
    times = dict(db.session.execute(seen.where(FoundCode.code_key.in_(parts))).all()) if parts else {}
    return tuple(
        UnmappedPart(part.code, *part[1:], seen_at=times.get(code_key))
        for code_key, part in sorted(parts.items())
    )


def with_words(dealer_id: int, words: str) -> Iterator[ScannedPart]:
    """Yield the parts whose number and description have all words, in the order of the scan."""
    wanted = words.casefold().split()
    plain = [word.encode() for word in wanted if word.isascii()]
    for part in _parts(dealer_id, lambda text: all(word in text for word in plain)) if wanted else ():
        folded = f"{part.part_number} {part.description}".casefold()
        if all(word in folded for word in wanted):
            yield part


def _parts(dealer_id: int, may_have: Callable[[bytes], bool]) -> Iterator[ScannedPart]:
    """Yield the parts of blocks whose text, in lower case, may have what is looked for; later scans last."""
    query = (
        select(CodeScanBlock.body)
        .where(CodeScanBlock.dealer_id == dealer_id)
        .order_by(CodeScanBlock.scan_number, CodeScanBlock.position)
    )
    for body in db.session.scalars(query).all():
        if may_have(zlib.decompress(body).lower()):
            yield from scanned_parts.unpack(body)
