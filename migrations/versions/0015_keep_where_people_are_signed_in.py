"""Keep where people are signed in, their second factor, and what they are written to about it

Revision: 0015
Follows: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'waiting'")
EVENTS = ('opened', 'recovered', 'test', 'digest')
OF_ACCOUNTS = ('invitation', 'reset', 'password_changed', 'second_factor_changed')
OF_USERS = (
    ('password_set_at', MOMENT),
    ('tf_primary_method', sa.Text()),
    ('tf_totp_secret', sa.Text()),
    ('tf_last_counter', sa.Integer()),
    ('mf_recovery_codes', sa.JSON()),
)


def upgrade() -> None:
    for name, kind in OF_USERS:
        op.add_column('users', sa.Column(name, kind, nullable=True))
    # Everybody was given a password when they were added.
    op.execute('UPDATE users SET password_set_at = created_at')
    op.create_table(
        'sign_ins',
        sa.Column('id', BIG, nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('secret_hash', sa.Text(), nullable=False),
        sa.Column('browser', sa.Text(), nullable=False),
        sa.Column('address', sa.Text(), nullable=False),
        sa.Column('is_kept', sa.Boolean(), nullable=False),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('last_seen_at', MOMENT, nullable=False),
        sa.Column('ended_at', MOMENT, nullable=True),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sign_ins_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_ins')),
        sa.UniqueConstraint('secret_hash', name=op.f('uq_sign_ins_secret_hash')),
    )
    op.create_index('ix_sign_ins_user_id_id', 'sign_ins', ['user_id', 'id'], unique=False)
    _let_events_be((*EVENTS, *OF_ACCOUNTS))


def downgrade() -> None:
    op.execute(f"DELETE FROM alert_deliveries WHERE event IN {OF_ACCOUNTS!r}")
    _let_events_be(EVENTS)
    op.drop_index('ix_sign_ins_user_id_id', 'sign_ins')
    op.drop_table('sign_ins')
    for name, _kind in reversed(OF_USERS):
        op.drop_column('users', name)


def _let_events_be(words: tuple[str, ...]) -> None:
    """Change the closed list of what messages are about."""
    # SQLite has the table made anew for that; an index of some rows only is not carried over.
    op.drop_index('ix_alert_deliveries_waiting', 'alert_deliveries')
    with op.batch_alter_table('alert_deliveries') as batch:
        batch.drop_constraint(op.f('ck_alert_deliveries_event_known'), type_='check')
        batch.create_check_constraint(op.f('ck_alert_deliveries_event_known'), f"event IN ({', '.join(map(repr, words))})")
    op.create_index(
        'ix_alert_deliveries_waiting',
        'alert_deliveries',
        ['next_attempt_at', 'id'],
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
