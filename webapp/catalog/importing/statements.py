"""SQL that turns staged rows into products and part numbers; the same on PostgreSQL and SQLite.

Differences from the stored catalog are first listed in temporary tables, in the order of the unique keys, and
then written in batches: an import without changes writes nothing, and an interrupted one is completed by the
next.

`{rows}` stands for a table with the columns of `staging.STAGED`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

# Most files have no part number twice, and are spared what follows.
LIST_REPEATED_PART_NUMBERS: Final = """
    CREATE TEMPORARY TABLE repeated_part_numbers AS
    SELECT manufacturer_id, key FROM {rows} GROUP BY manufacturer_id, key HAVING count(*) > 1
"""

COUNT_REPEATED_PART_NUMBERS: Final = "SELECT count(*) FROM repeated_part_numbers"

# One part number of one manufacturer is one product: the first line that names it counts.
REJECT_CONTRADICTIONS: Final = """
    INSERT INTO rejected_rows (line, reason)
    SELECT line, 'part number ' || part_number || ' is another product on line ' || first_line
    FROM (
        SELECT line, part_number, brand_key, mpn_key,
               first_value(line) OVER same AS first_line,
               first_value(brand_key) OVER same AS first_brand_key,
               first_value(mpn_key) OVER same AS first_mpn_key
        FROM (
            SELECT s.*
            FROM repeated_part_numbers AS r
            JOIN {rows} AS s ON s.manufacturer_id = r.manufacturer_id AND s.key = r.key
        ) AS repeated
        WINDOW same AS (PARTITION BY manufacturer_id, key ORDER BY line)
    ) AS placed
    WHERE brand_key <> first_brand_key OR mpn_key <> first_mpn_key
"""

DROP_REJECTED: Final = "DELETE FROM {rows} WHERE line IN (SELECT line FROM rejected_rows)"

_SAME_PRODUCT = """
        p.catalog = {row}.catalog AND p.owner_key = {row}.owner_key
    AND p.brand_key = {row}.brand_key AND p.mpn_key = {row}.mpn_key
"""

# The fields of a webstore document; a change of any other field needs no reindexing (R17).
_SHOWN_DIFFERS = "(p.brand <> {row}.brand OR p.mpn <> {row}.mpn OR p.name <> {row}.name)"

# A file without the column leaves the stored UPCs as they are.
_UPC_DIFFERS = "OR coalesce(p.upc, '') <> coalesce(s.upc, '')"

# Of several lines about one product the last in the file counts: importing it again changes nothing.
_CHANGED_PRODUCTS = """
    INSERT INTO changed_products (line, catalog, owner_key, brand, brand_key, mpn, mpn_key, name, msrp_cents,
                                  upc, is_new)
    SELECT s.line, s.catalog, s.owner_key, s.brand, s.brand_key, s.mpn, s.mpn_key, s.name,
           s.msrp_cents, s.upc, CASE WHEN p.id IS NULL THEN 1 ELSE 0 END
    FROM {rows} AS s
    LEFT JOIN (
        SELECT mpn_key, brand_key, owner_key, catalog, max(line) AS last_line
        FROM {rows}
        GROUP BY mpn_key, brand_key, owner_key, catalog
        HAVING count(*) > 1
    ) AS several
      ON several.mpn_key = s.mpn_key AND several.brand_key = s.brand_key
     AND several.owner_key = s.owner_key AND several.catalog = s.catalog
    LEFT JOIN products AS p ON {same_product}
    WHERE coalesce(several.last_line, s.line) = s.line
      AND (p.id IS NULL
           OR {shown_differs}
           OR coalesce(p.msrp_cents, -1) <> coalesce(s.msrp_cents, -1)
           {upc_differs})
    ORDER BY s.brand_key, s.mpn_key, s.catalog, s.owner_key
"""

_NOTE_PRODUCTS = """
    INSERT INTO reindex_outbox (dealer_id, product_id, noted_at)
    SELECT w.dealer_id, w.product_id, :now
    FROM changed_products AS c
    JOIN products AS p ON {same_product}
    JOIN webstore_figures AS w ON w.product_id = p.id
    WHERE c.position BETWEEN :first AND :last AND c.is_new = 0 AND {shown_differs}
"""

_INSERT_PRODUCTS = """
    INSERT INTO products
           (catalog, dealer_id, owner_key, brand, brand_key, mpn, mpn_key, name, msrp_cents, upc)
    SELECT catalog, nullif(owner_key, 0), owner_key, brand, brand_key, mpn, mpn_key, name, msrp_cents, upc
    FROM changed_products
    WHERE position BETWEEN :first AND :last
    ORDER BY position
"""

# The row may be stored, or have been added since by a concurrent import.
_UPDATE_PRODUCTS = """
    ON CONFLICT (catalog, owner_key, brand_key, mpn_key) DO UPDATE
       SET brand = excluded.brand, mpn = excluded.mpn, name = excluded.name,
           msrp_cents = excluded.msrp_cents{upc_written}
"""

_CHANGED_PART_NUMBERS = """
    INSERT INTO changed_part_numbers (line, manufacturer_id, product_id, part_number, key, bare_key,
                                      former_product_id, is_new)
    SELECT s.line, s.manufacturer_id, p.id, s.part_number, s.key, s.bare_key,
           n.product_id, CASE WHEN n.id IS NULL THEN 1 ELSE 0 END
    FROM {rows} AS s
    LEFT JOIN (
        SELECT r.manufacturer_id, r.key, max(s.line) AS last_line
        FROM repeated_part_numbers AS r
        JOIN {rows} AS s ON s.manufacturer_id = r.manufacturer_id AND s.key = r.key
        GROUP BY r.manufacturer_id, r.key
    ) AS several ON several.manufacturer_id = s.manufacturer_id AND several.key = s.key
    JOIN products AS p ON {same_product}
    LEFT JOIN part_numbers AS n ON n.manufacturer_id = s.manufacturer_id AND n.key = s.key
    WHERE coalesce(several.last_line, s.line) = s.line
      AND (n.id IS NULL OR n.product_id <> p.id OR n.part_number <> s.part_number)
    ORDER BY s.manufacturer_id, s.key
"""

# The product that loses a part number is reindexed too, since searches use its part numbers.
_NOTE_PART_NUMBERS = """
    INSERT INTO reindex_outbox (dealer_id, product_id, noted_at)
    SELECT w.dealer_id, w.product_id, :now
    FROM (
        SELECT product_id FROM changed_part_numbers WHERE position BETWEEN :first AND :last
        UNION
        SELECT former_product_id FROM changed_part_numbers WHERE position BETWEEN :first AND :last
    ) AS c
    JOIN webstore_figures AS w ON w.product_id = c.product_id
"""

_INSERT_PART_NUMBERS = """
    INSERT INTO part_numbers (manufacturer_id, product_id, part_number, key, bare_key)
    SELECT manufacturer_id, product_id, part_number, key, bare_key
    FROM changed_part_numbers
    WHERE position BETWEEN :first AND :last
    ORDER BY position
"""

_UPDATE_PART_NUMBERS = """
    ON CONFLICT (manufacturer_id, key) DO UPDATE
       SET product_id = excluded.product_id, part_number = excluded.part_number
"""

COUNT_LISTED: Final = "SELECT count(*), coalesce(sum(is_new), 0) FROM {table}"

COUNT_CHANGING_ROWS: Final = """
    SELECT (SELECT count(*) FROM changed_part_numbers) + count(*)
    FROM changed_products AS c
    LEFT JOIN changed_part_numbers AS n ON n.line = c.line
    WHERE n.line IS NULL
"""


class Write(NamedTuple):
    """Statements for the entries of a list from :first to :last: outbox entries, and two that write.

    `insert` takes new rows only; `upsert` also those that are stored or were added by a concurrent import.
    `notes_new` tells whether new rows have outbox entries. `owners` selects the owners of the whole list.
    """

    owners: str
    note: str
    notes_new: bool
    insert: str
    upsert: str


_OWNERS_OF_PRODUCTS = "SELECT DISTINCT owner_key FROM changed_products ORDER BY owner_key"

_OWNERS_OF_PART_NUMBERS = """
    SELECT DISTINCT owner_key FROM manufacturers
    WHERE id IN (SELECT manufacturer_id FROM changed_part_numbers)
    ORDER BY owner_key
"""

WRITE_PART_NUMBERS: Final = Write(
    _OWNERS_OF_PART_NUMBERS,
    _NOTE_PART_NUMBERS,
    True,
    _INSERT_PART_NUMBERS,
    _INSERT_PART_NUMBERS + _UPDATE_PART_NUMBERS,
)


def changed_products(rows: str, with_upc: bool) -> str:
    """Return the statement that lists the new and changed products of a table of rows."""
    return _CHANGED_PRODUCTS.format(
        rows=rows,
        same_product=_SAME_PRODUCT.format(row="s"),
        shown_differs=_SHOWN_DIFFERS.format(row="s"),
        upc_differs=_UPC_DIFFERS if with_upc else "",
    )


def changed_part_numbers(rows: str) -> str:
    """Return the statement that lists the new and changed part numbers of a table of rows."""
    return _CHANGED_PART_NUMBERS.format(rows=rows, same_product=_SAME_PRODUCT.format(row="s"))


def write_products(with_upc: bool) -> Write:
    """Return the statements that write the list of products."""
    note = _NOTE_PRODUCTS.format(
        same_product=_SAME_PRODUCT.format(row="c"), shown_differs=_SHOWN_DIFFERS.format(row="c")
    )
    update = _UPDATE_PRODUCTS.format(upc_written=", upc = excluded.upc" if with_upc else "")
    return Write(_OWNERS_OF_PRODUCTS, note, False, _INSERT_PRODUCTS, _INSERT_PRODUCTS + update)


RAISE_VERSION: Final = """
    INSERT INTO catalog_versions (owner_key, version) VALUES (:owner, 1)
    ON CONFLICT (owner_key) DO UPDATE SET version = catalog_versions.version + 1
"""

# Counting takes longer the larger the manufacturer, so the counts are stored.
FORGET_TOTALS: Final = """
    UPDATE manufacturers SET product_count = NULL, part_number_count = NULL
    WHERE id IN (SELECT manufacturer_id FROM changed_part_numbers)
"""

COUNT_TOTALS: Final = """
    UPDATE manufacturers SET
        part_number_count = (SELECT count(*) FROM part_numbers n WHERE n.manufacturer_id = manufacturers.id),
        product_count = (
            SELECT count(DISTINCT n.product_id) FROM part_numbers n WHERE n.manufacturer_id = manufacturers.id
        )
    WHERE part_number_count IS NULL
"""
