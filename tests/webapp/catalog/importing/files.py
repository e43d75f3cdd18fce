"""Catalog files, and what they leave in the database."""

from __future__ import annotations

import io
from collections.abc import Iterable

from sqlalchemy import select

from webapp.catalog.importing import COLUMNS, Imported, import_catalog
from webapp.extensions import db
from webapp.models import Manufacturer, PartNumber, Product


def line(number: str, mpn: str = "", name: str = "Brake pad", brand: str = "EBC", msrp: str = "19.99") -> str:
    """A row of one distributor."""
    return f"aftermarket,Tucker Rocky,TR,,,{number},{brand},{mpn},{name},{msrp}"


def catalog(rows: Iterable[str], columns: Iterable[str] = COLUMNS) -> bytes:
    return "\n".join([",".join(columns), *rows, ""]).encode()


def import_(content: bytes) -> tuple[Imported, list[tuple[int, str]]]:
    """Import a file; what was done, and the rejected lines with their reasons."""
    db.session.commit()
    rejected: list[tuple[int, str]] = []
    imported = import_catalog(io.BytesIO(content), lambda number, reason: rejected.append((number, reason)))
    assert len(rejected) == imported.rejected
    return imported, rejected


def import_rows(*rows: str) -> Imported:
    """Import rows of which none may be rejected."""
    imported, rejected = import_(catalog(rows))
    assert rejected == []
    return imported


def reason(row: str) -> str:
    """Why a row is rejected."""
    ((number, told),) = import_(catalog([row]))[1]
    assert number == 2
    return told


def products() -> list[tuple[str, str, str, int | None]]:
    """Brand, MPN, name and price in cents of every product, sorted."""
    found = db.session.execute(select(Product.brand, Product.mpn, Product.name, Product.msrp_cents))
    rows = sorted(tuple(row) for row in found)
    db.session.commit()
    return rows


def part_numbers() -> list[tuple[str, str, str]]:
    """Manufacturer, part number and the MPN that it stands for, sorted."""
    found = db.session.execute(
        select(Manufacturer.name, PartNumber.part_number, Product.mpn)
        .join(Manufacturer, Manufacturer.id == PartNumber.manufacturer_id)
        .join(Product, Product.id == PartNumber.product_id)
    )
    rows = sorted(tuple(row) for row in found)
    db.session.commit()
    return rows


def totals() -> list[tuple[int | None, int | None]]:
    """Products and part numbers of each manufacturer as they were counted, by name."""
    columns = Manufacturer.product_count, Manufacturer.part_number_count
    found = db.session.execute(select(*columns).order_by(Manufacturer.name_key))
    rows = [tuple(row) for row in found]
    db.session.commit()
    return rows
