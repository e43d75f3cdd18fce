"""Files of minimum advertised prices: export, and import with a preview (R27)."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import pytest

from tests.factories import make_configuration, make_manufacturer
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core.spreadsheet import FileRefused
from webapp.extensions import db
from webapp.guards import minimum_prices
from webapp.models import Dealer, Manufacturer

HEADER = "catalog,manufacturer,part_number,minimum_price\n"


@pytest.fixture
def maker(dealer: Dealer) -> Manufacturer:
    make_configuration(dealer, enabled=True)
    return make_manufacturer("Tucker", numbers=["A-1", "B-2"])


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/guards/minimum-prices"


def preview(client: LintingClient, url: str, text: str) -> str:
    answer = client.post(f"{url}/import/preview", data={"file": (io.BytesIO(text.encode()), "a.csv")})
    assert answer.status_code == 200
    return str(answer.text)


def listed(*lines: str) -> str:
    return HEADER + "".join(f"aftermarket,Tucker,{line}\n" for line in lines)


def hidden(page: str) -> dict[str, str]:
    """The fields that the preview sends back."""
    found = re.findall(r'name="(content|seen)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def exported(dealer: Dealer) -> str:
    file = io.StringIO()
    minimum_prices.export_csv(dealer, file, marked=False)
    return file.getvalue()


def import_(dealer: Dealer, text: str) -> Any:
    return minimum_prices.import_csv(dealer, io.BytesIO(text.encode()))


def test_minimum_prices_are_added_replaced_and_removed(dealer: Dealer, maker: Manufacturer):
    lines = "aftermarket,Tucker,A-1,19.99\naftermarket,Tucker,X-9,5.00\n"
    assert import_(dealer, HEADER + lines)[:2] == (2, 0)
    assert exported(dealer) == HEADER + lines
    assert import_(dealer, HEADER + lines)[:2] == (0, 0)
    assert import_(dealer, HEADER + "aftermarket,tucker,a-1,$21\naftermarket,Tucker,X-9,\n")[:2] == (1, 1)
    assert exported(dealer) == HEADER + "aftermarket,Tucker,a-1,21.00\n"


@ON_SQLITE
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("aftermarket,Nobody,A-1,5", "manufacturer: no manufacturer Nobody in this catalog"),
        ("other,Tucker,A-1,5", "catalog must be one of aftermarket, oem, private_label"),
        ("aftermarket,,A-1,5", "manufacturer is missing"),
        ("aftermarket,Tucker,,5", "part_number is missing"),
        ("aftermarket,Tucker,B-2,-5", "minimum_price must be a price such as 19.99 and not negative"),
        ("aftermarket,Tucker,B-2,0", "minimum_price must be above zero"),
        ("aftermarket,Tucker,a-1,6", "part_number: a-1 is already on line 2"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_changed(
    dealer: Dealer, maker: Manufacturer, line: str, reason: str
):
    with pytest.raises(FileRefused) as refused:
        import_(dealer, f"{HEADER}aftermarket,Tucker,A-1,5\n{line}\n")
    assert refused.value.problems == [(3, reason)]
    assert exported(dealer) == HEADER


@ON_SQLITE
def test_a_file_is_imported_on_the_page(client: LintingClient, dealer: Dealer, maker: Manufacturer, url: str):
    lines = HEADER + "aftermarket,Tucker,A-1,19.99\n"
    bad = {"file": (io.BytesIO(lines.replace("Tucker", "Nobody").encode()), "a.csv")}
    refused = client.post(f"{url}/import/preview", data=bad)
    assert (refused.status_code, "Line 2: manufacturer: no manufacturer" in refused.text) == (422, True)
    assert "Choose another file" in refused.text
    shown = preview(client, url, lines)
    assert "This file adds 1 minimum price, replaces 0 and removes 0; 0 unchanged." in shown
    assert exported(dealer) == HEADER
    db.session.rollback()
    assert client.post(f"{url}/import", data=hidden(shown)).status_code == 303
    assert client.get(f"{url}/export.csv").text.removeprefix("\ufeff") == lines
    assert "1 part number" in client.get(f"/dealers/{dealer.id}/guards").text


def test_the_preview_shows_each_change(
    client: LintingClient, dealer: Dealer, maker: Manufacturer, url: str
) -> None:
    import_(dealer, listed("A-1,20", "B-2,30", "C-3,5"))
    shown = preview(client, url, listed("A-1,21.5", "B-2,", "C-3,5", "D-4,7.25", "E-5,"))
    assert "This file adds 1 minimum price, replaces 1 and removes 1; 2 unchanged." in shown
    body = re.sub(r"<[^>]+>|\s+", " ", shown[shown.index("<tbody>") : shown.index("</tbody>")]).split()
    row = ["Tucker"]
    assert body == [
        *("A-1", "Replaced", *row, "$20.00", "$21.50"),
        *("B-2", "Removed", *row, "$30.00"),
        *("D-4", "Added", *row, "$7.25"),
    ]


@ON_SQLITE
def test_what_changed_after_the_preview_is_shown_again(
    client: LintingClient, dealer: Dealer, maker: Manufacturer, url: str
) -> None:
    lines = HEADER + "aftermarket,Tucker,A-1,19.99\n"
    fields = hidden(preview(client, url, lines))
    import_(dealer, HEADER + "aftermarket,Tucker,A-1,5\n")
    again = client.post(f"{url}/import", data=fields)
    assert (again.status_code, "replaces 1" in again.text) == (409, True)
    assert exported(dealer) == HEADER + "aftermarket,Tucker,A-1,5.00\n"
    db.session.rollback()
    assert client.post(f"{url}/import", data=hidden(again.text)).status_code == 303
    assert exported(dealer) == lines
    db.session.rollback()
    assert client.post(f"{url}/import", data={"content": "x"}).status_code == 422
    assert "Nothing to import" in preview(client, url, lines)


@ON_SQLITE
def test_commands_import_and_export(flask: Any, dealer: Dealer, maker: Manufacturer, tmp_path: Any):
    file = tmp_path / "list.csv"
    file.write_text(HEADER + "aftermarket,Tucker,A-1,19.99\n")
    done = flask("minimum-prices", "import", str(file), "--dealer", str(dealer.id))
    assert (done.exit_code, done.stdout) == (0, "1 set, 0 removed\n")
    assert flask("minimum-prices", "export", "--dealer", str(dealer.id)).stdout == file.read_text()
    file.write_text(HEADER + "aftermarket,Nobody,A-1,19.99\n")
    failed = flask("minimum-prices", "import", str(file), "--dealer", str(dealer.id))
    assert (failed.exit_code, failed.stderr.startswith("line 2: manufacturer")) == (1, True)
