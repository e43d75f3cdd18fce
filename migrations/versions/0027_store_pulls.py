"""Store the last complete pull of each code as compressed blocks

The tables `reported_parts` and `part_matches` are read once more for each code, by its first run after this
upgrade; they can be dropped one release later. Nothing is rewritten here.

Revision: 0027
Follows: 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.operations import is_postgresql

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
COMPRESSED = ('body', 'inventory', 'skipped_lines')


def upgrade() -> None:
    op.create_table(
        'stored_pulls',
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('code_key', KEY, nullable=False),
        sa.Column('item_id', BIG_ID, nullable=False),
        sa.Column('moment', sa.Integer(), nullable=False),
        sa.Column('quantity_column', sa.String(), nullable=False),
        sa.Column('digest', sa.LargeBinary(), nullable=False),
        sa.Column('basis', sa.LargeBinary(), nullable=False),
        sa.Column('unnamed', sa.Integer(), nullable=False),
        sa.Column('oldest', sa.String(), nullable=True),
        sa.Column('synced', sa.Integer(), nullable=False),
        sa.Column('skipped', sa.Integer(), nullable=False),
        sa.Column('kept', sa.Integer(), nullable=False),
        sa.Column('prices_left', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('dealer_id', 'code_key', name='pk_stored_pulls'),
    )
    op.create_index('ix_stored_pulls_item_id', 'stored_pulls', ['item_id'])
    op.create_table(
        'pull_blocks',
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('code_key', KEY, nullable=False),
        sa.Column('first_key', KEY, nullable=False),
        sa.Column('item_id', BIG_ID, nullable=False),
        sa.Column('digest', sa.LargeBinary(), nullable=False),
        sa.Column('rows', sa.Integer(), nullable=False),
        sa.Column('oldest', sa.String(), nullable=True),
        sa.Column('is_conclusive', sa.Boolean(), nullable=False),
        sa.Column('synced', sa.Integer(), nullable=False),
        sa.Column('kept', sa.Integer(), nullable=False),
        sa.Column('prices_left', sa.Integer(), nullable=False),
        sa.Column('reasons', sa.JSON(), nullable=False),
        sa.Column('inventory_rows', sa.Integer(), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.Column('inventory', sa.LargeBinary(), nullable=False),
        sa.Column('skipped_lines', sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint('dealer_id', 'code_key', 'first_key', 'item_id', name='pk_pull_blocks'),
    )
    op.create_table(
        'arrived_parts',
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('code_key', KEY, nullable=False),
        sa.Column('manufacturer_id', sa.Integer(), nullable=False),
        sa.Column('key', KEY, nullable=False),
        sa.Column('since_run_id', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('dealer_id', 'code_key', 'manufacturer_id', 'key', name='pk_arrived_parts'),
    )
    op.create_table(
        'catalog_versions',
        sa.Column('owner_key', sa.Integer(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('owner_key', name='pk_catalog_versions'),
    )
    op.create_table(
        'stock_versions',
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('dealer_id', name='pk_stock_versions'),
    )
    if is_postgresql():
        # Their compressed form is not compressed again.
        for column in COMPRESSED:
            op.execute(f'ALTER TABLE pull_blocks ALTER COLUMN {column} SET STORAGE EXTERNAL')


def downgrade() -> None:
    for table in ('stock_versions', 'catalog_versions', 'arrived_parts', 'pull_blocks', 'stored_pulls'):
        op.drop_table(table)
