"""Exercises every feature that takes a secret, with success and with failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, get_args

from flask import current_app
from pytest_httpserver import HTTPServer
from redis import Redis
from sqlalchemy import text

from jobs.notifications import sender
from sandbox.simulator import Behavior, Fault, Simulator
from sandbox.simulator.behavior import FaultKind
from tests.factories import make_alert_recipients, make_manufacturer, make_user
from tests.flows import outputs
from tests.flows.conftest import Program, wait_until
from tests.flows.markers import Marks
from tests.jobs.notifications.receivers import Kept, mail_server
from tests.sync_harness import CMF, SyncHarness, part
from tests.webapp.client import session_of
from webapp.alerts import recipients
from webapp.core import queues
from webapp.extensions import db
from webapp.models import AlertDelivery, Run, User
from webapp.runs import lifecycle

# With what each way of writing text down writes in another way.
AWKWARD: Final = "zq7-{}-ä\"%/<\\'"
USERNAME: Final = "zq7-login"
KINDS: Final = get_args(FaultKind)
PAGE: Final = "/dealers/{}/lightspeed/credentials"


class Search:
    """What came out so far, and who typed what."""

    def __init__(self, harness: SyncHarness, marks: Marks) -> None:
        self.harness, self.marks, self.found = harness, marks, dict[str, bytes]()
        self.dealer_id = harness.dealer.id
        self.users = {
            "dealer": make_user("parts@zq7.example", harness.dealer).id,
            "staff": make_user("support@zq7.example").id,
        }

    def secret(self, what: str) -> str:
        """A new secret, about to be typed."""
        return self.marks.plant(what, AWKWARD.format(what.replace(" ", "-")))

    def keep(self, place: str, content: str | bytes) -> None:
        self.found[place] = content.encode() if isinstance(content, str) else content

    def client(self, who: str) -> Any:
        """A browser that is signed in."""
        client = current_app.test_client()
        held = session_of(db.session.get_one(User, self.users[who]))
        with client.session_transaction() as session:
            session.update(held)
        return client

    def command(self, *arguments: object, stdin: str = "") -> int:
        db.session.commit()
        result = current_app.test_cli_runner().invoke(args=[str(one) for one in arguments], input=stdin)
        self.keep(f"flask {' '.join(map(str, arguments))}", result.output + repr(result.exception))
        return int(result.exit_code)

    def post(self, client: Any, path: str, **fields: str) -> int:
        db.session.rollback()
        # Without a context of its own the request would share the test's `g`, and with it who signed in.
        with current_app.app_context():
            response = client.post(path, data=fields, headers={"Origin": "http://localhost"})
        self.keep(f"POST {path} {sorted(fields)} {len(self.found)}", response.get_data())
        return int(response.status_code)


def commands(search: Search, simulator: Simulator) -> None:
    """Secrets on standard input: taken, refused and used."""
    organization, dealer = search.secret("organization password"), search.dealer_id
    create = ("organization", "create", "Group", "--username", USERNAME, "--password-stdin")
    assert search.command(*create, stdin=organization) == 0
    user = ("user", "create", "new@zq7.example", "--role", "dealer", "--dealer", dealer, "--password-stdin")
    assert search.command(*user, stdin=search.secret("user password")) == 0
    assert search.command(*user, stdin=search.secret("refused user password")) == 1
    configure = ("lightspeed", "configure", "--dealer", dealer, "--username", USERNAME, "--password-stdin")
    password = search.secret("3PA password")
    assert search.command(*configure, stdin=password) == 0
    assert search.command("lightspeed", "configure", "--dealer", 99, "--password-stdin", stdin=password) == 1
    simulator.dealers[CMF].username, simulator.dealers[CMF].password = USERNAME, password
    assert search.command("lightspeed", "check", "--dealer", dealer) == 0
    simulator.switches.password_state = "wrong"
    assert search.command("lightspeed", "check", "--dealer", dealer) == 1
    simulator.switches.password_state = "right"


def every_fault(search: Search, simulator: Simulator) -> None:
    """One run with a code for each fault of the simulator, and one that is refused as a whole."""
    harness = search.harness
    maker = make_manufacturer("Tucker", numbers=["A-1"])
    for kind in KINDS:
        harness.map_code(kind.upper(), maker)
    harness.set_parts(*(part(kind.upper(), "A-1") for kind in KINDS))
    simulator.switches = Behavior(
        faults=[Fault(kind, code=kind.upper(), times=None) for kind in KINDS],
        requests_per_minute=1_000_000,
        timeout_seconds=0.2,
    )
    assert harness.sync().status == "partial"
    assert {fault.kind for fault in simulator._service.fired} == set(KINDS)
    simulator.switches = Behavior(password_state="wrong")
    assert harness.sync().status == "failed"
    simulator.switches = Behavior(requests_per_minute=1_000_000)


def forms(search: Search) -> None:
    """Passwords typed into forms that are saved, refused, sent late, and broken off by a database."""
    page, wrong = PAGE.format(search.dealer_id), search.secret("mistyped 3PA password")
    client = search.client("dealer")
    fields = {"enabled": "y", "username": USERNAME, "cmf": CMF}
    assert search.post(client, page, **fields, password=search.secret("new 3PA password")) == 303
    assert search.post(client, page, **fields, password=wrong + "\0") == 422
    assert search.post(client, page, **fields | {"cmf": "9" * 99}, password=wrong) == 422
    assert search.post(client, page, **fields, password=wrong, version="999") == 409
    assert search.post(current_app.test_client(), page, **fields, password=wrong) == 401
    email, right = "new@zq7.example", search.marks.secrets["user password"]
    guessed = search.secret("guessed user password")
    assert search.post(current_app.test_client(), "/login", email=email, password=guessed) == 422
    assert search.post(current_app.test_client(), "/login", email=email, password=right) == 302
    db.session.execute(text("ALTER TABLE audit_entries RENAME TO audit_entries_away"))
    db.session.commit()
    assert search.post(client, page, **fields, password=search.secret("lost 3PA password")) == 500
    db.session.execute(text("ALTER TABLE audit_entries_away RENAME TO audit_entries"))
    db.session.commit()


def alerts(search: Search, receiver: HTTPServer) -> None:
    """A webhook's secret, and mail servers that take no login and refuse it."""
    make_alert_recipients(search.harness.dealer, "boss@zq7.example")
    receiver.expect_request("/in").respond_with_data("no", 500)
    url = f"http://127.0.0.1:{receiver.port}/in"
    search.marks.plant(
        "webhook secret", recipients.save_webhook(recipients.locked(search.harness.dealer), url) or ""
    )
    recipients.send_test(recipients.locked(search.harness.dealer))
    db.session.commit()
    kept = Kept()
    with mail_server(kept, current_app.config["SMTP_URL"].port):
        sender.deliver_due(lambda: False)
    failed = list(db.session.scalars(db.select(AlertDelivery.error)))
    assert len(failed) == 2
    assert all(failed)
    for request, _ in receiver.log:
        search.keep("webhook", f"{request.headers}".encode() + request.get_data())


def second_factor(search: Search) -> None:
    """A secret that a person's telephone shares."""
    made = current_app.extensions["security"]._totp_factory
    user = db.session.get_one(User, search.users["dealer"])
    user.tf_totp_secret, user.tf_primary_method = made.generate_totp_secret(), "authenticator"
    search.marks.plant("second factor", made.get_totp_b32_key(user.tf_totp_secret))
    db.session.commit()


def rotate(search: Search, program: Program) -> None:
    """Key rotation: a new key is added first, everything is resealed, the old key is removed."""
    new, old = search.marks.secrets["first key"], search.marks.secrets["second key"]
    current_app.config["CREDENTIALS_KEYS"] = [new, old]
    assert search.command("credentials", "reseal") == 0
    current_app.config["CREDENTIALS_KEYS"] = [new]
    program.environment["CREDENTIALS_KEYS"] = new


def processes(search: Search, program: Program, redis: Redis) -> None:
    """A worker that carries out a run, a check that is refused and a job that breaks, and reports it."""
    program.start("jobs.worker", queues.CONTROL, queues.SYNC, queues.INDEX)
    run_id = lifecycle.start(search.harness.dealer, "manual").run.id
    queues.enqueue(queues.CONTROL, "jobs.tasks.check_credentials", 4711, 1)
    wait_until(lambda: _status(run_id) not in ("queued", "running"), "the run", program)
    # Under the new key alone.
    assert _status(run_id) == "succeeded"
    wait_until(lambda: redis.zcard("rq:failed:control"), "the job that breaks", program)
    for place, content in outputs.of_processes():
        search.keep(place, content)


def _status(run_id: int) -> str | None:
    """A run's status, looked up without keeping the worker from writing."""
    with db.engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
        return connection.scalar(db.select(Run.status).where(Run.id == run_id))


def collect(search: Search, redis: Redis, program: Program, tmp_path: Path) -> None:
    """All that is left behind, and every page to everybody."""
    run = db.session.scalars(db.select(Run).order_by(Run.id)).first()
    ids = {"dealer_id": search.dealer_id, "run_id": run.id if run else 1, "token": "x"}
    ids |= {"kind": "skipped", "period": "daily"}
    anonymous = current_app.test_client()
    for who, client in (("anonymous", anonymous), *((who, search.client(who)) for who in search.users)):
        search.found.update(outputs.of_pages(client, who, ids))
    bearer = {"Authorization": f"Bearer {search.marks.secrets['METRICS_TOKEN']}"}
    with current_app.app_context():
        metrics = anonymous.get("/metrics", headers=bearer)
    assert metrics.status_code == 200
    search.keep("metrics", metrics.get_data())
    search.found.update(outputs.of_redis(redis))
    search.found.update(outputs.of_database(tmp_path))
    search.found.update(outputs.of_files(tmp_path / "reports"))
    search.keep("logs of processes", program.log)
