"""What the forms have in common."""

from __future__ import annotations

from flask import Flask
from wtforms import StringField

from webapp.web.form_fields import Form


class NameForm(Form):
    name = StringField("Name")


def test_a_refusal_is_shown_at_the_field_that_it_names(app: Flask):
    with app.test_request_context(method="POST", data={"name": "x"}):
        form = NameForm()
        assert form.validate()
        form.blame("name", "Name is taken")
        form.blame("name", "Name is rude")
        assert form.name.errors == ["Name is taken", "Name is rude"]
        assert not form.form_errors


def test_a_refusal_without_a_field_is_shown_for_the_whole_form(app: Flask):
    with app.test_request_context(method="POST", data={"name": "x"}):
        form = NameForm()
        form.blame("position", "The list was changed")
        assert form.form_errors == ["The list was changed"]
        assert not form.name.errors
