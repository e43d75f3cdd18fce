"""The commands `locks import` and `locks export` (R28)."""

from __future__ import annotations

from tests.factories import make_manufacturer, make_product

HEADER = "catalog,brand,mpn,quantity,sale_price,lead_time_days,hidden,until,reason\n"


def test_a_list_comes_out_as_it_went_in(dealer, flask):
    maker = make_manufacturer("Tucker")
    for number in ("A-1", "A-2"):
        make_product(maker, number, brand="EBC")
    text = (
        HEADER
        + "aftermarket,EBC,A-2,,12.50,0,,2099-12-31,Price error\naftermarket,EBC,A-1,5,,,yes,,'=Promised\n"
    )
    of_dealer = ("--dealer", dealer.id)
    assert flask("locks", "import", "-", *of_dealer, stdin=text).stdout == "2 added, 0 changed, 0 unchanged\n"
    assert flask("locks", "export", *of_dealer).stdout == text
    again = text.replace(",5,", ",6,")
    assert (
        flask("locks", "import", "-", *of_dealer, stdin=again).stdout == "0 added, 1 changed, 1 unchanged\n"
    )
    wrong = HEADER + "aftermarket,EBC,A-1,7,,,,,x\naftermarket,EBC,A-1,8,,,,,x\n"
    refused = flask("locks", "import", "-", *of_dealer, stdin=wrong)
    assert refused == (1, "", "line 3: mpn: this product is already on line 2\n")
    assert ",6," in flask("locks", "export", *of_dealer).stdout
