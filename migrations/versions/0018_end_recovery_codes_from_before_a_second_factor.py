"""End recovery codes that were created before a second factor

Revision: 0018
Follows: 0017
"""

from __future__ import annotations

from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

# Of accounts without a second factor, and of those that set one up after they last created codes, as the audit
# log says: until now such codes stayed valid. Where the log no longer says, the codes stay.
END_THEM = """
    UPDATE users SET mf_recovery_codes = NULL
    WHERE mf_recovery_codes IS NOT NULL AND (
        tf_totp_secret IS NULL OR tf_primary_method IS NULL OR email IN (
            SELECT subject FROM audit_entries
            WHERE action IN ('user.second_factor_set', 'user.recovery_codes_made')
            GROUP BY subject
            HAVING max(CASE WHEN action = 'user.second_factor_set' THEN id END)
                 > max(CASE WHEN action = 'user.recovery_codes_made' THEN id END)
        )
    )
"""


def upgrade() -> None:
    op.execute(END_THEM)


def downgrade() -> None:
    """Codes that were ended stay ended: nobody has them but as hashes, and they are created again by a click."""
