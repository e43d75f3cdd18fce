"""Compression of pages and fragments.

A page may contain what its address says beside a secret (the CSRF token). Whoever can make a browser request
such addresses and see the lengths of the responses could guess the secret letter by letter (BREACH). Requests
from other sites are therefore answered uncompressed, and a compressed response has a random number of bytes
in its header, as Django's GZipMiddleware adds them.
"""

from __future__ import annotations

import gzip
import secrets
from io import BytesIO
from typing import Final

from flask import Flask, Response, request

# Below this a header would take more than is saved.
LEAST_BYTES: Final = 500
LEVEL: Final = 6
PADDING: Final = 100
_OTHER_SITES: Final = ("cross-site", "same-site")


def register(app: Flask) -> None:
    """Compress HTML responses; before what adds to them is registered, so that it runs after that."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype != "text/html" or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    if not _may_be_compressed(response):
        return response
    response.set_data(_compressed(response.get_data()))
    response.headers["Content-Encoding"] = "gzip"
    return response


def _may_be_compressed(response: Response) -> bool:
    length = response.calculate_content_length() or 0
    is_plain = "Content-Encoding" not in response.headers and length >= LEAST_BYTES
    accepted = request.accept_encodings["gzip"] > 0
    return is_plain and accepted and request.headers.get("Sec-Fetch-Site") not in _OTHER_SITES


def _compressed(content: bytes) -> bytes:
    """Return gzip with a file name of random length in its header, which no reader shows."""
    target = BytesIO()
    name = "x" * (1 + secrets.randbelow(PADDING))
    with gzip.GzipFile(name, "wb", LEVEL, target, mtime=0) as packed:
        packed.write(content)
    return target.getvalue()
