"""What each command refuses: a line for every command, without which the tests fail.

A command is an operator's, who sees every dealer; what it must not do is to mix two of them up, or to act on
a dealer that is none. `{own}` is a dealer's id, `{maker}` the own brand of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NONE: Final = "4711"


@dataclass(frozen=True)
class Wrong:
    """Arguments, what is on standard input, and what is said of it in the one line on stderr."""

    arguments: str
    said: str
    typed: str = ""
    code: int = 1


def no_dealer(command: str, typed: str = "") -> Wrong:
    return Wrong(f"{command} --dealer {NONE}", f"dealer {NONE} does not exist", typed)


def no_user(command: str) -> Wrong:
    return Wrong(f"{command} nobody@own.example", "nobody@own.example")


CODES: Final = "catalog,supplier_code,manufacturer,lead_time_days,pricing\nprivate_label,X,{maker},1,retail\n"
CATALOG: Final = (
    "catalog,manufacturer,abbreviation,oem_manufacturer_id,dealer,part_number,brand,mpn,name,msrp\n"
    "private_label,Own Brand,,,{none},P-1,Own,P-1,Seat,\n"
)
# Reads and writes nothing of one dealer: it has nothing to refuse.
OF_ALL: Final[tuple[Wrong, ...]] = ()

TABLE: Final[dict[str, tuple[Wrong, ...]]] = {
    "organization create": (Wrong("organization create ' '", "missing"),),
    "organization list": OF_ALL,
    "organization edit": (Wrong("organization edit 4711 --name X", "organization 4711 does not exist"),),
    "organization credentials": (
        Wrong("organization credentials 4711 --username u --password-stdin", "does not exist", "x y z"),
        Wrong("organization credentials 1 --username u", "together", "", 2),
        Wrong("organization credentials 1 --username u --password-stdin --remove", "together", "x y z", 2),
        Wrong("organization credentials 1", "together", "", 2),
    ),
    "dealer list": OF_ALL,
    "dealer edit": (
        Wrong(f"dealer edit {NONE} --name X", f"dealer {NONE} does not exist"),
        Wrong("dealer edit {own} --timezone Mars/Base", "time zone 'Mars/Base' is not known"),
        Wrong("dealer edit {own} --organization 4711", "organization 4711 does not exist"),
        Wrong("dealer edit {own} --organization all", "neither an id nor none", "", 2),
        Wrong("dealer edit {own} --name ' '", "the name is missing"),
        Wrong("dealer edit {own}", "give --name", "", 2),
    ),
    "dealer close": (Wrong(f"dealer close {NONE}", f"dealer {NONE} does not exist"),),
    "dealer reopen": (
        Wrong(f"dealer reopen {NONE}", f"dealer {NONE} does not exist"),
        Wrong("dealer reopen {own}", "is not closed"),
    ),
    "dealer create": (
        Wrong(
            "dealer create X --timezone Europe/Berlin --organization 4711", "organization 4711 does not exist"
        ),
    ),
    "user create": (
        Wrong(
            f"user create a@b.example --role dealer --dealer {NONE} --password-stdin",
            "does not exist",
            "x y z",
        ),
        Wrong(
            "user create a@b.example --role staff --dealer {own} --password-stdin",
            "staff have none",
            "x y z",
            2,
        ),
        Wrong("user create a@b.example --role dealer --password-stdin", "needs --dealer", "x y z", 2),
    ),
    "user invite": (
        Wrong(f"user invite a@b.example --role dealer --dealer {NONE}", "does not exist"),
        Wrong("user invite a@b.example --role staff --dealer {own}", "staff have none", "", 2),
        Wrong("user invite parts@own.example --role staff", "is a user already"),
    ),
    "user link": (no_user("user link"),),
    "user end-sessions": (no_user("user end-sessions"),),
    "user deactivate": (no_user("user deactivate"),),
    "user activate": (no_user("user activate"),),
    "user remove-second-factor": (no_user("user remove-second-factor"),),
    "catalog import": (Wrong("catalog import -", "line 2", CATALOG),),
    "supplier-codes import": (
        no_dealer("supplier-codes import -"),
        # Another dealer's own brand is none of this one's manufacturers.
        Wrong("supplier-codes import - --dealer {own}", "line 2", CODES),
    ),
    "supplier-codes export": (no_dealer("supplier-codes export"),),
    "supplier-codes remove": (
        no_dealer("supplier-codes remove --code TR --manufacturer X"),
        Wrong(
            "supplier-codes remove --dealer {own} --code TR --manufacturer {maker}", "has no supplier code TR"
        ),
    ),
    "lightspeed configure": (no_dealer("lightspeed configure --enable"),),
    "lightspeed check": (no_dealer("lightspeed check"),),
    "sync run": (no_dealer("sync run"),),
    "sync queue": (no_dealer("sync queue"),),
    "sync report": (Wrong(f"sync report {NONE}", f"run {NONE}"),),
    "inventory export": (no_dealer("inventory export"),),
    "webstore search": (Wrong(f"webstore search --dealer {NONE} seat", "does not exist"),),
    "webstore reindex": (no_dealer("webstore reindex"),),
    "credentials reseal": OF_ALL,
}
# Of the frameworks: they change the schema or serve on this machine, and know no dealer.
FRAMEWORKS: Final = ("db", "run", "shell", "routes")
