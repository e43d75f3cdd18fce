"""The commands that list and decide what is on hold (R14, R27)."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.factories import (
    make_configuration,
    make_dealer,
    make_held_clearing,
    make_held_pull,
    make_run,
    make_run_item,
)
from tests.webapp.command_runner import Answer
from webapp.extensions import db
from webapp.models import AuditEntry, Dealer, HeldClearing, HeldPull, Run

Flask = Callable[..., Answer]
Holds = tuple[HeldPull, HeldClearing]


@pytest.fixture
def held(dealer: Dealer) -> Holds:
    """An update of TR and a zero-out of KA that are on hold."""
    make_configuration(dealer)
    run = make_run(dealer, "partial")
    return make_held_pull(make_run_item(run, "TR")), make_held_clearing(make_run_item(run, "KA"))


def test_they_are_listed_as_text_and_as_json(flask: Flask, dealer: Dealer, held: Holds) -> None:
    text = flask("holds", "list", "--dealer", dealer.id).stdout.splitlines()
    assert text[0].startswith("zero-out-1 KA: 100 of 120 products would go to zero. Since ")
    assert text[1].startswith("update-1 TR: 412 of 430 prices moved by more than half")
    assert text[1].endswith("without a decision")
    clearing, pull = map(
        json.loads, flask("holds", "list", "--dealer", dealer.id, "--json").stdout.splitlines()
    )
    assert (clearing["hold"], clearing["code"], clearing["products"]) == ("zero-out-1", "KA", 100)
    assert (pull["hold"], pull["run"], pull["changes"]) == ("update-1", held[0].run_id, 0)
    assert pull["apply_at"] == held[0].apply_at.isoformat()  # type: ignore[union-attr]


def test_an_update_is_applied_by_a_run(flask: Flask, dealer: Dealer, held: Holds) -> None:
    assert flask("holds", "apply", "update-1", "--dealer", dealer.id).stdout.startswith("approved")
    assert held[0].state == "applying"
    run = db.session.scalars(db.select(Run).order_by(Run.id.desc())).first()
    assert run is not None
    assert (run.trigger, run.status) == ("held", "queued")
    (entry,) = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "held_pull.applied"))
    assert entry.actor == "command"


def test_a_zero_out_is_applied(flask: Flask, dealer: Dealer, held: Holds) -> None:
    assert flask("holds", "apply", "zero-out-1", "--dealer", dealer.id).exit_code == 0
    assert (held[0].state, held[1].state) == ("held", "applying")


def test_what_the_webstore_has_is_kept(flask: Flask, dealer: Dealer, held: Holds) -> None:
    for name in ("update-1", "zero-out-1"):
        assert flask("holds", "keep", name, "--dealer", dealer.id).stdout == "kept\n"
    assert {each.state for each in held} == {"kept"}
    assert flask("holds", "list", "--dealer", dealer.id).stdout == ""
    assert "already decided" in flask("holds", "keep", "update-1", "--dealer", dealer.id).error


def test_another_dealers_hold_is_not_found(flask: Flask, dealer: Dealer, held: Holds) -> None:
    other = make_dealer("Other")
    assert "no hold update-1" in flask("holds", "apply", "update-1", "--dealer", other.id).error
    assert held[0].state == "held"
