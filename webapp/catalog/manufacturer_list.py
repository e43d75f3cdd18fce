"""Manufacturers of the catalogs with their product counts, paginated."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from webapp.core.enums import CATALOGS
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import Manufacturer

PAGE_LENGTH = 50


@dataclass(frozen=True)
class CatalogList:
    """One page of manufacturers by name."""

    rows: list[Manufacturer]
    matching: str
    catalog: str
    page: int
    total: int

    @property
    def has_more(self) -> bool:
        return self.page * PAGE_LENGTH < self.total

    @classmethod
    def of(cls, matching: str = "", catalog: str = "", page: int = 1) -> CatalogList:
        """Return the manufacturers whose name or abbreviation contains the text, optionally of one
        catalog."""
        catalog = catalog if catalog in CATALOGS else ""
        query = select(Manufacturer, func.count().over()).options(joinedload(Manufacturer.dealer))
        if catalog:
            query = query.where(Manufacturer.catalog == catalog)
        if matching:
            key = key_of(matching)
            in_name = Manufacturer.name_key.contains(key, autoescape=True)
            query = query.where(in_name | Manufacturer.abbreviation_key.contains(key, autoescape=True))
        query = query.order_by(Manufacturer.name_key, Manufacturer.id)
        found = db.session.execute(query.offset((page - 1) * PAGE_LENGTH).limit(PAGE_LENGTH)).all()
        rows = [manufacturer for manufacturer, _ in found]
        return cls(rows, matching, catalog, page, total=found[0][1] if found else 0)
