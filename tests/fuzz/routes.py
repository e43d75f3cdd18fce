"""Every route of the application with unexpected path values, query, form, files and headers.

What is asked of the request is learned first, by watching: the names of its query and form fields come from
the views themselves, so a new page is fuzzed as soon as it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

from hypothesis import strategies as st
from sqlalchemy import event
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.test import TestResponse

from tests.fuzz import texts
from tests.webapp.tenancy.attempts import Route, routes, rows_of
from tests.webapp.tenancy.seed import HTMX, NOBODY, OWN, STAFF, SeededApp
from webapp.extensions import db
from webapp.web import downloads
from webapp.web.request_body import Request

ROUNDS: Final = 4
# Answers that are no text.
BINARY: Final = ("application/octet-stream", downloads.EXCEL)
# Here is no Redis, which these answer 503 for.
NEEDS_REDIS: Final = ("/readyz", "/background-jobs/retries")
# A field of the requests themselves, and one that no view reads.
CSRF: Final = "csrf_token"
UNREAD: Final = "unread"
# The service's numbers in a column of 64 bits; a larger one is refused by either database.
LARGEST: Final = 2**63 - 1
HEADERS: Final = (
    "User-Agent",
    "Accept",
    "Referer",
    "X-Request-ID",
    "X-Forwarded-For",
    "Range",
    "If-None-Match",
    "Authorization",
)
_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?(\w+)>")


class Noticing(ImmutableMultiDict[str, Any]):
    """Fields of a request that note by what names they are asked for."""

    names: set[str] = set()

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return super().__contains__(name)

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return super().__getitem__(name)

    def getlist(self, name: str, *args: Any, **kwargs: Any) -> list[Any]:
        """As it is, and noted."""
        self.names.add(name)
        return super().getlist(name, *args, **kwargs)


class WatchedRequest(Request):
    """A request whose fields are `Noticing`."""

    parameter_storage_class = Noticing


@dataclass(frozen=True)
class Case:
    """One request: who sends it, and what is in it. `path` is for arguments other than a row's id."""

    role: str
    by_htmx: bool
    path: dict[str, str]
    query: dict[str, str]
    form: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


class Watched:
    """The seeded_app with requests that tell what is asked of them."""

    def __init__(self, seeded_app: SeededApp) -> None:
        self.seeded_app = seeded_app
        seeded_app.app.request_class = WatchedRequest
        with seeded_app.app.app_context():
            event.listen(db.engine, "before_cursor_execute", refuse_unstorable)
        self.routes: list[Route] = [route for route in routes(seeded_app) if route.rule.endpoint != "static"]

    def names(self, route: Route) -> list[str]:
        """The fields that a route asks for, found by sending those known so far."""
        known: set[str] = set()
        for _ in range(ROUNDS):
            Noticing.names = set()
            # A form with nothing in it counts as none was sent, and is asked for nothing.
            sent = dict.fromkeys({*known, UNREAD} - {CSRF}, "1")
            for role in roles_of(route):
                self.send(route, Case(role, False, {}, sent, sent if route.method == "POST" else {}))
            if known >= Noticing.names:
                break
            known |= Noticing.names
        return sorted(known - {CSRF})

    def send(self, route: Route, case: Case) -> TestResponse:
        """Send a case and look at the answer; the database is as before afterwards."""
        rows = {name: str(value) for name, value in rows_of(self.seeded_app).items()} | case.path
        path = _ARGUMENT.sub(
            lambda found: quote(rows[found[1]].encode("utf-8", "replace"), safe=""), route.rule.rule
        )
        form = {
            name: texts.uploaded(value) if isinstance(value, tuple) else value
            for name, value in case.form.items()
        }
        headers = {**case.headers, **(HTMX if case.by_htmx else {})}
        with self.kept(route):
            response = self.seeded_app.request(
                case.role,
                route.method,
                path,
                token=True,
                query_string=case.query,
                data=form or None,
                headers=headers,
            )
            look_at(response)
        return response

    @contextmanager
    def kept(self, route: Route) -> Iterator[None]:
        """Only a request that may write is undone: copying the database takes longer than most pages."""
        if route.method == "GET" and not route.rule.endpoint.startswith("security."):
            yield
            return
        with self.seeded_app.restored():
            yield


def cases(route: Route, names: list[str]) -> st.SearchStrategy[Case]:
    """Cases of a route whose fields have these names."""
    values = texts.texts.map(texts.sendable)
    subset = st.dictionaries(st.sampled_from(names), values, max_size=len(names)) if names else st.just({})
    form: st.SearchStrategy[dict[str, Any]] = st.just({})
    if route.method == "POST" and names:
        whole = st.fixed_dictionaries(dict.fromkeys(names, values))
        sent = st.one_of(st.dictionaries(st.sampled_from(names), st.one_of(values, texts.files)), whole)
        form = sent
    arguments = [name for name in route.rule.arguments if name != "dealer_id"]
    path = st.dictionaries(st.sampled_from(arguments), texts.texts, max_size=1) if arguments else st.just({})
    rarely = st.sampled_from([False] * 4 + [True]).flatmap(lambda is_odd: path if is_odd else st.just({}))
    headers = st.dictionaries(st.sampled_from(HEADERS), texts.texts.map(texts.header), max_size=2)
    return st.builds(Case, st.sampled_from(roles_of(route)), st.booleans(), rarely, subset, form, headers)


def roles_of(route: Route) -> list[str]:
    """Who can reach it: staff reach what a dealer's user does, and some pages besides."""
    if route.rule.endpoint.startswith("security."):
        return [NOBODY, OWN]
    return [OWN, STAFF] if "dealer_id" in route.rule.arguments else [STAFF]


def look_at(response: TestResponse) -> None:
    """Fails for an answer that no request may get."""
    assert response.status_code < 500 or response.request.path in NEEDS_REDIS, response.status
    told = "" if response.mimetype in BINARY else response.get_data(as_text=True)
    assert "Traceback (most recent" not in told
    if response.mimetype == "text/html":
        for marker in texts.EXECUTED:
            assert marker not in told, marker
    # As a browser reads it: a backslash is a slash, and control characters are not there.
    location = re.sub(r"[\x00-\x20]", "", response.headers.get("Location", "/")).replace("\\", "/")
    assert urlsplit(urljoin("http://localhost/", location)).netloc == "localhost", location
    assert "X-Evil" not in response.headers


def refuse_unstorable(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
    """Fails for what SQLite would store and PostgreSQL refuses."""
    for each in parameters if isinstance(parameters, list) else [parameters]:
        for value in each.values() if isinstance(each, dict) else each:
            if isinstance(value, str):
                assert "\0" not in value, statement
                value.encode()
            if isinstance(value, int):
                assert -LARGEST <= value <= LARGEST, statement
