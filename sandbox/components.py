"""Software bill of materials as CycloneDX: the locked packages (requirements.txt) and the vendored files.

`bin/sbom` prints it. cyclonedx-bom reads the lock file; it knows nothing of files that are copied into a
repository, so those are added from their own note (webapp/static/vendor/VENDORED.md).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "webapp" / "static" / "vendor"
_NOTED = re.compile(r"^\| (\S+) \| (\S+) \| (\S+) \| \S+ \| (\S+) \| ([0-9a-f]{64}) \|$", re.MULTILINE)


def bill_of_materials() -> dict[str, Any]:
    """Return the complete bill; raises CalledProcessError if the lock file cannot be read."""
    bill: dict[str, Any] = json.loads(_packages())
    bill["components"] += vendored((VENDOR / "VENDORED.md").read_text())
    return bill


def vendored(note: str) -> list[dict[str, Any]]:
    """Return a component for each file of the note, by its package."""
    return [
        {
            "type": "file",
            "bom-ref": f"vendored-{file}",
            "name": package,
            "version": version,
            "description": f"vendored as webapp/static/vendor/{file}",
            "hashes": [{"alg": "SHA-256", "content": sha256}],
            "licenses": [{"license": {"id": licence}}],
            "purl": f"pkg:npm/{package}@{version}",
        }
        for file, package, version, licence, sha256 in _NOTED.findall(note)
    ]


def _packages() -> bytes:
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "requirements.txt"]
    options = ["--pyproject", "pyproject.toml", "--output-reproducible", "--spec-version", "1.6"]
    done = subprocess.run([*command, *options], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return done.stdout


if __name__ == "__main__":
    json.dump(bill_of_materials(), sys.stdout, indent=2, sort_keys=True)
    print()
