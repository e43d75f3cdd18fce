"""The sync as most integrations are written: an ORM loop, a query for each part, a commit for each page.

It has what its libraries recommend for speed: one HTTP connection, gzip, pages of 500, a session a page that
neither flushes before each query nor reads again what it wrote, and inserts that SQLAlchemy sends together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import requests
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks.peers.workload import measure, read_request


class Base(DeclarativeBase):
    """What is mapped here."""


class SupplierCode(Base):
    """A mapping of a dealer's code to a manufacturer."""

    __tablename__ = "supplier_codes"
    id: Mapped[int] = mapped_column(primary_key=True)
    dealer_id: Mapped[int]
    code: Mapped[str]
    manufacturer_id: Mapped[int]
    lead_time_days: Mapped[int]


class PartNumber(Base):
    """A key under which a manufacturer sells a product."""

    __tablename__ = "part_numbers"
    id: Mapped[int] = mapped_column(primary_key=True)
    manufacturer_id: Mapped[int]
    product_id: Mapped[int]
    key: Mapped[str]


class Stock(Base):
    """What a dealer has of a product."""

    __tablename__ = "peer_orm_stock"
    dealer_id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(primary_key=True)
    manufacturer_id: Mapped[int] = mapped_column(primary_key=True)
    quantity: Mapped[int]
    sale_price_cents: Mapped[int | None]
    lead_time_days: Mapped[int]


def sync(engine: Engine, request: dict[str, Any]) -> None:
    """Bring every part of every code into the stock table."""
    with Session(engine) as session:
        mappings = session.scalars(
            select(SupplierCode).where(SupplierCode.dealer_id == request["dealer"]).order_by(SupplierCode.id)
        ).all()
    with requests.Session() as http:
        http.auth = tuple(request["login"])
        http.headers["X-Accept-Encoding"] = "gzip"
        for mapping in mappings:
            for page in _pages(http, request, mapping.code):
                with Session(engine, autoflush=False, expire_on_commit=False) as session:
                    for part in page:
                        _keep(session, mapping, part)
                    session.commit()


def _pages(http: requests.Session, request: dict[str, Any], code: str) -> Iterator[list[dict[str, Any]]]:
    skip, received = 0, request["page"]
    while received == request["page"]:
        query = {"$filter": request["filters"][code], "$orderby": "PartNumber", "$top": request["page"]}
        answer = http.get(request["url"], params={**query, "$skip": skip}, timeout=60)
        answer.raise_for_status()
        page = answer.json()
        received = len(page)
        skip += received
        yield page


def _keep(session: Session, mapping: SupplierCode, part: dict[str, Any]) -> None:
    number = session.scalar(
        select(PartNumber).where(
            PartNumber.manufacturer_id == mapping.manufacturer_id,
            PartNumber.key == part["PartNumber"].strip().casefold(),
        )
    )
    if number is None:
        return
    stock = session.get(Stock, (mapping.dealer_id, number.product_id, mapping.manufacturer_id))
    if stock is None:
        stock = Stock(
            dealer_id=mapping.dealer_id, product_id=number.product_id, manufacturer_id=mapping.manufacturer_id
        )
        session.add(stock)
    stock.quantity = int(part["OnHand"])
    stock.sale_price_cents = round(part["Retail"] * 100)
    stock.lead_time_days = mapping.lead_time_days


def main() -> None:
    """Run it and print what it took."""
    request = read_request()
    engine = create_engine(request["database"])
    Base.metadata.create_all(engine, tables=[Base.metadata.tables[Stock.__tablename__]])

    def facts() -> dict[str, Any]:
        counted = select(func.count(Stock.product_id.distinct()), func.sum(Stock.quantity))
        with Session(engine) as session:
            products, quantity = session.execute(counted.where(Stock.dealer_id == request["dealer"])).one()
        return {"products": products, "quantity": int(quantity)}

    measure(lambda: sync(engine, request), facts)


if __name__ == "__main__":
    main()
