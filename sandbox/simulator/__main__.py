"""Runs the simulator: `python -m sandbox.simulator --port 8900 --sample`, until Ctrl-C or SIGTERM."""

import argparse
import errno
import signal
import sys
from datetime import UTC, date, datetime
from typing import get_origin, get_type_hints

import msgspec

from sandbox.samples.bulk import BULK_CODES, PRODUCTS
from sandbox.samples.served import bulk_dealer, many_codes_dealer, simulated_dealers
from sandbox.simulator.behavior import Behavior
from sandbox.simulator.dealers import SimulatedDealer
from sandbox.simulator.server import Simulator

_STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM}


def main(words: list[str] | None = None) -> int:
    """Serve until stopped; return 0 then, or 1 with one line on stderr if it cannot start."""
    chosen = _choices().parse_args(words)
    # Blocked here, and so in every thread, they wait for sigwait: no signal handler interrupts anything.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    try:
        simulator = Simulator(_dealers(chosen), _switches(chosen.switch), chosen.port, chosen.host)
    except (ValueError, OverflowError) as error:
        return _refused(str(error))
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        return _refused(f"port {chosen.port} is taken" if taken else f"port {chosen.port}: {error.strerror}")
    with simulator:
        _introduce(simulator)
        signal.sigwait(_STOP_SIGNALS)
    return 0


def _choices() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.simulator", description="The 3PA simulator")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8900, help="0 takes a free one (default 8900)")
    parser.add_argument("--sample", action="store_true", help="serve the sample dealers")
    parser.add_argument("--bulk", type=int, metavar="PARTS", help="serve a dealer with this many parts")
    parser.add_argument(
        "--bulk-products",
        type=int,
        default=PRODUCTS,
        help=f"of the catalog they are in (default {PRODUCTS:,})",
    )
    parser.add_argument(
        "--bulk-codes", type=int, default=len(BULK_CODES), help=f"they are of (default {len(BULK_CODES)})"
    )
    parser.add_argument(
        "--many-codes", type=int, metavar="CODES", help="serve a dealer with this many codes, 400 parts each"
    )
    parser.add_argument(
        "--today", type=date.fromisoformat, default=datetime.now(UTC).date(), help="yyyy-mm-dd"
    )
    parser.add_argument(
        "--switch", action="append", default=[], metavar="NAME=VALUE", help="a setting; lists as JSON"
    )
    return parser


def _dealers(chosen: argparse.Namespace) -> list[SimulatedDealer]:
    sample = simulated_dealers(chosen.today) if chosen.sample else []
    many = [many_codes_dealer(chosen.many_codes, chosen.today)] if chosen.many_codes else []
    if not chosen.bulk:
        return [*sample, *many]
    bulk = bulk_dealer(chosen.bulk, chosen.today, chosen.bulk_products, chosen.bulk_codes)
    return [*sample, *many, bulk]


def _switches(given: list[str]) -> Behavior:
    switches = Behavior()
    for one in given:
        name, equals, text = one.partition("=")
        if not equals:
            raise ValueError(f"--switch {one}: write NAME=VALUE")
        switches.change({name: _value(name, text)})
    return switches


def _value(name: str, text: str) -> object:
    """Return a number or a list if the setting has that type, otherwise the text (the setting `429` is a
    text)."""
    wanted = get_type_hints(Behavior).get(name)
    if wanted not in (int, float) and get_origin(wanted) is not list:
        return text
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _refused(reason: str) -> int:
    print(f"simulator: {reason}", file=sys.stderr)
    return 1


def _introduce(simulator: Simulator) -> None:
    print(f"3PA simulator at {simulator.url}")
    for dealer in simulator.dealers.values():
        print(f"  {dealer.cmf}  {dealer.name}: {len(dealer.parts)} parts, user name {dealer.username}")
    print(f"  settings at http://{simulator.host}:{simulator.port}/_control/", flush=True)


if __name__ == "__main__":
    sys.exit(main())
