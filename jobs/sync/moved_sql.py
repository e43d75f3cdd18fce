"""SQL for parts that moved to another code of their manufacturer, for PostgreSQL and SQLite (R14)."""

from __future__ import annotations

from typing import Final

# R14: a retained part moved if another code of its manufacturer began to report it after its own code last
# did. `:pulls` are the items with the last complete pull of each code of the manufacturer.
MARK_MOVED: Final = """
    UPDATE retained_parts SET moved_item_id = :item
    WHERE dealer_id = :dealer
      AND manufacturer_id IN (SELECT manufacturer_id FROM run_mappings WHERE run_item_id = :item)
      AND 0 < (
          SELECT count(*) FROM reported_parts AS r
          WHERE r.run_item_id IN :pulls AND r.key = retained_parts.key
            AND (SELECT i.code_key FROM run_items AS i WHERE i.id = r.run_item_id) <> retained_parts.code_key
            AND (
                SELECT x.since_run_id FROM part_matches AS x
                WHERE x.run_item_id = r.run_item_id AND x.reported_part_id = r.id
                  AND x.manufacturer_id = retained_parts.manufacturer_id
            ) > retained_parts.last_run_id
      )
"""

# The product may have other parts of the code: only the quantities of moved parts are subtracted. The
# condition is not "> 0": the index of stocked rows would be scanned completely for each.
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
    WHERE shelf_stock.dealer_id = :dealer AND shelf_stock.quantity <> 0
      AND shelf_stock.product_id = moved.product_id AND shelf_stock.manufacturer_id = moved.manufacturer_id
      AND shelf_stock.code_key = moved.code_key
"""

FORGET_MOVED: Final = "DELETE FROM retained_parts WHERE dealer_id = :dealer AND moved_item_id = :item"
