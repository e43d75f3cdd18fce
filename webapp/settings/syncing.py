"""Settings of Lightspeed, of runs and of the worker processes."""

from __future__ import annotations

from webapp.settings.setting import Group, Setting

LIGHTSPEED = Group(
    "Lightspeed",
    (
        Setting(
            "LIGHTSPEED_API_URL",
            "the 3PA service",
            "https://int.lightspeeddataservices.com/lsapi",
        ),
        Setting(
            "LIGHTSPEED_ALLOWED_HOSTS",
            "hosts, comma-separated, that may get 3PA logins although their addresses are private; all "
            "others must resolve to public addresses at the time of the connection",
            default_is="this machine in development, else none",
        ),
        Setting(
            "LIGHTSPEED_REQUESTS_PER_MINUTE", "limit for each 3PA login, over all workers together", "200"
        ),
    ),
)

RUNS = Group(
    "Runs",
    (
        Setting("SYNC_HOURS", "hours of the scheduled runs, in each dealer's time zone", "1,7,13,19"),
        Setting(
            "RUN_MINUTES",
            "a run is ended after this time, not counting waits for other runs; applied codes stay applied, "
            "the rest is retried",
            "150",
        ),
        Setting(
            "RUN_SLICE_SECONDS",
            "after this time a run yields to runs that have not started, between two codes; 0: never",
            "60",
        ),
        Setting("CODE_RETRY_SECONDS", "seconds after the last code until failed codes are retried once", "5"),
        Setting(
            "RETRY_AFTER_MINUTES",
            "minutes after a run until its failed codes get a run of their own, for each such run in turn; "
            "set, but empty: never",
            "5,15,45",
        ),
        Setting(
            "CLEAR_HOLD_SHARE",
            "clearing is held for approval if more than this share of a code's stocked products would go to "
            "zero; 0: never",
            "0.5",
        ),
        Setting("CLEAR_HOLD_MINIMUM", "clearing of fewer stocked products than this is never held", "100"),
        Setting("WORKER_PROCESSES", "how many syncs one `worker` runs at a time", "2"),
        Setting(
            "WEB_CONCURRENCY",
            "processes of one `web`, each with 8 threads",
            "2",
            is_read_elsewhere=True,
        ),
    ),
)
