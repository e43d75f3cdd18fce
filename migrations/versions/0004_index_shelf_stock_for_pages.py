"""Index shelf stock and skipped parts for the pages that show them

Revision: 0004
Follows: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

PARTIAL = (
    ('ix_webstore_figures_in_stock', 'webstore_figures', ['dealer_id', 'product_id'], 'shelf_quantity > 0'),
    ('ix_webstore_figures_out_of_stock', 'webstore_figures', ['dealer_id', 'product_id'], 'shelf_quantity = 0'),
    ('ix_reported_parts_skipped', 'reported_parts', ['run_item_id', 'reason', 'id'], 'reason IS NOT NULL'),
)
OF_ITEM = 'ix_shelf_stock_changed_item_id'
OF_ITEM_BY_PRODUCT = 'ix_shelf_stock_changed_item_id_product_id'
OF_MANUFACTURER = 'ix_shelf_stock_dealer_id_manufacturer_id_product_id'


def upgrade() -> None:
    for name, table, columns, condition in PARTIAL:
        where = sa.text(condition)
        op.create_index(name, table, columns, postgresql_where=where, sqlite_where=where)
    op.create_index(OF_MANUFACTURER, 'shelf_stock', ['dealer_id', 'manufacturer_id', 'product_id'])
    op.create_index(OF_ITEM_BY_PRODUCT, 'shelf_stock', ['changed_item_id', 'product_id'])
    op.drop_index(OF_ITEM, 'shelf_stock')


def downgrade() -> None:
    op.create_index(OF_ITEM, 'shelf_stock', ['changed_item_id'])
    op.drop_index(OF_ITEM_BY_PRODUCT, 'shelf_stock')
    op.drop_index(OF_MANUFACTURER, 'shelf_stock')
    for name, table, _columns, _condition in PARTIAL:
        op.drop_index(name, table)
