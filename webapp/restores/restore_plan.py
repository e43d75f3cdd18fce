"""What a restore to before a run would change, and which later changes it would undo (R25)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from sqlalchemy.engine import Connection

from webapp.models import Run
from webapp.pulls import noted_since
from webapp.pulls.earlier_stock import Restoration, restorations
from webapp.pulls.noted_since import NotedBlock
from webapp.runs.restorable import start_of


class Undone(NamedTuple):
    """Changes that a restore would undo, of one run and cause; `run_id` is None outside of runs."""

    run_id: int | None
    cause: str
    at: datetime
    changes: int


@dataclass(frozen=True)
class RestorePlan:
    """A restore of codes to before a run: of those in `code_keys`, or of all.

    `through_id` is the dealer's last change when the plan was made: later ones are not part of it.
    """

    connection: Connection
    dealer_id: int
    before_run_id: int
    since_id: int
    through_id: int
    code_keys: frozenset[str] | None

    @cached_property
    def blocks(self) -> list[NotedBlock]:
        """The noted changes of any code, in the order in which they were made."""
        return list(noted_since.blocks(self.connection, self.dealer_id, self.since_id, self.through_id))

    @property
    def changed_codes(self) -> list[str]:
        """The keys of all codes that have changes to undo, whether they are chosen or not."""
        return sorted({code_key for block in self.blocks for code_key in block.by_code})

    @property
    def chosen_codes(self) -> list[str]:
        """Those of them that are restored."""
        return [key for key in self.changed_codes if self.code_keys is None or key in self.code_keys]

    def restorations(self, code_key: str) -> list[Restoration]:
        """Return what the restore changes of one code."""
        ids = [block.id for block in self.blocks if code_key in block.by_code]
        return restorations(self.connection, self.dealer_id, code_key, ids)

    def each_code(self) -> Iterator[tuple[str, list[Restoration]]]:
        """Yield what the restore changes, code by code."""
        for code_key in self.chosen_codes:
            yield code_key, self.restorations(code_key)

    @cached_property
    def undone(self) -> list[Undone]:
        """The changes of the chosen codes that are undone, by run and cause, the latest first."""
        found: dict[tuple[int | None, str], Undone] = {}
        for block in self.blocks:
            if number := block.count(self.code_keys):
                key = block.run_id, block.cause
                earlier = found.pop(key, None)
                total = number + (earlier.changes if earlier is not None else 0)
                found[key] = Undone(*key, block.at, total)
        return list(reversed(found.values()))


def plan(connection: Connection, before: Run, code_keys: Collection[str] | None = None) -> RestorePlan:
    """Return the plan of a restore to before a run; `code_keys` are the codes chosen, None for all.

    Raises Refused if the run cannot be undone.
    """
    started_at = start_of(before)
    dealer_id = before.dealer_id
    chosen = None if code_keys is None else frozenset(code_keys)
    since = noted_since.since_run(connection, dealer_id, before.id, started_at)
    through = noted_since.last_id(connection, dealer_id)
    return RestorePlan(connection, dealer_id, before.id, since, through, chosen)
