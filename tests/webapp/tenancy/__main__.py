"""Counts the routes tried by role: `python -m tests.webapp.tenancy`; exit status 1 for a mismatch."""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path

import structlog

from tests.conftest import _migrate
from tests.webapp.tenancy.attempts import misfits, routes
from tests.webapp.tenancy.commands import TABLE as COMMANDS
from tests.webapp.tenancy.seed import ROLES, SeededApp
from tests.webapp.tenancy.table import TABLE


def main() -> int:
    """Ask for every route as everybody, and print what was not as the table says."""
    with tempfile.TemporaryDirectory(prefix="tenants-") as name:
        template = Path(name) / "template.sqlite3"
        _migrate(f"sqlite:///{template}", Path(name))
        seeded_app = SeededApp(template, Path(name))
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        tried = routes(seeded_app)
        missing = {str(route) for route in tried} ^ set(TABLE)
        found = [misfit for route in tried if str(route) in TABLE for misfit in misfits(seeded_app, route)]
    print(*sorted(missing), *found, sep="\n")
    refusals = sum(len(wrongs) for wrongs in COMMANDS.values())
    print(f"{len(tried)} routes x {len(ROLES)} roles tried; {len(found) + len(missing)} other than expected")
    print(f"{len(COMMANDS)} commands, {refusals} calls that must be refused")
    return 1 if found or missing else 0


if __name__ == "__main__":
    sys.exit(main())
