"""Traces of pulls: a stored one may only say what the program of today would read."""

from __future__ import annotations

import hashlib
import inspect

from jobs.sources.lightspeed import cursor, lenient_json, parts, pull_trace, responses, row_keys

# The modules that decide which rows and requests follow from the responses, as of `pull_trace.VERSION`.
DECIDING = (cursor, lenient_json, parts, responses, row_keys)
AS_OF = {1: "5f215377b9e67394"}  # pragma: allowlist secret


def test_the_version_is_raised_with_each_change_of_what_responses_mean() -> None:
    source = "".join(inspect.getsource(module) for module in DECIDING)
    found = hashlib.sha256(source.encode()).hexdigest()[:16]
    assert AS_OF.get(pull_trace.VERSION) == found, (
        f"One of {[module.__name__ for module in DECIDING]} changed. If the same response now means other "
        f"rows or requests, raise pull_trace.VERSION; in any case note {found!r} for the version here."
    )
