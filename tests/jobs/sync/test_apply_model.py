"""Matching and applying in SQL, against a slow and obvious model of the same rules (R10–R17)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from jobs.sources.lightspeed.parts import Part
from jobs.sources.source import Page, PartsQuery
from jobs.sync import run_sync
from jobs.sync.applying import new_blocks, received, row_windows
from sandbox.simulator import Simulator
from tests.factories import make_manufacturer, make_part_number, make_product
from tests.sync_harness import SyncHarness
from webapp.extensions import db
from webapp.matching import aliases as alias_verbs
from webapp.matching.aliases import NewAlias
from webapp.models import Alias, Manufacturer, Run, RunItem
from webapp.pulls.stored_changes import changes_of
from webapp.runs import lifecycle
from webapp.search import noted_products

NUMBERS = ["A1", "a1 ", "A2", "B-1", "b1", "C"]
CODES = ["TR", "PU"]
# In an order in which they can be emptied.
TABLES = (
    *("reindex_outbox", "reindex_batches", "webstore_figures", "shelf_stock", "retained_parts"),
    *("arrived_parts", "pull_blocks", "stored_pulls", "stock_versions", "run_mappings"),
    *(
        "alias_versions",
        "aliases",
        "run_items",
        "reports",
        "runs",
        "supplier_codes",
        "part_numbers",
        "products",
        "manufacturers",
    ),
)


# Part number, quantity, price, and whether it has a date.
Row = tuple[str, int, float | None, bool]


@dataclass(frozen=True)
class Scene:
    """What exists, and what is reported in each of some runs."""

    # Which product (0–3) each of two manufacturers sells under which part number.
    catalog: tuple[dict[str, int], dict[str, int]]
    # Code, manufacturer, lead time, pricing, in list order.
    codes: list[tuple[str, int, int, str]]
    # A run: clear previous?, and by code the rows.
    runs: list[tuple[bool, dict[str, list[Row]]]]
    # Aliases that are added before each run: by manufacturer and part number the product.
    aliases: list[dict[tuple[int, str], int]] = field(default_factory=list)


rows = st.lists(
    st.tuples(
        st.sampled_from(NUMBERS),
        st.integers(-1, 4),
        st.sampled_from([None, 0.0, 1.5, 2.25, 9.99]),
        st.sampled_from([True, True, False]),
    ),
    max_size=6,
)
keys = st.sampled_from(["a1", "a2", "b-1", "c"])
pricings = st.sampled_from(["disabled", "retail"])
catalogs = st.dictionaries(keys, st.integers(0, 3), max_size=4)
scenes = st.builds(
    Scene,
    catalog=st.tuples(catalogs, catalogs),
    codes=st.lists(
        st.tuples(
            st.sampled_from(CODES),
            st.integers(0, 1),
            st.integers(0, 3),
            st.sampled_from(["disabled", "retail"]),
        ),
        min_size=1,
        unique_by=lambda code: code[:2],
    ),
    runs=st.lists(
        st.tuples(st.booleans(), st.fixed_dictionaries(dict.fromkeys(CODES, rows))), min_size=1, max_size=5
    ),
)

# Aliases of part numbers, some of which the catalog has, for products that it may not have.
aliases_by_run = st.lists(
    st.dictionaries(st.tuples(st.integers(0, 1), keys), st.integers(0, 3), max_size=3), min_size=1, max_size=5
)

Stock = dict[tuple[int, str, int], tuple[int, int | None, int]]


@dataclass(frozen=True)
class Reported:
    """A part in a pull: its product, what it contributes, its price, and since which run it is reported."""

    product: int
    quantity: int
    price: float | None
    since: int
    is_kept: bool = False


# A pull, and what is left of parts that are no longer in one, by (manufacturer, part number).
Pull = dict[tuple[int, str], Reported]


@dataclass
class Model:
    """The rules, one part at a time. Stock is keyed by (manufacturer, code, product)."""

    scene: Scene
    stock: Stock = field(default_factory=dict)
    pulls: dict[str, Pull] = field(default_factory=dict)
    pulled_in: dict[str, int] = field(default_factory=dict)
    # Quantities that are left, and the run that last reported each, by code, manufacturer and part number.
    left: dict[tuple[str, int, str], tuple[int, int, int]] = field(default_factory=dict)
    kept: dict[str, int | None] = field(default_factory=dict)
    runs: int = 0
    # The rows of each code's last complete pull, and the aliases that are in force.
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    aliases: dict[tuple[int, str], int] = field(default_factory=dict)

    def run(self, clear: bool, reported: dict[str, list[Row]]) -> None:
        self.runs += 1
        for code in dict.fromkeys(code for code, *_ in self.scene.codes):
            parts = {row[0].strip().lower(): row for row in reported[code]}
            self.kept[code] = None
            if not parts or any(row[1] <= 0 or row[3] for row in parts.values()):
                self._apply(code, clear, parts)

    def change_aliases(self, clear: bool, aliases: dict[tuple[int, str], int]) -> None:
        """R22: the codes of the manufacturers concerned are applied again, with the rows that they have."""
        changed = {place[0] for place, _ in self.aliases.items() ^ aliases.items()}
        self.aliases, self.kept = aliases, {}
        self.runs += 1
        for code in dict.fromkeys(code for code, *_ in self.scene.codes):
            if code in self.rows and any(mapping[1] in changed for mapping in self._mapped(code)):
                self._apply(code, clear, self.rows[code])

    def _product(self, manufacturer: int, number: str) -> int | None:
        """R12, R22: the manufacturer's own part numbers come first."""
        own = self.scene.catalog[manufacturer]
        product = own.get(number, self.aliases.get((manufacturer, number)))
        return product if product in own.values() else None

    def _apply(self, code: str, clear: bool, parts: dict[str, Row]) -> None:
        self.rows[code] = parts
        pull = self._kept(code, parts) | self._matched(code, parts)
        self.kept[code] = len({number for (_, number), part in pull.items() if part.is_kept})
        gone = {
            key: part
            for key, part in self.pulls.get(code, {}).items()
            if key not in pull and not (key[1] in parts and parts[key[1]][1] > 0)
        }
        self._put_on_shelf(code, pull)
        if clear:
            self._clear(code, {(manufacturer, part.product) for (manufacturer, _), part in pull.items()})
        else:
            self._clear_reached_earlier(code, pull)
            for (manufacturer, number), part in gone.items():
                left = (part.product, part.quantity, self.pulled_in[code])
                self.left[code, manufacturer, number] = left
        self.pulls[code], self.pulled_in[code] = pull, self.runs
        self._forget(code, pull)
        if not clear:
            self._clear_moved()
        self._forget(code, pull)

    def _mapped(self, code: str) -> list[tuple[str, int, int, str]]:
        return [mapping for mapping in self.scene.codes if mapping[0] == code]

    def _matched(self, code: str, parts: dict[str, Row]) -> Pull:
        pull: Pull = {}
        for number, (_, quantity, price, is_dated) in parts.items():
            seen: set[int] = set()
            for _, manufacturer, _, _ in self._mapped(code):
                product = self._product(manufacturer, number)
                if quantity <= 0 or not is_dated or product is None or product in seen:
                    continue
                seen.add(product)
                before = self.pulls.get(code, {}).get((manufacturer, number))
                since = before.since if before else self.runs
                pull[manufacturer, number] = Reported(product, quantity, price, since)
        return pull

    def _kept(self, code: str, parts: dict[str, Row]) -> Pull:
        pull: Pull = {}
        for number, (_, quantity, _, is_dated) in parts.items():
            for _, manufacturer, _, _ in self._mapped(code):
                if quantity <= 0 or is_dated:
                    continue
                before = self.pulls.get(code, {}).get((manufacturer, number))
                left = self.left.get((code, manufacturer, number))
                if before is None and left is not None:
                    before = Reported(left[0], left[1], None, 0)
                if before and self.stock[manufacturer, code, before.product][0] > 0:
                    kept = Reported(before.product, before.quantity, None, before.since, is_kept=True)
                    pull[manufacturer, number] = kept
        return pull

    def _put_on_shelf(self, code: str, pull: Pull) -> None:
        products: dict[tuple[int, int], list[Reported]] = {}
        for (manufacturer, _), part in sorted(pull.items()):
            products.setdefault((manufacturer, part.product), []).append(part)
        for (manufacturer, product), own in products.items():
            if all(part.is_kept for part in own):
                continue
            lead, pricing = next((m[2], m[3]) for m in self._mapped(code) if m[1] == manufacturer)
            old = self.stock.get((manufacturer, code, product), (0, None, 0))
            price = own[0].price if pricing == "retail" else None
            cents = round(price * 100) if price else old[1]
            self.stock[manufacturer, code, product] = (sum(part.quantity for part in own), cents, lead)

    def _clear(self, code: str, stays: set[tuple[int, int]]) -> None:
        for manufacturer, of, product in list(self.stock):
            if of == code and (manufacturer, product) not in stays:
                self._set(manufacturer, of, product, 0)

    def _clear_reached_earlier(self, code: str, pull: Pull) -> None:
        """R13: what reaches its product through an earlier mapping contributes through no later one."""
        own = {(manufacturer, part.product) for (manufacturer, _), part in pull.items()}
        for (reached, number), part in pull.items():
            for _, manufacturer, _, _ in self._mapped(code):
                is_same = self._product(manufacturer, number) == part.product
                row = (manufacturer, code, part.product)
                later = manufacturer != reached and (manufacturer, part.product) not in own
                if is_same and later and not part.is_kept and row in self.stock:
                    self._set(*row, 0)

    def _clear_moved(self) -> None:
        for (code, manufacturer, number), (product, quantity, last) in list(self.left.items()):
            others = (pull for of, pull in self.pulls.items() if of != code)
            if any(
                (manufacturer, number) in pull and pull[manufacturer, number].since > last for pull in others
            ):
                now = self.stock[manufacturer, code, product][0]
                self._set(manufacturer, code, product, max(0, now - quantity))
                del self.left[code, manufacturer, number]

    def _forget(self, code: str, pull: Pull) -> None:
        replaced = {(m, part.product) for (m, _), part in pull.items() if not part.is_kept}
        for of, manufacturer, number in list(self.left):
            product = self.left[of, manufacturer, number][0]
            is_back = of == code and ((manufacturer, number) in pull or (manufacturer, product) in replaced)
            if is_back or self.stock[manufacturer, of, product][0] == 0:
                del self.left[of, manufacturer, number]

    def _set(self, manufacturer: int, code: str, product: int, quantity: int) -> None:
        _, cents, lead = self.stock[manufacturer, code, product]
        self.stock[manufacturer, code, product] = (quantity, cents, lead)

    def figures(self) -> dict[int, tuple[int, int | None, int | None]]:
        """Quantity, price and lead time by product."""
        order = {(m[1], m[0]): place for place, m in enumerate(self.scene.codes)}
        result = {}
        for product in {key[2] for key in self.stock}:
            own = [(order[key[0], key[1]], value) for key, value in self.stock.items() if key[2] == product]
            in_stock = [(place, value) for place, value in sorted(own) if value[0] > 0]
            prices = [value[1] for _, value in in_stock if value[1] is not None]
            result[product] = (
                sum(value[0] for _, value in in_stock),
                prices[0] if prices else None,
                min((value[2] for _, value in in_stock), default=None),
            )
        return result


class Reporting:
    """Stands in for the service: answers each code with its rows, in pages of two."""

    def __init__(self, reported: dict[str, list[Row]]) -> None:
        self._reported = reported

    def parts(self, _account: str, query: PartsQuery, waiting: Any) -> Answering:
        code = query.spellings[0]
        parts = [
            Part(
                part_number=number,
                supplier_code=code,
                on_hand=quantity,
                retail=price,
                last_updated="2999-01-01T00:00:00" if is_dated else None,
            )
            for number, quantity, price, is_dated in self._reported[code]
        ]
        return Answering(parts, waiting, query.trace)


class Answering:
    """The pages of one code's rows, which are known if they are those of the trace."""

    def __init__(self, parts: list[Part], waiting: Any, trace: bytes | None) -> None:
        self._parts, self._waiting = parts, waiting
        self.trace = repr(parts).encode()
        self.are_known = self.trace == trace

    def begin(self) -> None:
        """Nothing is slow here."""

    def abandon(self) -> None:
        """Nothing was begun."""

    def close(self) -> None:
        """Nothing is kept."""

    def read_again(self) -> Iterator[Page]:
        """The pages with their parts."""
        rows = [self._parts[start : start + 2] for start in range(0, len(self._parts), 2)]
        for number, page in enumerate(rows, start=1):
            yield Page(number, page, [], len(page), 1, 0.0, is_short=True)

    def pages(self) -> Iterator[list[Page]]:
        """Now one page, now two at a time."""
        pages = list(self.read_again())
        if self.are_known:
            pages = [replace(page, parts=(), is_known=True) for page in pages]
        while pages:
            self._waiting()
            together = 1 + len(pages) % 2
            yield pages[:together]
            pages = pages[together:]


def build(harness: SyncHarness, scene: Scene) -> dict[int, int]:
    """Make the scene's catalog and codes; database ids of the scene's products."""
    makers: list[Manufacturer] = [make_manufacturer("Tucker"), make_manufacturer("Western")]
    products: dict[int, Any] = {}
    for maker, sold in zip(makers, scene.catalog, strict=True):
        for number, place in sold.items():
            if place in products:
                make_part_number(maker, products[place], number)
            else:
                products[place] = make_product(maker, number)
    for code, maker_place, lead, pricing in scene.codes:
        harness.map_code(code, makers[maker_place], lead_time_days=lead, pricing=pricing)
    return {product.id: place for place, product in products.items()}


def forget(harness: SyncHarness) -> None:
    for table in TABLES:
        db.session.execute(text(f"DELETE FROM {table}"))
    db.session.commit()


@pytest.fixture
def harness(app: Flask) -> Iterator[SyncHarness]:
    with Simulator([]) as unused:
        yield SyncHarness(unused)


# Blocks are cut before any statement, so one size that makes several is enough for the slower database.
WITH_EACH_BLOCK_SIZE = pytest.mark.parametrize(
    ("database_url", "block_rows"),
    [("sqlite", 1_000), ("sqlite", 2), ("sqlite", 1), ("postgresql", 2)],
    ids=["sqlite, one block", "sqlite, blocks of two", "sqlite, blocks of one", "postgresql, blocks of two"],
    indirect=True,
)


@pytest.fixture
def block_rows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Blocks and windows of so many rows; those of a few rows are sorted in files, too."""
    if request.param < 1_000:
        monkeypatch.setattr(new_blocks, "BLOCK_ROWS", request.param)
        monkeypatch.setattr(row_windows, "WINDOW_ROWS", request.param)
        monkeypatch.setattr(received, "IN_MEMORY", 2)
    return int(request.param)


# A part contributes to a product once (R13): stock under another manufacturer is not its own.
@example(
    scene=Scene(
        catalog=({"b-1": 1, "c": 1}, {"b-1": 1}),
        codes=[("TR", 1, 0, "disabled"), ("TR", 0, 0, "disabled")],
        runs=[
            (False, {"TR": [("C", 4, None, True)], "PU": []}),
            (False, {"TR": [("B-1", 2, None, True), ("C", 3, None, False)], "PU": []}),
            (True, {"TR": [("B-1", 2, None, False), ("A2", 3, None, True)], "PU": []}),
        ],
    )
)
@given(scene=scenes)
@pytest.mark.slow
@WITH_EACH_BLOCK_SIZE
@pytest.mark.usefixtures("block_rows")
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_shelf_and_the_webstore_agree_with_a_simple_model(harness: SyncHarness, scene: Scene) -> None:
    forget(harness)
    products = build(harness, scene)
    model = Model(scene)
    for clear, reported in scene.runs:
        before, shelf_before = model.figures(), shelf()
        model.run(clear, reported)
        harness.change_settings(clear_previous=clear)
        run_id = lifecycle.record(harness.dealer, "command").run.id
        reporting: Any = Reporting(reported)
        assert run_sync.execute(run_id, run_sync.RunContext(lambda _, r=reporting: r))
        run = harness.load_run(run_id)
        assert {item.supplier_code: item.kept for item in run.items if is_applied(item)} == {
            code: kept for code, kept in model.kept.items() if kept is not None
        }
        check_changes(run, shelf_before)
        assert figures(products) == model.figures()
        changed = {place for place, now in model.figures().items() if before.get(place) != now}
        # A product may also change with one code and back with the next: noted for nothing, never missed.
        assert changed <= noted(products)
    assert stock(products) == model.stock


# Two parts of a product, a number that the catalog has itself, and a part that keeps what an alias gave it.
ADDED = Scene(
    catalog=({"a1": 0, "b-1": 1}, {"c": 1}),
    codes=[("TR", 0, 0, "retail"), ("PU", 0, 1, "retail"), ("PU", 1, 2, "disabled")],
    runs=[
        (True, {"TR": [("A2", 1, 1.5, True)], "PU": [("A2", 2, None, True), ("C", 1, 2.25, True)]}),
        (True, {"TR": [("A2", 1, 1.5, False)], "PU": [("A2", 2, None, True)]}),
        (False, {"TR": [("B-1", 3, 1.5, True)], "PU": [("C", 1, 2.25, True)]}),
    ],
    aliases=[{}, {(0, "a2"): 1, (1, "c"): 0}, {(1, "a2"): 1}],
)

# Two parts of a product that lie in different windows: one by the catalog, one by an alias.
APART = Scene(
    catalog=({"c": 1}, {}),
    codes=[("TR", 0, 0, "retail")],
    runs=[
        (True, {"TR": [("A1", 1, 1.5, True), ("A2", 1, 1.5, True), ("C", 2, 2.25, True)], "PU": []}),
        (True, {"TR": [("A1", 4, 1.5, True), ("A2", 1, 1.5, True), ("C", 2, 2.25, True)], "PU": []}),
    ],
    aliases=[{(0, "a1"): 1}, {}],
)


@example(scene=ADDED)
@example(scene=APART)
@given(scene=st.builds(replace, scenes, aliases=aliases_by_run))
@pytest.mark.slow
@WITH_EACH_BLOCK_SIZE
@pytest.mark.usefixtures("block_rows")
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_aliases_take_effect_from_stored_pulls_as_in_the_model(harness: SyncHarness, scene: Scene) -> None:
    forget(harness)
    products = build(harness, scene)
    model, was_clearing = Model(scene), False
    for (clear, reported), added in zip(scene.runs, scene.aliases, strict=False):
        # What a removed alias leaves on the shelf may be kept for another part: as after a change of catalog.
        aliases = {**added, **model.aliases}
        aliases = {place: product for place, product in aliases.items() if product in products.values()}
        run = change_aliases(harness, products, aliases)
        if run is not None:
            model.change_aliases(was_clearing, aliases)
            assert run_sync.execute(run.id, run_sync.RunContext(lambda _: pytest.fail("a request")))
            assert_agreement(harness, run.id, products, model)
        model.aliases, was_clearing = aliases, clear
        model.run(clear, reported)
        harness.change_settings(clear_previous=clear)
        run_id = lifecycle.record(harness.dealer, "command").run.id
        reporting: Any = Reporting(reported)
        assert run_sync.execute(run_id, run_sync.RunContext(lambda _, r=reporting: r))
        assert_agreement(harness, run_id, products, model)


def change_aliases(
    harness: SyncHarness, products: dict[int, int], aliases: dict[tuple[int, str], int]
) -> Run | None:
    """Make these the dealer's aliases; return the run that applies them."""
    makers = list(db.session.scalars(text("SELECT id FROM manufacturers ORDER BY id")))
    ids = {place: product_id for product_id, place in products.items()}
    wanted = {(makers[maker], number): ids.get(place) for (maker, number), place in aliases.items()}
    now = {(alias.manufacturer_id, alias.key): alias for alias in db.session.scalars(select(Alias))}
    gone = [alias.id for place, alias in now.items() if wanted.get(place) != alias.product_id]
    new = [
        NewAlias(place[0], place[1], product_id, "any", "manual")
        for place, product_id in wanted.items()
        if product_id is not None
    ]
    runs = [alias_verbs.remove(harness.dealer, gone).run, alias_verbs.add(harness.dealer, new).run]
    return next((run for run in runs if run is not None), None)


def assert_agreement(harness: SyncHarness, run_id: int, products: dict[int, int], model: Model) -> None:
    items = harness.load_run(run_id).items
    kept = {item.supplier_code: item.kept for item in items if is_applied(item)}
    assert kept == {code: kept for code, kept in model.kept.items() if kept is not None}
    assert figures(products) == model.figures()
    assert stock(products) == model.stock


Shelf = dict[tuple[Any, ...], tuple[Any, ...]]
COUNTS = ("supplier_code", "status", "fetched", "synced", "skipped", "kept", "cleared", "changed")
COUNTS += ("prices_left", "error")


@dataclass(frozen=True)
class Result:
    """What a run leaves behind, without ids."""

    stock: Stock
    figures: dict[int, tuple[int, int | None, int | None]]
    totals: list[tuple[Any, ...]]
    noted: set[int]
    items: list[tuple[Any, ...]]
    reports: list[list[dict[str, str]]]


def results(harness: SyncHarness, scene: Scene, before_run: Callable[[], object]) -> list[Result]:
    """Run a scene from the beginning; what each of its runs leaves behind."""
    forget(harness)
    db.session.execute(text("DELETE FROM shelf_totals"))
    products = build(harness, scene)
    left = []
    for clear, reported in scene.runs:
        before_run()
        harness.change_settings(clear_previous=clear)
        run_id = lifecycle.record(harness.dealer, "command").run.id
        reporting: Any = Reporting(reported)
        assert run_sync.execute(run_id, run_sync.RunContext(lambda _, r=reporting: r))
        run = harness.load_run(run_id)
        items = [
            (
                item.supplier_code,
                item.status,
                item.fetched,
                item.synced,
                item.skipped,
                item.kept,
                item.cleared,
                item.changed,
                item.prices_left,
                item.error,
            )
            for item in run.items
        ]
        totals = db.session.execute(text("SELECT catalog, products, pieces FROM shelf_totals")).all()
        reports = [harness.report_rows(run, kind) for kind in ("inventory", "skipped")]
        left.append(Result(stock(products), figures(products), list(totals), noted(products), items, reports))
    return left


def have_nothing_reused() -> None:
    """Have the next pulls compared with all stock, as after a change outside of runs."""
    db.session.execute(text("UPDATE stored_pulls SET basis = :nothing"), {"nothing": b""})
    db.session.commit()


# A part stays the same, and explains stock of a later mapping only once another part is gone.
GONE_FROM_LATER = Scene(
    catalog=({"a1": 0, "b-1": 1}, {"a1": 1, "b-1": 1}),
    codes=[("PU", 0, 0, "disabled"), ("PU", 1, 0, "disabled")],
    runs=[
        (False, {"PU": [("A1", 1, None, True), ("B-1", 2, None, True)], "TR": []}),
        (False, {"PU": [("B-1", 2, None, True)], "TR": []}),
    ],
)


@given(scene=scenes)
@example(scene=GONE_FROM_LATER)
@pytest.mark.slow
@WITH_EACH_BLOCK_SIZE
@pytest.mark.usefixtures("block_rows")
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_run_that_reuses_nothing_leaves_the_same_behind(harness: SyncHarness, scene: Scene) -> None:
    # Each run but the first repeats the one before it first, and half of it again.
    runs = [scene.runs[0]]
    for clear, reported in scene.runs[1:]:
        halves = {code: [*rows[: len(rows) // 2], *runs[-1][1][code]] for code, rows in reported.items()}
        runs += [(clear, runs[-1][1]), (clear, halves), (clear, reported)]
    scene = replace(scene, runs=runs)
    reusing = results(harness, scene, lambda: None)
    assert results(harness, scene, have_nothing_reused) == reusing


def check_changes(run: Run, before: Shelf) -> None:
    """Undone in reverse, the changes of its items lead back to the shelf before the run (R25)."""
    now = shelf()
    for item in reversed(run.items):
        changes = [change for change, _ in changes_of(db.session.connection(), item.id)]
        assert len({change.place for change in changes}) == len(changes)
        for change in changes:
            assert now[change.place] == change.after != change.before
            if change.before is None:
                del now[change.place]
            else:
                now[change.place] = change.before
    assert now == before


def shelf() -> Shelf:
    """All shelf stock: quantity, price and lead time by product, manufacturer and code."""
    rows = db.session.execute(
        text(
            "SELECT product_id, manufacturer_id, code_key, quantity, sale_price_cents, lead_time_days"
            " FROM shelf_stock"
        )
    )
    return {tuple(row[:3]): tuple(row[3:]) for row in rows}


def is_applied(item: RunItem) -> bool:
    return item.status == "succeeded"


def figures(products: dict[int, int]) -> dict[int, tuple[int, int | None, int | None]]:
    found = db.session.execute(
        text("SELECT product_id, shelf_quantity, sale_price_cents, lead_time_days FROM webstore_figures")
    )
    return {products[row[0]]: (row[1], row[2], row[3]) for row in found}


def noted(products: dict[int, int]) -> set[int]:
    connection = db.session.connection()
    found = noted_products.take(connection, noted_products.count(connection))
    db.session.commit()
    return {products[product] for _, product in found}


def stock(products: dict[int, int]) -> Stock:
    makers = list(db.session.scalars(text("SELECT id FROM manufacturers ORDER BY id")))
    found = db.session.execute(
        text(
            "SELECT manufacturer_id, code, product_id, quantity, sale_price_cents, lead_time_days"
            " FROM shelf_stock"
        )
    )
    return {(makers.index(row[0]), row[1], products[row[2]]): (row[3], row[4], row[5]) for row in found}
