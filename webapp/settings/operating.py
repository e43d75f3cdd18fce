"""Settings of alerts, logs, metrics and retention."""

from __future__ import annotations

from typing import Final

from webapp.settings import addresses
from webapp.settings.env import malformed, one_of, share, whole
from webapp.settings.setting import Group, Setting

# Less than a week would take away what pages and alerts look back on.
LEAST_DAYS: Final = 7
# Whatever scrapes is a machine: it can keep a token that nobody guesses.
LEAST_TOKEN: Final = 16


def token(name: str, given: str) -> str:
    """Return a token of 16 or more printable ASCII characters without spaces, which fits into a header."""
    if len(given) < LEAST_TOKEN or not (given.isascii() and given.isprintable()) or " " in given:
        raise malformed(name, f"{LEAST_TOKEN} or more ASCII characters")
    return given


ALERTS = Group(
    "Alerts and email",
    (
        Setting(
            "SMTP_URL",
            "the mail server: `smtp+starttls://user:password@host:587`, `smtps://…` or, without a login, "
            "`smtp://host:25`; reserved characters of user and password are percent-encoded. Without it, no "
            "email is sent",
            kind=addresses.mail_server,
            example="smtp+starttls://user:password@host:587",
        ),
        Setting(
            "MAIL_FROM",
            "the sender; required with `SMTP_URL`",
            kind=addresses.sender,
            example="Parts Sync <alerts@example.com>",
        ),
        Setting(
            "STAFF_ALERT_RECIPIENTS",
            "email addresses, comma-separated, that get alerts on the whole deployment at once, and a daily "
            "list of all open alerts",
            kind=addresses.emails,
            example="ops@example.com",
            without=(),
        ),
        Setting(
            "STAFF_DIGEST_HOUR",
            "hour (UTC) from which that daily list is sent, if there are any",
            kind=whole(0, 23),
            default="13",
        ),
        Setting(
            "ALERT_ALLOWED_HOSTS",
            "hosts, comma-separated, that webhooks may use although their addresses are private; `http://` "
            "and ports other than 443 and 8443 are allowed for those that are this machine",
            kind=addresses.hosts,
            without=frozenset(),
        ),
        Setting(
            "HEARTBEAT_URL",
            "an address that gets a POST after each tick (healthchecks.io, Better Stack, …), for a service "
            "that reports when ticks stop; same rules as webhooks. Keep it secret",
            kind=addresses.called,
            example="https://hc-ping.com/your-uuid",
        ),
        Setting(
            "ALERT_EMAILS_PER_DAY",
            "alert emails that one dealer may cause in a day (UTC); further ones are not sent, which the "
            "Alerts page, one email and the daily list say",
            kind=whole(),
            default="50",
        ),
        Setting(
            "ALERT_UNMATCHED_RISE",
            "alert if a run's unmatched share is this far above the median of the dealer's last week; the "
            "alert closes at half of it",
            kind=share,
            default="0.1",
        ),
        Setting(
            "ALERT_UNMATCHED_MINIMUM",
            "runs with fewer parts than this are not compared",
            kind=whole(),
            default="100",
        ),
        Setting(
            "COVERAGE_DROP_POINTS",
            "alert if the share of parts online, or that of their value, is this many points below the "
            "median of the dealer's last seven days; the alert closes at half of it",
            kind=whole(1, 100),
            default="10",
        ),
    ),
)

SUPPORT = Group(
    "Help for users",
    (
        Setting(
            "SUPPORT_URL",
            "where users of this deployment ask for help; linked on every page",
            kind=addresses.public,
            example="https://help.example.com",
        ),
        Setting(
            "SUPPORT_EMAIL",
            "an address that they can write to, shown on every page",
            kind=addresses.email,
            example="support@example.com",
        ),
    ),
)

OPERATION = Group(
    "Logs, metrics and errors",
    (
        Setting(
            "LOG_FORMAT",
            "`json` or `pretty`",
            kind=one_of("json", "pretty"),
            default_is="`pretty` on a terminal, else `json`",
        ),
        Setting(
            "METRICS_TOKEN",
            "16 or more characters: clients that send them as a bearer token get `/metrics`; without it, "
            "there are no metrics",
            kind=token,
        ),
        Setting(
            "SENTRY_DSN", "where errors are reported; without it, they aren't", kind=addresses.error_service
        ),
        Setting("SENTRY_ENVIRONMENT", "the environment named in those reports", default="production"),
    ),
)

RETENTION = Group(
    "Retention",
    (
        Setting(
            "RUN_RETENTION_DAYS",
            "days that runs and their reports are kept; 7 or more",
            kind=whole(LEAST_DAYS),
            default="90",
        ),
        Setting(
            "CHANGES_RETENTION_DAYS",
            "days that each run's shelf changes are kept, at most as long as the run; 7 or more",
            kind=whole(LEAST_DAYS),
            default="30",
        ),
        Setting(
            "COVERAGE_RETENTION_DAYS",
            "days for which each day's coverage is kept; 7 or more",
            kind=whole(LEAST_DAYS),
            default="400",
        ),
        Setting(
            "AUDIT_RETENTION_DAYS",
            "days that audit entries are kept; 7 or more",
            kind=whole(LEAST_DAYS),
            default="730",
        ),
        Setting(
            "ALERT_RETENTION_DAYS",
            "days that closed alerts are kept; 7 or more",
            kind=whole(LEAST_DAYS),
            default="180",
        ),
        Setting(
            "CATALOG_IMPORT_RETENTION_DAYS",
            "days that catalog imports are kept; 7 or more",
            kind=whole(LEAST_DAYS),
            default="90",
        ),
    ),
)
