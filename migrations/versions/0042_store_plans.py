"""Store previews, and changes that are planned or were held back

Revision: 0042
Follows: 0041
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.operations import is_postgresql

revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
KEY = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')
MOMENT = sa.DateTime(timezone=True)
CAUSES = "cause IN ('reported', 'cleared', 'moved', 'approved', 'removed', 'restored')"
STATES = "state IN ('queued', 'planning', 'ready', 'applied', 'replaced', 'failed')"
ITEM_STATES = "status IN ('waiting', 'running', 'succeeded', 'failed', 'not_tried')"
CURRENT = sa.text("state IN ('queued', 'planning', 'ready')")
COMPRESSED = {
    'planned_changes': ('largest', 'body'),
    'preview_codes': ('largest',),
    'preview_pulls': ('body',),
}


def upgrade() -> None:
    _create_previews()
    _create_parts_of_previews()
    _create_planned_changes()
    if is_postgresql():
        # Their compressed form is not compressed again.
        for table, columns in COMPRESSED.items():
            for column in columns:
                op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL')


def downgrade() -> None:
    for table in ('planned_changes', 'preview_pulls', 'preview_codes', 'previews'):
        op.drop_table(table)


def _create_previews() -> None:
    op.create_table(
        'previews',
        sa.Column('id', BIG_ID, nullable=False),
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('requested_by_id', sa.Integer(), nullable=True),
        sa.Column('code_key', KEY, nullable=True),
        sa.Column('overrides', sa.JSON(), nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('started_at', MOMENT, nullable=True),
        sa.Column('finished_at', MOMENT, nullable=True),
        sa.Column('heartbeat_at', MOMENT, nullable=True),
        sa.Column('attempt', sa.Integer(), nullable=False),
        sa.Column('today', sa.Date(), nullable=True),
        sa.Column('basis', sa.JSON(), nullable=True),
        sa.Column('figures', sa.JSON(), nullable=True),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('run_id', sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('run', 'settings')", name=op.f('ck_previews_kind_known')),
        sa.CheckConstraint(STATES, name=op.f('ck_previews_state_known')),
        sa.ForeignKeyConstraint(['dealer_id'], ['dealers.id'], name=op.f('fk_previews_dealer_id')),
        sa.ForeignKeyConstraint(['requested_by_id'], ['users.id'], name=op.f('fk_previews_requested_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_previews')),
    )
    op.create_index(
        'uq_previews_current',
        'previews',
        ['dealer_id', 'kind'],
        unique=True,
        postgresql_where=CURRENT,
        sqlite_where=CURRENT,
    )
    op.create_index('ix_previews_dealer_id_id', 'previews', ['dealer_id', 'id'])
    op.create_index('ix_previews_created_at', 'previews', ['created_at'])


def _of_preview(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return (
        sa.Column('preview_id', BIG_ID, nullable=table == 'planned_changes'),
        sa.ForeignKeyConstraint(
            ['preview_id'], ['previews.id'], name=op.f(f'fk_{table}_preview_id'), ondelete='CASCADE'
        ),
    )


def _create_parts_of_previews() -> None:
    op.create_table(
        'preview_codes',
        *_of_preview('preview_codes'),
        sa.Column('code_key', KEY, nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('supplier_code', sa.Text(), nullable=False),
        sa.Column('status', sa.Text(), nullable=False),
        sa.Column('error', sa.Text(), nullable=True),
        sa.Column('fetched', sa.Integer(), nullable=False),
        sa.Column('counts', sa.JSON(), nullable=True),
        sa.Column('figures', sa.JSON(), nullable=True),
        sa.Column('digest', sa.LargeBinary(), nullable=True),
        sa.Column('largest', sa.LargeBinary(), nullable=True),
        sa.Column('gathered_at', MOMENT, nullable=True),
        sa.Column('gathered_from', MOMENT, nullable=True),
        sa.Column('spelling', sa.Text(), nullable=True),
        sa.CheckConstraint(ITEM_STATES, name=op.f('ck_preview_codes_status_known')),
        sa.PrimaryKeyConstraint('preview_id', 'code_key', name=op.f('pk_preview_codes')),
    )
    op.create_table(
        'preview_pulls',
        *_of_preview('preview_pulls'),
        sa.Column('code_key', KEY, nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint('preview_id', 'code_key', 'position', name=op.f('pk_preview_pulls')),
    )


def _create_planned_changes() -> None:
    op.create_table(
        'planned_changes',
        sa.Column('id', BIG_ID, nullable=False),
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('run_item_id', BIG_ID, nullable=True),
        *_of_preview('planned_changes'),
        sa.Column('code_key', KEY, nullable=False),
        sa.Column('noted_at', MOMENT, nullable=False),
        sa.Column('cause', sa.Text(), nullable=False),
        sa.Column('changes', sa.Integer(), nullable=False),
        sa.Column('largest', sa.LargeBinary(), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(CAUSES, name=op.f('ck_planned_changes_cause_known')),
        sa.ForeignKeyConstraint(
            ['run_item_id'], ['run_items.id'], name=op.f('fk_planned_changes_run_item_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_planned_changes')),
    )
    op.create_index('ix_planned_changes_run_item_id', 'planned_changes', ['run_item_id'])
    op.create_index('ix_planned_changes_preview_id', 'planned_changes', ['preview_id'])
    op.create_index('ix_planned_changes_dealer_id_id', 'planned_changes', ['dealer_id', 'id'])
