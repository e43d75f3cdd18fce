"""Names and sentences use the terms of docs/glossary.md, never the ones that they replaced."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("webapp", "jobs", "sandbox", "benchmarks", "tests", "migrations")
# Migrations that have landed are never edited.
LANDED = ROOT / "migrations" / "versions"

MODULES = {
    "jobs": "journal pulse giving_way ahead again opening pulling codes held due starting senders "
    "surroundings connecting remaking background stream turns windows memory reserve "
    "elsewhere bounds salvage answers stopping drafts kinds watch delivering account_letters",
    "webapp": "words variables door_settings copying periodic resealing outbound asked fresh sent_late "
    "forgotten next_page allowances tenant_fence noting standings tones adding people sign_ins letters "
    "browsers round usual_share working_time contacts",
    "sandbox": "apart surroundings stored door moves switches account child",
    "benchmarks": "errands ground shop shops crowd left observed judging rooms relays contestants",
    "tests": "world stockroom shop town people fed trying acts visitors gallery",
}
NAMES = {
    "Claim", "Over", "Walk", "Asker", "Place", "Standing", "JudgedAdapter", "Processes", "Postbox", "Saying",
    "Cause", "Look", "Corner", "Ground", "Shop", "Town", "Codes", "keep_house", "sweep_storage",
}  # fmt: skip
# Words that no identifier has: neither a parameter, an attribute, a variable nor an alias. Each with the term
# to use. A word is added here once it is replaced everywhere; words with a second, standard meaning are not.
REFUSED = {
    "allowance": "limit",
    "allowances": "limits",
    "contact": "recipient",
    "contacts": "recipients",
    "door": "auth",
    "errand": "workload",
    "errands": "workloads",
    "gave": "yielded",
    "journal": "lease",
    "meanwhile": "since",
    "patience": "timeout, deadline",
    "postbox": "client, mailbox",
    "prospect": "outlook",
    "pulse": "heartbeat",
    "saying": "label, message",
    "sayings": "labels, messages",
    "standing": "status",
    "standings": "status_labels",
    "surroundings": "context",
    "trouble": "error, fault",
    "troubles": "errors, faults",
}
PHRASES = re.compile(
    r"\b(in vain|anew|meanwhile|beneath|who has the|is no (valid )?[a-z-]+ address|one time)\b", re.IGNORECASE
)


def _sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if LANDED not in path.parents and path != Path(__file__):
                yield path


class Findings(NamedTuple):
    """What one file has that it must not have, with the lines."""

    names: list[tuple[int, str]]
    identifiers: list[tuple[int, str]]
    phrases: list[tuple[int, str]]


@cache
def _findings(path: Path) -> Findings:
    """Look for all of it at once: each file is parsed once, not by three tests."""
    source = path.read_text()
    return Findings(_replaced(source), _refused(source), _archaic(source))


@lru_cache(maxsize=1)
def _tree(source: str) -> ast.Module:
    return ast.parse(source)


def _sentences(source: str) -> Iterator[tuple[int, str]]:
    """Yield the comments and docstrings of a module, with their lines."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(_tree(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (
            text := ast.get_docstring(node)
        ):
            yield node.body[0].lineno, text


def _archaic(source: str) -> list[tuple[int, str]]:
    found = [(line, PHRASES.search(text.replace("\n", " "))) for line, text in _sentences(source)]
    return [(line, match[0]) for line, match in found if match]


def _replaced(source: str) -> list[tuple[int, str]]:
    return [
        (node.lineno, node.name)
        for node in ast.walk(_tree(source))
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name in NAMES
    ]


@pytest.mark.parametrize("folder", MODULES)
def test_no_module_has_a_replaced_name(folder: str) -> None:
    replaced = set(MODULES[folder].split())
    assert [str(path.relative_to(ROOT)) for path in _sources(folder) if path.stem in replaced] == []


def test_no_class_or_function_has_a_replaced_name() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in _sources(*FOLDERS)
        for line, name in _findings(path).names
    ]
    assert found == []


def test_a_replaced_name_is_found_of_a_class_and_of_a_function() -> None:
    source = "class Town: ...\ndef keep_house(): ...\nCorner = 1\n"
    assert _replaced(source) == [(1, "Town"), (2, "keep_house")]


def _identifiers(source: str) -> Iterator[tuple[int, str]]:
    """Yield every name that a module gives to something, with its line; attributes wherever they are used."""
    for node in ast.walk(_tree(source)):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.Attribute(attr=name) | ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.keyword(arg=str(name)) | ast.alias(asname=str(name)):
                yield node.lineno, name


def _refused(source: str) -> list[tuple[int, str]]:
    return sorted(
        (line, name)
        for line, name in _identifiers(source)
        if not REFUSED.keys().isdisjoint(name.casefold().split("_"))
    )


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_identifier_has_a_replaced_word(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in _sources(folder)
        for line, name in _findings(path).identifiers
    ]
    assert found == []


def test_a_replaced_word_is_found_in_every_kind_of_identifier() -> None:
    source = """
def wait(patience): ...
def wait_with_patience(): ...
run.gave_way = 1
PATIENCE_SECONDS = wait(contact=1)
import recipients as contacts
"""
    assert _refused(source) == [
        (2, "patience"),
        (3, "wait_with_patience"),
        (4, "gave_way"),
        (5, "PATIENCE_SECONDS"),
        (5, "contact"),
        (6, "contacts"),
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_docstring_or_comment_has_an_archaic_phrase(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {phrase}"
        for path in _sources(folder)
        for line, phrase in _findings(path).phrases
    ]
    assert found == []


def test_an_archaic_phrase_is_found_in_a_comment_and_across_the_lines_of_a_docstring() -> None:
    assert _archaic('"""Waits in\nvain."""\n# built anew\nname = "anew"\n') == [(3, "anew"), (1, "in vain")]
