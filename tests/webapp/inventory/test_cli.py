from __future__ import annotations

from tests.factories import make_dealer, make_manufacturer, make_product, make_shelf_stock

HEADER = "catalog,brand,mpn,shelf_quantity,sale_price,lead_time_days\n"


def test_every_product_that_was_ever_on_the_shelf_is_exported_in_order(flask):
    dealer, other = make_dealer(), make_dealer("Summit")
    tucker, honda = make_manufacturer("Tucker"), make_manufacturer("Honda", "oem")
    products = [
        *[make_product(tucker, number, brand="ebc") for number in ("b", "a")],
        *[make_product(tucker, number, brand="EBC") for number in ("C", "10", "9")],
        *[make_product(honda, "1"), make_product(tucker, "never on the shelf")],
    ]
    for quantity, product in enumerate(products[:6]):
        make_shelf_stock(dealer, product, tucker, quantity=quantity, price=1905, lead_time_days=2)
    make_shelf_stock(other, products[6], tucker, quantity=7)
    exported = flask("inventory", "export", "--dealer", dealer.id)
    assert exported == (
        0,
        HEADER + "aftermarket,EBC,10,3,19.05,2\n"
        "aftermarket,EBC,9,4,19.05,2\n"
        "aftermarket,EBC,C,2,19.05,2\n"
        "aftermarket,ebc,a,1,19.05,2\n"
        "aftermarket,ebc,b,0,,\n"
        "oem,Honda,1,5,19.05,2\n",
        "",
    )


def test_cells_that_a_spreadsheet_would_run_are_defused(flask):
    dealer, tucker = make_dealer(), make_manufacturer("Tucker")
    product = make_product(tucker, "-1+2", brand='=HYPERLINK("x")')
    make_shelf_stock(dealer, product, tucker)
    make_shelf_stock(dealer, make_product(tucker, "-5", brand="ÖHL,INS"), tucker)
    assert flask("inventory", "export", "--dealer", dealer.id).stdout == (
        HEADER + 'aftermarket,"\'=HYPERLINK(""x"")",\'-1+2,1,,1\naftermarket,"ÖHL,INS",-5,1,,1\n'
    )


def test_an_empty_shelf_is_a_header_and_a_dealer_that_does_not_exist_is_refused(flask):
    dealer = make_dealer()
    assert flask("inventory", "export", "--dealer", dealer.id) == (0, HEADER, "")
    assert flask("inventory", "export", "--dealer", 7).error == "dealer 7 does not exist"
    assert flask("inventory", "export").exit_code == 2
