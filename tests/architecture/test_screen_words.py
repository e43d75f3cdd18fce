"""What users read is short, plain US English, without the phrases that were replaced."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDES = ("docs/dealer-guide.md", "docs/staff-guide.md")
# Each phrase with the words to use, whatever its letter case.
REPLACED = {
    r"somebody|nobody|whoever": "you, a user, someone with the role",
    r"e-mails?": "email",
    r"asked for": "requested",
    r"(asking|asked) Lightspeed": "checking with Lightspeed",
    r"once more|anew": "again",
    r"second factors?": "two-step verification",
    r"under way": "running",
    r"brought up to date|bring(s)? .{1,40} up to date": "updated",
    r"by (itself|themselves)": "automatically",
    r"(go|goes|went|going) on": "continue",
    r"(is|are) like that|named so": "match",
    r"is where one is queued": "start one in",
    r"not to be had|at the moment": "temporarily unavailable, right now",
    r"your doing": "your fault",
    r"go to the first page": "go to Home",
    r"in vain|meanwhile|beneath|somewhat": "plain words",
    r"any ?more": "no longer",
    r"(is|are) on (its|their) way": "we sent",
    r"could misuse": "confirm your password to continue",
    r"hand (this|the) link|handed over": "send this link",
    r"workers do nothing|has not come": "background jobs have stopped",
    r"stands? for": "represents",
    r"gives (its|the) price": "sets the price",
    r"empty means": "defaults to",
    r"please look|look at the changes|look at yet": "fix the highlighted fields, preview changes",
    r"for its turn": "waiting to start",
    r"fetched whole|to its end|to an end": "fully downloaded, finished",
    r"queued beside": "only one update runs at a time",
    r"going by how": "about 2 minutes left",
    r"tried again": "retries",
    r"of its own\b(?! (login|supplier))": "internal",
    r"this usually passes|perhaps": "usually temporary",
    r"until a person decides|so much at once": "on hold for your approval, an unusually large drop",
    r"decision is kept": "saved",
    r"none that can be used": "no usable",
    r"was heard of": "no response",
    r"(came|became|become) of": "a noun",
    r"latest first": "newest first",
    r"but for (punctuation|leading)": "same number, different punctuation",
    r"dates it": "to refresh its date",
    r"(has|have) been kept": "on file",
    r"looked for": "no open alerts",
    r"was over|is over": "resolved",
    r"(is|are) told": "gets an email",
    r"nowhere": "no active sessions",
    r"carried out": "approved",
    r"was quicker": "someone else changed this",
    r"that did not work|is not right": "wrong, not accepted",
    r"(may|can) be sold although": "you may oversell",
    r"promised to": "reserved units",
    r"knows this dealer": "your Lightspeed dealer number",
    r"is no (valid )?[a-z]+ address": "isn't a valid address",
    r"leave (it|them|a field|[a-z]+) empty": "leave blank",
    r"by a command": "by the system",
    r"changed by looking": "a preview changes nothing",
    r"looked at (next|the last)": "next update, checked",
    r"nothing of it was applied": "we didn't apply it",
    r"says nothing (about|,)": "can't be used",
    r"this has changed: ": "this changed",
    r"(?<![a-z] )what (you|the|it|a|was|is|were|goes|became)": "a noun",
}
PHRASES = re.compile("|".join(rf"\b(?:{phrase})(?![\w-])" for phrase in REPLACED), re.IGNORECASE)
# Beginning of sentences that are stored with runs of earlier versions.
STORED = "Held, until somebody decides or the next run says the same:"
# Shown labels whose lower-case form is also a term of the code.
LABELS = re.compile(r"\b(Pieces|Asked|Command line|Stored now|Forgotten password)\b")


def _literals(source: str) -> Iterator[tuple[int, str]]:
    """Yield the string literals that are no docstrings, with their lines; an f-string's values as `{}`."""
    tree = ast.parse(source)
    skipped = {id(statement.value) for statement in ast.walk(tree) if isinstance(statement, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(value) for value in node.values}
            texts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield node.lineno, "".join(map(str, texts))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value


def _texts() -> Iterator[tuple[str, str]]:
    """Yield what users may read, each with its place."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield str(path.relative_to(ROOT)), re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    for guide in GUIDES:
        yield guide, (ROOT / guide).read_text()
    for folder in ("webapp", "jobs"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for line, text in _literals(path.read_text()):
                yield f"{path.relative_to(ROOT)}:{line}", text


def _replaced(text: str) -> list[str]:
    words = " ".join(text.split()).removeprefix(STORED)
    return [match[0] for pattern in (PHRASES, LABELS) for match in pattern.finditer(words)]


def test_no_page_message_email_or_guide_has_a_replaced_phrase() -> None:
    found = [f"{place}: {phrase}" for place, text in _texts() for phrase in _replaced(text)]
    assert found == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Somebody else has saved this.",
        "It starts by\n  itself.",
        "What is not found may be skipped.",
        "Settings are saved. What you typed is kept.",
        "Asked for from",
        "Leave it empty for no end.",
        "E-mail",
    ],
)
def test_a_replaced_phrase_is_found(sentence: str) -> None:
    assert _replaced(sentence) != []


def test_plain_sentences_pass() -> None:
    assert _replaced("Who changed what, and when. Fix the highlighted fields. Email not sent.") == []


def test_a_literal_is_found_in_every_kind_of_string_but_no_docstring() -> None:
    source = '"""Nobody."""\nSAID = "nobody"\nsaid = f"{name} or nobody"\n'
    assert sorted(_literals(source)) == [(2, "nobody"), (3, "{} or nobody")]
