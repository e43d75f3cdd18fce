"""A number of cases of each form and route, shared by the tests and the longer command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
from hypothesis import HealthCheck, given
from werkzeug.datastructures import MultiDict

from tests.fuzz import forms
from tests.fuzz.routes import Case, Watched, cases

Try = Callable[[int, int | None], int]
"""Tries a thing with so many cases, of a seed if given; how many there were.

What it raises is a finding, made as small as it gets.
"""


def tries(watched: Watched) -> Iterator[tuple[str, str, Try]]:
    """Each form and each route: its kind, its name, and how it is tried."""
    for form in forms.all_forms():
        yield "forms", form.__name__, _form(watched, form)
    for route in watched.routes:
        yield "routes", str(route), _route(watched, route)


def _form(watched: Watched, form: Any) -> Try:
    def attempt(count: int, seed: int | None = None) -> int:
        with forms.filled_by(watched.seeded_app) as given_:

            def one(fields: MultiDict[str, Any]) -> None:
                forms.try_out(form, fields, given_)

            return _run(one, forms.fields_of(form, given_), count, seed)

    return attempt


def _route(watched: Watched, route: Any) -> Try:
    def attempt(count: int, seed: int | None = None) -> int:
        def one(case: Case) -> None:
            watched.send(route, case)

        return _run(one, cases(route, watched.names(route)), count, seed)

    return attempt


def _run(one: Callable[[Any], None], strategy: Any, count: int, seed: int | None) -> int:
    tried = 0

    @hypothesis.settings(max_examples=count, suppress_health_check=list(HealthCheck), database=None)
    @given(strategy)
    def each(value: Any) -> None:
        nonlocal tried
        tried += 1
        one(value)

    (each if seed is None else hypothesis.seed(seed)(each))()
    return tried
