"""Concurrent changes, each with a database session of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from webapp.core.errors import FieldRefused
from webapp.extensions import db
from webapp.models import Dealer
from webapp.supplier_codes import Fields, add, listed


def test_the_same_code_added_concurrently_is_created_once_and_refused_once(app: Flask, dealer, tucker):
    dealer_id, barrier = dealer.id, Barrier(4)
    db.session.commit()

    def press_save() -> str:
        with app.app_context():
            barrier.wait()
            try:
                add(db.session.get_one(Dealer, dealer_id), Fields("aftermarket", "TR", "Tucker Rocky"))
            except FieldRefused as refusal:
                return str(refusal)
            return "added"

    with ThreadPoolExecutor(4) as pool:
        told = sorted(future.result() for future in [pool.submit(press_save) for _ in range(4)])
    assert told == ["TR is already mapped to Tucker Rocky"] * 3 + ["added"]
    assert len(listed(dealer)) == 1


def test_codes_added_concurrently_get_successive_positions(app: Flask, dealer, tucker):
    dealer_id, barrier = dealer.id, Barrier(4)
    db.session.commit()

    def press_save(code: str) -> None:
        with app.app_context():
            barrier.wait()
            add(db.session.get_one(Dealer, dealer_id), Fields("aftermarket", code, "Tucker Rocky"))

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(press_save, code) for code in "ABCD"]:
            future.result()
    assert [row.position for row in listed(dealer)] == [0, 1, 2, 3]
