"""What applying a code writes for later readers: report lines, stored blocks, and the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.reports.lines import RenderedLines
from jobs.sync.applying.blocks import Block, Blocks, CodeLines
from jobs.sync.applying.context import CodeContext
from webapp.pulls.entries import Entry
from webapp.search import noted_products


@dataclass(frozen=True)
class Effects:
    """The effects of a run, or of a plan, which is rolled back: nothing of this is written for it (R24).

    `rendered` keeps the lines of the run's inventory report.
    """

    rendered: RenderedLines
    is_planned: bool = False

    def blocks(self, context: CodeContext) -> Blocks:
        """Return the blocks of the code's pull."""
        kind = PlannedBlocks if self.is_planned else Blocks
        return kind(context.connection, context.dealer_id, context.code_key)

    def note(self, context: CodeContext, product_ids: Sequence[int]) -> None:
        """Note products whose figures changed for reindexing (R17)."""
        if not self.is_planned:
            noted_products.note(context.connection, context.dealer_id, product_ids)


PLANNED = Effects(RenderedLines(None), is_planned=True)


class PlannedBlocks(Blocks):
    """Blocks that only their own plan reads: without lines, and at its end, they need not be written."""

    def replace(self, replaced: Iterable[Block], code: CodeLines) -> None:
        """Count what the changed blocks result in."""
        for block in self.all:
            if block.is_changed:
                block.count()

    def _for_readers(self, block: Block, entries: list[Entry], code: CodeLines) -> dict[str, Any]:
        return {"inventory_rows": 0, "inventory": b"", "skipped_lines": b""}
