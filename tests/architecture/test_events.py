"""Logged events have one naming scheme, `noun.verb`, and are listed in docs/operations.md."""

from __future__ import annotations

import re

from tests.architecture import events
from webapp.settings.config import ROOT

# A noun in the singular, and what happened to it: a past participle, with what it concerns before it.
SCHEME = re.compile(r"[a-z]+(?:_[a-z]+)*\.(?:[a-z]+_)*(?:[a-z]+ed|held|lost|made|swept|forbidden|set)")
TABLE = re.compile(r"<!-- events -->\n(.*?)<!-- /events -->", re.DOTALL)


def test_every_event_is_named_as_a_noun_and_what_happened_to_it() -> None:
    found = events.names()
    assert len(found) > 50
    assert sorted(name for name in found if not SCHEME.fullmatch(name)) == []


def test_an_event_is_a_text_so_that_it_can_be_found() -> None:
    assert {module for module, event in events.logged() if event is None} == set(events.LOOKED_UP)


def test_the_operations_guide_lists_every_event_and_no_other() -> None:
    (table,) = TABLE.findall((ROOT / "docs" / "operations.md").read_text())
    listed = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", table)) - {"gunicorn.logged", "rq.logged"}
    assert listed == events.names()
