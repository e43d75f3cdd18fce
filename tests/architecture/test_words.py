"""Names and sentences use the terms of docs/glossary.md, never the ones that they replaced."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

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
PHRASES = re.compile(
    r"\b(in vain|anew|meanwhile|beneath|who has the|is no (valid )?[a-z-]+ address|one time)\b", re.IGNORECASE
)


def _sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if LANDED not in path.parents and path != Path(__file__):
                yield path


def _sentences(source: str) -> Iterator[tuple[int, str]]:
    """Yield the comments and docstrings of a module, with their lines."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (
            text := ast.get_docstring(node)
        ):
            yield node.body[0].lineno, text


def _archaic(source: str) -> list[tuple[int, str]]:
    found = [(line, PHRASES.search(text.replace("\n", " "))) for line, text in _sentences(source)]
    return [(line, match[0]) for line, match in found if match]


@pytest.mark.parametrize("folder", MODULES)
def test_no_module_has_a_replaced_name(folder: str) -> None:
    replaced = set(MODULES[folder].split())
    assert [str(path.relative_to(ROOT)) for path in _sources(folder) if path.stem in replaced] == []


def test_no_class_or_function_has_a_replaced_name() -> None:
    found = []
    for path in _sources(*FOLDERS):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name in NAMES:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.name}")
    assert found == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_docstring_or_comment_has_an_archaic_phrase(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {phrase}"
        for path in _sources(folder)
        for line, phrase in _archaic(path.read_text())
    ]
    assert found == []


def test_an_archaic_phrase_is_found_in_a_comment_and_across_the_lines_of_a_docstring() -> None:
    assert _archaic('"""Waits in\nvain."""\n# built anew\nname = "anew"\n') == [(3, "anew"), (1, "in vain")]
