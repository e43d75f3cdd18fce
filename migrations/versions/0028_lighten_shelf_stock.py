"""Drop the foreign key of shelf stock to products, and its index of rows in stock

Products are never deleted, and a run writes only what it has just matched; checking each row again took an
eighth of a first sync. The index of rows in stock is a part of the one by manufacturer and product, and each
change of a quantity had to be written to it. On PostgreSQL both take a brief lock; on SQLite the table is
rebuilt, a few seconds for a million rows.

Revision: 0028
Follows: 0027
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from migrations.operations import (
    create_index,
    drop_index,
    is_postgresql,
    own_transactions,
    rebuild_sqlite_table,
)

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

TABLE = 'shelf_stock'
IN_STOCK = 'ix_shelf_stock_in_stock'
KEY = 'fk_shelf_stock_product_id'
DEFINITION = f'CONSTRAINT {KEY} FOREIGN KEY(product_id) REFERENCES products (id)'
STOCKED = sa.text('quantity > 0')


def upgrade() -> None:
    drop_index(IN_STOCK, TABLE)
    if is_postgresql():
        op.execute(f'ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {KEY}')
    else:
        rebuild_sqlite_table(TABLE, _without_key)


def downgrade() -> None:
    if is_postgresql():
        with own_transactions():
            op.execute(f'ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {KEY}, ADD {DEFINITION} NOT VALID')
            op.execute(f'ALTER TABLE {TABLE} VALIDATE CONSTRAINT {KEY}')
    else:
        rebuild_sqlite_table(TABLE, lambda sql: re.sub(r'\)\s*$', f', {DEFINITION})', sql))
    create_index(
        IN_STOCK, TABLE, ['dealer_id', 'manufacturer_id'], postgresql_where=STOCKED, sqlite_where=STOCKED
    )


def _without_key(sql: str) -> str:
    pattern = rf',\s*CONSTRAINT {KEY} FOREIGN KEY\s*\(product_id\) REFERENCES products \(id\)'
    changed, count = re.subn(pattern, '', sql)
    if not count:
        raise RuntimeError(f'this table has a definition that no version created: {sql}')
    return changed
