"""Applies the rows of one window: matches them, keeps and retains parts, and writes the stock of products."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from jobs.sync.applying import keeping, matching, moved, products
from jobs.sync.applying.blocks import Block, Blocks, counts_for_key
from jobs.sync.applying.catalog import Catalog
from jobs.sync.applying.comparison import Comparison
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.judging import judge_rows
from jobs.sync.applying.matching import Judged, Pair, PartKey
from jobs.sync.applying.new_blocks import new_blocks, same_blocks
from jobs.sync.applying.product_parts import parts_of
from jobs.sync.applying.reuse import Reuse
from jobs.sync.applying.row_windows import Window
from webapp.models import StoredPull
from webapp.pulls.entries import Entry
from webapp.pulls.product_sets import ProductSet


@dataclass
class Found:
    """What the windows of a pull found that is settled after the last one.

    `matched` are all products with a part, and `previous` those of the stored pull, as far as its blocks were
    read. `spread` are products that may have parts
    outside of the window in which they were found, with the keys that the catalog does not list for them.
    """

    matched: ProductSet = field(default_factory=ProductSet)
    previous: ProductSet = field(default_factory=ProductSet)
    spread: dict[Pair, set[str]] = field(default_factory=dict)
    unexplained: list[tuple[str, Pair]] = field(default_factory=list)
    # Keys of unmatched parts that may have a candidate by supersession.
    superseded: list[str] = field(default_factory=list)
    # Parts were added, left out, or superseded by another one: candidates of other parts may follow.
    has_other_chains: bool = False
    # A part keeps the quantity of a product for which the catalog no longer lists it: the next pull cannot
    # find the product's parts by the catalog, and looks at all of them.
    has_unlisted: bool = False
    # Retained parts that have a match again.
    matched_keys: list[PartKey] = field(default_factory=list)


class WindowApplication:
    """Applies the windows of one code.

    `stored` is the previous pull, and `reuse` what holds of its results. `compared` counts how much the two
    differ (R27).
    """

    def __init__(
        self,
        context: CodeContext,
        catalog: Catalog,
        changes: products.Changes,
        stored: StoredPull | None,
        unnamed: int,
        compared: Comparison | None = None,
        *,
        reuse: Reuse,
    ) -> None:
        self._context = context
        self._catalog = catalog
        self._changes = changes
        self._stored = stored
        self._reuse = reuse
        column = context.expected.quantity_column
        self._reuses_rows = reuse.matches and stored is not None and stored.quantity_column == column
        self.compared = compared
        self._retains = stored is not None and (not context.clears or unnamed > stored.unnamed)
        self._retained = moved.retained_keys(context)
        self.found = Found()

    @property
    def may_have_retained(self) -> bool:
        """Return whether parts of the code may be retained: earlier ones, or of this pull."""
        return self._retains or bool(self._retained)

    def keep(self, block: Block, old: Blocks) -> None:
        """Count a block that stays as it is, and collect its products if anything else may be cleared."""
        if self.compared is not None:
            self.compared.add_block(block)
        if self._context.clears and not self._reuse.clearing:
            old.read([block])
            self._collect_matched(block.in_memory)
            old.release(block)

    def apply(self, window: Window, old: Blocks, *, is_whole: bool) -> list[Block]:
        """Apply a window and return its new blocks. `is_whole`: it has all parts of the pull."""
        old.read(window.replaced)
        judged = self._judge(window)
        matching.match(self._context, self._catalog, judged, reuse=self._reuse.matches)
        if self.compared is not None:
            self.compared.add(judged)
        unexplained = keeping.keep(self._context, self._catalog, judged)
        keeping.note_frozen(self._context, judged)
        self.found.has_unlisted |= judged.has_unlisted
        self.found.unexplained += [(entry.key, pair) for entry, pair in unexplained]
        if self._retains and self._stored is not None:
            gone = keeping.gone(self._context, judged)
            keeping.retain(self._context, gone, self._stored.moment, self._stored.unnamed)
        self._collect(judged)
        others = [*judged.fresh, *judged.old.values()]
        if judged.rematched:
            others = [each for each in others if each.key not in judged.rematched]
        differing = pairs = self._pairs_of(others) | judged.reachable
        if judged.rematched or (not self._reuse.stock and len(judged.fresh) < len(judged.entries)):
            pairs = differing | self._pairs_of(judged.fresh if self._reuse.stock else judged.entries)
        spread = {} if is_whole else self._spread(window, judged, pairs)
        for pair, keys in spread.items():
            self.found.spread.setdefault(pair, set()).update(keys)
        own = pairs - spread.keys()
        self._changes.apply(parts_of(judged.entries, own), own - differing)
        for block in window.replaced:
            old.release(block)
        if window.is_stored:
            return list(same_blocks(self._context.item_id, window.replaced, judged.entries))
        return list(new_blocks(self._context.item_id, window.rows, judged.entries, window.digests))

    def _judge(self, window: Window) -> Judged:
        rows = window.rows
        if window.is_stored:
            entries = [entry for block in window.replaced for entry in block.in_memory]
            if self._reuses_rows and not any(block.is_old(self._context.since) for block in window.replaced):
                return Judged(entries, [], {})
            rows = [(entry.key, entry.raw) for entry in entries]
        stored = _stored_entries(window)
        return judge_rows(self._context.expected, rows, stored, reuse=self._reuses_rows)

    def _collect(self, judged: Judged) -> None:
        """Collect what is settled later."""
        found = self.found
        found.superseded += [entry.key for entry in judged.unexplained]
        self._collect_matched(judged.fresh if self._reuse.clearing else judged.entries)
        found.previous.update(_pairs_of(judged.old.values()))
        self._note_keys(judged)
        if self._reuse.matches and not found.has_other_chains:
            found.has_other_chains = _chains(judged.fresh) != _chains(judged.old.values())

    def _collect_matched(self, entries: Iterable[Entry]) -> None:
        self.found.matched.update(_pairs_of(entries))

    def _note_keys(self, judged: Judged) -> None:
        """Note the parts that the code begins or ceases to report, by manufacturer."""
        if not self._context.is_shared and not self._retained:
            return
        before = {
            (match.manufacturer_id, entry.key)
            for entry in judged.old.values()
            for match in entry.matches
            if match.manufacturer_id in self._context.by_manufacturer
        }
        after = {
            (match.manufacturer_id, entry.key): match
            for entry in judged.fresh
            if counts_for_key(entry)
            for match in entry.matches
        }
        new = [key for key in after if key not in before]
        self.found.matched_keys += [key for key in after if key in self._retained]
        if self._context.is_shared:
            # A part that keeps its quantity was reported before.
            new = [key for key in new if after[key].kept_quantity is None]
            if self._stored is None:
                pairs = {key: (key[0], after[key].product_id) for key in new}
                in_stock = keeping.stocked(self._context, {pair[1] for pair in pairs.values()})
                new = [key for key in new if pairs[key] not in in_stock]
            moved.note_arrivals(self._context, new, [key for key in before if key not in after])

    def _pairs_of(self, entries: Iterable[Entry]) -> set[Pair]:
        """Return the products of parts, of manufacturers that are still mapped."""
        mapped = self._context.by_manufacturer
        return {pair for pair in _pairs_of(entries) if pair[0] in mapped}

    def _spread(self, window: Window, judged: Judged, pairs: set[Pair]) -> dict[Pair, set[str]]:
        """Return the products that may have parts outside of the window, with keys of kept parts."""
        spread: dict[Pair, set[str]] = {}
        for mapping in self._context.mappings:
            number = mapping.manufacturer_id
            product_ids = [product_id for manufacturer, product_id in pairs if manufacturer == number]
            for product_id, key in self._catalog.keys_of(number, product_ids):
                if not window.covers(key):
                    spread.setdefault((number, product_id), set())
        for entry in judged.unknown:
            # The catalog may have listed the part for this product when its quantity was kept.
            for match in entry.matches:
                pair = match.manufacturer_id, match.product_id
                if pair in pairs:
                    spread.setdefault(pair, set()).add(entry.key)
        return spread


def _pairs_of(entries: Iterable[Entry]) -> Iterator[Pair]:
    return ((match.manufacturer_id, match.product_id) for entry in entries for match in entry.matches)


def _stored_entries(window: Window) -> dict[str, Entry]:
    stored: dict[str, Entry] = {}
    for block in window.replaced:
        entries = block.in_memory
        if entries and window.covers(entries[0].key) and window.covers(entries[-1].key):
            stored.update(block.by_key)
        else:
            stored.update((key, entry) for key, entry in block.by_key.items() if window.covers(key))
    return stored


def _chains(entries: Iterable[Entry]) -> dict[str, str]:
    return {
        entry.key: name
        for entry in entries
        if counts_for_key(entry) and (name := matching.superseded_key(entry))
    }
