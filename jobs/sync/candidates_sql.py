"""SQL that suggests a candidate product for an unmatched part (R12), for PostgreSQL and SQLite.

A candidate is shown and never applied. Each statement uses an index for each part without a candidate.
"""

from __future__ import annotations

from typing import Final

# Numbers of leading zeros that may be missing.
_ZEROS: Final = "SELECT 0 AS n UNION ALL " + " UNION ALL ".join(f"SELECT {n}" for n in range(1, 7))
# The limit of supersessions that are followed, which ends cycles too.
LONGEST_CHAIN: Final = 20

_SUGGEST: Final = """
    {chain}
    UPDATE reported_parts SET candidate = found.part_number, candidate_by = '{by}'
    FROM (
        SELECT r.id, min(p.part_number) AS part_number
        FROM reported_parts AS r
        JOIN run_mappings AS m ON m.run_item_id = r.run_item_id
        {join}
        WHERE r.run_item_id = :item AND r.reason = 'unmatched' AND r.candidate IS NULL
        GROUP BY r.id
    ) AS found
    WHERE reported_parts.id = found.id
"""

_PUNCTUATION: Final = """
        JOIN part_numbers AS p ON p.manufacturer_id = m.manufacturer_id
                              AND p.bare_key = r.bare_key AND r.bare_key <> ''
"""

# Compares without punctuation, with leading zeros added and removed.
_LEADING_ZEROS: Final = f"""
        JOIN ({_ZEROS}) AS zeros ON ltrim(r.bare_key, '0') <> ''
        JOIN part_numbers AS p ON p.manufacturer_id = m.manufacturer_id
                              AND p.bare_key = substr('000000', 1, zeros.n) || ltrim(r.bare_key, '0')
"""

# Follows supersessions within the pull, from each unmatched part to the first number in the catalog.
_CHAIN: Final = f"""
    WITH RECURSIVE chain (id, key, steps) AS (
        SELECT id, superseded_key, 1 FROM reported_parts
        WHERE run_item_id = :item AND reason = 'unmatched' AND candidate IS NULL
          AND superseded_key IS NOT NULL
        UNION
        SELECT chain.id, later.superseded_key, chain.steps + 1
        FROM chain
        JOIN reported_parts AS later ON later.run_item_id = :item AND later.key = chain.key
        WHERE later.superseded_key IS NOT NULL AND coalesce(later.reason, '') <> 'other_code'
          AND chain.steps < {LONGEST_CHAIN}
    ), sold AS (
        SELECT chain.id, p.part_number, row_number() OVER (
                   PARTITION BY chain.id ORDER BY chain.steps, p.part_number
               ) AS place
        FROM chain
        JOIN run_mappings AS n ON n.run_item_id = :item
        JOIN part_numbers AS p ON p.manufacturer_id = n.manufacturer_id AND p.key = chain.key
    )
"""  # noqa: S608 # nosec B608 - our names

_SUPERSESSION: Final = "JOIN sold AS p ON p.id = r.id AND p.place = 1"

# Reported UPCs are stored as the 14 digits of a GTIN, those of the catalog with any number of leading zeros.
_UPC: Final = f"""
        JOIN ({_ZEROS}) AS zeros ON substr(r.upc, 1, zeros.n) = substr('000000', 1, zeros.n)
        JOIN products AS product ON product.upc = substr(r.upc, zeros.n + 1)
        JOIN part_numbers AS p ON p.product_id = product.id AND p.manufacturer_id = m.manufacturer_id
"""

# R12: the most reliable method first.
SUGGEST: Final = (
    _SUGGEST.format(by="punctuation", join=_PUNCTUATION, chain=""),
    _SUGGEST.format(by="leading_zeros", join=_LEADING_ZEROS, chain=""),
    _SUGGEST.format(by="supersession", join=_SUPERSESSION, chain=_CHAIN),
    _SUGGEST.format(by="upc", join=_UPC, chain=""),
)
