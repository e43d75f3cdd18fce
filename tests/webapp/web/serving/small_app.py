"""A small WSGI application, served with the program's settings of gunicorn but shorter timeouts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

LARGE = 2 * 1024 * 1024


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """`/large` is an export, `/read` says how many bytes it was sent, everything else is short."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/large":
        return export()
    if environ["PATH_INFO"] == "/read":
        return [str(len(environ["wsgi.input"].read())).encode()]
    return [f"{environ['PATH_INFO']} by {os.getpid()}".encode()]


def export() -> Iterator[bytes]:
    for _ in range(LARGE // 65536):
        yield b"x" * 65536


def settings(folder: Path, deadlines: str) -> Path:
    """A gunicorn configuration that is the program's, with these deadlines."""
    path = folder / "served.conf.py"
    path.write_text(
        "from pathlib import Path\n"
        "exec(Path('gunicorn.conf.py').read_text())\n"
        "from webapp.web.serving.channel import Deadlines\n"
        "from webapp.web.serving.worker import Worker\n"
        f"class worker_class(Worker):\n    deadlines = Deadlines({deadlines})\n"
    )
    return path
