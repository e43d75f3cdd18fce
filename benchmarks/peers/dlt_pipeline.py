"""A dlt pipeline into a schema beside ours, and then one join-upsert in SQL from there into a stock table.

Set up as dlt's own pages recommend for speed: whole pages are yielded, through its RESTClient; orjson; a
buffer that holds a run; no nesting; the codes concurrently in its thread pool; CSV, which it copies into
PostgreSQL instead of sending INSERTs; no index on its own columns. With `arrow` each page becomes an Arrow
table, which skips its normalizer: according to its documentation the fastest way into PostgreSQL.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from typing import Any

from benchmarks.peers.workload import measure, read_request

# Before dlt is imported; without its telemetry.
os.environ |= {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
    "DATA_WRITER__BUFFER_MAX_ITEMS": "100000",
    "NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION": "true",
    "DESTINATION__POSTGRES__CREATE_INDEXES": "false",
    "LOAD__DELETE_COMPLETED_JOBS": "true",
}

import dlt
import psycopg2
import pyarrow
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.auth import HttpBasicAuth
from dlt.sources.helpers.rest_client.paginators import OffsetPaginator

# Only what the upsert needs, as our own sync keeps no more than that of a part.
COLUMNS = {"SupplierCode": "text", "PartNumber": "text", "OnHand": "double", "Retail": "double"}
_STOCK = """
    CREATE TABLE IF NOT EXISTS peer_dlt_stock (
        dealer_id integer, product_id integer, manufacturer_id integer, quantity integer NOT NULL,
        sale_price_cents integer, lead_time_days integer NOT NULL,
        PRIMARY KEY (dealer_id, product_id, manufacturer_id)
    )
"""
_SUMS = "SELECT count(DISTINCT product_id), sum(quantity) FROM peer_dlt_stock WHERE dealer_id = %s"
_UPSERT = """
    INSERT INTO peer_dlt_stock (
        dealer_id, product_id, manufacturer_id, quantity, sale_price_cents, lead_time_days
    )
    SELECT c.dealer_id, n.product_id, n.manufacturer_id, floor(s.on_hand)::integer,
           round(s.retail * 100)::integer, c.lead_time_days
    FROM {schema}.parts AS s
    JOIN supplier_codes AS c ON c.dealer_id = %(dealer)s AND c.code_key = lower(trim(s.supplier_code))
    JOIN part_numbers AS n
      ON n.manufacturer_id = c.manufacturer_id AND n.key = lower(trim(s.part_number))
    ON CONFLICT (dealer_id, product_id, manufacturer_id) DO UPDATE
       SET quantity = excluded.quantity, sale_price_cents = excluded.sale_price_cents,
           lead_time_days = excluded.lead_time_days
"""


class Pages(OffsetPaginator):
    """Pages by `$skip` and `$top`. A short one is the last, so that no empty one is asked for after it."""

    def update_state(self, response: Any, data: list[Any] | None = None) -> None:
        super().update_state(response, data)
        if data is None or len(data) < self.limit:
            self._has_next_page = False


def source(request: dict[str, Any]) -> list[Any]:
    """A resource for each code, all of which go into one table."""
    return [_resource(request, code, clause) for code, clause in request["filters"].items()]


def _resource(request: dict[str, Any], code: str, clause: str) -> Any:
    client = RESTClient(
        request["url"],
        headers={"X-Accept-Encoding": "gzip"},
        auth=HttpBasicAuth(*request["login"]),
        paginator=Pages(request["page"], offset_param="$skip", limit_param="$top", total_path=None),
        data_selector="$",
    )

    def pages() -> Iterator[Any]:
        query = {"$filter": clause, "$orderby": "PartNumber"}
        for page in client.paginate(params=query):
            rows = [{name: part[name] for name in COLUMNS} for part in page]
            yield pyarrow.Table.from_pylist(rows) if request["arrow"] else rows

    columns = {name: {"data_type": kind} for name, kind in COLUMNS.items()}
    return dlt.resource(
        pages,
        name=f"parts_{code}",
        table_name="parts",
        columns=columns,
        write_disposition="append",
        max_table_nesting=0,
        parallelized=True,
    )


def run(pipeline: Any, connection: Any, request: dict[str, Any]) -> None:
    """Load every part, then match and apply all of them by one statement."""
    pipeline.run(source(request), loader_file_format="csv")
    with connection, connection.cursor() as cursor:
        cursor.execute(_UPSERT.format(schema=pipeline.dataset_name), {"dealer": request["dealer"]})


def _with_password(url: str) -> str:
    """It starts with no database without one, and the server here asks for none."""
    return url.replace("postgres@", "postgres:none@")


def main() -> None:
    """Run it and print what it took."""
    request = read_request()
    with tempfile.TemporaryDirectory(prefix="dlt-") as place:
        name = f"peer_dlt_{request['dealer']}"
        destination = dlt.destinations.postgres(_with_password(request["database"]))
        pipeline = dlt.pipeline(name, pipelines_dir=place, destination=destination, dataset_name=name)
        connection = psycopg2.connect(request["database"])
        with connection, connection.cursor() as cursor:
            cursor.execute(_STOCK)

        def facts() -> dict[str, Any]:
            with connection, connection.cursor() as cursor:
                cursor.execute(_SUMS, (request["dealer"],))
                products, quantity = cursor.fetchone()
            return {"products": products, "quantity": int(quantity)}

        measure(lambda: run(pipeline, connection, request), facts)
        connection.close()


if __name__ == "__main__":
    main()
