"""Reader of the one worksheet of an Excel file, for tests; it reads what a spreadsheet would."""

from __future__ import annotations

import re
from typing import IO
from xml.etree import ElementTree
from zipfile import ZipFile

_BUILT_IN = {"0": "General", "3": "#,##0", "4": "#,##0.00", "49": "@"}
_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


class Worksheet:
    """`rows` are the cells' values, `formats` the number formats by cell, `xml` the worksheet itself."""

    def __init__(self, file: IO[bytes]) -> None:
        with ZipFile(file) as book:
            self.xml = book.read("xl/worksheets/sheet1.xml").decode()
            styles = ElementTree.fromstring(book.read("xl/styles.xml"))
        own = styles.iter(f"{_SPACE}numFmt")
        codes = _BUILT_IN | {each.attrib["numFmtId"]: each.attrib["formatCode"] for each in own}
        kinds = [each.attrib["numFmtId"] for each in styles.find(f"{_SPACE}cellXfs") or ()]
        self.rows: list[list[str | float]] = []
        self.formats: dict[str, str] = {}
        for row in ElementTree.fromstring(self.xml).iter(f"{_SPACE}row"):
            cells = list(row.iter(f"{_SPACE}c"))
            self.rows.append([_value(cell) for cell in cells])
            self.formats |= {cell.attrib["r"]: codes[kinds[int(cell.attrib.get("s", 0))]] for cell in cells}


def _value(cell: ElementTree.Element) -> str | float:
    if cell.attrib.get("t") == "inlineStr":
        text = "".join(each.text or "" for each in cell.iter(f"{_SPACE}t"))
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return float(cell.findtext(f"{_SPACE}v") or "nan")
