"""Keep what each run item changed of shelf stock, before and after

Revision: 0031
Follows: 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.operations import is_postgresql

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
CAUSES = "cause IN ('reported', 'cleared', 'moved', 'approved', 'removed')"


def upgrade() -> None:
    op.create_table(
        'item_changes',
        sa.Column('id', BIG_ID, nullable=False),
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('run_item_id', BIG_ID, nullable=True),
        sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('cause', sa.Text(), nullable=False),
        sa.Column('changes', sa.Integer(), nullable=False),
        sa.Column('largest', sa.LargeBinary(), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(CAUSES, name=op.f('ck_item_changes_cause_known')),
        sa.ForeignKeyConstraint(
            ['run_item_id'], ['run_items.id'], name=op.f('fk_item_changes_run_item_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_item_changes')),
    )
    op.create_index('ix_item_changes_run_item_id', 'item_changes', ['run_item_id'])
    op.create_index('ix_item_changes_dealer_id_id', 'item_changes', ['dealer_id', 'id'])
    if is_postgresql():
        # Their compressed form is not compressed again.
        for column in ('largest', 'body'):
            op.execute(f'ALTER TABLE item_changes ALTER COLUMN {column} SET STORAGE EXTERNAL')


def downgrade() -> None:
    op.drop_table('item_changes')
