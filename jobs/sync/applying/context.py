"""What the result of a code depends on besides its rows: settings, mappings, other codes, catalogs, stock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete
from sqlalchemy.engine import Connection

from jobs.sync import rules
from jobs.sync.applying import reuse
from jobs.sync.applying.context_facts import (
    CodeKey,
    Mapping,
    StoredFacts,
    facts_of,
    planned_mappings,
)
from jobs.sync.applying.figure_rows import FigureRows
from jobs.sync.applying.shelf_rows import ShelfRows
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Run, RunItem, RunMapping
from webapp.pulls import frozen_stock
from webapp.pulls.frozen_stock import FrozenStock

if TYPE_CHECKING:
    from jobs.sync.applying.planned_stock import PlannedStock


@dataclass(frozen=True)
class CodeContext:
    """One code of a run, with everything that its result depends on.

    `configured` are the mappings of the run's other codes, whose stock is not cleared (R14). `ranks` orders
    the dealer's codes: the first in stock with a price gives the webstore's price (R16). `is_shared`: another
    code of the dealer has one of the manufacturers. `versions` are those of catalogs and of stock, and
    `rules_version` that of the dealer's rules for the code's manufacturers, if there were any; `has_aliases`:
    aliases are among them (R22). `is_held`: its clearing is held (R14); `pull_hold` is the state of an open
    held pull (R27). `planned` has what a plan changes of stock (R24).
    """

    dealer_id: int
    item_id: int
    code: str
    code_key: str
    clears: bool
    moment: int
    expected: rules.Expectation
    mappings: list[Mapping]
    configured: frozenset[CodeKey]
    ranks: dict[CodeKey, tuple[int, int]]
    is_shared: bool
    versions: tuple[int, ...]
    rules_version: int | None
    has_aliases: bool
    is_held: bool
    pull_hold: str | None
    connection: Connection = field(repr=False)
    planned: PlannedStock | None = field(default=None, repr=False)

    @cached_property
    def shelf_rows(self) -> ShelfRows:
        """The dealer's shelf: the database, or what a plan makes of it."""
        return self.planned.shelf if self.planned else ShelfRows(self.connection, self.dealer_id)

    @cached_property
    def figure_rows(self) -> FigureRows:
        """The webstore figures: the database, or what a plan makes of them."""
        return self.planned.figures if self.planned else FigureRows(self.connection, self.dealer_id)

    @property
    def is_on_hold(self) -> bool:
        """Whether a clearing of the code, or a whole pull, is held."""
        return self.is_held or self.pull_hold is not None

    @property
    def since(self) -> str:
        """The earliest date that counts, in ISO form (R9)."""
        return self.expected.since.isoformat()

    @cached_property
    def frozen(self) -> FrozenStock:
        """What is frozen of the dealer's stock; read when a code is applied that changed (R26)."""
        return frozen_stock.active(self.connection, self.dealer_id, clock.now())

    @cached_property
    def frozen_manufacturers(self) -> frozenset[int]:
        """Manufacturers of which the code's own stock is frozen."""
        return frozenset(
            number for number in self.by_manufacturer if self.frozen.covers(self.code_key, number)
        )

    @cached_property
    def by_manufacturer(self) -> dict[int, Mapping]:
        return {mapping.manufacturer_id: mapping for mapping in self.mappings}

    def is_configured(self, code_key: str, manufacturer_id: int) -> bool:
        """Return whether another code of the run has the manufacturer."""
        return (code_key, manufacturer_id) in self.configured

    @cached_property
    def basis(self) -> bytes:
        """Digests of everything that the result depends on besides the rows and the day."""
        return reuse.basis_of(self)


class RunMappings:
    """The mappings of a run, read once: those of a removed code are deleted only with a code that changes."""

    def __init__(self, run_id: int) -> None:
        self._run_id = run_id
        self._read: list[tuple[int, str, Mapping]] | None = None

    def all(self) -> list[tuple[int, str, Mapping]]:
        """Return the mappings in their order, each after its item's id and code key."""
        if self._read is None:
            self._read = planned_mappings(self._run_id)
        return self._read

    def forget(self) -> None:
        """Have them read again."""
        self._read = None


def load(run: Run, item: RunItem, mappings: RunMappings) -> CodeContext:
    """Load the context of an item, within the transaction that applies it.

    A mapping that was removed since the run started is not applied: its stock stays as the user left it.
    """
    context, removed, _ = compare(run, item, mappings)
    if removed:
        mappings.forget()
        statement = delete(RunMapping).where(RunMapping.run_item_id == item.id)
        db.session.execute(statement.where(RunMapping.manufacturer_id.in_(removed)))
    return context


def compare(
    run: Run, item: RunItem, mappings: RunMappings
) -> tuple[CodeContext, list[int], StoredFacts | None]:
    """Return the context of an item, the manufacturers that it no longer has, and its stored pull.

    Writes and locks nothing.
    """
    settings: dict[str, Any] = run.settings or {}
    facts = facts_of(run.dealer_id, item.code_key)
    planned = mappings.all()
    own = [mapping for item_id, _, mapping in planned if item_id == item.id]
    listed = [mapping for mapping in own if (item.code_key, mapping.manufacturer_id) in facts.codes]
    manufacturers = {mapping.manufacturer_id for mapping in listed}
    context = CodeContext(
        dealer_id=run.dealer_id,
        item_id=item.id,
        code=item.supplier_code,
        code_key=item.code_key,
        clears=bool(settings.get("clear_previous")),
        moment=run.retry_of_id or run.id,
        expected=rules.Expectation.of(
            item.code_key, settings["quantity_column"], date.fromisoformat(settings["today"])
        ),
        mappings=listed,
        configured=frozenset(
            (code_key, mapping.manufacturer_id)
            for item_id, code_key, mapping in planned
            if item_id != item.id
        ),
        ranks=facts.codes,
        is_shared=any(key != item.code_key and number in manufacturers for key, number in facts.codes),
        versions=facts.versions,
        rules_version=facts.rules_version,
        has_aliases=facts.has_aliases,
        is_held=facts.holds.clearing,
        pull_hold=facts.holds.pull,
        connection=db.session.connection(),
    )
    return (
        context,
        [one.manufacturer_id for one in own if one.manufacturer_id not in manufacturers],
        facts.stored,
    )
