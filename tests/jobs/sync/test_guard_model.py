"""Guards in SQL, against a simple model: buffers, limits and blocked prices over several pulls (R27)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jobs.sync import run_sync
from sandbox.simulator import Simulator
from tests.jobs.sync.test_apply_model import (
    Model,
    Pull,
    Reported,
    Reporting,
    Row,
    Scene,
    assert_agreement,
    build,
    forget,
    scenes,
)
from tests.jobs.sync.test_apply_model import block_rows as block_rows
from tests.sync_harness import SyncHarness
from webapp.extensions import db
from webapp.guards import settings as guard_settings
from webapp.guards.rules import GuardValues
from webapp.models import GuardSettings
from webapp.runs import lifecycle

PLACEHOLDER = 9.99


@dataclass
class GuardedModel(Model):
    """The rules of the model with guards. A product that a buffer hides counts as if it were in stock."""

    guards: GuardValues = field(default_factory=GuardValues)
    hidden: set[tuple[int, str, int]] = field(default_factory=set)

    def _shown(self, quantity: int) -> int:
        buffer = self.guards.buffer_units or 0
        if self.guards.buffer_percent:
            buffer = (quantity * self.guards.buffer_percent + 99) // 100
        most = self.guards.max_quantity
        return min(max(0, quantity - buffer), quantity if most is None else most)

    def _is_blocked(self, cents: int, before: int | None) -> bool:
        most = self.guards.max_price_change_percent
        has_jumped = most is not None and before is not None and abs(cents - before) * 100 > most * before
        return has_jumped or (bool(self.guards.blocks_placeholders) and cents == round(PLACEHOLDER * 100))

    def _kept(self, code: str, parts: dict[str, Row]) -> Pull:
        in_stock = self.stock
        self.stock = {
            row: (99, *value[1:]) if row in self.hidden else value for row, value in in_stock.items()
        }
        kept = super()._kept(code, parts)
        self.stock = in_stock
        return kept

    def _put_on_shelf(self, code: str, pull: Pull) -> None:
        products: dict[tuple[int, int], list[Reported]] = {}
        for (manufacturer, _), part in sorted(pull.items()):
            products.setdefault((manufacturer, part.product), []).append(part)
        hidden = {row for row in self.hidden if row[1] == code}
        self.hidden -= hidden
        for (manufacturer, product), own in products.items():
            row = (manufacturer, code, product)
            if all(part.is_kept for part in own):
                self.hidden |= {row} & hidden
                continue
            lead, pricing = next((m[2], m[3]) for m in self._mapped(code) if m[1] == manufacturer)
            before = self.stock.get(row, (0, None, 0))[1]
            cents = round((own[0].price or 0) * 100) if pricing == "retail" else 0
            price = before if not cents or self._is_blocked(cents, before) else cents
            shown = self._shown(sum(part.quantity for part in own))
            self.stock[row] = (shown, price, lead)
            self.hidden |= {row} if shown == 0 else set()

    def _clear_moved(self) -> None:
        """What is left of a product without the parts that moved may show as much as guards let it."""
        before, left = dict(self.stock), dict(self.left)
        super()._clear_moved()
        for row in {(place[1], place[0], gone[0]) for place, gone in left.items() if place not in self.left}:
            parts = [gone for place, gone in self.left.items() if (place[1], place[0], gone[0]) == row]
            shown = min(before[row][0], self._shown(sum(quantity for _, quantity, _ in parts)))
            if self.guards != GuardValues():
                self._set(*row, max(self.stock[row][0], shown))


guards = st.one_of(
    st.fixed_dictionaries(
        {
            "buffer_units": st.sampled_from([None, 1, 3]),
            "max_price_change_percent": st.sampled_from([None, 50, 200]),
            "blocks_placeholders": st.booleans(),
        }
    ),
    st.fixed_dictionaries(
        {"buffer_percent": st.sampled_from([None, 10, 50]), "max_quantity": st.sampled_from([None, 2])}
    ),
).map(lambda values: GuardValues(**values))

# A part that the buffer hides keeps what it contributes, and then another part of its product is reported.
HIDDEN = Scene(
    catalog=({"a1": 0, "a2": 0, "c": 1}, {}),
    codes=[("TR", 0, 0, "retail")],
    runs=[
        (True, {"TR": [("A1", 2, 1.5, True), ("C", 4, 1.5, True)], "PU": []}),
        (True, {"TR": [("A1", 2, 9.99, False), ("C", 4, 1.5, True)], "PU": []}),
        (True, {"TR": [("A1", 2, 9.99, False), ("A2", 3, 1.5, True), ("C", 4, 9.99, True)], "PU": []}),
    ],
)


@pytest.fixture
def harness(app: Flask) -> Iterator[SyncHarness]:
    with Simulator([]) as unused:
        yield SyncHarness(unused)


@example(scene=HIDDEN, values=GuardValues(buffer_units=3, blocks_placeholders=True))
@given(scene=scenes, values=guards)
@pytest.mark.slow
@pytest.mark.parametrize(
    ("database_url", "block_rows"),
    [("sqlite", 2), ("postgresql", 2)],
    ids=["sqlite, blocks of two", "postgresql, blocks of two"],
    indirect=True,
)
@pytest.mark.usefixtures("block_rows")
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_shelf_agrees_with_a_simple_model_under_guards(
    harness: SyncHarness, scene: Scene, values: GuardValues
) -> None:
    db.session.query(GuardSettings).delete()
    forget(harness)
    products = build(harness, scene)
    guard_settings.save_defaults(harness.dealer, values, [round(PLACEHOLDER * 100)])
    model = GuardedModel(scene, guards=values)
    for clear, reported in scene.runs:
        model.run(clear, reported)
        harness.change_settings(clear_previous=clear)
        run_id = lifecycle.record(harness.dealer, "command").run.id
        reporting: Any = Reporting(reported)
        assert run_sync.execute(run_id, run_sync.RunContext(lambda _, r=reporting: r))
        assert_agreement(harness, run_id, products, model)
