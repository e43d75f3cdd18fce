"""docs/architecture.md shows the layers that import-linter checks, and the packages that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
BLOCK = re.compile(r"^#### ([^\n]+)\n\n```text\n(.+?)\n```$", re.MULTILINE | re.DOTALL)
MODULE = re.compile(r"\b((?:webapp|jobs)(?:\.[a-z_]+)+)\b")


def _contracts() -> dict[str, list[str]]:
    """Each contract of type layers by its name, its layers from top to bottom."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return {
        contract["name"]: contract["layers"]
        for contract in settings["contracts"]
        if contract["type"] == "layers"
    }


def _packages(half: str) -> set[str]:
    return {path.parent.name for path in (ROOT / half).glob("*/__init__.py")}


def test_the_page_shows_the_layers_of_every_contract() -> None:
    shown = {name: block.splitlines() for name, block in BLOCK.findall(PAGE)}
    assert shown == _contracts()


def test_every_module_that_the_page_names_exists() -> None:
    paths = {name: ROOT.joinpath(*name.split(".")) for name in MODULE.findall(PAGE)}
    assert [
        name for name, path in paths.items() if not path.is_dir() and not path.with_suffix(".py").exists()
    ] == []


def test_the_page_names_every_package_of_both_halves() -> None:
    for half in ("webapp", "jobs"):
        unnamed = {name for name in _packages(half) if f"`{half}/{name}/" not in PAGE}
        assert unnamed == set()
