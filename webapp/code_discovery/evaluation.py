"""Evaluates a scan: what each code has in stock, and which manufacturers have its part numbers (R20, R21).

One statement for each question, over the whole catalog. A part number that n manufacturers have counts 1/n
for each of them, so that numbers that many share decide little. Of manufacturers with the same score, the
smaller one is the better suggestion: a large one has many numbers by chance.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, delete, text, update
from sqlalchemy.engine import Connection

from webapp.code_discovery.staging import staged
from webapp.extensions import db
from webapp.models import CodeScanBlock, CodeSuggestion, FoundCode
from webapp.models.upserts import replace_found

# A dealer has some dozens of codes. Beyond this the smallest are left out: their text is not ours.
MOST_CODES: Final = 1_000
MOST_SUGGESTIONS: Final = 5
MOST_SAMPLES: Final = 3

_CODES: Final = text("""
    SELECT code_key, max(code) AS code, count(*) AS parts, sum(is_stale) AS stale_parts,
           sum(on_hand) AS on_hand_units, sum(on_hand * cents) AS on_hand_cents,
           sum(available) AS available_units, sum(available * cents) AS available_cents
    FROM scanned_parts
    GROUP BY code_key
    ORDER BY on_hand_cents DESC, code_key
    LIMIT :most
""")
_TOTAL: Final = text("SELECT count(*) FROM scanned_parts")
_SAMPLES: Final = text("""
    SELECT code_key, description
    FROM (
        SELECT code_key, description,
               row_number() OVER (PARTITION BY code_key ORDER BY on_hand * cents DESC, number_key) AS nth
        FROM scanned_parts
        WHERE description <> ''
    ) AS ranked
    WHERE nth <= :most
    ORDER BY code_key, nth
""")
# CROSS JOIN makes SQLite read the catalog's index once, and look each number up in the scan.
_SUGGESTIONS: Final = text("""
    WITH hits AS (
        SELECT scanned.code_key, scanned.number_key, numbers.manufacturer_id,
               makers.part_number_count, scanned.is_stale, scanned.on_hand, scanned.available, scanned.cents,
               1.0 / count(*) OVER (PARTITION BY scanned.code_key, scanned.number_key) AS weight
        FROM part_numbers AS numbers
        CROSS JOIN scanned_parts AS scanned
        CROSS JOIN manufacturers AS makers
        WHERE scanned.number_key = numbers.key AND scanned.code_key <> ''
          AND makers.id = numbers.manufacturer_id AND makers.owner_key IN (0, :dealer_id)
    ), shares AS (
        SELECT code_key, manufacturer_id, max(part_number_count) AS size, count(*) AS matched,
               sum(weight) AS score,
               sum(CASE WHEN is_stale = 0 THEN 1 ELSE 0 END) AS on_hand_parts,
               sum(CASE WHEN is_stale = 0 THEN on_hand ELSE 0 END) AS on_hand_units,
               sum(CASE WHEN is_stale = 0 THEN on_hand * cents ELSE 0 END) AS on_hand_cents,
               sum(CASE WHEN is_stale = 0 AND available > 0 THEN 1 ELSE 0 END) AS available_parts,
               sum(CASE WHEN is_stale = 0 THEN available ELSE 0 END) AS available_units,
               sum(CASE WHEN is_stale = 0 THEN available * cents ELSE 0 END) AS available_cents
        FROM hits
        GROUP BY code_key, manufacturer_id
    )
    SELECT *
    FROM (
        SELECT shares.*, row_number() OVER (
            PARTITION BY code_key
            ORDER BY round(CAST(score AS numeric), 6) DESC, matched DESC, coalesce(size, 2147483647),
                     manufacturer_id
        ) AS place
        FROM shares
    ) AS ranked
    WHERE place <= :most
    ORDER BY code_key, place
""")


@dataclass(frozen=True)
class Evaluation:
    """What a scan found: rows of `found_codes` and `code_suggestions`, and the number of parts."""

    dealer_id: int
    scan_number: int
    parts: int
    codes: list[dict[str, Any]]
    suggestions: list[dict[str, Any]]


def evaluate(dealer_id: int, scan_number: int) -> Evaluation:
    """Evaluate the stored blocks of a scan. Ends the session's transaction, and commits nothing."""
    db.session.commit()
    with staged(dealer_id, scan_number) as connection:
        samples = _samples(connection)
        codes = [
            {**_counts(row), "samples": samples[row.code_key]}
            for row in connection.execute(_CODES, {"most": MOST_CODES})
        ]
        parts = connection.execute(_TOTAL).scalar_one()
        given = {"dealer_id": dealer_id, "most": MOST_SUGGESTIONS}
        kept = {code["code_key"] for code in codes}
        suggestions = [
            _counts(row) for row in connection.execute(_SUGGESTIONS, given) if row.code_key in kept
        ]
    return Evaluation(dealer_id, scan_number, parts, codes, suggestions)


def store(found: Evaluation, now: datetime) -> None:
    """Replace what the scan before found; the caller commits. What users decided about a code is kept."""
    dealer_id = found.dealer_id
    absent = dict.fromkeys(
        ("parts", "stale_parts", "on_hand_units", "on_hand_cents", "available_units", "available_cents"), 0
    )
    db.session.execute(update(FoundCode).where(FoundCode.dealer_id == dealer_id).values(absent))
    if found.codes:
        seen = {"dealer_id": dealer_id, "first_seen_at": now, "last_seen_at": now}
        rows = [{**seen, **code} for code in found.codes]
        db.session.execute(replace_found(FoundCode, ("dealer_id", "code_key"), kept="first_seen_at"), rows)
    db.session.execute(delete(CodeSuggestion).where(CodeSuggestion.dealer_id == dealer_id))
    if found.suggestions:
        rows = [{"dealer_id": dealer_id, **suggestion} for suggestion in found.suggestions]
        db.session.execute(db.insert(CodeSuggestion), rows)
    _forget_earlier_blocks(found)


def _forget_earlier_blocks(found: Evaluation) -> None:
    earlier = CodeScanBlock.scan_number != found.scan_number
    db.session.execute(delete(CodeScanBlock).where(CodeScanBlock.dealer_id == found.dealer_id, earlier))


def _counts(row: Row[Any]) -> dict[str, Any]:
    """Return a row's columns; sums of PostgreSQL are decimals."""
    values = {name: value for name, value in row._mapping.items() if name != "size"}
    score = {"score": float(values["score"])} if "score" in values else {}
    whole = {name: value if isinstance(value, str) else int(value) for name, value in values.items()}
    return {**whole, **score}


def _samples(connection: Connection) -> dict[str, list[str]]:
    samples: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(_SAMPLES, {"most": MOST_SAMPLES}):
        samples[row.code_key].append(row.description)
    return samples
