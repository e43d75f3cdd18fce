"""Suggests candidates by supersession, followed through the parts of the same pull (R12)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from jobs.sync import rules
from jobs.sync.applying.blocks import Block, Blocks
from jobs.sync.applying.catalog import Catalog
from jobs.sync.applying.matching import suggest_by_upc, superseded_key
from webapp.pulls.entries import Entry

# The limit of supersessions that are followed, which ends cycles too.
LONGEST_CHAIN: Final = 20

_BY_CHAIN: Final = (None, "supersession", "upc")


def suggest(catalog: Catalog, blocks: Blocks, keys: Iterable[str]) -> set[Block]:
    """Suggest a candidate for each of these unmatched parts, by supersession or else by UPC.

    Returns the blocks that were read.
    """
    found = blocks.find(keys)
    entries: dict[str, Entry] = {}
    before: dict[str, tuple[str | None, str | None]] = {}
    for key, (_, entry) in found.items():
        if entry.reason == rules.UNMATCHED and entry.candidate_by in _BY_CHAIN:
            before[key] = entry.candidate, entry.candidate_by
            entry.candidate = entry.candidate_by = None
            entries[key] = entry
    read = {block for block, _ in found.values()} | _follow(catalog, blocks, entries)
    suggest_by_upc(catalog, [entry for entry in entries.values() if entry.candidate is None])
    for key, entry in entries.items():
        if (entry.candidate, entry.candidate_by) != before[key]:
            found[key][0].change()
    return read


def _follow(catalog: Catalog, blocks: Blocks, entries: dict[str, Entry]) -> set[Block]:
    read: set[Block] = set()
    following = {key: name for key, entry in entries.items() if (name := superseded_key(entry))}
    for _ in range(LONGEST_CHAIN):
        if not following:
            break
        numbers = catalog.numbers_by_key(set(following.values()))
        for key, name in following.items():
            if name in numbers:
                entries[key].candidate, entries[key].candidate_by = numbers[name], "supersession"
        left = {key: name for key, name in following.items() if name not in numbers}
        later = blocks.find(set(left.values()))
        read.update(block for block, _ in later.values())
        following = {
            key: following_key
            for key, name in left.items()
            if name in later and (following_key := superseded_key(later[name][1]))
        }
    return read


def may_have_candidates(blocks: Blocks) -> Iterable[str]:
    """Yield the keys of all unmatched parts whose candidate depends on other parts of the pull."""
    for block in blocks.all:
        if _has_unmatched(block):
            blocks.read([block])
            yield from (
                key
                for key, entry in block.by_key.items()
                if entry.reason == rules.UNMATCHED
                and entry.candidate_by in _BY_CHAIN
                and superseded_key(entry)
            )
            blocks.release(block)


def _has_unmatched(block: Block) -> bool:
    return block.entries is not None or bool(block.reasons.get(rules.UNMATCHED))
