"""What applying a code writes for later readers: report lines, stored blocks, and the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.reports.lines import RenderedLines
from jobs.sync.applying.blocks import Block, Blocks, CodeLines
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.planned_stock import PlannedStock
from webapp.pulls.entries import Entry
from webapp.search import noted_products


@dataclass(frozen=True)
class Effects:
    """The effects of a run, or of a plan, which is rolled back: nothing of this is written for it (R24).

    `rendered` keeps the lines of the run's inventory report, and `planned` what a plan changes of stock.
    """

    rendered: RenderedLines
    planned: PlannedStock | None = None

    def begin(self, context: CodeContext, parts: int) -> CodeContext:
        """Return the context of the next code, which has so many parts."""
        return self.planned.begin(context, parts) if self.planned else context

    def forget(self, item_id: int) -> None:
        """Forget the effects of an item that is not applied after all."""
        self.rendered.forget(item_id)
        if self.planned:
            self.planned.forget()

    def blocks(self, context: CodeContext) -> Blocks:
        """Return the blocks of the code's pull."""
        kind = PlannedBlocks if self.planned else Blocks
        return kind(context.connection, context.dealer_id, context.code_key)

    def note(self, context: CodeContext, product_ids: Sequence[int]) -> None:
        """Note products whose figures changed for reindexing (R17)."""
        if not self.planned:
            noted_products.note(context.connection, context.dealer_id, product_ids)


class PlannedBlocks(Blocks):
    """Blocks that only their own plan reads: without lines, and at its end, they need not be written."""

    def replace(self, replaced: Iterable[Block], code: CodeLines) -> None:
        """Count what the changed blocks result in."""
        for block in self.all:
            if block.is_changed:
                block.count()

    def _for_readers(self, block: Block, entries: list[Entry], code: CodeLines) -> dict[str, Any]:
        return {"inventory_rows": 0, "inventory": b"", "skipped_lines": b""}
