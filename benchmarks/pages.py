"""`python -m benchmarks.pages`: server time, queries and size of each page over a full database."""

from __future__ import annotations

import argparse
import gc
import html
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from benchmarks import machine, table
from benchmarks.addresses import page_addresses
from benchmarks.bulk_seed import BulkSeed, bulk_seed
from benchmarks.changes_seed import changes_seed
from benchmarks.databases import DATABASES
from benchmarks.environment import environment
from benchmarks.testbed import temporary_folder
from webapp.accounts import sessions
from webapp.application import create_app
from webapp.extensions import db
from webapp.models import User
from webapp.search import reindexing
from webapp.settings import config

HEADINGS = ("page", "queries", "median ms", "p95 ms", "CPU ms", "transfer kB", "")
MOST_QUERIES, MOST_MILLISECONDS, MOST_KILOBYTES = 12, 50.0, 150.0
# The page of a part looks into six tables, the stored pulls, and 30 days of runs, locks, freezes and guards.
OF_PARTS, QUERIES_OF_PARTS, MILLISECONDS_OF_PARTS = "/parts", 21, 100.0


def main(words: list[str] | None = None) -> int:
    """Measure every page on each database; 1 if one is too slow, too large, or sends too many queries."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    parser.add_argument("--repeats", type=int, default=40, help="of each page (default 40)")
    parser.add_argument("--only", default="", metavar="TEXT", help="pages whose address contains it")
    options = parser.parse_args(words)
    print(machine.describe())
    within = [_measure(kind, options.repeats, options.only) for kind in options.databases]
    return 0 if all(within) else 1


def _measure(kind: str, repeats: int, only: str) -> bool:
    with temporary_folder("pages") as folder, DATABASES[kind](folder) as database:
        variables = environment(database.url, "http://127.0.0.1:9", folder)
        # One user requests more than the rate limits allow.
        app = create_app(config.from_environment(variables) | {"GENERAL_RATE_LIMIT": "1000000 per minute"})
        with app.app_context():
            _seed()
            engine = db.engine
        # Outside of a context: inside, every request would share its session, and find rows there.
        rows = list(_rows(app, engine, repeats, only))
        engine.dispose()
    table.show(database.title, HEADINGS, rows)
    return not any(row[-1] for row in rows)


def _seed() -> None:
    upgrade()
    bulk_seed(BulkSeed())
    changes_seed(BulkSeed())
    db.session.add(User(email="one@dealer.example", password="!", role="dealer", dealer_id=1))
    db.session.add(User(email="support@staff.example", password="!", role="staff"))
    db.session.commit()
    reindexing.rebuild(1)


def _rows(app: Flask, engine: Engine, repeats: int, only: str) -> Iterator[tuple[str, ...]]:
    clients = {role: _signed_in(app, role) for role in ("dealer", "staff")}
    # As wsgi.py does.
    gc.collect()
    gc.freeze()
    for role, path in page_addresses(app):
        if only not in path:
            continue
        response = clients[role].get(path)
        if response.status_code == 404:
            continue  # Nothing of that kind in this database.
        if response.mimetype != "text/html" or response.status_code == 302:
            continue
        assert response.status_code == 200, f"{path}: {response.status}"
        with _queries(engine) as counted:
            times = [_timed(clients[role], path) for _ in range(repeats)]
        yield _row(path, len(counted) / repeats, times, _transfer(clients[role], response))


def _row(path: str, queries: float, times: list[tuple[float, float]], size: int) -> tuple[str, ...]:
    elapsed, used = zip(*times, strict=True)
    slow, kilobytes = quantiles(elapsed, n=20)[-1], size / 1000
    is_of_part = OF_PARTS in path
    most_queries = QUERIES_OF_PARTS if is_of_part else MOST_QUERIES
    most_ms = MILLISECONDS_OF_PARTS if is_of_part else MOST_MILLISECONDS
    limits = (queries, most_queries), (slow, most_ms), (kilobytes, MOST_KILOBYTES)
    figures = (queries, *(round(one, 1) for one in (median(elapsed), slow, median(used), kilobytes)))
    too_much = any(figure > most for figure, most in limits)
    return (path, *(f"{figure:g}" for figure in figures), "too much" if too_much else "")


def _transfer(client: FlaskClient, page: TestResponse) -> int:
    """Bytes of the page and of every file that it names, as a browser with an empty cache gets them."""
    files = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text))
    responses = [client.get(html.unescape(file), headers={"Accept-Encoding": "gzip"}) for file in files]
    return len(page.data) + sum(len(response.data) for response in responses)


def _timed(client: FlaskClient, path: str) -> tuple[float, float]:
    """Milliseconds until the whole response, and of this process's CPU, without the database server's."""
    begun, used = time.perf_counter(), time.process_time()
    client.get(path)
    return (time.perf_counter() - begun) * 1000, (time.process_time() - used) * 1000


def _signed_in(app: Flask, role: str) -> FlaskClient:
    with app.app_context():
        user = db.session.scalars(db.select(User).where(User.role == role)).one()
        identity, (_, secret) = user.fs_uniquifier, sessions.begin(user)
        db.session.commit()
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(_user_id=identity, _fresh=True, sign_in=secret)
    return client


@contextmanager
def _queries(engine: Engine) -> Iterator[list[str]]:
    """The statements that are executed within the block."""
    counted: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counted.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    yield counted
    event.remove(engine, "before_cursor_execute", count)


if __name__ == "__main__":
    sys.exit(main())
