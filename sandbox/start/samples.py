"""Loads the sample catalog, dealers and users into an empty database, through the program's own commands."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from sandbox.samples.catalog import write_catalog
from sandbox.samples.dealers import NORTHWIND, SUMMIT, SampleDealer, write_supplier_codes
from sandbox.start.commands import Commands
from sandbox.start.steps import step

DEALERS = (NORTHWIND, SUMMIT)
# For this machine only: bin/run prints them.
PASSWORD = "ride-safe-2026"
STAFF = "support@staff.example"


def email(dealer: SampleDealer) -> str:
    """Return the sample login of a dealer's parts manager."""
    return f"parts@{dealer.key}.example"


def logins() -> list[str]:
    """Return the sample logins, one per line."""
    lines = [f"Sample logins, all with the password {PASSWORD}"]
    lines += [f"  {email(dealer):<28} {dealer.name}" for dealer in DEALERS]
    return [*lines, f"  {STAFF:<28} staff, who see every dealer"]


def load(commands: Commands, dealers: Mapping[str, int], people: Collection[str]) -> dict[str, int]:
    """Create what is missing besides these dealers (ids by name) and users; return the sample dealers' ids by
    key.

    Staff are created last: if they exist, everything does.
    """
    ids = {dealer.key: dealers.get(dealer.name) or _dealer(commands, dealer) for dealer in DEALERS}
    if STAFF in people:
        return ids
    _load(commands, people, ids)
    return ids


def _load(commands: Commands, people: Collection[str], ids: Mapping[str, int]) -> None:
    with tempfile.TemporaryDirectory(prefix="samples-") as folder:
        with step("Loading the sample catalog of 60,000 products"):
            _catalog(commands, Path(folder), ids)
        for dealer in DEALERS:
            with step(f"Setting up {dealer.name}: supplier codes, Lightspeed, a login"):
                _supplier_codes(commands, Path(folder), dealer, ids[dealer.key])
                _connect(commands, dealer, ids[dealer.key])
                if email(dealer) not in people:
                    _user(commands, email(dealer), "--role", "dealer", "--dealer", str(ids[dealer.key]))
    _user(commands, STAFF, "--role", "staff")


def _dealer(commands: Commands, dealer: SampleDealer) -> int:
    return int(commands.run("dealer", "create", dealer.name, "--timezone", dealer.time_zone))


def _catalog(commands: Commands, folder: Path, ids: Mapping[str, int]) -> None:
    path = folder / "catalog.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        write_catalog(file, ids)
    commands.run("catalog", "import", path)


def _supplier_codes(commands: Commands, folder: Path, dealer: SampleDealer, dealer_id: int) -> None:
    path = folder / f"{dealer.key}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        write_supplier_codes(file, dealer.supplier_codes)
    commands.run("supplier-codes", "import", path, "--dealer", str(dealer_id))


def _connect(commands: Commands, dealer: SampleDealer, dealer_id: int) -> None:
    login = ("--cmf", dealer.cmf, "--username", dealer.username, "--password-stdin")
    commands.run(
        "lightspeed", "configure", "--dealer", str(dealer_id), "--enable", *login, answer=dealer.password
    )


def _user(commands: Commands, address: str, *options: str) -> None:
    commands.run("user", "create", address, *options, "--password-stdin", answer=PASSWORD)
