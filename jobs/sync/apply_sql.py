"""SQL that matches and applies one complete code (R10, R12–R16), the same for PostgreSQL and SQLite.

The parameters are those of `kept_parts.key_of`; `:item` is the run item.
"""

from __future__ import annotations

from typing import Final

from jobs.sync.kept_sql import DOUBTED
from webapp.core.limits import MAX_QUANTITY

# R10: rows with the same part number are one part, and the last row counts, whatever its reason. Ids are in
# the order reported. A row of another code is another part. The outer query has no condition on the item:
# with it, PostgreSQL, without statistics of the new rows, would rank them again for each row.
DROP_REPEATED: Final = """
    DELETE FROM reported_parts
    WHERE id IN (
        SELECT id FROM (
            SELECT id, row_number() OVER (PARTITION BY key ORDER BY id DESC) AS place
            FROM reported_parts
            WHERE run_item_id = :item AND key <> ''
              AND (reason IS NULL OR reason <> 'other_code')
        ) AS ranked
        WHERE place > 1
    )
"""

# R12, R13: a part matches a product of each manufacturer that its code maps to, but the same product only
# once, through the first mapping that matches. Part numbers are looked up by subqueries: with a join,
# PostgreSQL would scan the whole catalog for a small code.
_MATCH: Final = """
    INSERT INTO part_matches (run_item_id, reported_part_id, manufacturer_id, product_id, since_run_id)
    SELECT :item, found.id, found.manufacturer_id, found.product_id, {since}
    FROM (
        SELECT r.id, r.key, m.manufacturer_id, m.position,
               (SELECT p.product_id FROM part_numbers AS p
                WHERE p.manufacturer_id = m.manufacturer_id AND p.key = r.key) AS product_id
        FROM reported_parts AS r
        JOIN run_mappings AS m ON m.run_item_id = r.run_item_id
        WHERE r.run_item_id = :item AND r.reason IS NULL
    ) AS found
    WHERE found.product_id IS NOT NULL
      AND (found.position = 0 OR 0 = (
          SELECT count(*)
          FROM run_mappings AS earlier
          JOIN part_numbers AS q ON q.manufacturer_id = earlier.manufacturer_id AND q.key = found.key
          WHERE earlier.run_item_id = :item
            AND earlier.position < found.position
            AND q.product_id = found.product_id
      ))
    ORDER BY found.id
"""

# R14: the run since which all pulls of a code contain a part; 0: from the beginning. Needed only if another
# code of the manufacturer may report the part too. In a first pull, parts that are already in stock count as
# reported before.
_SINCE_PREVIOUS: Final = """coalesce((
        SELECT coalesce(x.since_run_id, 0)
        FROM part_matches AS x
        WHERE x.run_item_id = :previous AND x.manufacturer_id = found.manufacturer_id
          AND x.reported_part_id = (
              SELECT b.id FROM reported_parts AS b
              WHERE b.run_item_id = :previous AND b.key = found.key
                AND (b.reason IS NULL OR b.reason <> 'other_code')
          )
    ), :moment)"""
_SINCE_FIRST: Final = """CASE WHEN (
        SELECT s.quantity FROM shelf_stock AS s
        WHERE s.dealer_id = :dealer AND s.product_id = found.product_id
          AND s.manufacturer_id = found.manufacturer_id AND s.code_key = :code
    ) > 0 THEN 0 ELSE :moment END"""
MATCH: Final = _MATCH.format(since="NULL")
MATCH_AFTER_PREVIOUS: Final = _MATCH.format(since=_SINCE_PREVIOUS)
MATCH_FIRST: Final = _MATCH.format(since=_SINCE_FIRST)

# The parts of each product; kept parts with their previous contribution, and without a price. The repeated
# condition on the item keeps PostgreSQL from reading the reported parts of all dealers.
_MATCHED: Final = """
    SELECT x.manufacturer_id, x.product_id, r.key, coalesce(x.kept_quantity, r.quantity) AS quantity,
           CASE WHEN x.kept_quantity IS NULL THEN 1 ELSE 0 END AS is_reported,
           m.lead_time_days, m.pricing,
           CASE WHEN x.kept_quantity IS NOT NULL THEN NULL
                WHEN m.pricing = 'retail' THEN r.retail_cents
                WHEN m.pricing = 'current_active' THEN r.current_active_cents END AS price
    FROM part_matches AS x
    JOIN reported_parts AS r ON r.id = x.reported_part_id AND r.run_item_id = :item
    JOIN run_mappings AS m ON m.run_item_id = x.run_item_id AND m.manufacturer_id = x.manufacturer_id
    WHERE x.run_item_id = :item
"""

# R13, R15, R17: the quantities of several parts of one product are added, up to the largest integer, and the
# price is that of the first part in part number order. Only rows that differ are written. A missing price
# keeps the old one. A product whose parts are all kept is not changed.
_PUT_ON_SHELF: Final = """
    WITH matched AS ({matched}), placed AS (
        SELECT matched.*, row_number() OVER (PARTITION BY manufacturer_id, product_id ORDER BY key) AS place
        FROM matched
    ), contributions AS (
        SELECT manufacturer_id, product_id,
               CASE WHEN sum(quantity) < {most} THEN sum(quantity) ELSE {most} END AS quantity,
               max(CASE WHEN place = 1 THEN price END) AS price,
               max(lead_time_days) AS lead_time_days
        FROM placed
        GROUP BY manufacturer_id, product_id
        HAVING max(is_reported) = 1
    )
    INSERT INTO shelf_stock (dealer_id, product_id, manufacturer_id, code_key, code, quantity,
                             sale_price_cents, lead_time_days, created_item_id, changed_item_id)
    SELECT :dealer, c.product_id, c.manufacturer_id, i.code_key, i.supplier_code, c.quantity,
           c.price, c.lead_time_days, i.id, i.id
    FROM contributions AS c
    JOIN run_items AS i ON i.id = :item
    LEFT JOIN shelf_stock AS s
           ON s.dealer_id = :dealer
          AND s.product_id = c.product_id
          AND s.manufacturer_id = c.manufacturer_id
          AND s.code_key = i.code_key
    WHERE s.product_id IS NULL
       OR s.quantity <> c.quantity
       OR s.lead_time_days <> c.lead_time_days
       OR c.price <> coalesce(s.sale_price_cents, -1)
    ON CONFLICT (dealer_id, product_id, manufacturer_id, code_key) DO UPDATE
       SET quantity = excluded.quantity,
           sale_price_cents = coalesce(excluded.sale_price_cents, shelf_stock.sale_price_cents),
           lead_time_days = excluded.lead_time_days,
           code = excluded.code,
           changed_item_id = excluded.changed_item_id
"""
PUT_ON_SHELF: Final = _PUT_ON_SHELF.format(matched=_MATCHED, most=MAX_QUANTITY)

# R15: products whose first part has no price.
_PRICES_LEFT: Final = """
    SELECT count(*) FROM (
        SELECT 1 FROM ({matched}) AS matched
        WHERE pricing <> 'disabled'
        GROUP BY manufacturer_id, product_id
        HAVING max(is_reported) = 1 AND min(key) = min(CASE WHEN price IS NULL THEN key END)
    ) AS products
"""
PRICES_LEFT: Final = _PRICES_LEFT.format(matched=_MATCHED)

# R14: the dealer's other stock of the manufacturers is set to zero, except contributions of the run's other
# codes. Stock of a removed code counts as other stock. The new matches are hashed once (IN, not EXISTS):
# PostgreSQL has no statistics of them yet, and would plan a join for a single row. CASE WHEN instead of NOT
# IN: to distinguish false from NULL, SQLite would read the whole list for each row.
_CLEAR_PREVIOUS: Final = """
    UPDATE shelf_stock SET quantity = 0, changed_item_id = :item
    WHERE dealer_id = :dealer AND quantity > 0
      AND manufacturer_id IN (SELECT manufacturer_id FROM run_mappings WHERE run_item_id = :item)
      AND CASE WHEN code_key = :code AND (manufacturer_id, product_id) IN (
                   SELECT manufacturer_id, product_id FROM part_matches WHERE run_item_id = :item
                   UNION ALL {doubted}
               ) THEN false ELSE true END
      AND NOT EXISTS (
          SELECT 1
          FROM run_items AS other
          JOIN run_mappings AS om ON om.run_item_id = other.id
          WHERE other.run_id = :run AND other.id <> :item
            AND other.code_key = shelf_stock.code_key AND om.manufacturer_id = shelf_stock.manufacturer_id
      )
"""
CLEAR_PREVIOUS: Final = _CLEAR_PREVIOUS.format(doubted=DOUBTED)

# The number of products of each manufacturer in stock, and how many of them CLEAR_PREVIOUS would leave in
# stock: queried before the shelf is changed.
STOCK_OF_MANUFACTURERS: Final = f"""
    SELECT s.manufacturer_id, count(DISTINCT s.product_id) AS stocked,
           count(DISTINCT CASE
               WHEN (s.manufacturer_id, s.product_id) IN (
                   SELECT manufacturer_id, product_id FROM part_matches WHERE run_item_id = :item
                   UNION ALL {DOUBTED}
               ) THEN s.product_id
               WHEN EXISTS (
                   SELECT 1
                   FROM run_items AS other
                   JOIN run_mappings AS om ON om.run_item_id = other.id
                   WHERE other.run_id = :run AND other.id <> :item
                     AND other.code_key = s.code_key AND om.manufacturer_id = s.manufacturer_id
               ) THEN s.product_id
           END) AS remaining
    FROM shelf_stock AS s
    WHERE s.dealer_id = :dealer AND s.quantity > 0
      AND s.manufacturer_id IN (SELECT manufacturer_id FROM run_mappings WHERE run_item_id = :item)
    GROUP BY s.manufacturer_id
"""  # noqa: S608 # nosec B608 - our names

# The number of products that the code itself has in stock, except those that keep their quantity.
STOCK_OF_CODE: Final = f"""
    SELECT count(DISTINCT product_id) FROM shelf_stock
    WHERE dealer_id = :dealer AND code_key = :code AND quantity > 0
      AND manufacturer_id IN (SELECT manufacturer_id FROM run_mappings WHERE run_item_id = :item)
      AND CASE WHEN (manufacturer_id, product_id) IN (
                   SELECT manufacturer_id, product_id FROM part_matches WHERE run_item_id = :item
                   UNION ALL {DOUBTED}
               ) THEN false ELSE true END
"""  # noqa: S608 # nosec B608 - our names

# R13: a part that now matches its product through an earlier mapping no longer contributes through a later
# one, even if previous quantities are kept: they are counted with the earlier mapping. CASE keeps PostgreSQL
# from turning the condition into a join.
CLEAR_MOVED: Final = """
    UPDATE shelf_stock SET quantity = 0, changed_item_id = :item
    WHERE dealer_id = :dealer AND quantity > 0 AND code_key = :code
      AND manufacturer_id IN (SELECT manufacturer_id FROM run_mappings WHERE run_item_id = :item)
      AND CASE WHEN (manufacturer_id, product_id) IN (
                   SELECT manufacturer_id, product_id FROM part_matches WHERE run_item_id = :item
               ) THEN false ELSE true END
      AND CASE WHEN (manufacturer_id, product_id) IN (
          SELECT p.manufacturer_id, p.product_id
          FROM part_matches AS x
          JOIN reported_parts AS r ON r.id = x.reported_part_id
          JOIN run_mappings AS later ON later.run_item_id = x.run_item_id
          JOIN part_numbers AS p
            ON p.manufacturer_id = later.manufacturer_id AND p.key = r.key AND p.product_id = x.product_id
          WHERE x.run_item_id = :item AND x.kept_quantity IS NULL
            AND later.manufacturer_id <> x.manufacturer_id
      ) THEN true ELSE false END
"""

MARK_UNMATCHED: Final = """
    UPDATE reported_parts SET reason = 'unmatched'
    WHERE run_item_id = :item AND reason IS NULL
      AND id NOT IN (SELECT reported_part_id FROM part_matches WHERE run_item_id = :item)
"""

COUNT_SYNCED: Final = """
    SELECT count(DISTINCT reported_part_id) FROM part_matches
    WHERE run_item_id = :item AND kept_quantity IS NULL
"""
COUNT_SKIPPED: Final = "SELECT count(*) FROM reported_parts WHERE run_item_id = :item AND reason IS NOT NULL"

# A mapping that was removed since the run started is not applied: its stock stays as the user left it.
FORGET_REMOVED: Final = """
    DELETE FROM run_mappings
    WHERE run_item_id = :item AND NOT EXISTS (
        SELECT 1 FROM supplier_codes AS c
        WHERE c.dealer_id = :dealer AND c.code_key = :code
          AND c.manufacturer_id = run_mappings.manufacturer_id
    )
"""
