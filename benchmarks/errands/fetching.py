"""A bare client loop over the pages that a sync asks for: what the service's answers alone take."""

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
    asked: dict[str, str | int] = {
        "$filter": part_filter(code, "OnHand", date.today() - timedelta(days=365)),
        "$orderby": "PartNumber",
        "$top": LARGEST_PAGE,
    }
    skip, received = 0, LARGEST_PAGE
    while received == LARGEST_PAGE:
        body = _body(session, url, {**asked, "$skip": skip})
        received = len(_ROWS.decode(body))
        skip += received
        yield body
    # A sync proves the end of each code by one more request (R11).
    _body(session, url, {**asked, "$skip": max(0, skip - 1)})


def _body(session: requests.Session, url: str, asked: dict[str, str | int]) -> bytes:
    answer = session.get(url, params=asked, timeout=60)
    answer.raise_for_status()
    return answer.content


class Fetch:
    """Ask for every page and throw it away."""

    def __init__(self) -> None:
        self._pages = 0

    def carry_out(self) -> None:
        self._pages = sum(1 for _ in pages())

    def facts(self) -> dict[str, Any]:
        return {"pages": self._pages}
