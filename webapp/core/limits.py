"""Limits and defaults of what is stored. Pure.

Forms, commands, verbs, files and the HTML attributes `maxlength`, `min` and `max` all read them from here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

# Ids, quantities and cents are 32-bit integers on PostgreSQL.
MAX_INT32: Final = 2**31 - 1
MAX_QUANTITY: Final = MAX_INT32
MAX_CENTS: Final = MAX_INT32
MAX_ID: Final = MAX_INT32

MAX_LEAD_TIME_DAYS: Final = 365
DEFAULT_LEAD_TIME_DAYS: Final = 1

# In characters.
MAX_NAME_LENGTH: Final = 200
MAX_PRODUCT_NAME_LENGTH: Final = 500
MAX_FILE_NAME_LENGTH: Final = 200
MAX_TIMEZONE_LENGTH: Final = 100
MAX_USERNAME_LENGTH: Final = 200
MAX_PASSWORD_LENGTH: Final = 200
MAX_CMF_LENGTH: Final = 20
MAX_SUPPLIER_CODE_LENGTH: Final = 50
MAX_SEARCH_LENGTH: Final = 200
MAX_WEBHOOK_LENGTH: Final = 1000
# RFC 5321's limit of a path, less its brackets. Parsing takes longer than the text is long.
MAX_EMAIL_LENGTH: Final = 254

# Rows of an Excel file: 1,000 take 0.1 to 0.2 s to build while the user waits. CSV files have no limit.
MAX_WORKBOOK_ROWS: Final = 100_000

MAX_ALERT_RECIPIENTS: Final = 10
# With commas or line breaks, and some more for what is not an address after all.
MAX_ALERT_RECIPIENTS_LENGTH: Final = 4000

# R10: a part that last changed longer ago than this is skipped.
FRESH_DAYS: Final = 365
# R19: a heartbeat this old belongs to a dead worker.
HEARTBEAT_TIMEOUT: Final = timedelta(seconds=90)
