"""Buffer, price guard, lock, freeze, alias and several codes together, against a simple model (R22, R24–R28).

What a run leaves is computed from the rows of each code, one product at a time; what is frozen stays.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from jobs.sync import run_sync
from sandbox.simulator import Simulator
from tests.jobs.sync.test_apply_model import (
    CODES,
    NUMBERS,
    Reporting,
    Row,
    Scene,
    build,
    catalogs,
    change_aliases,
    forget,
    keys,
    shelf,
)
from tests.sync_harness import SyncHarness
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.freezes import freezing
from webapp.guards import settings as guard_settings
from webapp.guards.rules import GuardValues
from webapp.locks import locking
from webapp.locks.locking import LockValues
from webapp.models import Freeze, Manufacturer, ProductLock, Run
from webapp.pulls import stored_changes
from webapp.runs import lifecycle

EXAMPLES = int(os.environ.get("CONTROL_EXAMPLES", "12"))
# Emptied before those of `forget`, in an order in which they can be.
TABLES = ("planned_changes", "guard_settings", "code_guards", "freezes", "product_locks", "shelf_totals")

NAMES = {"all": "all", "manufacturer": "maker"}

# A place on the shelf: product, manufacturer, code.
Place = tuple[int, int, str]
Stock = tuple[int, int | None, int]
Figures = tuple[int, int | None, int | None]


class Guard(NamedTuple):
    """Guards of a dealer: a buffer, a maximum, and the largest change of a price in percent."""

    buffer: int
    most: int | None
    change: int | None

    def shown(self, quantity: int) -> int:
        left = max(0, quantity - self.buffer)
        return left if self.most is None else min(left, self.most)

    def allows(self, cents: int, before: int | None) -> bool:
        if self.change is None or before is None:
            return True
        return abs(cents - before) <= before * self.change / 100


@dataclass(frozen=True)
class Step:
    """What a user changes before a run, and what the run receives."""

    guard: Guard | None
    freezes: tuple[str, ...]
    releases: bool
    locks: dict[int, LockValues]
    aliases: dict[tuple[int, str], int]
    clear: bool
    rows: dict[str, list[Row]]


dated_rows = st.lists(
    st.tuples(
        st.sampled_from(NUMBERS),
        st.integers(-1, 5),
        st.sampled_from([None, 1.5, 2.25, 9.99]),
        st.just(True),
    ),
    max_size=5,
)
guards = st.builds(
    Guard, st.integers(0, 2), st.sampled_from([None, None, 1, 3]), st.sampled_from([None, None, 60])
)
locks = st.one_of(
    st.builds(lambda quantity: LockValues(quantity, 777, 9), st.integers(0, 3)),
    st.just(LockValues(sale_price_cents=555)),
    st.just(LockValues(is_hidden=True)),
)
steps = st.builds(
    Step,
    guard=st.one_of(st.none(), guards),
    freezes=st.sampled_from([(), (), ("TR",), ("all",), ("maker",), ("PU", "maker")]),
    releases=st.booleans(),
    locks=st.dictionaries(st.integers(0, 3), locks, max_size=2),
    aliases=st.dictionaries(st.tuples(st.integers(0, 1), keys), st.integers(0, 3), max_size=2),
    clear=st.booleans(),
    rows=st.fixed_dictionaries(dict.fromkeys(CODES, dated_rows)),
)
mappings = st.lists(
    st.tuples(
        st.sampled_from(CODES), st.integers(0, 1), st.integers(0, 3), st.sampled_from(["disabled", "retail"])
    ),
    min_size=1,
    unique_by=lambda code: code[:2],
)


@dataclass
class World:
    """A dealer with the rules that apply to it; manufacturers and products by database id."""

    harness: SyncHarness
    scene: Scene
    products: dict[int, int]
    makers: list[Manufacturer]
    guard: Guard = field(default_factory=lambda: Guard(0, None, None))
    aliases: dict[tuple[int, str], int] = field(default_factory=dict)
    locks: dict[int, LockValues] = field(default_factory=dict)
    frozen: set[str] = field(default_factory=set)
    rows: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def product_ids(self) -> dict[int, int]:
        return {place: product_id for product_id, place in self.products.items()}

    def is_frozen(self, place: Place) -> bool:
        maker = self.makers[0].id if "maker" in self.frozen else None
        return "all" in self.frozen or place[2].upper() in self.frozen or place[1] == maker

    def reported(self, code: str) -> dict[Place, tuple[int, int | None, int, str]]:
        """Quantity, price, lead time and pricing that the rows of a code make of its products."""
        found: dict[Place, tuple[int, int | None, int, str]] = {}
        parts = {key_of(row[0]): row for row in self.rows[code]}
        for number, (_, quantity, price, _) in sorted(parts.items()):
            seen = set()
            for _, maker, lead, pricing in (each for each in self.scene.codes if each[0] == code):
                product = self._product(maker, number)
                if quantity <= 0 or product is None or product in seen:
                    continue
                seen.add(product)
                place = (product, self.makers[maker].id, code.lower())
                before = found.get(place)
                cents = round(price * 100) if price else None
                more = (before[0] if before else 0) + quantity
                found[place] = (more, before[1] if before else cents, lead, pricing)
        return found

    def _product(self, maker: int, number: str) -> int | None:
        own = self.scene.catalog[maker]
        product = own.get(number, self.aliases.get((maker, number)))
        return self.product_ids[product] if product in own.values() and product is not None else None

    def expected(self, place: Place, reported: tuple[Any, ...], before: Stock | None) -> Stock:
        """What a run makes of the stock of a product that it received."""
        quantity, cents, lead, pricing = reported
        old = before[1] if before else None
        is_new = pricing == "retail" and cents is not None and self.guard.allows(cents, old)
        return self.guard.shown(quantity), cents if is_new else old, lead

    def figures(self, product_id: int, stock: dict[Place, Stock]) -> Figures:
        """The figures of a product (R16) under its lock (R28)."""
        order = {
            (code.lower(), self.makers[maker].id): place
            for place, (code, maker, *_) in enumerate(self.scene.codes)
        }
        own = [(order[p[2], p[1]], row) for p, row in stock.items() if p[0] == product_id]
        lock = self.locks.get(product_id)
        in_stock = [row for _, row in sorted(own) if row[0] > 0]
        prices = [row[1] for row in in_stock if row[1] is not None]
        figures: Figures = (0, None, None)
        if in_stock:
            least = min(row[2] for row in in_stock)
            figures = (sum(row[0] for row in in_stock), prices[0] if prices else None, least)
        if lock is None:
            return figures
        if lock.is_hidden or lock.quantity == 0:
            return (0, None, None)
        if lock.quantity is not None:
            return (lock.quantity, lock.sale_price_cents, lock.lead_time_days)
        return (figures[0], lock.sale_price_cents, figures[2]) if figures[0] else figures


@pytest.fixture
def harness(app: Flask) -> Iterator[SyncHarness]:
    with Simulator([]) as unused:
        yield SyncHarness(unused)


@given(catalog=st.tuples(catalogs, catalogs), codes=mappings, steps=st.lists(steps, min_size=2, max_size=5))
@pytest.mark.slow
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_controls_agree_with_a_simple_model_whatever_is_combined(
    harness: SyncHarness, catalog: Any, codes: Any, steps: list[Step]
) -> None:
    for table in TABLES:
        db.session.execute(text(f"DELETE FROM {table}"))
    forget(harness)
    scene = Scene(catalog, codes, [])
    products = build(harness, scene)
    makers = list(db.session.scalars(select(Manufacturer).order_by(Manufacturer.id)))
    world = World(harness, scene, products, makers)
    for step in steps:
        change(world, step)
        sync(world, step)
    release(world)
    sync(world, steps[-1])
    assert not db.session.scalar(select(Run.id).where(Run.status.in_(("queued", "running"))))


def change(world: World, step: Step) -> None:
    """Carry out what a user does; the runs that this starts apply it from the stored pulls."""
    dealer = world.harness.dealer
    if step.releases:
        release(world)
    if step.guard is not None:
        values = GuardValues(
            buffer_units=step.guard.buffer or None,
            max_quantity=step.guard.most,
            max_price_change_percent=step.guard.change,
        )
        world.guard = step.guard
        execute(world, guard_settings.save_defaults(dealer, values, ()).run)
    wanted = {world.product_ids[one]: lock for one, lock in step.locks.items() if one in world.product_ids}
    if wanted:
        locking.set_locks(dealer, wanted, None)
        world.locks |= wanted
        check_figures(world)
    if step.aliases and not world.aliases:
        added = {at: one for at, one in step.aliases.items() if one in world.product_ids}
        world.aliases = added
        execute(world, change_aliases(world.harness, world.products, added))
    freeze(world, step.freezes)


def freeze(world: World, scopes: tuple[str, ...]) -> None:
    dealer, mapped = world.harness.dealer, {code for code, *_ in world.scene.codes}
    for scope in scopes:
        if scope == "all":
            freezing.freeze(dealer, "all", reason="count")
        elif scope == "maker" and any(maker == 0 for _, maker, *_ in world.scene.codes):
            freezing.freeze(dealer, "manufacturer", reason="count", manufacturer_id=world.makers[0].id)
        elif scope in mapped:
            freezing.freeze(dealer, "code", reason="count", code=scope)
        else:
            continue
        world.frozen.add(scope)


def release(world: World) -> None:
    """End all freezes; the last one has what they kept back applied."""
    for row in db.session.scalars(select(Freeze).where(Freeze.ended_at.is_(None))).all():
        run = freezing.release(row)[1]
        left = db.session.scalars(select(Freeze).where(Freeze.ended_at.is_(None)))
        world.frozen = {NAMES.get(one.scope, one.supplier_code or "") for one in left}
        execute(world, run)


def sync(world: World, step: Step) -> None:
    """Run an update, and compare what it leaves."""
    world.harness.change_settings(clear_previous=step.clear)
    world.rows = step.rows
    run = lifecycle.record(world.harness.dealer, "command").run
    execute(world, run, Reporting(step.rows))


def execute(world: World, run: Run | None, reporting: Any = None) -> None:
    if run is None:
        check_figures(world)
        return
    run_id, before = run.id, current(world)
    assert run_sync.execute(run_id, run_sync.RunContext(lambda _: reporting or pytest.fail("a request")))
    done = world.harness.load_run(run_id)
    assert done.status == "succeeded", done.reason
    clears = bool((done.settings or {})["clear_previous"])
    for item in done.items:
        if item.status == "succeeded":
            check_code(world, item.supplier_code, before, clears)
        planned = list(stored_changes.planned_of_item(db.session.connection(), item.id))
        assert item.frozen >= sum(len(block) for block in planned)
    check_figures(world)


def check_code(world: World, code: str, before: dict[Place, Stock], clears: bool) -> None:
    after, reported = current(world), world.reported(code)
    for place in {place for place in (*before, *after, *reported) if place[2] == code.lower()}:
        if world.is_frozen(place):
            assert after.get(place) == before.get(place), place
        elif place in reported:
            assert after.get(place) == world.expected(place, reported[place], before.get(place)), place
        elif clears:
            assert after[place] == (0, *before[place][1:]), place
        else:
            assert after[place][0] in (0, before[place][0]) or after[place][0] < before[place][0], place


def check_figures(world: World) -> None:
    found = {
        row[0]: (row[1], row[2], row[3])
        for row in db.session.execute(
            text("SELECT product_id, shelf_quantity, sale_price_cents, lead_time_days FROM webstore_figures")
        )
    }
    stock = current(world)
    for product_id in world.products:
        # One that was never in stock is not in the webstore, or out of stock there once a lock is removed.
        assert found.get(product_id, (0, None, None)) == world.figures(product_id, stock)
    total = db.session.scalar(text("SELECT coalesce(sum(pieces), 0) FROM shelf_totals"))
    assert total == sum(figures[0] for figures in found.values())
    assert set(world.locks) == set(db.session.scalars(open_locks()))


def open_locks() -> Any:
    return select(ProductLock.product_id).where(ProductLock.ended_at.is_(None))


def current(world: World) -> dict[Place, Stock]:
    return {(p[0], p[1], p[2]): (s[0], s[1], s[2]) for p, s in shelf().items()}
