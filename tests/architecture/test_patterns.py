"""No regular expression takes longer than reading its text twice over, whatever the text is.

Every pattern of the program is tried, in a process that is ended after some seconds of work: a pattern that
backtracks takes minutes for the longer of these texts, all others together take a few seconds.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest

from webapp.settings.config import ROOT

pytestmark = pytest.mark.slow

PACKAGES = ("webapp", "jobs", "sandbox/simulator")
TRIES = r"""
import importlib, json, re, resource, sys
from itertools import product
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))

def patterns(value):
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from patterns(each)

LETTERS = "a9 '=:/.-+@\n\\u0"
ALONE = [first * 40_000 + last for first, last in product(LETTERS, ("", "!", "@", "'"))]
PAIRS = ["".join(pair) * 5_000 + "!" for pair in product(LETTERS, LETTERS)]
WORDS = [word * 3_000 for word in ("a://", "Basic ", "relation ", "datetime'", "''", "2026-", "password")]
TEXTS = ALONE + PAIRS + WORDS

for name, acts in json.loads(sys.argv[1]).items():
    for key, value in vars(importlib.import_module(name)).items():
        for pattern in patterns(value):
            act = getattr(pattern, acts.get(key, "search"))
            for text in TEXTS:
                act(text.encode() if isinstance(pattern.pattern, bytes) else text)
            print(f"{name}.{key}", flush=True)
"""


def sources() -> dict[str, ast.Module]:
    """Every module of the program, by its dotted name."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    named = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}
    return {name.removesuffix(".__init__"): ast.parse(path.read_text()) for name, path in named.items()}


def uses(module: ast.Module) -> list[tuple[str, bool]]:
    """What is called of `re`, and whether where the module begins."""
    top = {id(each) for statement in module.body for each in ast.walk(statement)}
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            top -= {id(each) for each in ast.walk(function)}
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call)]
    return [
        (call.func.attr, id(call) in top)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "re"
    ]


def acts(module: ast.Module) -> dict[str, str]:
    """How each pattern is used: by default it is searched for, which also tries from within."""
    called = [node.func for node in ast.walk(module) if isinstance(node, ast.Call)]
    ways = [one for one in called if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name)]
    return {one.value.id: one.attr for one in ways if one.attr in ("match", "fullmatch")}  # type: ignore[attr-defined]


def test_every_pattern_is_compiled_at_module_level() -> None:
    found = {name: uses(module) for name, module in sources().items()}
    assert {use for each in found.values() for use in each} == {("compile", True)}


def test_no_pattern_takes_longer_than_reading() -> None:
    names = {name: acts(module) for name, module in sorted(sources().items()) if uses(module)}
    assert len(names) > 5
    command = [sys.executable, "-c", TRIES, json.dumps(names)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, (
        f"after {done.stdout.split()[-1:]} comes one that never ends: {done.stderr[-500:]}"
    )
    assert {name.rsplit(".", 1)[0] for name in done.stdout.split()} == set(names)
