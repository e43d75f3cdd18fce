"""Static files in production: served without Flask, compressed, and cacheable."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from functools import cache
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.responders import Response, StaticFile

from webapp.core.clock import YEAR_SECONDS
from webapp.web.security_headers import FILE_POLICY, STRICT_TRANSPORT


class CompressedFile(StaticFile):
    """File that is also kept compressed in memory.

    Compressed files on disk would have to be made at build or start, and a platform may allow no changes
    there (a release phase's changes are lost, a slug may be read-only).
    """

    def __init__(self, path: str, headers: Iterable[tuple[str, str]]) -> None:
        super().__init__(path, [*headers, ("Vary", "Accept-Encoding")])
        self._compressed = _compressed(Path(path).read_bytes())

    def get_response(self, method: str, request_headers: Mapping[str, Any]) -> Response:
        """Return WhiteNoise's response, with the compressed content if it is the whole file and the browser
        accepts it."""
        plain = super().get_response(method, request_headers)
        if plain.status != HTTPStatus.OK or "gzip" not in request_headers.get("HTTP_ACCEPT_ENCODING", ""):
            return plain
        if plain.file:
            plain.file.close()
        headers = [(name, value) for name, value in plain.headers if name != "Content-Length"]
        length = str(len(self._compressed))
        headers += [("Content-Encoding", "gzip"), ("Content-Length", length)]
        return Response(plain.status, headers, plain.file and BytesIO(self._compressed))


class StaticFiles(WhiteNoise):
    """WhiteNoise with files that are compressed once at startup."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        """Return the file as it will be served."""
        served = super().get_static_file(path, url, stat_cache)
        (_, _, headers), *_ = served.alternatives
        return CompressedFile(path, [(name, value) for name, value in headers if name != "Content-Length"])


@cache
def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def serve(app: Flask) -> None:
    """Serve `/static/…` before the request reaches the app."""
    app.wsgi_app = StaticFiles(  # type: ignore[method-assign]
        app.wsgi_app,
        root=app.static_folder,
        prefix="static/",
        # Their URLs contain a content hash.
        max_age=YEAR_SECONDS,
        allow_all_origins=False,
        autorefresh=app.debug,
        add_headers_function=_add_headers,
    )


def _add_headers(headers: dict[str, str], _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Content-Security-Policy"] = FILE_POLICY
    # Browsers ignore it over plain HTTP.
    headers["Strict-Transport-Security"] = STRICT_TRANSPORT
