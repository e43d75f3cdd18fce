"""The SQL of parts that keep their quantity, the same for PostgreSQL and SQLite (R10, R14).

`part_matches.kept_quantity` marks a part whose row says nothing: it contributes what it contributed before.
`retained_parts` holds the parts that the last complete pull of their code no longer contains, while their
quantity is still on the shelf, one row for each part number.
"""

from __future__ import annotations

from typing import Final

from jobs.sync.rules import UNKNOWN

_UNKNOWN: Final = ", ".join(f"'{reason}'" for reason in UNKNOWN)

_KEEP: Final = """
    INSERT INTO part_matches (run_item_id, reported_part_id, manufacturer_id, product_id, since_run_id,
                              kept_quantity)
    SELECT :item, k.id, k.manufacturer_id, k.product_id, k.since_run_id, k.quantity
    FROM ({parts}) AS k
    JOIN run_mappings AS m ON m.run_item_id = :item AND m.manufacturer_id = k.manufacturer_id
    JOIN shelf_stock AS s
      ON s.dealer_id = :dealer AND s.product_id = k.product_id AND s.manufacturer_id = k.manufacturer_id
     AND s.code_key = :code AND s.quantity > 0
"""

# What the previous pull reported of a part, or had kept of it.
KEEP_REPORTED: Final = _KEEP.format(
    parts=f"""
        SELECT r.id, x.manufacturer_id, x.product_id, x.since_run_id,
               coalesce(x.kept_quantity, b.quantity) AS quantity
        FROM reported_parts AS r
        JOIN reported_parts AS b ON b.run_item_id = :previous AND b.key = r.key
        JOIN part_matches AS x ON x.run_item_id = :previous AND x.reported_part_id = b.id
        WHERE r.run_item_id = :item AND r.reason IN ({_UNKNOWN}) AND r.key <> ''
    """  # noqa: S608 # nosec B608 - our names
)

# What is left on the shelf of a part that the previous pull did not contain.
KEEP_RETAINED: Final = _KEEP.format(
    parts=f"""
        SELECT r.id, t.manufacturer_id, t.product_id, 0 AS since_run_id, t.quantity
        FROM reported_parts AS r
        JOIN retained_parts AS t ON t.dealer_id = :dealer AND t.code_key = :code AND t.key = r.key
        WHERE r.run_item_id = :item AND r.reason IN ({_UNKNOWN}) AND r.key <> ''
          AND r.id NOT IN (SELECT reported_part_id FROM part_matches WHERE run_item_id = :item)
    """  # noqa: S608 # nosec B608 - our names
)

# Stock of which no pull is stored: the catalog says which product the part is. Where other parts of the code
# are or were that product, they explain its stock.
KEEP_UNEXPLAINED: Final = _KEEP.format(
    parts=f"""
        SELECT r.id, p.manufacturer_id, p.product_id, 0 AS since_run_id, 0 AS quantity
        FROM reported_parts AS r
        JOIN run_mappings AS n ON n.run_item_id = :item
        JOIN part_numbers AS p ON p.manufacturer_id = n.manufacturer_id AND p.key = r.key
        WHERE r.run_item_id = :item AND r.reason IN ({_UNKNOWN}) AND r.key <> ''
          AND (p.manufacturer_id, p.product_id) NOT IN (
              SELECT manufacturer_id, product_id FROM part_matches WHERE run_item_id IN (:item, :previous)
          )
          AND (p.manufacturer_id, p.product_id) NOT IN (
              SELECT manufacturer_id, product_id FROM retained_parts
              WHERE dealer_id = :dealer AND code_key = :code
          )
    """  # noqa: S608 # nosec B608 - our names
)

# The parts of the previous pull that this one no longer contains. Zero or stale is as good as absent.
RETAIN: Final = f"""
    INSERT INTO retained_parts (dealer_id, code_key, manufacturer_id, key, product_id, quantity,
                                last_run_id, unnamed)
    SELECT :dealer, :code, x.manufacturer_id, gone.key, x.product_id,
           coalesce(x.kept_quantity, gone.quantity), :last, :unnamed_before
    FROM (
        SELECT b.id, b.key, b.quantity
        FROM reported_parts AS b
        WHERE b.run_item_id = :previous AND b.key <> ''
          AND NOT EXISTS (
              SELECT 1 FROM reported_parts AS r
              WHERE r.run_item_id = :item AND r.key = b.key
                AND (r.reason IS NULL OR r.reason IN ({_UNKNOWN}))
          )
    ) AS gone
    JOIN part_matches AS x ON x.run_item_id = :previous AND x.reported_part_id = gone.id
    JOIN run_mappings AS m ON m.run_item_id = :item AND m.manufacturer_id = x.manufacturer_id
    WHERE true
    ON CONFLICT (dealer_id, code_key, manufacturer_id, key) DO UPDATE
       SET product_id = excluded.product_id, quantity = excluded.quantity,
           last_run_id = excluded.last_run_id, unnamed = excluded.unnamed
"""  # noqa: S608 # nosec B608 - our names

# Retained parts that one of the rows without a part number may be: the pull that last reported them had fewer
# of those rows.
DOUBTED: Final = """
    SELECT manufacturer_id, product_id FROM retained_parts
    WHERE dealer_id = :dealer AND code_key = :code AND unnamed < :unnamed
"""

# Forgotten is what is reported again, what is no longer on the shelf, and what a reported part of the same
# product has replaced there.
FORGET_RETAINED: Final = """
    DELETE FROM retained_parts
    WHERE dealer_id = :dealer
      AND manufacturer_id IN (SELECT manufacturer_id FROM run_mappings WHERE run_item_id = :item)
      AND (
          NOT EXISTS (
              SELECT 1 FROM shelf_stock AS s
              WHERE s.dealer_id = retained_parts.dealer_id AND s.product_id = retained_parts.product_id
                AND s.manufacturer_id = retained_parts.manufacturer_id
                AND s.code_key = retained_parts.code_key AND s.quantity > 0
          )
          OR code_key = :code AND (manufacturer_id, product_id) IN (
              SELECT manufacturer_id, product_id FROM part_matches
              WHERE run_item_id = :item AND kept_quantity IS NULL
          )
          OR code_key = :code AND EXISTS (
              SELECT 1
              FROM reported_parts AS r
              JOIN part_matches AS x ON x.run_item_id = :item AND x.reported_part_id = r.id
              WHERE r.run_item_id = :item AND r.key = retained_parts.key
                AND x.manufacturer_id = retained_parts.manufacturer_id
          )
      )
"""

COUNT_KEPT: Final = """
    SELECT count(DISTINCT reported_part_id) FROM part_matches
    WHERE run_item_id = :item AND kept_quantity IS NOT NULL
"""

COUNT_DOUBTED: Final = """
    SELECT count(DISTINCT key) FROM retained_parts
    WHERE dealer_id = :dealer AND code_key = :code AND unnamed < :unnamed
"""

# R14: a retained part moved if another code of its manufacturer began to report it after its own code last
# did. `:pulls` are the items with the last complete pull of each code of the manufacturer.
MARK_MOVED: Final = """
    UPDATE retained_parts SET moved_item_id = :item
    WHERE dealer_id = :dealer
      AND manufacturer_id IN (SELECT manufacturer_id FROM run_mappings WHERE run_item_id = :item)
      AND EXISTS (
          SELECT 1
          FROM reported_parts AS r
          JOIN part_matches AS x ON x.run_item_id = r.run_item_id AND x.reported_part_id = r.id
          JOIN run_items AS i ON i.id = r.run_item_id
          WHERE r.run_item_id IN :pulls AND r.key = retained_parts.key
            AND i.code_key <> retained_parts.code_key
            AND x.manufacturer_id = retained_parts.manufacturer_id
            AND x.since_run_id > retained_parts.last_run_id
      )
"""

# The product may have other parts of the code: only the quantities of those that moved are taken away.
CLEAR_MOVED_PARTS: Final = """
    UPDATE shelf_stock
    SET quantity = CASE WHEN shelf_stock.quantity > moved.quantity
                        THEN shelf_stock.quantity - moved.quantity ELSE 0 END,
        changed_item_id = :item
    FROM (
        SELECT code_key, manufacturer_id, product_id, sum(quantity) AS quantity
        FROM retained_parts
        WHERE dealer_id = :dealer AND moved_item_id = :item
        GROUP BY code_key, manufacturer_id, product_id
    ) AS moved
    WHERE shelf_stock.dealer_id = :dealer AND shelf_stock.quantity > 0
      AND shelf_stock.product_id = moved.product_id AND shelf_stock.manufacturer_id = moved.manufacturer_id
      AND shelf_stock.code_key = moved.code_key
"""

FORGET_MOVED: Final = "DELETE FROM retained_parts WHERE dealer_id = :dealer AND moved_item_id = :item"
