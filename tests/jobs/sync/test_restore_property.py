"""After any sequence of runs, changes and failures a restore gives back what was there before a run (R25).

A few sequences run in the suite; RESTORE_SEQUENCES=200 runs as many, each another one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from jobs import tasks
from sandbox.simulator import Behavior, Fault
from tests.factories import make_manufacturer, make_part_number
from tests.jobs.sync.restores import Picture, picture, restore_if_changed
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db
from webapp.matching import aliases
from webapp.matching.aliases import NewAlias
from webapp.models import PartNumber, Run, SupplierCode
from webapp.runs import held_clearings
from webapp.supplier_codes import changes

SEQUENCES = int(os.environ.get("RESTORE_SEQUENCES", "3"))
SEED = int(os.environ.get("RESTORE_SEED", "7"))
NUMBERS = [f"N-{number}" for number in range(9)]
CODES = ["TR", "PU", "WP"]
PRICES = [9.5, 10, 11.25, None]


class Sequence:
    """A dealer to whom random things happen, with a picture of the shelf before each run."""

    def __init__(self, harness: SyncHarness, seed: int) -> None:
        self.harness, self.random = harness, Random(seed)
        self.makers = [make_manufacturer(name, numbers=NUMBERS[:6]) for name in ("Tucker", "Western")]
        shared = db.session.scalars(select(PartNumber)).first()
        assert shared is not None
        make_part_number(self.makers[1], shared.product, "S-1")
        self.numbers = [*NUMBERS, "S-1", "N1"]
        for code in CODES:
            self.map_code(code)
        self.before: dict[int, Picture] = {}

    def happen(self) -> None:
        steps: list[Callable[[], object]] = [
            *(self.sync, self.sync, self.sync, self.sync, self.fail, self.change_settings),
            *(self.edit_code, self.add_or_remove_code, self.approve, self.accept_alias, self.restore_some),
        ]
        self.random.choice(steps)()
        db.session.commit()

    def sync(self, *, parts: bool = True) -> Run:
        if parts:
            self.harness.set_parts(*self.parts())
        shown = picture(self.harness)
        run = self.harness.sync()
        self.before[run.id] = shown
        return run

    def parts(self) -> list[dict[str, Any]]:
        return [
            part(code, number, self.random.randint(0, 4), Retail=self.random.choice(PRICES))
            for code in CODES
            for number in self.random.sample(self.numbers, self.random.randint(0, 7))
        ]

    def fail(self) -> None:
        code = self.random.choice(CODES)
        self.harness.simulator.switches = Behavior(faults=[Fault("error_500", code=code, times=None)])
        self.sync()
        self.harness.simulator.switches = Behavior()

    def change_settings(self) -> None:
        self.harness.change_settings(clear_previous=self.random.random() < 0.5)

    def edit_code(self) -> None:
        if (row := self._any_code()) is not None:
            row.lead_time_days = self.random.randint(0, 5)
            row.pricing = self.random.choice(["disabled", "retail"])

    def add_or_remove_code(self) -> None:
        row = self._any_code()
        if row is not None and self.random.random() < 0.5:
            changes.remove(row, clear=self.random.random() < 0.5)
        else:
            self.map_code(self.random.choice(CODES))

    def map_code(self, code: str) -> None:
        maker = self.random.choice(self.makers)
        present = {(row.code, row.manufacturer_id) for row in db.session.scalars(select(SupplierCode))}
        if (code, maker.id) not in present:
            self.harness.map_code(code, maker, pricing="retail")

    def approve(self) -> None:
        for clearing in held_clearings.waiting_or_of_run(self.harness.dealer.id, None):
            number = clearing.id
            held_clearings.apply_clearing(clearing, by=None)
            tasks.clear_held(number)

    def accept_alias(self) -> None:
        row = db.session.scalars(select(PartNumber).where(PartNumber.part_number == "N-1")).first()
        assert row is not None
        new = NewAlias(row.manufacturer_id, "N1", row.product_id, row.part_number, "punctuation")
        run = aliases.add(self.harness.dealer, [new]).run
        if run is not None:
            tasks.sync_run(run.id)

    def restore_some(self) -> None:
        if self.before:
            run = self.harness.load_run(self.random.choice(list(self.before)))
            codes = self.random.sample(CODES, 2) if self.random.random() < 0.5 else None
            restore_if_changed(self.harness, run, codes)

    def _any_code(self) -> SupplierCode | None:
        rows = db.session.scalars(select(SupplierCode).order_by(SupplierCode.id)).all()
        return self.random.choice(rows) if rows else None


@pytest.mark.parametrize("number", range(SEQUENCES))
def test_a_restore_gives_back_what_was_there_before_the_run(harness: SyncHarness, number: int) -> None:
    sequence = Sequence(harness, SEED * 10_000 + number)
    sequence.sync()
    for _ in range(sequence.random.randint(3, 9)):
        sequence.happen()
    run_id = sequence.random.choice(list(sequence.before))
    restore_if_changed(harness, harness.load_run(run_id))
    found, expected = picture(harness), sequence.before[run_id]
    # Prices of products with several codes follow from the list of codes as it is now (R16).
    assert found["shelf"] == expected["shelf"]
    assert [row[:3] for row in found["figures"]] == [row[:3] for row in expected["figures"]]
    assert found["totals"] == expected["totals"]
    assert [row[:4] for row in found["export"]] == [row[:4] for row in expected["export"]]


@pytest.mark.parametrize("number", range(SEQUENCES))
def test_the_next_run_repeats_what_was_restored(harness: SyncHarness, number: int) -> None:
    sequence = Sequence(harness, SEED * 20_000 + number)
    sequence.sync()
    for _ in range(sequence.random.randint(2, 6)):
        sequence.happen()
    run = sequence.sync()
    changed, run_id = picture(harness), run.id
    restore_if_changed(harness, harness.load_run(run_id))
    assert picture(harness) == sequence.before[run_id]
    again = sequence.sync(parts=False)
    if not any(item.held for item in (*run.items, *again.items)):
        assert picture(harness) == changed
