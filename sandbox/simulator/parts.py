"""Part records: their field names, the type of each value, and a factory.

The fields are those of docs/lightspeed-3pa.md, "Part". A part is a plain dict with exactly these keys, so
that a test may store anything the service might send: a sparse record, a number as text, a date of the year
0001.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

Part = dict[str, Any]
Kind = Literal["text", "number", "date"]

QUANTITY_FIELDS = (
    "OnHand",
    "Avail",
    "OnOrder",
    "OnOrderAvail",
    "MinimumQty",
    "MaximumQty",
    "OrderUnitQty",
    "reorderpoint",
    "suggestedsellqty",
)
PRICE_FIELDS = (
    "Cost",
    "CurrentActivePrice",
    "Retail",
    "saleprice",
    "specialprice1",
    "specialprice2",
    "specialprice3",
)
DATE_FIELDS = (
    "DateGathered",
    "LastSoldDate",
    "LastReceivedDate",
    "LastAdjustmentDate",
    "LastCountDate",
    "lastupdatedate",
)
TEXT_FIELDS = (
    "Cmf",
    "DealerId",
    "PartNumber",
    "SupplierCode",
    "Description",
    "ReOrderMethod",
    "OrderUnit",
    "SupersededTo",
    "UPC",
    "Bin1",
    "Bin2",
    "Bin3",
    "category",
    "similarparttype",
    "activepricetype",
    "escalationtype",
    "reordertype",
    "comments",
    "indealerpricebook",
    "glaccountcode",
    "movementcode",
    "nodiscountpart",
    "secondarypartnum",
    "oemreplenishment",
    "usepkgcost",
    "usepkgprice",
    "mapflag",
)
PART_KINDS: dict[str, Kind] = {
    **dict.fromkeys(TEXT_FIELDS, "text"),
    **dict.fromkeys(QUANTITY_FIELDS, "number"),
    **dict.fromkeys(PRICE_FIELDS, "number"),
    **dict.fromkeys(DATE_FIELDS, "date"),
}
PART_FIELDS = tuple(PART_KINDS)

_PLAIN: Part = {
    **dict.fromkeys(PART_FIELDS),
    "Description": "PART",
    **dict.fromkeys(QUANTITY_FIELDS, 0),
    **{"OnHand": 1, "Avail": 1, "Cost": 6.5, "CurrentActivePrice": 9.95, "Retail": 9.95},
    **{"OrderUnit": "EA", "OrderUnitQty": 1, "ReOrderMethod": "M", "activepricetype": "Retail", "Bin1": "A1"},
    **{"category": "PARTS", "nodiscountpart": "N", "usepkgcost": "N", "usepkgprice": "N", "mapflag": "N"},
}


def part(supplier_code: str | None, part_number: str | None, **fields: Any) -> Part:
    """Return one record with every documented key: 1 in stock, $9.95, changed yesterday, overridden by
    `fields`.

    `Avail` defaults to `OnHand`, and `CurrentActivePrice` to `Retail`, if only those are given. An unknown
    field raises TypeError, so that a typo in a test is detected.
    """
    unknown = sorted(set(fields) - set(PART_FIELDS))
    if unknown:
        raise TypeError(f"no such Part field: {', '.join(unknown)}")
    fields.setdefault("Avail", fields.get("OnHand", _PLAIN["Avail"]))
    fields.setdefault("CurrentActivePrice", fields.get("Retail", _PLAIN["CurrentActivePrice"]))
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    updated = datetime.combine(yesterday, time(10, 30)).isoformat()
    return {
        **_PLAIN,
        "lastupdatedate": updated,
        "DateGathered": updated,
        **fields,
        "SupplierCode": supplier_code,
        "PartNumber": part_number,
    }


def stable_order(one: Part) -> tuple[str, str]:
    """Return the sort key of a dealer's parts: (SupplierCode, PartNumber), a missing one first."""
    return str(one.get("SupplierCode") or ""), str(one.get("PartNumber") or "")


def identity(one: Part) -> tuple[str, str]:
    """Return the identity of a part for changes: its code and number, stripped."""
    code, number = stable_order(one)
    return code.strip(), number.strip()
