"""Note the products that a run changed for reindexing many in a row

Rows of `reindex_outbox` stay, and are drained as before. It is another table, as a worker of the version before would
delete rows of this form without indexing their products.

Revision: 0032
Follows: 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.operations import is_postgresql

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None

EACH = {
    False: 'SELECT b.dealer_id, e.value, b.noted_at FROM reindex_batches AS b, json_each(b.product_ids) AS e',
    True: 'SELECT b.dealer_id, CAST(e.value AS integer), b.noted_at'
    ' FROM reindex_batches AS b, json_array_elements_text(b.product_ids) AS e (value)',
}


def upgrade() -> None:
    op.create_table(
        'reindex_batches',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('products', sa.Integer(), nullable=False),
        sa.Column('product_ids', sa.JSON(), nullable=False),
        sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name='pk_reindex_batches'),
    )
    if is_postgresql():
        # Rows live for seconds: compressing them takes longer than writing them.
        op.execute('ALTER TABLE reindex_batches ALTER COLUMN product_ids SET STORAGE EXTERNAL')


def downgrade() -> None:
    op.execute(f'INSERT INTO reindex_outbox (dealer_id, product_id, noted_at) {EACH[is_postgresql()]}')
    op.drop_table('reindex_batches')
