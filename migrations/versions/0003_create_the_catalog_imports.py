"""Create the catalog imports, and find each dealer's last success quickly

Revision: 0003
Follows: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
SUCCEEDED = sa.text("status = 'succeeded'")
COUNTS = (
    'rows', 'products_new', 'products_changed', 'part_numbers_new', 'part_numbers_changed', 'unchanged', 'rejected',
)


def upgrade() -> None:
    op.create_table('catalog_imports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('rejected_path', sa.Text(), nullable=True),
    sa.Column('bytes_total', BIG, nullable=False),
    sa.Column('bytes_read', BIG, nullable=False),
    sa.Column('requested_by_id', sa.Integer(), nullable=True),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('heartbeat_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempt', sa.Integer(), nullable=False),
    *[sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS],
    sa.Column('reason', sa.Text(), nullable=True),
    sa.CheckConstraint("status IN ('queued', 'running', 'succeeded', 'partial', 'failed')", name=op.f('ck_catalog_imports_status_known')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['users.id'], name=op.f('fk_catalog_imports_requested_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalog_imports'))
    )
    op.create_index(op.f('ix_catalog_imports_status'), 'catalog_imports', ['status'], unique=False)
    op.create_index('ix_runs_succeeded', 'runs', ['dealer_id', 'id'], unique=False, postgresql_where=SUCCEEDED, sqlite_where=SUCCEEDED)


def downgrade() -> None:
    op.drop_index('ix_runs_succeeded', table_name='runs')
    op.drop_index(op.f('ix_catalog_imports_status'), table_name='catalog_imports')
    op.drop_table('catalog_imports')
