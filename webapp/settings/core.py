"""Settings without which nothing starts, and the servers that the program uses."""

from __future__ import annotations

from webapp.settings import addresses, keys
from webapp.settings.env import one_of, switch, whole
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
            kind=keys.fernet_keys,
            is_required=True,
        ),
        Setting(
            "PUBLIC_URL",
            "the public address of the pages, for links in emails. Required in production, where requests "
            "for any other host name are refused (see `TRUSTED_HOSTS`)",
            kind=addresses.public,
            example="https://sync.example.com",
        ),
        Setting(
            "APP_ENVIRONMENT",
            "`production` or `development`. Production does not start with short or guessable keys, in debug "
            "mode, without a public address, or with plain `http://`, `smtp://` or `redis://` outside of "
            "private networks. The `Procfile` and the container image set `production`",
            kind=one_of("production", "development"),
            default_is="`production` on a Heroku dyno, else `development`",
            example="production",
            is_intermediate=True,
        ),
    ),
)

SERVERS = Group(
    "Servers and storage",
    (
        Setting(
            "DATABASE_URL",
            "`postgresql://…` (`postgres://` works too) or `sqlite:///…`. Required in production",
            kind=addresses.database,
            default_is="SQLite under `instance/`",
            example="postgresql://user:password@host:5432/sync",  # pragma: allowlist secret
            is_intermediate=True,
        ),
        Setting(
            "DATABASE_REPLICA_URL",
            "a streaming replica of that PostgreSQL, which then serves lists and searches. See docs/hosts.md",
            kind=addresses.database,
            is_intermediate=True,
        ),
        Setting(
            "DATABASE_DIRECT_URL",
            "PostgreSQL itself, where `DATABASE_URL` is that of PgBouncer: migrations and catalog imports "
            "need a session of their own",
            kind=addresses.database,
            is_intermediate=True,
        ),
        Setting(
            "DATABASE_POOL_SIZE",
            "connections that one process has at most, 2 or more (see [Connections](#connections))",
            kind=whole(2, 200),
            default_is="4 for a web process, 2 for any other",
            is_intermediate=True,
        ),
        Setting(
            "DATABASE_MAX_OVERFLOW",
            "further connections of a process, closed after use",
            kind=whole(0, 200),
            default="0",
            is_intermediate=True,
        ),
        Setting(
            "DATABASE_POOL_TIMEOUT",
            "seconds to wait for one of them; a page then answers 503",
            kind=whole(1, 300),
            default="10",
            is_intermediate=True,
        ),
        Setting(
            "REDIS_URL",
            "required in production, and by `worker` and `scheduler` anywhere. Configure Redis with "
            "`maxmemory-policy noeviction`",
            kind=addresses.redis,
            example="redis://localhost:6379/0",
            is_intermediate=True,
        ),
        Setting(
            "REDIS_CA_FILE",
            "a file of PEM certificates that the certificate of a `rediss://` Redis is verified against, "
            "where it is self-signed or of a private authority",
            default_is="the system's authorities",
            is_intermediate=True,
        ),
        Setting(
            "REDIS_TLS_VERIFY",
            "`full`; `no-hostname`: any name in the certificate; `none`: encrypted but not verified, "
            "for platforms that publish no authority (Heroku)",
            kind=one_of("full", "no-hostname", "none"),
            default="full",
            is_intermediate=True,
        ),
        Setting(
            "REPORT_STORAGE_URL",
            "where CSV reports are stored, shared by web and worker: `file:///…` or `s3://bucket/prefix` "
            "(with `requirements-s3.txt`; credentials, region and `AWS_ENDPOINT_URL` are found as by AWS's "
            "own tools)",
            kind=addresses.storage,
            default_is="a folder under `instance/`",
            example="s3://bucket/prefix",
            is_intermediate=True,
        ),
        Setting(
            "REPORTS_ON_ONE_HOST",
            "`true`: all processes run on one host and share its disk. Without it, `file:///…` is refused in "
            "production, as dynos and hosts share no disk",
            kind=switch,
            default="false",
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
            kind=addresses.served_hosts,
            example="parts.example.com,.internal.example.com",
            is_intermediate=True,
        ),
        Setting(
            "PROXY_HOPS",
            "how many proxies are in front of `web`; 2 with a CDN in front of the platform's router. If it "
            "is wrong, clients can choose the address that rate limits count, or all share one",
            kind=whole(0, 5),
            example="1",
            default="0",
            default_in_production="1",
        ),
        Setting(
            "SECRET_KEY_FALLBACKS",
            "former values of `SECRET_KEY`, comma-separated; what they signed stays valid",
            kind=keys.former_keys,
        ),
        Setting(
            "REQUIRE_STAFF_2FA",
            "`true`: staff must set up two-step verification before anything else",
            kind=switch,
            example="true",
            default="false",
            default_in_production="true",
        ),
        Setting("SESSION_DAYS", "days after sign-in until a session ends", kind=whole(1, 90), default="14"),
        Setting(
            "SESSION_IDLE_HOURS",
            "hours without a request until a session ends",
            kind=whole(1, 24 * 90),
            default="72",
        ),
        Setting(
            "PASSWORD_LINK_HOURS",
            "hours for which a link to set a password is valid",
            kind=whole(1, 24 * 7),
            default="24",
        ),
    ),
)
