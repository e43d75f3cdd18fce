"""Puts the web application together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_security import Security, SQLAlchemyUserDatastore
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import models
from webapp.accounts import registration as accounts
from webapp.accounts.addresses import AddressNormalizer
from webapp.accounts.hashing import HashingContext
from webapp.accounts.passwords import PasswordPolicy
from webapp.accounts.second_factor import RecoveryCodes, TotpCodes
from webapp.accounts.second_factor_forms import MethodForm, RescueForm
from webapp.alerts import registration as alerts
from webapp.audit import registration as audit
from webapp.catalog import registration as catalog
from webapp.code_discovery import registration as code_discovery
from webapp.core import error_reports, idle_connections, private_files, request_log, signing
from webapp.core.logs import configure_logs
from webapp.coverage import registration as coverage
from webapp.dealers import registration as dealers
from webapp.design import registration as design
from webapp.explain import registration as explain
from webapp.extensions import csrf, db, migrate, prepare_sqlite
from webapp.freezes import registration as freezes
from webapp.guards import registration as guards
from webapp.help import registration as help_pages
from webapp.holds import registration as holds
from webapp.inventory import registration as inventory
from webapp.lightspeed import registration as lightspeed
from webapp.locks import registration as locks
from webapp.matching import registration as matching
from webapp.operations import metrics
from webapp.operations import registration as operations
from webapp.previewed_settings import registration as previewed_settings
from webapp.previews import registration as previews
from webapp.restores import registration as restores
from webapp.runs import registration as runs
from webapp.search import registration as search
from webapp.settings import config
from webapp.settings.database_settings import COMMAND, WEB
from webapp.slow_movers import registration as slow_movers
from webapp.summaries import registration as summaries
from webapp.supplier_codes import registration as supplier_codes
from webapp.web import bodies, compression, https_only, registration, replica, security_headers, static_files
from webapp.web.client_addresses import ClientAddresses
from webapp.web.health_host import HealthUnderAnyHost
from webapp.web.host_cookies import HostCookies

FEATURES = (
    accounts,
    dealers,
    lightspeed,
    supplier_codes,
    code_discovery,
    coverage,
    catalog,
    inventory,
    slow_movers,
    explain,
    runs,
    guards,
    holds,
    previews,
    previewed_settings,
    restores,
    matching,
    locks,
    freezes,
    alerts,
    summaries,
    search,
    audit,
    operations,
    help_pages,
    design,
)


def create_app(overrides: Mapping[str, Any] | None = None, *, kind: str = COMMAND) -> Flask:
    """The Flask application, configured from the environment or, in tests, from `overrides` alone.

    `kind` is that of the process: it decides how many database connections it may have.

    Raises ConfigurationError, which names the variable, when the environment is not fit to start with.
    """
    app = Flask(
        "webapp",
        instance_path=str(config.ROOT / "instance"),
        template_folder=str(config.ROOT / "templates"),
    )
    app.config.update(config.DEFAULTS)
    app.config.update(config.from_environment(kind=kind) if overrides is None else overrides)
    configure_logs()
    error_reports.configure(app.config["SENTRY_DSN"], app.config["SENTRY_ENVIRONMENT"])
    signing.sign_by_sha256(app)
    bodies.defer(app)
    request_log.register(app)
    metrics.register(app)
    https_only.enforce(app)
    compression.register(app)
    security_headers.protect(app)
    registration.guard(app)
    _bind_extensions(app, kind)
    registration.register(app)
    for feature in FEATURES:
        feature.register(app)
    replica.register(app)
    static_files.serve(app)
    _stand_behind_proxies(app, app.config["PROXY_HOPS"])
    return app


def _stand_behind_proxies(app: Flask, hops: int) -> None:
    """Believe of proxies who asks and how; never under which name, which routers hand on as it was sent."""
    app.wsgi_app = HostCookies(app.wsgi_app)  # type: ignore[method-assign]
    if hosts := app.config["TRUSTED_HOSTS"]:
        app.wsgi_app = HealthUnderAnyHost(app.wsgi_app, hosts)  # type: ignore[method-assign]
    app.wsgi_app = ClientAddresses(app.wsgi_app)  # type: ignore[method-assign]
    if hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_port=0, x_prefix=0
        )


def _close_instance_folder(folder: Path) -> None:
    """Also where Flask-SQLAlchemy has just created it, for a SQLite file with a relative path."""
    if folder.is_dir():
        private_files.make_folder(folder)


def _bind_extensions(app: Flask, kind: str) -> None:
    db.init_app(app)
    migrate.init_app(app, db, directory=str(config.ROOT / "migrations"))
    csrf.init_app(app)
    people = SQLAlchemyUserDatastore(db, models.User, models.tenants.RoleName)
    security = Security(
        app,
        people,
        mail_util_cls=AddressNormalizer,
        password_util_cls=PasswordPolicy,
        totp_cls=TotpCodes,
        mf_recovery_codes_util_cls=RecoveryCodes,
        two_factor_setup_form=MethodForm,
        two_factor_rescue_form=RescueForm,
    )
    _close_instance_folder(Path(app.instance_path))
    signing.sign_by_current_key(security, app)
    security.pwd_context = HashingContext(security.pwd_context)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            prepare_sqlite(db.engine)
        for engine in db.engines.values():
            idle_connections.check_before_use(engine, is_trusted=kind != WEB)
