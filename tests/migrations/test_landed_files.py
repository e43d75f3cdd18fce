"""A migration that landed never changes: databases have been created by it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from webapp.settings.config import ROOT

VERSIONS = ROOT / "migrations" / "versions"
LANDED = ROOT / "migrations" / "landed.txt"


def landed() -> dict[str, str]:
    """The SHA-256 of each migration that landed, by file name; the lines are those of sha256sum."""
    lines = LANDED.read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def faults(listed: Mapping[str, str], folder: Path) -> list[str]:
    """What is wrong with the migrations in a folder, a sentence each."""
    found = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.py")}
    changed = [
        f"{name} has landed and may not be changed, renamed or removed; write a new migration instead."
        for name, digest in listed.items()
        if found.get(name) != digest
    ]
    late = [
        f"{name} is older than {max(listed)}, which has landed: give it the next free number."
        for name in found.keys() - listed.keys()
        if name < max(listed)
    ]
    return sorted(changed) + sorted(late)


def test_landed_migrations_are_as_they_landed() -> None:
    """A new migration is added to the list when it lands: sha256sum FILE >> ../landed.txt."""
    assert faults(landed(), VERSIONS) == []


def test_the_list_is_in_order_and_names_all_but_the_newest() -> None:
    names = list(landed())
    assert names == sorted(names)
    assert len(names) >= 19


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_a.py").write_text("a")
    (tmp_path / "0003_c.py").write_text("c")
    return tmp_path


LISTED = {"0001_a.py": sha256(b"a").hexdigest(), "0003_c.py": sha256(b"c").hexdigest()}


def test_an_edited_migration_is_named(folder: Path) -> None:
    (folder / "0001_a.py").write_text("edited")
    assert [fault.split()[0] for fault in faults(LISTED, folder)] == ["0001_a.py"]


def test_a_renamed_migration_is_named(folder: Path) -> None:
    (folder / "0001_a.py").rename(folder / "0002_a.py")
    assert [fault.split()[0] for fault in faults(LISTED, folder)] == ["0001_a.py", "0002_a.py"]


def test_a_migration_that_is_newer_than_all_listed_is_not_listed_yet(folder: Path) -> None:
    (folder / "0004_d.py").write_text("d")
    assert faults(LISTED, folder) == []
