"""Two sample dealerships: names, 3PA logins, and supplier codes."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO, Literal, NamedTuple

Catalog = Literal["aftermarket", "oem", "private_label"]
SILENT_CODE = "AD"  # set up by both dealers, but Lightspeed reports nothing for it


class SupplierCodeRow(NamedTuple):
    """One mapping row, in the columns of `supplier-codes import`."""

    catalog: Catalog
    supplier_code: str
    manufacturer: str
    lead_time_days: int
    pricing: Literal["disabled", "retail", "current_active"]


@dataclass(frozen=True)
class SampleDealer:
    """One dealership. `key` names it in the catalog and on the command line; the login is not a real
    secret."""

    key: str
    name: str
    time_zone: str
    cmf: str
    username: str
    password: str = field(repr=False)
    private_label: str  # its own brand
    sku_prefix: str
    supplier_codes: tuple[SupplierCodeRow, ...] = field(repr=False)


def write_supplier_codes(file: IO[str], rows: Iterable[SupplierCodeRow]) -> None:
    """Write the CSV of `supplier-codes import` to an open text file."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(SupplierCodeRow._fields)
    writer.writerows(rows)


NORTHWIND = SampleDealer(
    key="northwind",
    name="Northwind Powersports",
    time_zone="America/Chicago",
    cmf="76012345",
    username="76012345",
    password="5d0c7a3e-91f4-4b7d-8a52-0e6b1f2c9d84",
    private_label="Northwind Garage",
    sku_prefix="NW",
    supplier_codes=(
        SupplierCodeRow("aftermarket", "TR", "Tucker Rocky", 2, "retail"),
        SupplierCodeRow("aftermarket", "PU", "Parts Unlimited", 2, "retail"),
        SupplierCodeRow("aftermarket", "WPS", "Western Power Sports", 3, "current_active"),
        SupplierCodeRow("aftermarket", "DS", "Drag Specialties", 3, "retail"),
        SupplierCodeRow("oem", "KA", "Kawasaki", 4, "retail"),
        SupplierCodeRow("oem", "HO", "Honda", 4, "current_active"),
        SupplierCodeRow("oem", "HP", "Honda", 7, "retail"),
        SupplierCodeRow("oem", "YA", "Yamaha", 4, "retail"),
        SupplierCodeRow("oem", "PL", "Polaris", 5, "retail"),
        SupplierCodeRow("oem", "SZ", "Suzuki", 5, "disabled"),
        SupplierCodeRow("aftermarket", "HW", "Helmet House", 5, "current_active"),
        SupplierCodeRow("private_label", "HW", "Northwind Garage", 1, "retail"),
        SupplierCodeRow("private_label", "NW", "Northwind Garage", 0, "retail"),
        SupplierCodeRow("aftermarket", SILENT_CODE, "Automatic Distributors", 3, "retail"),
    ),
)

SUMMIT = SampleDealer(
    key="summit",
    name="Summit Cycle & Marine",
    time_zone="America/Denver",
    cmf="760981",
    username="760981",
    password="c2b9e6f0-3a17-4d68-b0c5-7f4e8d1a6b39",
    private_label="Summit Shop",
    sku_prefix="SCM",
    supplier_codes=(
        SupplierCodeRow("aftermarket", "PU", "Parts Unlimited", 1, "current_active"),
        SupplierCodeRow("aftermarket", "TR", "Tucker Rocky", 2, "retail"),
        SupplierCodeRow("aftermarket", "WPS", "Western Power Sports", 2, "retail"),
        SupplierCodeRow("aftermarket", "KX", "Kimpex", 6, "retail"),
        SupplierCodeRow("aftermarket", "LS", "Land 'N' Sea", 4, "disabled"),
        SupplierCodeRow("oem", "MC", "Mercury Marine", 5, "retail"),
        SupplierCodeRow("oem", "BR", "BRP", 4, "retail"),
        SupplierCodeRow("oem", "HO", "Honda", 3, "retail"),
        SupplierCodeRow("oem", "HP", "Honda", 3, "retail"),
        SupplierCodeRow("oem", "YA", "Yamaha", 3, "current_active"),
        SupplierCodeRow("oem", "KT", "KTM", 8, "retail"),
        SupplierCodeRow("aftermarket", "HW", "Helmet House", 5, "retail"),
        SupplierCodeRow("private_label", "HW", "Summit Shop", 1, "retail"),
        SupplierCodeRow("aftermarket", SILENT_CODE, "Automatic Distributors", 3, "retail"),
    ),
)

SAMPLE_DEALERS = (NORTHWIND, SUMMIT)
