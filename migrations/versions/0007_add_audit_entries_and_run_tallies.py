"""Add the audit log, the tallies of runs, and what each item asked of the service

Revision: 0007
Follows: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0005'
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
SUMS = ('runs', 'duration_ms', 'fetched', 'synced', 'skipped', 'cleared', 'changed', 'requests', 'rate_waited_ms')
ENTRY_INDEXES = (
    ('ix_audit_entries_dealer_id_id', ['dealer_id', 'id']),
    ('ix_audit_entries_user_id_id', ['user_id', 'id']),
    ('ix_audit_entries_action_id', ['action', 'id']),
    ('ix_audit_entries_actor_id', ['actor', 'id']),
    ('ix_audit_entries_at', ['at']),
)

# An entry that could be altered would prove nothing. Retention deletes whole entries.
POSTGRESQL_GUARD = (
    """
    CREATE FUNCTION refuse_altered_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'audit entries are never altered';
    END $$
    """,
    """
    CREATE TRIGGER audit_entries_unaltered BEFORE UPDATE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_altered_audit_entry()
    """,
)
SQLITE_GUARD = (
    """
    CREATE TRIGGER audit_entries_unaltered BEFORE UPDATE ON audit_entries
    BEGIN
        SELECT RAISE(ABORT, 'audit entries are never altered');
    END
    """,
)


def upgrade() -> None:
    none = sa.text('0')
    op.add_column('run_items', sa.Column('requests', sa.Integer(), nullable=False, server_default=none))
    op.add_column('run_items', sa.Column('rate_waited_ms', sa.Integer(), nullable=False, server_default=none))
    op.add_column('runs', sa.Column('tallied', sa.Boolean(), nullable=False, server_default=sa.false()))
    untallied = sa.text('NOT tallied')
    op.create_index('ix_runs_untallied', 'runs', ['id'], postgresql_where=untallied, sqlite_where=untallied)
    _create_tallies()
    _create_entries()


def _create_tallies() -> None:
    op.create_table(
        'run_tallies',
        sa.Column('status', sa.Text(), nullable=False),
        sa.Column('within_seconds', sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in SUMS),
        sa.CheckConstraint(
            "status IN ('succeeded', 'partial', 'failed', 'skipped', 'cancelled')",
            name=op.f('ck_run_tallies_status_ended'),
        ),
        sa.PrimaryKeyConstraint('status', 'within_seconds', name=op.f('pk_run_tallies')),
    )


def _create_entries() -> None:
    op.create_table(
        'audit_entries',
        sa.Column('id', BIG_ID, nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('actor', sa.Text(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=True),
        sa.Column('email', sa.Text(), nullable=True),
        sa.Column('dealer_id', sa.Integer(), nullable=True),
        sa.Column('action', sa.Text(), nullable=False),
        sa.Column('subject', sa.Text(), nullable=False),
        sa.Column('before', sa.JSON(), nullable=True),
        sa.Column('after', sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "actor IN ('dealer', 'staff', 'command', 'schedule')", name=op.f('ck_audit_entries_actor_known')
        ),
        sa.CheckConstraint(
            "(actor IN ('dealer', 'staff')) = (user_id IS NOT NULL)",
            name=op.f('ck_audit_entries_user_of_actor'),
        ),
        sa.ForeignKeyConstraint(['dealer_id'], ['dealers.id'], name=op.f('fk_audit_entries_dealer_id')),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_audit_entries_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entries')),
    )
    for name, columns in ENTRY_INDEXES:
        op.create_index(name, 'audit_entries', columns)
    is_postgresql = op.get_bind().dialect.name == 'postgresql'
    for statement in POSTGRESQL_GUARD if is_postgresql else SQLITE_GUARD:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table('audit_entries')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION refuse_altered_audit_entry()')
    op.drop_table('run_tallies')
    op.drop_index('ix_runs_untallied', 'runs')
    # Not as a batch: that would make the tables anew on SQLite, and dropping the old one empties what refers to it.
    op.drop_column('runs', 'tallied')
    op.drop_column('run_items', 'rate_waited_ms')
    op.drop_column('run_items', 'requests')
