"""A bare client loop over the pages that a sync requests: the time of the service's responses alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec
import requests
from flask import current_app

from benchmarks.service import CMF, PASSWORD, USERNAME
from jobs.sources.lightspeed import LARGEST_PAGE, part_filter
from sandbox.samples.bulk import BULK_CODES

_ROWS = msgspec.json.Decoder(list[msgspec.Raw])


def pages() -> Iterator[bytes]:
    """The body of every page of every code, one request after the other, on one connection."""
    with requests.Session() as session:
        session.auth = (USERNAME, PASSWORD)
        session.headers["X-Accept-Encoding"] = "gzip"
        for code in BULK_CODES:
            yield from _pages_of(session, code)


def _pages_of(session: requests.Session, code: str) -> Iterator[bytes]:
    url = f"{current_app.config['LIGHTSPEED_API_URL']}/Part/{CMF}"
    query: dict[str, str | int] = {
        "$filter": part_filter(code, "OnHand", date.today() - timedelta(days=365)),
        "$orderby": "PartNumber",
        "$top": LARGEST_PAGE,
    }
    skip, received = 0, LARGEST_PAGE
    while received == LARGEST_PAGE:
        body = _body(session, url, {**query, "$skip": skip})
        received = len(_ROWS.decode(body))
        skip += received
        yield body
    # A sync proves the end of each code by one more request (R11).
    _body(session, url, {**query, "$skip": max(0, skip - 1)})


def _body(session: requests.Session, url: str, query: dict[str, str | int]) -> bytes:
    response = session.get(url, params=query, timeout=60)
    response.raise_for_status()
    return response.content


class Fetch:
    """Request every page and discard it."""

    def __init__(self) -> None:
        self._pages = 0

    def run(self) -> None:
        self._pages = sum(1 for _ in pages())

    def facts(self) -> dict[str, Any]:
        return {"pages": self._pages}
