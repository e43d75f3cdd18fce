"""Every form of the application, filled with unexpected input: it is valid or says why, and never breaks.

The forms are found by their base class; one that is added is fuzzed without more. Those that Flask-Security
brings are filled through the routes that show them.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_login import login_user
from flask_wtf import FlaskForm
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import FileField

import webapp
from tests.fuzz import texts
from tests.webapp.tenancy.seed import OWN, SeededApp
from webapp.extensions import db
from webapp.models import Configuration, Organization, SupplierCode, User


def all_forms() -> list[type[FlaskForm]]:
    """The form classes of the program, those included that it hands to Flask-Security."""
    for module in pkgutil.walk_packages(webapp.__path__, "webapp."):
        importlib.import_module(module.name)
    found = {each for each in _below(FlaskForm) if each.__module__.startswith("webapp.")}
    return sorted(found, key=lambda one: one.__name__)


def _below(base: type[FlaskForm]) -> Iterator[type[FlaskForm]]:
    for each in base.__subclasses__():
        yield each
        yield from _below(each)


@contextmanager
def filled_by(seeded_app: SeededApp) -> Iterator[dict[str, Any]]:
    """Within a request of the dealer's user: what forms are made with."""
    with seeded_app.app.test_request_context("/", method="POST", data={"x": "1"}):
        user = db.session.get_one(User, seeded_app.rows[OWN]["user_id"])
        login_user(user)
        configuration = db.session.get_one(Configuration, seeded_app.rows[OWN]["dealer_id"])
        organization = db.session.scalars(db.select(Organization)).first()
        yield {
            "configuration": configuration,
            "user": user,
            "dealer": configuration.dealer,
            "organization": organization,
            "organizations": [organization],
            "codes": list(db.session.scalars(db.select(SupplierCode))),
        }
        db.session.rollback()


def make(form: type[FlaskForm], fields: MultiDict[str, Any], given: dict[str, Any]) -> FlaskForm:
    """The form with these fields, sent without a token."""
    parameters = inspect.signature(form.__init__).parameters
    wanted = {name: value for name, value in given.items() if name in parameters}
    made = form(formdata=fields, meta={"csrf": False}, **wanted)
    # Views of Flask-Security set it after they have made the form.
    if getattr(made, "user", given) is None:
        made.user = given["user"]  # type: ignore[attr-defined]
    return made


def try_out(form: type[FlaskForm], fields: MultiDict[str, Any], given: dict[str, Any]) -> bool:
    """Validate, and read what the form gives to the verbs; whether it was valid."""
    made = make(form, fields, given)
    is_valid = made.validate()
    assert is_valid or made.errors or made.form_errors
    for messages in made.errors.values():
        assert all(str(message) for message in messages)
    for read in ("changes", "values", "expected", "file"):
        if is_valid and callable(getattr(made, read, None)):
            getattr(made, read)()
    return bool(is_valid)


def fields_of(form: type[FlaskForm], given: dict[str, Any]) -> st.SearchStrategy[MultiDict[str, Any]]:
    """Fields as they come from a browser: none, one or several of each name."""
    made = make(form, MultiDict(), given)
    text = texts.texts.map(texts.sendable)
    file = texts.files.map(lambda one: FileStorage(texts.uploaded(one)[0], one[1]))
    values = {field.name: file | text if isinstance(field, FileField) else text for field in made}
    each = {name: st.lists(value, max_size=2) for name, value in values.items()}
    return st.fixed_dictionaries(each).map(MultiDict)
