"""`python -m benchmarks.hosts`: the program on two hosts that share PostgreSQL, Redis and S3, and no more."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks import machine, table
from benchmarks.environment import environment
from benchmarks.hosts import rooms
from benchmarks.hosts.host import Host, furnish
from benchmarks.hosts.relays import Relays
from benchmarks.hosts.shared import Shared, shared
from benchmarks.hosts.trials import Trials
from benchmarks.measured import Errands
from sandbox.samples.bulk import bulk_catalog, bulk_parts

NAMES = ("host-a", "host-b")
STAFF, PASSWORD = "support@staff.example", "two-hosts-2026"  # pragma: allowlist secret
# Where the benchmarks' dealers are.
ZONE = ZoneInfo("America/Chicago")


def main(words: list[str] | None = None) -> int:
    """Try everything; 1 where something was not as it must be."""
    chosen = _choices().parse_args(words)
    # Told to end it ends its hosts first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="hosts-") as place:
        # Open to others: under root PostgreSQL runs as a user of its own.
        folder = Path(place)
        folder.chmod(0o755)
        with shared(folder) as services, _hosts(services, folder, chosen.rate) as hosts:
            dealers = _furnish(services, hosts[0], folder, chosen)
            seen = []
            for host in hosts:
                host.start_web()
            for one in Trials(services, hosts, dealers, (STAFF, PASSWORD), chosen.rate).all():
                print("  ".join(one.cells()), file=sys.stderr, flush=True)
                seen.append(one)
    kind = (
        "namespaces of their own" if rooms.can_be_made() else "folders of their own (no root: no namespaces)"
    )
    print(f"\n{machine.described()}; two hosts in {kind}\n")
    rows = [one.cells() for one in seen]
    headings = ("on two hosts", "so", "seen")
    print(f"{table.plain(headings, rows)}\n\n{table.markdown(headings, rows)}\n")
    return int(not all(one.is_well for one in seen))


def _choices() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hosts", description=__doc__)
    parser.add_argument("--dealers", type=int, default=8, help="with one login (default 8)")
    parser.add_argument("--parts", type=int, default=3_600, help="of each dealer (default 3,600)")
    parser.add_argument("--rate", type=int, default=60, help="requests a minute (default 60)")
    return parser


@contextmanager
def _hosts(services: Shared, folder: Path, rate: int) -> Iterator[tuple[Host, Host]]:
    with ExitStack() as stack:
        relays = Relays()
        stack.callback(relays.end)
        found = [_host(name, place, services, folder, relays, rate) for place, name in enumerate(NAMES)]
        for host in found:
            stack.callback(host.end)
        yield found[0], found[1]


def _host(name: str, number: int, services: Shared, folder: Path, relays: Relays, rate: int) -> Host:
    own = furnish(folder / name)
    room: rooms.Room | rooms.Corner
    if rooms.can_be_made():
        room = rooms.Room(name, number, own, relays, services.ports)
    else:
        room = rooms.Corner(own)
    # The slot that began between one and two hours ago, for dealers that are new, is due at the first tick.
    hour = (datetime.now(UTC) - timedelta(hours=1)).astimezone(ZONE).hour
    set_up = {"LIGHTSPEED_REQUESTS_PER_MINUTE": str(rate), "SYNC_HOURS": str(hour)}
    return Host(name, own, room, {**services.variables(room.services), **set_up})


def _furnish(services: Shared, host: Host, folder: Path, chosen: argparse.Namespace) -> list[int]:
    """Migrate and fill the database, and start the web processes; the dealers' ids."""
    host.flask("db", "upgrade")
    catalog, products = folder / "catalog.csv", 2 * chosen.parts
    with catalog.open("w", encoding="utf-8", newline="") as file:
        bulk_catalog(file, products)
    own = environment(services.database.url, services.service.url, folder) | services.keys
    errands = Errands(own, None)
    errands.run("import", catalog)
    services.service.serve(list(bulk_parts(chosen.parts, today=datetime.now(UTC).date(), products=products)))
    host.flask("user", "create", STAFF, "--role", "staff", "--password-stdin", answer=PASSWORD)
    return [int(errands.run("dealer", f"Dealer {place}").facts["dealer"]) for place in range(chosen.dealers)]


if __name__ == "__main__":
    sys.exit(main())
