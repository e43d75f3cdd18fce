"""An upgrade makes the keys again of text that holds unusual characters, and of no other."""

from __future__ import annotations

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select, text

from tests.factories import make_dealer, make_manufacturer, make_part_number, make_product
from tests.migrations.test_upgrade import empty  # noqa: F401 - a fixture
from webapp.core.text_keys import bare_key_of, key_of
from webapp.extensions import db
from webapp.models import Manufacturer, PartNumber, Product, ShelfStock, SupplierCode

DECOMPOSED = "O\u0308hlins"


def old_key(words: str) -> str:
    """The key as earlier versions made it."""
    return words.strip().casefold()


def set_keys(table: str, **values: str) -> None:
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    db.session.execute(text(f"UPDATE {table} SET {assignments}"), values)


def numbers() -> dict[str, tuple[str, str]]:
    rows = db.session.scalars(select(PartNumber).execution_options(populate_existing=True))
    return {row.part_number: (row.key, row.bare_key) for row in rows}


def test_keys_are_recomputed(empty: Flask) -> None:  # noqa: F811 - the fixture
    upgrade(revision="0024")
    dealer = make_dealer()
    dealer_id = dealer.id
    maker = make_manufacturer(DECOMPOSED, abbreviation="OH")
    product = make_product(maker, "A\u00a01")
    for number in ("B-2\u200b", "C-3", "C-3\u200b", "D-4"):
        make_part_number(maker, product, number) if number != "C-3\u200b" else None
    db.session.flush()
    code = {"code": DECOMPOSED, "code_key": old_key(DECOMPOSED), "lead_time_days": 1, "pricing": "disabled"}
    db.session.add(SupplierCode(dealer_id=dealer_id, manufacturer_id=maker.id, position=0, **code))
    db.session.add(
        PartNumber(
            manufacturer_id=maker.id,
            product_id=product.id,
            part_number="C-3\u200b",
            key="c-3\u200b",
            bare_key="c3",
        )
    )
    db.session.commit()
    set_keys("manufacturers", name_key=old_key(DECOMPOSED))
    set_keys("products", brand_key=old_key(DECOMPOSED), mpn_key="a\u00a01")
    for number in ("A\u00a01", "B-2\u200b"):
        db.session.execute(
            db.update(PartNumber).where(PartNumber.part_number == number).values(key=old_key(number))
        )
    db.session.commit()
    upgrade()
    db.session.expire_all()
    assert db.session.scalars(select(Manufacturer)).one().name_key == key_of("Öhlins")
    assert db.session.scalars(select(Product)).one().mpn_key == "a 1"
    assert db.session.scalars(select(SupplierCode)).one().code_key == key_of("Öhlins")
    found = numbers()
    assert found["A\u00a01"] == ("a 1", "a1")
    assert found["B-2\u200b"] == ("b-2", "b2")
    assert found["C-3"] == ("c-3", bare_key_of("C-3"))
    # Its new key is that of another row, which is found from now on.
    assert found["C-3\u200b"] == ("c-3\u200b", "c3")
    assert db.session.scalars(select(ShelfStock)).all() == []
