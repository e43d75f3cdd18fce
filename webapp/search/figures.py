"""Updates webstore figures from shelf stock and locks (R16, R28), and notes changed products (R17).

Set-based, and the same SQL on PostgreSQL and SQLite. Everything runs in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session, scoped_session

from webapp.core import clock
from webapp.core.limits import DEFAULT_LEAD_TIME_DAYS, MAX_INT32
from webapp.models import Dealer
from webapp.models.types import UtcDateTime

# The figures to change, kept for the duration of the transaction. Computing them is most of the work, and
# three statements need them.
_DIFFERING = """
    CREATE TEMPORARY TABLE differing_figures (
        product_id BIGINT NOT NULL,
        shelf_quantity BIGINT NOT NULL,
        sale_price_cents INTEGER,
        lead_time_days INTEGER,
        previous_quantity BIGINT NOT NULL
    )
"""

# The figures that the products in scope have without a lock. The row whose supplier code is first in the
# dealer's list gives the price; stock of a removed code comes last. The scope is the driving table: it is
# small even if the shelf is large. `last_price` and `last_days` count where a lock has a product in stock of
# which no code has any (R28).
_OWN = """
    WITH scope AS (
        SELECT DISTINCT product_id FROM ({scope}) AS touched
    ), stock AS (
        SELECT s.product_id, s.quantity, s.lead_time_days, s.sale_price_cents,
               row_number() OVER (
                   PARTITION BY s.product_id
                   ORDER BY CASE WHEN s.sale_price_cents IS NULL THEN 2 WHEN s.quantity > 0 THEN 0 ELSE 1 END,
                            coalesce(c.position, {last}), coalesce(c.id, {last}),
                            s.code_key, s.manufacturer_id
               ) AS place
        FROM scope
        JOIN shelf_stock AS s ON s.dealer_id = :dealer_id AND s.product_id = scope.product_id
        LEFT JOIN supplier_codes AS c
               ON c.dealer_id = s.dealer_id
              AND c.code_key = s.code_key
              AND c.manufacturer_id = s.manufacturer_id
    ), own AS (
        SELECT product_id,
               sum(quantity) AS quantity,
               max(CASE WHEN place = 1 AND quantity > 0 THEN sale_price_cents END) AS price,
               min(CASE WHEN quantity > 0 THEN lead_time_days END) AS days,
               max(CASE WHEN place = 1 THEN sale_price_cents END) AS last_price,
               min(lead_time_days) AS last_days
        FROM stock
        GROUP BY product_id
    )
"""
_UNLOCKED = "{own} SELECT product_id, quantity, price, days FROM own"

# The figures of a lock are those of `webapp.pulls.product_locks`.
_COMPARE = """
    INSERT INTO differing_figures
    {own}, locked AS (
        SELECT scope.product_id, own.product_id AS stocked_id,
               CASE WHEN l.is_hidden THEN 0 ELSE coalesce(l.quantity, own.quantity, 0) END AS quantity,
               coalesce(l.sale_price_cents, own.price,
                        CASE WHEN own.quantity = 0 THEN own.last_price END) AS price,
               coalesce(l.lead_time_days, own.days, own.last_days, {default_days}) AS days
        FROM scope
        LEFT JOIN own ON own.product_id = scope.product_id
        LEFT JOIN product_locks AS l
               ON l.dealer_id = :dealer_id AND l.product_id = scope.product_id
              AND l.ended_at IS NULL AND (l.until IS NULL OR l.until > :now)
    ), figures AS (
        SELECT product_id, stocked_id, quantity AS shelf_quantity,
               CASE WHEN quantity > 0 THEN price END AS sale_price_cents,
               CASE WHEN quantity > 0 THEN days END AS lead_time_days
        FROM locked
    )
    SELECT f.product_id, f.shelf_quantity, f.sale_price_cents, f.lead_time_days,
           coalesce(w.shelf_quantity, 0)
    FROM figures AS f
    LEFT JOIN webstore_figures AS w ON w.dealer_id = :dealer_id AND w.product_id = f.product_id
    WHERE (w.product_id IS NULL AND (f.stocked_id IS NOT NULL OR f.shelf_quantity > 0))
       OR w.shelf_quantity <> f.shelf_quantity
       OR (w.product_id IS NOT NULL
           AND (coalesce(w.sale_price_cents, -1) <> coalesce(f.sale_price_cents, -1)
                OR coalesce(w.lead_time_days, -1) <> coalesce(f.lead_time_days, -1)))
"""

_NOTE = """
    INSERT INTO reindex_outbox (dealer_id, product_id, noted_at)
    SELECT :dealer_id, product_id, :now FROM differing_figures
"""

_WRITE = """
    INSERT INTO webstore_figures (dealer_id, product_id, shelf_quantity, sale_price_cents, lead_time_days)
    SELECT :dealer_id, product_id, shelf_quantity, sale_price_cents, lead_time_days
    FROM differing_figures
    WHERE true
    ON CONFLICT (dealer_id, product_id) DO UPDATE
       SET shelf_quantity = excluded.shelf_quantity,
           sale_price_cents = excluded.sale_price_cents,
           lead_time_days = excluded.lead_time_days
"""

# Changes of the dealer's totals by catalog. Catalogs are looked up one by one: with a join, PostgreSQL would
# read all products for a few changes.
_TOTAL = """
    INSERT INTO shelf_totals (dealer_id, catalog, products, pieces)
    SELECT :dealer_id, d.catalog, sum(d.more_products), sum(d.more_pieces)
    FROM (
        SELECT (SELECT p.catalog FROM products AS p WHERE p.id = f.product_id) AS catalog,
               CASE WHEN f.shelf_quantity > 0 THEN 1 ELSE 0 END
               - CASE WHEN f.previous_quantity > 0 THEN 1 ELSE 0 END AS more_products,
               f.shelf_quantity - f.previous_quantity AS more_pieces
        FROM differing_figures AS f
    ) AS d
    GROUP BY d.catalog
    ON CONFLICT (dealer_id, catalog) DO UPDATE
       SET products = shelf_totals.products + excluded.products,
           pieces = shelf_totals.pieces + excluded.pieces
"""

_RAISE_VERSION = """
    INSERT INTO stock_versions (dealer_id, version) VALUES (:dealer_id, 1)
    ON CONFLICT (dealer_id) DO UPDATE SET version = stock_versions.version + 1
"""

_OF_ARRAY = "SELECT unnest(CAST(:product_ids AS int[])) AS product_id"
_OF_JSON = "SELECT value AS product_id FROM json_each(:product_ids)"

OF_DEALER = "SELECT product_id FROM shelf_stock WHERE dealer_id = :dealer_id"
OF_MANUFACTURER = OF_DEALER + " AND manufacturer_id = :manufacturer_id"


def lock_shelf(session: Session | scoped_session[Session], dealer_id: int) -> None:
    """Lock the dealer's shelf until the transaction ends.

    On PostgreSQL two concurrent transactions that change stock of one product would each sum what they see,
    and the second would write a wrong total. Locking before the first change of stock also prevents
    deadlocks. SQLite has only one writer at a time.
    """
    session.execute(select(Dealer.id).where(Dealer.id == dealer_id).with_for_update(key_share=True))


def raise_stock_version(session: Session | scoped_session[Session], dealer_id: int) -> None:
    """Have the next run compare its pulls with all stock, not only with the stored pulls."""
    session.execute(text(_RAISE_VERSION), {"dealer_id": dealer_id})


def refresh(
    session: Session | scoped_session[Session], dealer_id: int, scope: str, **parameters: int | str
) -> int:
    """Update the figures of a dealer's products; return how many products changed.

    For changes of stock outside of runs. `scope` is one of the queries above, with its `parameters`. An
    outbox entry for each changed product is written in the same transaction.
    """
    lock_shelf(session, dealer_id)
    raise_stock_version(session, dealer_id)
    return _refresh(session, dealer_id, scope, **parameters)


def refresh_order(
    session: Session | scoped_session[Session], dealer_id: int, scope: str, **parameters: int | str
) -> int:
    """Update figures after supplier codes were reordered or removed, as `refresh` does for changes of stock.

    Stock stays as it is, so that stored pulls still describe it.
    """
    lock_shelf(session, dealer_id)
    return _refresh(session, dealer_id, scope, **parameters)


def refresh_locked(
    session: Session | scoped_session[Session], dealer_id: int, product_ids: Collection[int]
) -> int:
    """Update the figures of products whose locks changed (R28); return how many products changed.

    The caller has locked the shelf. Stock stays as it is, so that stored pulls still describe it.
    """
    scope, listed = _scope_of(session, product_ids)
    return _refresh(session, dealer_id, scope, product_ids=listed)


def refresh_products(
    session: Session | scoped_session[Session], dealer_id: int, product_ids: Collection[int]
) -> int:
    """Update the figures of products whose stock a restore changed; return how many products changed.

    The caller has locked the shelf. Products without any stock left are out of stock, unless they are locked.
    """
    raise_stock_version(session, dealer_id)
    return refresh_locked(session, dealer_id, product_ids)


def unlocked(
    session: Session | scoped_session[Session], dealer_id: int, product_ids: Collection[int]
) -> dict[int, tuple[int, int | None, int | None]]:
    """Return quantity, price in cents and lead time that products would have without a lock (R28).

    Products that never had stock are left out.
    """
    scope, listed = _scope_of(session, product_ids)
    query = text(_UNLOCKED.format(own=_own_of(scope)))
    rows = session.execute(query, {"dealer_id": dealer_id, "product_ids": listed})
    return {row[0]: (int(row[1]), row[2], row[3]) for row in rows}


def _scope_of(session: Session | scoped_session[Session], product_ids: Collection[int]) -> tuple[str, str]:
    """Return the query of a list of products, and its parameter."""
    listed = ",".join(map(str, product_ids))
    if session.connection().dialect.name == "postgresql":
        return _OF_ARRAY, f"{{{listed}}}"
    return _OF_JSON, f"[{listed}]"


def _own_of(scope: str) -> str:
    return _OWN.format(scope=scope, last=MAX_INT32)


def _refresh(
    session: Session | scoped_session[Session], dealer_id: int, scope: str, **parameters: int | str
) -> int:
    session.execute(text(_DIFFERING))
    compare = _COMPARE.format(own=_own_of(scope), default_days=DEFAULT_LEAD_TIME_DAYS)
    compared = session.execute(
        text(compare).bindparams(bindparam("now", type_=UtcDateTime)),
        {"dealer_id": dealer_id, "now": clock.now(), **parameters},
    )
    changed = int(compared.rowcount)  # type: ignore[attr-defined]
    if changed:
        _put_right(session, dealer_id)
    session.execute(text("DROP TABLE differing_figures"))
    return changed


def _put_right(session: Session | scoped_session[Session], dealer_id: int) -> None:
    note = text(_NOTE).bindparams(bindparam("now", type_=UtcDateTime))
    session.execute(note, {"dealer_id": dealer_id, "now": clock.now()})
    for statement in (_TOTAL, _WRITE):
        session.execute(text(statement), {"dealer_id": dealer_id})
