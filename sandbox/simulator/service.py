"""Service that handles requests to /lsapi, without the socket."""

import random
import threading
import time
from collections import Counter
from dataclasses import replace
from urllib.parse import unquote

from sandbox.simulator.auth import Auth, dealer_for, login_of
from sandbox.simulator.behavior import Behavior, Fault
from sandbox.simulator.dealers import SimulatedDealer
from sandbox.simulator.expressions import supplier_code_of
from sandbox.simulator.listing import dealer_list
from sandbox.simulator.mutations import move
from sandbox.simulator.parts import PART_KINDS
from sandbox.simulator.query import Query, QueryError, options_of, read
from sandbox.simulator.recording import RecordedRequest, Recorder
from sandbox.simulator.rendering import WireFormat
from sandbox.simulator.responses import Refusal, Response, compressed, corrupted

PREFIX = "/lsapi"
MOVES = ("row_inserted", "row_removed", "row_repeated")


class Service:
    """The data warehouse: dealers, settings, and recorded requests. Thread-safe."""

    def __init__(self, dealers: list[SimulatedDealer], switches: Behavior) -> None:
        self.dealers = {one.cmf: one for one in dealers}
        self.switches = switches
        self.recorder = Recorder()
        self.fired: Counter[Fault] = Counter()
        self._auth, self._chance, self._lock = Auth(), random.Random(switches.seed), threading.Lock()

    def switch_to(self, switches: Behavior) -> None:
        """Replace the settings; all fault counts start again."""
        with self._lock:
            self.switches = switches
            self.fired.clear()
            self._chance.seed(switches.seed)

    def answer(
        self, method: str, target: str, authorization: str | None, wants_gzip: bool
    ) -> tuple[Response, RecordedRequest]:
        """Return the response, and the record of the request, whose `status` the caller sets when it is
        sent."""
        path, _, query_string = target.partition("?")
        words = [unquote(word) for word in path.removeprefix(PREFIX).strip("/").split("/")]
        options, login = options_of(query_string), login_of(authorization)
        username, cmf = (login[0] if login else None), (words[1] if len(words) > 1 else None)
        record = RecordedRequest(time.monotonic(), method, path, cmf, username, dict(options))
        self.recorder.add(record)
        answer = self._admitted(record, login, words, options)
        return (compressed(answer, self.switches.gzip) if wants_gzip else answer), record

    def _admitted(
        self,
        record: RecordedRequest,
        login: tuple[str, str] | None,
        words: list[str],
        options: list[tuple[str, str]],
    ) -> Response:
        delay = 0.0
        try:
            if record.method != "GET":
                raise Refusal(405, "System.NotSupportedException: Method not allowed.", {"Allow": "GET"})
            own = self._auth.admit(login, self.dealers.values(), self.switches)
            delay = self._auth.pace(own[0].username, record.time, self.switches) + self._latency()
            delay += self.switches.slow_seconds if record.cmf in self.switches.slow_dealers else 0.0
            answer = self._routed(words, options, own)
        except QueryError as error:
            answer = Refusal(500, f"System.Data.Services.DataServiceException: {error}").answer
        except Refusal as refusal:
            answer = refusal.answer
        return replace(answer, delay=delay)

    def _routed(
        self, words: list[str], options: list[tuple[str, str]], own: list[SimulatedDealer]
    ) -> Response:
        if words == ["Dealer"]:
            return Response(200, dealer_list(own, self.switches))
        if len(words) != 2 or words[0] != "Part":
            raise Refusal(404, "System.ArgumentException: No such data type.")
        dealer = dealer_for(words[1], own, self.dealers, self.switches)
        return self._page(dealer, read(options, PART_KINDS, self.switches))

    def _page(self, dealer: SimulatedDealer, query: Query) -> Response:
        faults = self._due(query)
        for fault in faults:
            if fault.kind in MOVES:
                move(fault.kind, dealer, query, self.switches)
        stock, switches = dealer.stock, self.switches
        positions = stock.page(self._shortened(query), switches, self._own_chance())
        body = stock.json(positions, WireFormat.of(switches))
        broken = next((fault.kind for fault in faults if fault.kind not in MOVES), None)
        return corrupted(broken, body) if broken else Response(200, body)

    def _shortened(self, query: Query) -> Query:
        """Return the query as changed by a gateway that returns fewer rows per page than requested."""
        switches = self.switches
        if switches.rows_per_page < 1:
            return query
        with self._lock:
            is_short = switches.short_pages == "always" or self._chance.random() < 0.5
        top = switches.rows_per_page if query.top is None else min(query.top, switches.rows_per_page)
        return replace(query, top=top) if is_short else query

    def _due(self, query: Query) -> list[Fault]:
        """Return the faults of this page; each counts as fired from now on."""
        code = (supplier_code_of(query.expression) or "").casefold()
        with self._lock:
            due = [one for one in self.switches.faults if self._meets(one, code, query.page)]
            self.fired.update(due)
        return due

    def _meets(self, fault: Fault, code: str, page: int) -> bool:
        left = fault.times is None or self.fired[fault] < fault.times
        return left and fault.page == page and (fault.code is None or fault.code.casefold() == code)

    def _latency(self) -> float:
        with self._lock:
            return self.switches.latency + self._chance.uniform(0.0, self.switches.latency_jitter)

    def _own_chance(self) -> random.Random:
        with self._lock:
            return random.Random(self._chance.random())
