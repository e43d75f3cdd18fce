"""Every output of the program that persists: database, Redis, files, processes, pages."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from flask import current_app
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import text

from webapp.extensions import db


def of_database(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every row of every table; of SQLite also the file's own bytes, deleted rows included."""
    for table in db.inspect(db.engine).get_table_names():
        rows = db.session.execute(text(f'SELECT * FROM "{table}"')).all()
        yield f"table {table}", "\n".join(str(tuple(row)) for row in rows).encode()
    db.session.rollback()
    for path in folder.glob("*.sqlite3*"):
        yield f"file {path.name}", path.read_bytes()


def of_redis(redis: Redis) -> Iterator[tuple[str, bytes]]:
    """Every key with everything under it."""
    connection: Any = Redis.from_url(current_app.config["REDIS_URL"], decode_responses=False)
    readers = {
        b"string": lambda key: [connection.get(key)],
        b"hash": lambda key: [part for pair in connection.hgetall(key).items() for part in pair],
        b"list": lambda key: connection.lrange(key, 0, -1),
        b"set": lambda key: list(connection.smembers(key)),
        b"zset": lambda key: connection.zrange(key, 0, -1),
        b"stream": lambda key: [
            part for _, one in connection.xrange(key) for pair in one.items() for part in pair
        ],
    }
    for key in connection.scan_iter():
        name = key.decode(errors="replace")
        yield f"Redis key {name}", key
        for number, part in enumerate(readers[connection.type(key)](key)):
            yield f"Redis {name} #{number}", part


def of_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield f"file {path.relative_to(folder)}", _unpacked(path.read_bytes())


def of_processes() -> Iterator[tuple[str, bytes]]:
    """The command lines of the processes that this test has started: anybody on the machine may read them."""
    for process in psutil.Process().children(recursive=True):
        try:
            yield (
                f"command line of {process.pid}",
                " ".join(process.cmdline()).encode("utf-8", "surrogateescape"),
            )
        except psutil.Error:
            continue


def of_pages(client: FlaskClient, who: str, ids: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Every page that can be asked for, with its headers."""
    for rule in current_app.url_map.iter_rules():
        # What shows a new second factor's secret shows it to its owner, who is to type it in.
        if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "security.two_factor_setup"):
            continue
        values = {name: ids.get(name, 1) for name in rule.arguments}
        path = current_app.url_map.bind("localhost").build(rule.endpoint, values)
        for headers in ({}, {"HX-Request": "true"}):
            db.session.rollback()
            with current_app.app_context():
                response = client.get(path, headers=headers)
            kept = "\n".join(f"{name}: {value}" for name, value in response.headers if name != "Set-Cookie")
            yield f"{path} as {who}", kept.encode() + _unpacked(response.get_data())


def _unpacked(content: bytes) -> bytes:
    """Return what a compressed report or an Excel file contains, anything else as it is."""
    if content.startswith(b"\x1f\x8b"):
        return gzip.decompress(content)
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as workbook:
        return b"\n".join(workbook.read(name) for name in workbook.namelist())
