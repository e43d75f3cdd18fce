"""Leave room in the pages of shelf stock, and drop its index by run item

What an item changed is kept in `item_changes`. Without an index on a column that each change writes, PostgreSQL writes
a changed row into the same page, and no index entry. The room is left in pages written from now on.

Revision: 0034
Follows: 0033
"""

from __future__ import annotations

from alembic import op

from migrations.operations import create_index, drop_index, is_postgresql, own_transactions

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None

TABLE = 'shelf_stock'
INDEX = 'ix_shelf_stock_changed_item_id_product_id'


def upgrade() -> None:
    drop_index(INDEX, TABLE)
    if is_postgresql():
        with own_transactions():
            op.execute(f'ALTER TABLE {TABLE} SET (fillfactor = 90)')


def downgrade() -> None:
    if is_postgresql():
        with own_transactions():
            op.execute(f'ALTER TABLE {TABLE} RESET (fillfactor)')
    create_index(INDEX, TABLE, ['changed_item_id', 'product_id'])
