"""Fuzz targets for bytes: each returns, or raises an exception that no caller expects.

Run as `python -m tests.fuzz.targets NAME FOLDER… [libFuzzer's options]` with Atheris, which learns from what
the inputs cover; where it cannot be installed (it is built for Linux alone), with mutations of the seeds.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from datetime import date

from tests.fuzz import mutations
from webapp.pulls.entries import Entry, pack, unpack

with mutations.instrumented():
    from jobs.sources import values
    from jobs.sources.lightspeed import compression, filters, lenient_json, parts, responses, retry
    from jobs.sources.lightspeed.errors import LightspeedError
    from jobs.sources.source import Page
    from jobs.sync import rules
    from jobs.sync.applying import judging, received
    from sandbox.simulator import expressions
    from sandbox.simulator import filters as simulated
    from sandbox.simulator.behavior import Behavior
    from sandbox.simulator.parts import PART_KINDS
    from sandbox.simulator.query import QueryError, options_of, read

TODAY = date(2026, 3, 1)
LARGEST = 2**31 - 1
MOST = 500
SWITCHES = Behavior()
# Instrumented too, as they are reached through the others.
UNDERNEATH = (values, lenient_json, parts)


def decoder(data: bytes) -> None:
    """An answer's body, to the rows that are stored: every one fits both databases."""
    with contextlib.suppress(LightspeedError):
        body = compression.inflated(data)
        page = responses.parts_in(body, "76014846")
        assert page.received == len(page.parts) + len(page.unreadable)
        expected = rules.Expectation.of("tr", "on_hand", TODAY)
        rows = received.ReceivedRows()
        rows.add(Page(1, page.parts, page.unreadable, page.received, 1, 0.0))
        judged = judging.judge_rows(expected, list(rows.in_key_order()), {}, reuse=False)
        for entry in judged.entries:
            stored(entry)
    retry.seconds_to_wait(data[:200].decode("latin-1"))


def stored(row: Entry) -> None:
    """Fails for a row that cannot be stored, and with it the whole pull."""
    for text in (row.part_number, row.key, row.description, row.quantity_text("on_hand")):
        fits(text, MOST)
    # Compared as stored: not a number differs from itself.
    assert pack(unpack(pack([row]))) == pack([row])
    for number in (row.quantity, row.retail_cents, row.current_active_cents):
        assert number is None or -LARGEST <= number <= LARGEST


def fits(text: str | None, length: int) -> None:
    """Fails for text that cannot be stored."""
    if text is not None:
        assert len(text) <= length
        assert "\0" not in text
        text.encode()


def filter_text(data: bytes) -> None:
    """Query options and filters as anybody writes them; and a code, which stays a code in our own filter."""
    text = data.decode("utf-8", "replace")
    with contextlib.suppress(QueryError):
        read(options_of(text), PART_KINDS, SWITCHES)
    with contextlib.suppress(simulated.FilterError):
        simulated.parse(text, PART_KINDS)
    if text.strip():
        asked = simulated.parse(filters.part_filter(text, "OnHand", TODAY), PART_KINDS)
        assert isinstance(asked, expressions.Junction)
        assert len(asked.terms) == 3
        assert expressions.supplier_code_of(asked) == text


TARGETS: dict[str, Callable[[bytes], None]] = {"decoder": decoder, "filter": filter_text}


if __name__ == "__main__":
    mutations.run(TARGETS[sys.argv[1]], sys.argv[2:])
