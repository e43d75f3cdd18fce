"""Whatever came before, a preview is what the run then does (R24): random sequences of pulls and settings.

`PREVIEW_EXAMPLES` is the number of sequences, for more of them by hand.
"""

from __future__ import annotations

import os
import random
from typing import Any, Final

import pytest

from jobs.sync import run_sync
from jobs.sync.applying import new_blocks, planned_stock, received, row_windows
from sandbox.simulator import Behavior
from tests.factories import make_manufacturer, make_part_number, make_product, raise_catalog_version
from tests.jobs.previews.previewing import contents, done, planned, preview, shelf_total
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db
from webapp.models import Manufacturer, Run, SupplierCode
from webapp.previews.overrides import Overrides
from webapp.previews.run_now import run_now

EXAMPLES: Final = int(os.environ.get("PREVIEW_EXAMPLES", "3"))
STEPS: Final = 5
CODES: Final = ("TR", "PU", "WE")
NUMBERS: Final = ("A-1", "a-1 ", "A-2", "A-3", "B-1", "B1", "C-9")
OTHERS: Final = ("A-1", "A-3", "C-9")


def catalog() -> tuple[Manufacturer, Manufacturer]:
    """Two manufacturers; one product has two part numbers, and another one is sold by both."""
    tucker = make_manufacturer("Tucker", numbers=["A-1", "B-1"])
    parts = make_manufacturer("Parts Unlimited")
    products = [make_product(tucker, mpn) for mpn in ("A-2", "A-3")]
    make_part_number(tucker, products[0], "C-9")
    make_part_number(parts, products[1], "B1")
    for number in OTHERS:
        make_product(parts, number)
    return tucker, parts


def rows(source: random.Random, least: int = 0) -> list[dict[str, Any]]:
    """A pull of each code: few parts, in any order, some of them repeated, unmatched or undated."""
    found = []
    for code in CODES:
        for number in source.choices([*NUMBERS, "?", None], k=source.randint(least, 5)):
            fields: dict[str, Any] = {"Retail": source.choice([None, 0, 5, 7.5, 30])}
            if source.random() < 0.15:
                fields["lastupdatedate"] = None
            if source.random() < 0.3:
                fields["Avail"] = source.choice([0, 1, 3])
            found.append(part(code, number, source.choice([0, 1, 2, 5, 40]), **fields))
    return found


def change(harness: SyncHarness, source: random.Random) -> None:
    """Change settings, mappings or the catalog, or nothing."""
    code = source.choice(db.session.scalars(db.select(SupplierCode)).all())
    match source.randrange(6):
        case 0:
            harness.change_settings(clear_previous=source.random() < 0.5)
        case 1:
            harness.change_settings(quantity_column=source.choice(["on_hand", "available"]))
        case 2:
            code.pricing = source.choice(["disabled", "retail"])
        case 3:
            code.lead_time_days = source.randint(0, 3)
        case 4:
            raise_catalog_version()
    db.session.commit()


@pytest.fixture
def mapped(harness: SyncHarness, seed: int, monkeypatch: pytest.MonkeyPatch) -> SyncHarness:
    """Three codes, one perhaps of two manufacturers. With every other seed, pulls have several blocks.

    With every third, the changes of a plan that has many parts are written.
    """
    if seed % 3 == 0:
        monkeypatch.setattr(planned_stock, "MOST", 4)
    if seed % 2:
        for module, size in (
            (new_blocks, "BLOCK_ROWS"),
            (row_windows, "WINDOW_ROWS"),
            (received, "IN_MEMORY"),
        ):
            monkeypatch.setattr(module, size, 2)
    tucker, parts = catalog()
    harness.simulator.switches = Behavior(filtering="ignored")
    harness.map_code("TR", tucker, pricing="retail")
    harness.map_code("PU", tucker)
    harness.map_code("WE", parts, pricing="retail")
    if seed % 4 < 2:
        harness.map_code("TR", parts)
    return harness


@pytest.mark.parametrize("seed", range(EXAMPLES))
def test_a_preview_is_what_the_run_then_does(mapped: SyncHarness, seed: int) -> None:
    harness, source = mapped, random.Random(seed)
    for _ in range(STEPS):
        change(harness, source)
        harness.set_parts(*rows(source))
        before = contents()
        row = preview(harness)
        assert contents() == before
        plan, figures = planned(row), row.figures or {}
        run = _apply(harness, row) if source.random() < 0.5 else harness.sync()
        results = done(run)
        if run.trigger == "preview":
            plan = {key: result for key, result in plan.items() if result[0] == "succeeded"}
            results = {key: results[key] for key in plan}
        assert plan == results
        assert figures["after"] == shelf_total(harness)


@pytest.mark.parametrize("seed", range(EXAMPLES))
def test_a_preview_of_settings_is_what_the_next_run_with_them_does(mapped: SyncHarness, seed: int) -> None:
    harness, source = mapped, random.Random(seed)
    for _ in range(STEPS):
        if source.random() < 0.7:
            harness.set_parts(*rows(source, least=1))
        if harness.sync().status != "succeeded":
            # The stored pull of a code without evidence is older than what its run would plan with (R10).
            continue
        overrides = Overrides(
            quantity_column=source.choice([None, "on_hand", "available"]),
            clear_previous=source.choice([None, True, False]),
            pricing=source.choice(["disabled", "retail", "current_active"]),
        )
        before = contents()
        row = preview(harness, "settings", overrides=overrides.stored())
        assert contents() == before
        plan, figures = planned(row), row.figures or {}
        _save(harness, overrides)
        assert done(harness.sync()) == plan
        assert figures["after"] == shelf_total(harness)


def _save(harness: SyncHarness, overrides: Overrides) -> None:
    saved = {"quantity_column": overrides.quantity_column, "clear_previous": overrides.clear_previous}
    harness.change_settings(**{name: value for name, value in saved.items() if value is not None})
    for code in db.session.scalars(db.select(SupplierCode)):
        code.pricing = overrides.pricing or code.pricing
    db.session.commit()


def _apply(harness: SyncHarness, row: Any) -> Run:
    run = run_now(row, None)
    assert run is not None
    number = run.id
    assert run_sync.execute(number, harness.run_context())
    return harness.load_run(number)
