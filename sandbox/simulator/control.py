"""Control API of the simulator under /_control/: for curl, and for tests in another process."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import msgspec

from sandbox.simulator.dealers import SimulatedDealer
from sandbox.simulator.recording import peak
from sandbox.simulator.responses import TEXT_TYPE, Refusal, Response
from sandbox.simulator.service import Service

PREFIX = "/_control"
HELP = """3PA simulator

GET    /_control/requests      what was asked of /lsapi, oldest first
DELETE /_control/requests      forget it
GET    /_control/peak          the most requests of one login within 60 seconds
GET    /_control/switches      the settings
POST   /_control/switches      {"numbers": "strings", "faults": [{"kind": "html", "code": "TR", "page": 2}]}
GET    /_control/dealers       who is served, without passwords
POST   /_control/dealers       {"cmf": "…", "username": "…", "password": "…", "name": "…", "parts": […]}
GET    /_control/parts/{CMF}   the parts as stored
POST   /_control/parts/{CMF}   […] to set all; or {"set": […], "add": […], "update": […], "remove": […]}
"""


def answer(method: str, path: str, body: bytes, service: Service) -> Response:
    """Return the control API's response; 400 with one line if the body is invalid, and then nothing is
    changed."""
    words = [unquote(word) for word in path.removeprefix(PREFIX).strip("/").split("/")]
    if words == [""]:
        return Response(200, HELP.encode(), TEXT_TYPE)
    try:
        told = _told(words, service) if method == "GET" else _done(method, words, body, service)
        return Response(200, msgspec.json.encode(told))
    except Refusal as refusal:
        return refusal.answer
    except (ValueError, KeyError, TypeError) as error:
        return Refusal(400, f"{error.args[0] if error.args else error}\n").answer


def _told(words: list[str], service: Service) -> Any:
    match words:
        case ["requests"]:
            return [one.as_json() for one in list(service.recorder.requests)]
        case ["peak"]:
            return {"requests_per_minute": peak(list(service.recorder.requests))}
        case ["switches"]:
            return service.switches.as_json()
        case ["dealers"]:
            return [_described(one) for one in list(service.dealers.values())]
        case ["parts", cmf]:
            return _dealer(cmf, service).parts
    raise Refusal(404, HELP)


def _done(method: str, words: list[str], body: bytes, service: Service) -> Any:
    match (method, words):
        case ("DELETE", ["requests"]):
            service.recorder.requests.clear()
            return []
        case ("POST", ["switches"]):
            service.switches.change(_object(body))
            return service.switches.as_json()
        case ("POST", ["dealers"]):
            dealer = SimulatedDealer(**_object(body))
            service.dealers[dealer.cmf] = dealer
            return _described(dealer)
        case ("POST", ["parts", cmf]):
            _change(_dealer(cmf, service), msgspec.json.decode(body))
            return _described(_dealer(cmf, service))
    raise Refusal(404, HELP)


def _dealer(cmf: str, service: Service) -> SimulatedDealer:
    if cmf not in service.dealers:
        raise Refusal(404, f"no dealer {cmf}\n")
    return service.dealers[cmf]


def _change(dealer: SimulatedDealer, given: Any) -> None:
    """Try the changes on a copy first, so that an invalid one leaves the dealer's parts unchanged."""
    wanted = _wanted(given)
    tried = SimulatedDealer(dealer.cmf, dealer.username, "", parts=dealer.parts)
    acts: dict[str, Callable[[Any], None]] = {
        "set": tried.set_parts,
        "add": tried.add_parts,
        "update": tried.update_parts,
        "remove": tried.remove_parts,
    }
    for name, act in acts.items():
        if name in wanted:
            act(wanted[name])
    dealer.set_parts(tried.parts)


def _wanted(given: Any) -> dict[str, Any]:
    wanted = {"set": given} if isinstance(given, list) else given
    if not isinstance(wanted, dict) or not wanted or set(wanted) - {"set", "add", "update", "remove"}:
        raise ValueError('send an array of parts, or an object with "set", "add", "update" or "remove"')
    for name, parts in wanted.items():
        if not isinstance(parts, list) or not all(isinstance(one, dict) for one in parts):
            raise ValueError(f'"{name}" is an array of parts')
    return wanted


def _described(dealer: SimulatedDealer) -> dict[str, Any]:
    named = {"cmf": dealer.cmf, "username": dealer.username, "name": dealer.name}
    return {**named, "parts": len(dealer.stock.parts)}


def _object(body: bytes) -> dict[str, Any]:
    given = msgspec.json.decode(body)
    if not isinstance(given, dict):
        raise ValueError("send a JSON object")
    return given
