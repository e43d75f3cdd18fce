"""docs/security.md names files that exist."""

from __future__ import annotations

import re
from collections import Counter

from tests.architecture.asvs import PAGE, ROOT, STATES, requirements


def test_every_requirement_of_levels_1_and_2_has_one_line() -> None:
    """OWASP ASVS 5.0.0 has 70 of level 1 and 183 of level 2."""
    found = requirements()
    assert Counter(one.level for one in found) == {1: 70, 2: 183}
    assert max(Counter(one.number for one in found).values()) == 1
    assert {one.state for one in found} == set(STATES)


def test_what_is_met_says_where_and_what_is_open_says_why() -> None:
    for one in requirements():
        assert one.state == "not applicable" or one.places, one.number
        assert (" – " in one.gist) == (one.state == "open"), one.number


def test_every_named_path_exists() -> None:
    named = set(
        re.findall(
            r"`((?:webapp|jobs|tests|docs|bin|templates)/[^`]*|[A-Za-z]+\.(?:md|txt|in|toml))`",
            PAGE.read_text(),
        )
    )
    named |= {path for one in requirements() for path in (*one.places, *one.tests)}
    assert len(named) > 100
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
