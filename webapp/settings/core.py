"""Settings without which nothing starts, and the servers that the program uses."""

from __future__ import annotations

from webapp.settings.setting import Group, Setting

REQUIRED = Group(
    "Required",
    (
        Setting(
            "SECRET_KEY",
            "signs sessions and one-time links; 32 or more random characters. "
            '`python -c "import secrets; print(secrets.token_urlsafe(48))"` prints one',
            is_required=True,
        ),
        Setting(
            "CREDENTIALS_KEYS",
            "Fernet keys, comma-separated, that encrypt the 3PA passwords. The first encrypts, all decrypt. "
            '`python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"` '
            "prints one",
            is_required=True,
        ),
        Setting(
            "PUBLIC_URL",
            "the public address of the pages, for links in e-mails. Required in production, where requests "
            "for any other host name are refused (see `TRUSTED_HOSTS`)",
            example="https://sync.example.com",
        ),
        Setting(
            "APP_ENVIRONMENT",
            "`production` or `development`. Production does not start with short or guessable keys, in debug "
            "mode, without a public address, or with plain `http://`, `smtp://` or `redis://` outside of "
            "private networks. The `Procfile` and the container image set `production`",
            default_is="`production` on a Heroku dyno, else `development`",
            example="production",
        ),
    ),
)

SERVERS = Group(
    "Servers and storage",
    (
        Setting(
            "DATABASE_URL",
            "`postgresql://…` (`postgres://` works too) or `sqlite:///…`. Required in production",
            default_is="SQLite under `instance/`",
            example="postgresql://user:password@host:5432/sync",  # pragma: allowlist secret
        ),
        Setting(
            "DATABASE_REPLICA_URL",
            "a streaming replica of that PostgreSQL, which then serves lists and searches. "
            "What it serves is in docs/hosts.md",
        ),
        Setting(
            "DATABASE_DIRECT_URL",
            "PostgreSQL itself, where `DATABASE_URL` is that of PgBouncer: migrations and catalog imports "
            "need a session of their own",
        ),
        Setting(
            "DATABASE_POOL_SIZE",
            "connections that one process has at most, 2 or more (see [Connections](#connections))",
            default_is="4 for a web process, 2 for any other",
        ),
        Setting("DATABASE_MAX_OVERFLOW", "further connections of a process, closed after use", "0"),
        Setting(
            "DATABASE_POOL_TIMEOUT",
            "seconds to wait for one of them; a page then answers 503",
            "10",
        ),
        Setting(
            "REDIS_URL",
            "required in production, and by `worker` and `scheduler` anywhere. Configure Redis with "
            "`maxmemory-policy noeviction`",
            example="redis://localhost:6379/0",
        ),
        Setting(
            "REDIS_CA_FILE",
            "a file of PEM certificates that the certificate of a `rediss://` Redis is verified against, "
            "where it is self-signed or of a private authority",
            default_is="the system's authorities",
        ),
        Setting(
            "REDIS_TLS_VERIFY",
            "`full`; `no-hostname`: any name in the certificate; `none`: encrypted but not verified, "
            "for platforms that publish no authority (Heroku)",
            "full",
        ),
        Setting(
            "REPORT_STORAGE_URL",
            "where CSV reports are stored, shared by web and worker: `file:///…` or `s3://bucket/prefix` "
            "(with `requirements-s3.txt`; credentials, region and `AWS_ENDPOINT_URL` are found as by AWS's "
            "own tools)",
            default_is="a folder under `instance/`",
            example="s3://bucket/prefix",
        ),
        Setting(
            "REPORTS_ON_ONE_HOST",
            "`true`: all processes run on one host and share its disk. Without it, `file:///…` is refused in "
            "production, as dynos and hosts share no disk",
            "false",
        ),
    ),
)

ACCESS = Group(
    "Sign-in and proxies",
    (
        Setting(
            "TRUSTED_HOSTS",
            "further host names under which the pages are served, comma-separated; `.example.com` includes "
            "its subdomains. `/healthz` answers under any name",
            example="parts.example.com,.internal.example.com",
        ),
        Setting(
            "PROXY_HOPS",
            "how many proxies are in front of `web`; 2 with a CDN in front of the platform's router. If it "
            "is wrong, clients can choose the address that rate limits count, or all share one",
            default_is="1 in production, else 0",
            example="1",
        ),
        Setting(
            "SECRET_KEY_FALLBACKS",
            "former values of `SECRET_KEY`, comma-separated; what they signed stays valid",
        ),
        Setting(
            "REQUIRE_STAFF_2FA",
            "`true`: staff must set up a second factor before anything else",
            default_is="`true` in production, else `false`",
            example="true",
        ),
        Setting("SESSION_DAYS", "days after sign-in until a session ends", "14"),
        Setting("SESSION_IDLE_HOURS", "hours without a request until a session ends", "72"),
        Setting("PASSWORD_LINK_HOURS", "hours for which a link to set a password is valid", "24"),
    ),
)
