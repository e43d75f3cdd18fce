"""Index the audit entries of people apart from those of the schedule, which are by far the most

Revision: 0011
Follows: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

BY_PEOPLE = sa.text("actor <> 'schedule'")
NAME = 'ix_audit_entries_of_people'


def upgrade() -> None:
    op.create_index(NAME, 'audit_entries', ['id'], postgresql_where=BY_PEOPLE, sqlite_where=BY_PEOPLE)


def downgrade() -> None:
    op.drop_index(NAME, 'audit_entries')
