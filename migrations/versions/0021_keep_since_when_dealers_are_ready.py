"""Keep since when each dealer is ready for scheduled runs

Dealers that are scheduled now remain so: ready since they were created where slots are accounted for already,
otherwise for two hours, so that a slot due during the upgrade still starts and earlier ones are not reported
as missed. The table has one row per dealer.

Revision: 0021
Follows: 0020
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

CATCH_UP = timedelta(hours=2)
SCHEDULED = """
    UPDATE configurations SET ready_since = CASE
        WHEN EXISTS (SELECT 1 FROM slot_accounts a WHERE a.dealer_id = configurations.dealer_id)
        THEN (SELECT d.created_at FROM dealers d WHERE d.id = configurations.dealer_id)
        ELSE :recently END
    WHERE enabled AND check_state <> 'unchecked'
      AND EXISTS (SELECT 1 FROM supplier_codes s WHERE s.dealer_id = configurations.dealer_id)
"""


def upgrade() -> None:
    op.add_column('configurations', sa.Column('ready_since', sa.DateTime(timezone=True), nullable=True))
    recently = sa.bindparam('recently', datetime.now(UTC) - CATCH_UP, sa.DateTime(timezone=True))
    op.execute(sa.text(SCHEDULED).bindparams(recently))


def downgrade() -> None:
    op.drop_column('configurations', 'ready_since')
