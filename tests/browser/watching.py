"""Problems that fail any test: errors on a page, and requests to another host."""

from __future__ import annotations

import re
from collections.abc import Iterable

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

OURS = ("data:", "blob:", "about:")
REFUSED = re.compile(r"responded with a status of (\d+)")
# A form that is sent back, and the truth as it is now (the htmx contract): Chromium logs both as errors.
EXPECTED = frozenset({409, 422})


class Watch:
    """Collects what goes wrong in a browser's window."""

    def __init__(self, context: BrowserContext, address: str, expected: Iterable[int] = ()) -> None:
        self.problems: list[str] = []
        self._address = address
        self._expected = EXPECTED | set(expected)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("response", self._response)

    def take(self) -> list[str]:
        """What was collected since it was last taken."""
        taken, self.problems = self.problems, []
        return taken

    def _console(self, message: ConsoleMessage) -> None:
        refused = REFUSED.search(message.text)
        if message.type == "error" and not (refused and int(refused[1]) in self._expected):
            self.problems.append(f"console: {message.text}")

    def _error(self, error: WebError) -> None:
        self.problems.append(f"script: {error.error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self._address}/", *OURS)):
            self.problems.append(f"another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self.problems.append(f"{response.status}: {response.url}")
