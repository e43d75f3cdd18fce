"""SQL for parts that keep their quantity, the same for PostgreSQL and SQLite (R10, R14).

`part_matches.kept_quantity` marks a part whose row is not evidence: it keeps its previous contribution.
`retained_parts` holds the parts that the last complete pull of their code no longer contains, while their
quantity is still on the shelf, one row for each part number.
"""

from __future__ import annotations

from typing import Final

from jobs.sync.rules import UNKNOWN

_UNKNOWN: Final = ", ".join(f"'{reason}'" for reason in UNKNOWN)

# Parts without evidence are materialized first: in another join order, SQLite would read all of them for each
# part of another table. Single rows of the shelf are selected by their key alone: with a condition on the
# quantity, the shorter index of stocked rows would be scanned completely for each.
_KEEP: Final = """
    WITH unknown AS MATERIALIZED (
        SELECT id, key FROM reported_parts
        WHERE run_item_id = :item AND reason IN ({unknown}) AND key <> ''
    )
    INSERT INTO part_matches (run_item_id, reported_part_id, manufacturer_id, product_id, since_run_id,
                              kept_quantity)
    SELECT :item, k.id, k.manufacturer_id, k.product_id, k.since_run_id, k.quantity
    FROM ({parts}) AS k
    WHERE k.manufacturer_id IN (SELECT manufacturer_id FROM run_mappings WHERE run_item_id = :item)
      AND (
          SELECT s.quantity FROM shelf_stock AS s
          WHERE s.dealer_id = :dealer AND s.product_id = k.product_id
            AND s.manufacturer_id = k.manufacturer_id AND s.code_key = :code
      ) > 0
"""

# The quantity of a part that the previous pull reported or kept. CROSS JOIN makes SQLite join in the order
# written. Part numbers are looked up by subqueries, here and below: PostgreSQL has no statistics of the new
# rows, and would compare each with all.
_KEEP_REPORTED: Final = """
    SELECT u.id, x.manufacturer_id, x.product_id, x.since_run_id,
           coalesce(x.kept_quantity, b.quantity) AS quantity
    FROM (
        SELECT unknown.id, (
                   SELECT r.id FROM reported_parts AS r
                   WHERE r.run_item_id = :previous AND r.key = unknown.key
                     AND (r.reason IS NULL OR r.reason <> 'other_code')
               ) AS before_id
        FROM unknown
    ) AS u
    CROSS JOIN reported_parts AS b
    CROSS JOIN part_matches AS x
    WHERE b.id = u.before_id AND x.run_item_id = :previous AND x.reported_part_id = u.before_id
"""
KEEP_REPORTED: Final = _KEEP.format(unknown=_UNKNOWN, parts=_KEEP_REPORTED)

# Quantities of retained parts: the previous pull did not contain them.
_KEEP_RETAINED: Final = """
    SELECT found.id, found.manufacturer_id, found.product_id, 0 AS since_run_id, (
               SELECT t.quantity FROM retained_parts AS t
               WHERE t.dealer_id = :dealer AND t.code_key = :code
                 AND t.manufacturer_id = found.manufacturer_id AND t.key = found.key
           ) AS quantity
    FROM (
        SELECT u.id, u.key, m.manufacturer_id, (
                   SELECT t.product_id FROM retained_parts AS t
                   WHERE t.dealer_id = :dealer AND t.code_key = :code
                     AND t.manufacturer_id = m.manufacturer_id AND t.key = u.key
               ) AS product_id
        FROM unknown AS u
        CROSS JOIN run_mappings AS m
        WHERE m.run_item_id = :item
          AND u.id NOT IN (SELECT reported_part_id FROM part_matches WHERE run_item_id = :item)
    ) AS found
"""
KEEP_RETAINED: Final = _KEEP.format(unknown=_UNKNOWN, parts=_KEEP_RETAINED)

# Stock without a stored pull: the product of the part is looked up in the catalog. If other parts of the code
# match or matched that product, its stock is theirs.
_KEEP_UNEXPLAINED: Final = """
    SELECT found.id, found.manufacturer_id, found.product_id, 0 AS since_run_id, 0 AS quantity
    FROM (
        SELECT u.id, m.manufacturer_id, (
                   SELECT p.product_id FROM part_numbers AS p
                   WHERE p.manufacturer_id = m.manufacturer_id AND p.key = u.key
               ) AS product_id
        FROM unknown AS u
        CROSS JOIN run_mappings AS m
        WHERE m.run_item_id = :item
    ) AS found
    WHERE CASE WHEN (found.manufacturer_id, found.product_id) IN (
                   SELECT manufacturer_id, product_id FROM part_matches
                   WHERE run_item_id IN (:item, :previous)
                   UNION ALL
                   SELECT manufacturer_id, product_id FROM retained_parts
                   WHERE dealer_id = :dealer AND code_key = :code
               ) THEN false ELSE true END
"""
KEEP_UNEXPLAINED: Final = _KEEP.format(unknown=_UNKNOWN, parts=_KEEP_UNEXPLAINED)

# The parts of the previous pull that this one no longer contains. Out of stock and stale rows count as
# absent.
RETAIN: Final = f"""
    INSERT INTO retained_parts (dealer_id, code_key, manufacturer_id, key, product_id, quantity,
                                last_run_id, unnamed)
    SELECT :dealer, :code, x.manufacturer_id, gone.key, x.product_id,
           coalesce(x.kept_quantity, gone.quantity), :last, :unnamed_before
    FROM (
        SELECT b.id, b.key, b.quantity
        FROM reported_parts AS b
        WHERE b.run_item_id = :previous AND b.key <> ''
          AND 0 = (
              SELECT count(*) FROM reported_parts AS r
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

# Retained parts that may be among the rows without a part number: the last pull that reported them had fewer
# of those rows.
DOUBTED: Final = """
    SELECT manufacturer_id, product_id FROM retained_parts
    WHERE dealer_id = :dealer AND code_key = :code AND unnamed < :unnamed
"""

# Deletes retained parts that are reported again, are no longer on the shelf, or whose product a reported part
# has updated there.
FORGET_RETAINED: Final = """
    DELETE FROM retained_parts
    WHERE dealer_id = :dealer
      AND manufacturer_id IN (SELECT manufacturer_id FROM run_mappings WHERE run_item_id = :item)
      AND (
          0 = coalesce((
              SELECT s.quantity FROM shelf_stock AS s
              WHERE s.dealer_id = retained_parts.dealer_id AND s.product_id = retained_parts.product_id
                AND s.manufacturer_id = retained_parts.manufacturer_id
                AND s.code_key = retained_parts.code_key
          ), 0)
          OR code_key = :code AND (manufacturer_id, product_id) IN (
              SELECT manufacturer_id, product_id FROM part_matches
              WHERE run_item_id = :item AND kept_quantity IS NULL
          )
          OR code_key = :code AND 0 < (
              SELECT count(*) FROM part_matches AS x
              WHERE x.run_item_id = :item AND x.manufacturer_id = retained_parts.manufacturer_id
                AND x.reported_part_id = (
                    SELECT r.id FROM reported_parts AS r
                    WHERE r.run_item_id = :item AND r.key = retained_parts.key
                      AND (r.reason IS NULL OR r.reason <> 'other_code')
                )
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
