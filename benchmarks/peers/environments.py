"""A virtual environment for each competitor, with the pinned packages of its requirements file."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from webapp.settings.config import ROOT

# Ignored by git, and kept: making them takes longer than measuring.
PLACE = ROOT / "instance" / "peers"
HERE = Path(__file__).parent
_PRINT_VERSIONS = (
    "import json, sys, importlib.metadata as m; print(json.dumps([m.version(n) for n in sys.argv[1:]]))"
)


@dataclass(frozen=True)
class Environment:
    """A Python that has a competitor's packages."""

    python: Path

    def versions(self, *packages: str) -> str:
        """The versions of its packages, for the table."""
        process = subprocess.run(
            [self.python, "-c", _PRINT_VERSIONS, *packages], capture_output=True, text=True, check=True
        )
        found: list[str] = json.loads(process.stdout)
        return ", ".join(map(" ".join, zip(packages, found, strict=True)))


def ours() -> Environment:
    """The environment that this program runs in."""
    return Environment(Path(sys.executable))


def environment(name: str) -> Environment:
    """The environment of `<name>-requirements.txt`, made if it is missing or has changed."""
    listed = HERE / f"{name}-requirements.txt"
    mark = hashlib.sha256(listed.read_bytes()).hexdigest()[:12]
    folder = PLACE / f"{name}-{mark}"
    if not folder.exists():
        _make(folder, listed)
    return Environment(folder / "bin" / "python")


def _make(folder: Path, listed: Path) -> None:
    print(f"Making the environment of {listed.name}.", file=sys.stderr, flush=True)
    # A partial one must not be used; programs of an environment know its path, so it cannot be renamed.
    try:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-config"]
        subprocess.run([*uv, "--python", folder / "bin" / "python", "-r", listed], check=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
