"""The competitors: a module of this package, its environment, and its options."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from benchmarks.databases import Database
from benchmarks.measured import Measured, measure
from benchmarks.peers import environments
from benchmarks.peers.environments import Environment
from benchmarks.service import CMF, PASSWORD, USERNAME, Service
from jobs.sources.lightspeed import LARGEST_PAGE, part_filter
from sandbox.samples.bulk import BULK_CODES


@dataclass(frozen=True)
class Competitor:
    """A way to sync, run in a process of its own."""

    title: str
    module: str
    environment: Environment
    packages: tuple[str, ...]
    options: Mapping[str, Any]
    # It syncs the dealer of the one before again.
    is_again: bool = False

    def run(self, dealer: int, database: Database, service: Service, variables: dict[str, str]) -> Measured:
        """Bring a dealer's parts in. Raises SystemExit if it fails."""
        request = {**_request(dealer, database, service), **self.options}
        command = [str(self.environment.python), "-m", f"benchmarks.peers.{self.module}"]
        return measure(self.title, command, variables, database, json.dumps(request))

    def describe(self) -> str:
        """With the versions of its libraries."""
        return f"{self.title}: {self.environment.versions(*self.packages)}"


def all_competitors() -> list[Competitor]:
    """Ours first: the others are compared with it."""
    own, loop, dlt = environments.ours(), environments.environment("orm"), environments.environment("dlt")
    own_packages = ("sqlalchemy", "psycopg", "msgspec", "requests")
    dlt_packages = ("dlt", "psycopg2-binary", "pyarrow", "orjson")
    return [
        Competitor("our sync, with its reports", "ours", own, own_packages, {"index": False}),
        Competitor("our sync again, unchanged", "ours", own, own_packages, {"index": False}, is_again=True),
        Competitor("our sync, search index too", "ours", own, own_packages, {"index": True}),
        Competitor("dlt, Arrow pages", "dlt_pipeline", dlt, dlt_packages, {"arrow": True}),
        Competitor("dlt, pages as they come", "dlt_pipeline", dlt, dlt_packages, {"arrow": False}),
        Competitor("ORM loop", "orm_loop", loop, ("sqlalchemy", "psycopg", "requests"), {}),
    ]


def _request(dealer: int, database: Database, service: Service) -> dict[str, Any]:
    since = date.today() - timedelta(days=365)
    return {
        "dealer": dealer,
        "database": database.url,
        "url": f"{service.url}/Part/{CMF}",
        "login": [USERNAME, PASSWORD],
        "page": LARGEST_PAGE,
        "filters": {code: part_filter(code, "OnHand", since) for code in BULK_CODES},
    }
