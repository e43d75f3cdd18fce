"""Who is measured: what each runs with, and how it is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from benchmarks.databases import Database
from benchmarks.measured import Measured, measured
from benchmarks.peers import environments
from benchmarks.peers.environments import Environment
from benchmarks.service import CMF, PASSWORD, USERNAME, Service
from jobs.sources.lightspeed import LARGEST_PAGE, part_filter
from sandbox.samples.bulk import BULK_CODES


@dataclass(frozen=True)
class Contestant:
    """A module of this package, the environment that it runs in, and what it is told beyond the rest."""

    title: str
    module: str
    environment: Environment
    packages: tuple[str, ...]
    options: Mapping[str, Any]

    def run(self, dealer: int, database: Database, service: Service, variables: dict[str, str]) -> Measured:
        """Bring a dealer's parts in, in a process of its own; raises SystemExit where it fails."""
        wanted = {**_wanted(dealer, database, service), **self.options}
        command = [self.environment.python, "-m", f"benchmarks.peers.{self.module}"]
        return measured(self.title, command, variables, database.server, json.dumps(wanted))

    @property
    def described(self) -> str:
        """With the versions of what it rests on."""
        return f"{self.title}: {self.environment.versions(*self.packages)}"


def contestants() -> list[Contestant]:
    """Ours first: it is what the others are compared with."""
    own, loop, dlt = environments.ours(), environments.environment("orm"), environments.environment("dlt")
    rests_on = ("sqlalchemy", "psycopg", "msgspec", "requests")
    of_dlt = ("dlt", "psycopg2-binary", "pyarrow", "orjson")
    return [
        Contestant("our sync, with its reports", "ours", own, rests_on, {"index": False}),
        Contestant("our sync, search index too", "ours", own, rests_on, {"index": True}),
        Contestant("dlt, Arrow pages", "dlt_pipeline", dlt, of_dlt, {"arrow": True}),
        Contestant("dlt, pages as they come", "dlt_pipeline", dlt, of_dlt, {"arrow": False}),
        Contestant("ORM loop", "orm_loop", loop, ("sqlalchemy", "psycopg", "requests"), {}),
    ]


def _wanted(dealer: int, database: Database, service: Service) -> dict[str, Any]:
    since = date.today() - timedelta(days=365)
    return {
        "dealer": dealer,
        "database": database.url,
        "url": f"{service.url}/Part/{CMF}",
        "login": [USERNAME, PASSWORD],
        "page": LARGEST_PAGE,
        "filters": {code: part_filter(code, "OnHand", since) for code in BULK_CODES},
    }
