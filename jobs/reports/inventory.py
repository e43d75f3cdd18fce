"""Inventory report: every synced part and every cleared product.

Its only source is the database, so that a report can be regenerated after the run.
"""

from __future__ import annotations

from typing import Final

COLUMNS: Final = (
    "catalog",
    "manufacturer",
    "supplier_code",
    "part_number",
    "brand",
    "mpn",
    "name",
    "reported_quantity",
    "shelf_quantity",
    "sale_price",
    "lead_time_days",
    "change",
)

# Rows of one item: one per synced part and manufacturer, then one per cleared product, with its first part
# number.
_QUERY: Final = """
    SELECT m.catalog, m.name AS manufacturer, i.supplier_code, r.part_number, p.brand, p.mpn, p.name,
           r.quantity AS reported_quantity, s.quantity AS shelf_quantity,
           s.sale_price_cents, s.lead_time_days,
           CASE WHEN s.created_item_id = i.id THEN 'new'
                WHEN s.changed_item_id = i.id THEN 'updated'
                ELSE 'unchanged' END AS change,
           0 AS cleared_place, r.key AS part_place, m.id AS manufacturer_place
    FROM run_items AS i
    JOIN runs AS run ON run.id = i.run_id
    JOIN part_matches AS x ON x.run_item_id = :item AND x.kept_quantity IS NULL
    JOIN reported_parts AS r ON r.id = x.reported_part_id AND r.run_item_id = :item
    JOIN manufacturers AS m ON m.id = x.manufacturer_id
    JOIN products AS p ON p.id = x.product_id
    {stock}
    WHERE i.id = :item
    UNION ALL
    SELECT m.catalog, m.name, s.code,
           (SELECT min(n.part_number) FROM part_numbers AS n
            WHERE n.manufacturer_id = s.manufacturer_id AND n.product_id = s.product_id),
           p.brand, p.mpn, p.name, NULL, s.quantity, s.sale_price_cents, s.lead_time_days, 'cleared',
           1, p.mpn_key, m.id
    FROM run_items AS i
    JOIN shelf_stock AS s ON s.changed_item_id = i.id AND s.quantity = 0
    JOIN manufacturers AS m ON m.id = s.manufacturer_id
    JOIN products AS p ON p.id = s.product_id
    WHERE i.id = :item
    ORDER BY cleared_place, part_place, manufacturer_place
"""

# Forces a nested loop with shelf stock innermost. Without this, SQLite scans the code's shelf stock in the
# outer loop and all matches for each of its rows, and PostgreSQL scans the shelf stock of all dealers.
QUERY: Final = _QUERY.format(
    stock="""JOIN LATERAL (
        SELECT * FROM shelf_stock
        WHERE dealer_id = run.dealer_id AND product_id = x.product_id
          AND manufacturer_id = x.manufacturer_id AND code_key = i.code_key
        OFFSET 0
    ) AS s ON true"""
)
SQLITE_QUERY: Final = _QUERY.format(
    stock="""CROSS JOIN shelf_stock AS s
      ON s.dealer_id = run.dealer_id AND s.product_id = x.product_id
     AND s.manufacturer_id = x.manufacturer_id AND s.code_key = i.code_key"""
)
