"""A dealer with many codes over a catalog with overlaps on purpose."""

import csv
import io
from collections import Counter, defaultdict
from datetime import date

from sandbox.samples.many_codes import MANUFACTURERS, ManyCodes
from sandbox.samples.served import many_codes_dealer

DEALER = ManyCodes(codes=150, parts=6_000, products=16_000)


def catalog() -> dict[str, set[str]]:
    file = io.StringIO()
    DEALER.write_catalog(file)
    sold = defaultdict(list)
    for row in csv.DictReader(io.StringIO(file.getvalue())):
        sold[row["manufacturer"]].append(row["part_number"])
    assert all(len(set(numbers)) == len(numbers) for numbers in sold.values())
    return {name: set(numbers) for name, numbers in sold.items()}


def test_manufacturers_share_part_numbers_on_purpose():
    sold = catalog()

    holders = Counter(number for numbers in sold.values() for number in numbers)

    assert len(sold) == MANUFACTURERS
    assert {len(numbers) for numbers in sold.values()} == {200}
    assert max(holders.values()) > 20
    assert 0.3 < sum(1 for number in holders.values() if number == 1) / len(holders) < 0.9


def test_each_code_has_most_of_its_numbers_from_the_manufacturer_that_it_is():
    sold, parts = catalog(), list(DEALER.stock(date(2026, 3, 2)))
    numbers = defaultdict(set)
    for one in parts:
        numbers[one["SupplierCode"]].add(one["PartNumber"])

    truth = DEALER.truth()

    assert set(numbers) == set(truth)
    assert len(truth) == 150
    assert 5_500 < len(parts) < 6_500
    for code, name in truth.items():
        assert len(numbers[code] & sold[name]) >= 0.5 * len(numbers[code])


def test_the_simulator_serves_such_a_dealer():
    dealer = many_codes_dealer(10, date(2026, 3, 2))

    assert len({one["SupplierCode"] for one in dealer.parts}) == 10
    assert 3_900 < len(dealer.parts) < 4_100
