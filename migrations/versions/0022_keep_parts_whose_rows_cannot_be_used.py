"""Keep parts whose rows cannot be used

Adds columns that are empty or have a constant default, and a table: no table is rewritten or read.

Revision: 0022
Follows: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('run_items', sa.Column('kept', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('run_tallies', sa.Column('kept', sa.BigInteger(), nullable=False, server_default='0'))
    op.add_column('part_matches', sa.Column('since_run_id', sa.Integer(), nullable=True))
    op.add_column('part_matches', sa.Column('kept_quantity', sa.Integer(), nullable=True))
    op.create_table(
        'retained_parts',
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('code_key', KEY, nullable=False),
        sa.Column('manufacturer_id', sa.Integer(), nullable=False),
        sa.Column('key', KEY, nullable=False),
        sa.Column('product_id', sa.Integer(), nullable=False),
        sa.Column('quantity', sa.Integer(), nullable=False),
        sa.Column('last_run_id', sa.Integer(), nullable=False),
        sa.Column('unnamed', sa.Integer(), nullable=False),
        sa.Column('moved_item_id', BIG_ID, nullable=True),
        sa.PrimaryKeyConstraint('dealer_id', 'code_key', 'manufacturer_id', 'key', name=op.f('pk_retained_parts')),
    )


def downgrade() -> None:
    op.drop_table('retained_parts')
    op.drop_column('part_matches', 'kept_quantity')
    op.drop_column('part_matches', 'since_run_id')
    op.drop_column('run_tallies', 'kept')
    op.drop_column('run_items', 'kept')
