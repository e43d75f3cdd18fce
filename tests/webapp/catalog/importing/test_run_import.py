from __future__ import annotations

from sqlalchemy import select

from tests.factories import make_dealer
from tests.webapp.catalog.importing.files import (
    catalog,
    import_,
    import_rows,
    line,
    part_numbers,
    products,
    totals,
)
from webapp.catalog.importing import COLUMNS, Imported, apply, differing, run_import
from webapp.extensions import db
from webapp.models import Manufacturer, Product

OEM = "oem,Honda,,12,,06455-MGE-006,Honda,,Pad,19.995"


def upcs():
    found = list(db.session.scalars(select(Product.upc).order_by(Product.mpn)))
    db.session.commit()
    return found


def test_each_catalog_gets_its_manufacturers_products_and_part_numbers(app):
    dealer = make_dealer()
    done = import_rows(line("X-1", "FA001"), OEM, f"private_label,Own,,,{dealer.id},S1,Own,,Mug,")
    assert done == Imported(3, 3, 0, 3, 0, 0, 0)
    assert part_numbers() == [
        ("Honda", "06455-MGE-006", "06455-MGE-006"),
        ("Own", "S1", "S1"),
        ("Tucker Rocky", "X-1", "FA001"),
    ]
    assert products() == [
        ("EBC", "FA001", "Brake pad", 1999),
        ("Honda", "06455-MGE-006", "Pad", 2000),
        ("Own", "S1", "Mug", None),
    ]
    owned = db.session.execute(select(Manufacturer.name, Manufacturer.dealer_id, Manufacturer.owner_key))
    assert sorted(map(tuple, owned), key=str) == [
        ("Honda", None, 0),
        ("Own", dealer.id, dealer.id),
        ("Tucker Rocky", None, 0),
    ]


def test_what_each_manufacturer_sells_is_counted(app):
    import_rows(line("1", "A"), line("2", "A"), line("3", "B"), OEM)
    assert totals() == [(1, 1), (2, 3)]
    import_rows(line("3", "A"), line("4", "A"))
    assert totals() == [(1, 1), (1, 4)]


def test_importing_again_changes_nothing(app):
    rows = [line("1", "A"), line("2", "A", name="Other name"), line("3", "B"), line("3", "B"), OEM]
    import_rows(*rows)
    before = products(), part_numbers()
    assert import_rows(*rows) == Imported(5, 0, 0, 0, 0, 5, 0)
    assert (products(), part_numbers()) == before


def test_only_what_differs_is_changed(app):
    import_rows(line("1"), line("2"), line("3"), line("4"))
    done = import_rows(line("1"), line("2", name="New name"), line("3", msrp=""), line("5"))
    assert done == Imported(4, 1, 2, 1, 0, 1, 0)
    assert products() == [
        ("EBC", "1", "Brake pad", 1999),
        ("EBC", "2", "New name", 1999),
        ("EBC", "3", "Brake pad", None),
        ("EBC", "4", "Brake pad", 1999),
        ("EBC", "5", "Brake pad", 1999),
    ]


def test_spellings_are_the_latest_and_keys_go_without_case(app):
    import_rows(line("ab-1", "m1", brand="ebc"))
    assert import_rows(line("AB-1", "M1", brand="EBC")) == Imported(1, 0, 1, 0, 1, 0, 0)
    assert products() == [("EBC", "M1", "Brake pad", 1999)]
    assert part_numbers() == [("Tucker Rocky", "AB-1", "M1")]


def test_the_last_line_about_a_product_counts_wherever_it_stands(app, monkeypatch):
    monkeypatch.setattr(apply, "SLICE", 2)
    rows = [line(str(number), "M", name=f"Name {number}") for number in range(9)]
    import_rows(*rows)
    assert products() == [("EBC", "M", "Name 8", 1999)]
    assert len(part_numbers()) == 9
    assert import_rows(*rows) == Imported(9, 0, 0, 0, 0, 9, 0)


def test_one_product_may_be_sold_by_several_distributors(app):
    other = "aftermarket,Parts Unlimited,PU,,,17-1,EBC,FA001,Brake pad,19.99"
    assert import_rows(line("X-1", "FA001"), other) == Imported(2, 1, 0, 2, 0, 0, 0)
    assert part_numbers() == [("Parts Unlimited", "17-1", "FA001"), ("Tucker Rocky", "X-1", "FA001")]


def test_one_mpn_of_two_brands_is_two_products(app):
    import_rows(line("1", "M", brand="EBC"), line("2", "M", brand="Galfer"))
    assert [row[0] for row in products()] == ["EBC", "Galfer"]


def test_private_label_of_two_dealers_is_apart(app):
    first, second = make_dealer(), make_dealer("Summit")
    rows = [f"private_label,Own,,,{dealer.id},S1,Own,,Mug {dealer.name},5" for dealer in (first, second)]
    assert import_rows(*rows) == Imported(2, 2, 0, 2, 0, 0, 0)


def test_a_part_number_may_move_to_another_product(app):
    import_rows(line("1", "A"), line("2", "B"))
    assert import_rows(line("1", "B"), line("2", "B")) == Imported(2, 0, 0, 0, 1, 1, 0)
    assert [row[1:] for row in part_numbers()] == [("1", "B"), ("2", "B")]


def test_the_same_row_twice_is_fine(app):
    assert import_rows(line("1"), line(" 1 ")) == Imported(2, 1, 0, 1, 0, 1, 0)


def test_columns_come_in_any_order_beside_others(app):
    columns = [*reversed(COLUMNS), "color"]
    row = ",".join([*reversed(OEM.split(",")), "red"])
    assert import_(catalog([row], columns))[1] == []
    assert products() == [("Honda", "06455-MGE-006", "Pad", 2000)]


def test_quotes_line_ends_and_letters_of_any_script_are_kept(app):
    import_rows('aftermarket,"Tucker, Rocky",TR,,,"1 ""A""",Öhlins,,"Fjäder\n46 мм ブレーキ",5')
    assert products() == [("Öhlins", '1 "A"', "Fjäder\n46 мм ブレーキ", 500)]


def test_upcs_stay_when_the_column_is_absent_and_go_when_it_is_empty(app):
    columns = [*COLUMNS, "upc"]
    import_(catalog([line("1") + ",012345678905", line("2") + ","], columns))
    assert upcs() == ["012345678905", None]
    assert import_rows(line("1"), line("2")).unchanged == 2
    assert import_rows(line("1", name="New"), line("2")).products_changed == 1
    assert upcs() == ["012345678905", None]
    assert import_(catalog([line("1", name="New") + ","], columns))[0].products_changed == 1
    assert upcs() == [None, None]


def test_the_size_of_slices_makes_no_difference(app, monkeypatch):
    for size in (1, 2, 7, 1000):
        monkeypatch.setattr(apply, "SLICE", size)
        monkeypatch.setattr(run_import, "CHUNK", size)
        rows = [line(f"{size}-{number}", f"{size}-M{number // 2}") for number in range(20)]
        assert import_rows(*rows) == Imported(20, 10, 0, 20, 0, 0, 0)
        assert import_rows(*rows) == Imported(20, 0, 0, 0, 0, 20, 0)


def test_a_catalog_joined_in_bulk_gives_the_same(app, monkeypatch):
    rows = [line(str(number), f"M{number // 2}") for number in range(200)]
    import_rows(*rows[:100])
    monkeypatch.setattr(differing, "MANY", 10)
    assert import_rows(*rows) == Imported(200, 50, 0, 100, 0, 100, 0)
