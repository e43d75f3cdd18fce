"""Store scans for unmapped codes, what they found, and suggested mappings

Revision: 0035
Follows: 0034
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.operations import is_postgresql

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
KEY = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_scans()
    op.create_table(
        'code_scan_blocks',
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('scan_number', sa.Integer(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint('dealer_id', 'scan_number', 'position', name=op.f('pk_code_scan_blocks')),
    )
    if is_postgresql():
        # Its compressed form is not compressed again.
        op.execute('ALTER TABLE code_scan_blocks ALTER COLUMN body SET STORAGE EXTERNAL')
    _create_found_codes()
    _create_suggestions()


def _create_scans() -> None:
    op.create_table(
        'code_scans',
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('status', sa.Text(), nullable=False),
        sa.Column('trigger', sa.Text(), nullable=False),
        sa.Column('requested_by_id', sa.Integer(), nullable=True),
        sa.Column('queued_at', MOMENT, nullable=False),
        sa.Column('started_at', MOMENT, nullable=True),
        sa.Column('finished_at', MOMENT, nullable=True),
        sa.Column('heartbeat_at', MOMENT, nullable=True),
        sa.Column('attempt', sa.Integer(), nullable=False),
        sa.Column('bookmark', sa.Text(), nullable=True),
        sa.Column('requests', sa.Integer(), nullable=False),
        sa.Column('pages', sa.Integer(), nullable=False),
        sa.Column('parts', sa.Integer(), nullable=False),
        sa.Column('codes', sa.Integer(), nullable=False),
        sa.Column('error', sa.Text(), nullable=True),
        sa.Column('completed_at', MOMENT, nullable=True),
        sa.Column('reviewed_at', MOMENT, nullable=True),
        sa.Column('reviewed_by_id', sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'succeeded', 'failed')", name=op.f('ck_code_scans_status_known')
        ),
        sa.CheckConstraint(
            "trigger IN ('manual', 'weekly', 'command', 'setup')", name=op.f('ck_code_scans_trigger_known')
        ),
        sa.ForeignKeyConstraint(['dealer_id'], ['dealers.id'], name=op.f('fk_code_scans_dealer_id')),
        sa.ForeignKeyConstraint(['requested_by_id'], ['users.id'], name=op.f('fk_code_scans_requested_by_id')),
        sa.ForeignKeyConstraint(['reviewed_by_id'], ['users.id'], name=op.f('fk_code_scans_reviewed_by_id')),
        sa.PrimaryKeyConstraint('dealer_id', name=op.f('pk_code_scans')),
    )
    op.create_index('ix_code_scans_status', 'code_scans', ['status'])


def _create_found_codes() -> None:
    op.create_table(
        'found_codes',
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('code_key', KEY, nullable=False),
        sa.Column('code', sa.Text(), nullable=False),
        sa.Column('parts', sa.Integer(), nullable=False),
        sa.Column('stale_parts', sa.Integer(), nullable=False),
        sa.Column('on_hand_units', BIG_ID, nullable=False),
        sa.Column('on_hand_cents', BIG_ID, nullable=False),
        sa.Column('available_units', BIG_ID, nullable=False),
        sa.Column('available_cents', BIG_ID, nullable=False),
        sa.Column('samples', sa.JSON(), nullable=False),
        sa.Column('first_seen_at', MOMENT, nullable=False),
        sa.Column('last_seen_at', MOMENT, nullable=False),
        sa.Column('hidden_parts', sa.Integer(), nullable=True),
        sa.Column('hidden_at', MOMENT, nullable=True),
        sa.Column('hidden_by_id', sa.Integer(), nullable=True),
        sa.Column('chosen_manufacturer_id', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ['chosen_manufacturer_id'], ['manufacturers.id'], name=op.f('fk_found_codes_chosen_manufacturer_id')
        ),
        sa.ForeignKeyConstraint(['dealer_id'], ['dealers.id'], name=op.f('fk_found_codes_dealer_id')),
        sa.ForeignKeyConstraint(['hidden_by_id'], ['users.id'], name=op.f('fk_found_codes_hidden_by_id')),
        sa.PrimaryKeyConstraint('dealer_id', 'code_key', name=op.f('pk_found_codes')),
    )


def _create_suggestions() -> None:
    op.create_table(
        'code_suggestions',
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('code_key', KEY, nullable=False),
        sa.Column('manufacturer_id', sa.Integer(), nullable=False),
        sa.Column('place', sa.Integer(), nullable=False),
        sa.Column('matched', sa.Integer(), nullable=False),
        sa.Column('score', sa.Float(), nullable=False),
        sa.Column('on_hand_parts', sa.Integer(), nullable=False),
        sa.Column('on_hand_units', BIG_ID, nullable=False),
        sa.Column('on_hand_cents', BIG_ID, nullable=False),
        sa.Column('available_parts', sa.Integer(), nullable=False),
        sa.Column('available_units', BIG_ID, nullable=False),
        sa.Column('available_cents', BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(['dealer_id'], ['dealers.id'], name=op.f('fk_code_suggestions_dealer_id')),
        sa.ForeignKeyConstraint(
            ['manufacturer_id'], ['manufacturers.id'], name=op.f('fk_code_suggestions_manufacturer_id')
        ),
        sa.PrimaryKeyConstraint('dealer_id', 'code_key', 'manufacturer_id', name=op.f('pk_code_suggestions')),
    )


def downgrade() -> None:
    for table in ('code_suggestions', 'found_codes', 'code_scan_blocks', 'code_scans'):
        op.drop_table(table)
