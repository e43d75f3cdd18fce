"""A person at a host's pages, over HTTP."""

from __future__ import annotations

import re

import requests

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Visitor:
    """Signed in at one host. The session is good at every host: they share keys and database."""

    def __init__(self, base: str, email: str, password: str) -> None:
        self.base, self._browser = base, requests.Session()
        self.send("/login", email=email, password=password)

    def get(self, path: str) -> requests.Response:
        """A page; raises SystemExit where it is refused."""
        return _well(self._browser.get(self.base + path, timeout=60))

    def send(self, path: str, at: str | None = None, **fields: str) -> requests.Response:
        """Fill in the form of the page `at`, and send it."""
        token = _TOKEN.search(self.get(at or path).text)
        filled = {**fields, "csrf_token": token.group(1) if token else ""}
        return _well(self._browser.post(self.base + path, data=filled, timeout=60))

    def queue(self, dealer: int) -> int:
        """Press Queue Inventory Update; the run's number."""
        shown = self.send(f"/dealers/{dealer}/runs", at=f"/dealers/{dealer}/runs/new", anyway="y")
        return int(shown.url.rstrip("/").rsplit("/", 1)[-1])

    def report(self, dealer: int, run: int, kind: str = "inventory") -> str:
        """Download a report of a run."""
        return self.get(f"/dealers/{dealer}/runs/{run}/reports/{kind}.csv").text


def _well(answer: requests.Response) -> requests.Response:
    if not answer.ok:
        raise SystemExit(f"{answer.request.method} {answer.url}: {answer.status_code}\n{answer.text[:500]}")
    return answer
