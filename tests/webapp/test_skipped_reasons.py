"""Every reason for which a part is skipped has its sentence and its remedy."""

from __future__ import annotations

from jobs.sync import rules
from webapp.skipped_reasons import FOUND_BY, REASONS, REMEDIES, reason

CODES = {
    rules.UNREADABLE,
    rules.NO_PART_NUMBER,
    rules.OTHER_CODE,
    rules.NO_QUANTITY,
    rules.NOT_IN_STOCK,
    rules.UNDATED,
    rules.STALE,
    rules.UNMATCHED,
}


def test_every_reason_has_a_sentence_and_a_remedy():
    assert set(REASONS) == set(REMEDIES) == CODES


def test_the_way_a_candidate_was_found_follows_the_reason():
    assert reason("unmatched", "upc") == f"{REASONS['unmatched']}; {FOUND_BY['upc']}"
    assert reason("stale", None) == REASONS["stale"]
