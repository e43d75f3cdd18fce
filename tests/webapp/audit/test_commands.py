"""Changes by a command are attributed to a command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from jobs import cli
from tests.webapp.audit.entries import noted
from tests.webapp.client import ON_SQLITE
from tests.webapp.command_runner import Answer, flask

__all__ = ["flask"]

pytestmark = ON_SQLITE

CATALOG = "catalog,manufacturer,abbreviation,oem_manufacturer_id,dealer,part_number,brand,mpn,name,msrp\n"
CODES = "catalog,supplier_code,manufacturer,lead_time_days,pricing\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A catalog, and supplier codes that fit it."""
    catalog, codes = tmp_path / "catalog.csv", tmp_path / "codes.csv"
    catalog.write_text(CATALOG + "aftermarket,Tucker,TR,,,A-1,Bell,A-1,Helmet,19.90\n")
    codes.write_text(CODES + "aftermarket,TR,Tucker,,\n")
    return catalog, codes


def test_every_command_that_changes_something_is_audited(
    app: Flask, flask: Callable[..., Answer], files: tuple[Path, Path]
) -> None:
    cli.register(app)
    catalog, codes = files
    remove = ("supplier-codes", "remove", "--dealer", 1, "--code", "TR", "--manufacturer", "Tucker")
    done = [
        flask("dealer", "create", "Northwind", "--timezone", "America/Chicago"),
        flask(
            *("user", "create", "parts@example.com", "--role", "dealer", "--dealer", 1, "--password-stdin"),
            stdin="ride-safe-2026",
        ),
        flask("catalog", "import", catalog),
        flask("supplier-codes", "import", codes, "--dealer", 1),
        flask("lightspeed", "configure", "--dealer", 1, "--enable", "--keep-previous"),
        flask("sync", "queue", "--dealer", 1),
        flask(*remove),
    ]
    assert [answer.exit_code for answer in done] == [0] * len(done)
    assert [entry.action for entry in noted()] == [
        "dealer.added",
        "user.added",
        "catalog.import_started",
        "catalog.imported",
        "supplier_codes.imported",
        "credentials.changed",
        "settings.changed",
        "run.queued",
        "supplier_code.removed",
    ]
    assert {entry.actor for entry in noted()} == {"command"}
