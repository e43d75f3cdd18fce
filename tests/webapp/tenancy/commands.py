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
LOCKS: Final = "catalog,brand,mpn,quantity,reason\nprivate_label,{maker},A1,1,Promised\n"
ALIASES: Final = "catalog,manufacturer,part_number,catalog_part_number\nprivate_label,{maker},A1,A-1\n"
MINIMUMS: Final = "catalog,manufacturer,part_number,minimum_price\nprivate_label,{maker},A1,5\n"
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
    "codes scan": (no_dealer("codes scan"),),
    "dealer list": OF_ALL,
    "dealer edit": (
        Wrong(f"dealer edit {NONE} --name X", f"dealer {NONE} does not exist"),
        Wrong("dealer edit {own} --timezone Mars/Base", "unknown time zone 'Mars/Base'"),
        Wrong("dealer edit {own} --organization 4711", "organization 4711 does not exist"),
        Wrong("dealer edit {own} --organization all", "must be an id or none", "", 2),
        Wrong("dealer edit {own} --name ' '", "the name is missing"),
        Wrong("dealer edit {own}", "use --name", "", 2),
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
            "staff don't",
            "x y z",
            2,
        ),
        Wrong("user create a@b.example --role dealer --password-stdin", "needs --dealer", "x y z", 2),
    ),
    "user invite": (
        Wrong(f"user invite a@b.example --role dealer --dealer {NONE}", "does not exist"),
        Wrong("user invite a@b.example --role staff --dealer {own}", "staff don't", "", 2),
        Wrong("user invite parts@own.example --role staff", "is already a user"),
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
    "freezes add": (
        no_dealer("freezes add --all --reason count"),
        Wrong("freezes add --dealer {own} --code X --reason count", "There is no supplier code X"),
        Wrong("freezes add --dealer {own} --manufacturer {maker} --reason count", "no supplier code of"),
        Wrong("freezes add --dealer {own} --all --reason ' '", "Say why"),
        Wrong("freezes add --dealer {own} --reason count", "one of --code", "", 2),
        Wrong("freezes add --dealer {own} --all --reason count --until Friday", "--until must be", "", 2),
    ),
    "freezes release": (
        no_dealer("freezes release 1"),
        Wrong("freezes release 4711 --dealer {own}", "no freeze 4711"),
    ),
    "freezes list": (no_dealer("freezes list"),),
    "holds list": (no_dealer("holds list"),),
    "holds apply": (
        no_dealer("holds apply update-1"),
        Wrong("holds apply update-4711 --dealer {own}", "no hold update-4711"),
        Wrong("holds apply 4711 --dealer {own}", "HOLD must be a name", "", 2),
    ),
    "holds keep": (
        no_dealer("holds keep update-1"),
        Wrong("holds keep zero-out-4711 --dealer {own}", "no hold zero-out-4711"),
    ),
    "aliases import": (
        no_dealer("aliases import -"),
        Wrong("aliases import - --dealer {own}", "line 2", ALIASES),
    ),
    "minimum-prices import": (
        no_dealer("minimum-prices import -"),
        Wrong("minimum-prices import - --dealer {own}", "line 2", MINIMUMS),
    ),
    "minimum-prices export": (no_dealer("minimum-prices export"),),
    "locks import": (
        no_dealer("locks import -"),
        # Another dealer's own brand has none of this one's products.
        Wrong("locks import - --dealer {own}", "line 2", LOCKS),
    ),
    "locks export": (no_dealer("locks export"),),
    "aliases export": (no_dealer("aliases export"),),
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
    "sync restore": (
        Wrong(f"sync restore --dealer {NONE} --before 1", f"dealer {NONE} does not exist"),
        Wrong("sync restore --dealer {own} --before 4711", "run 4711 of dealer"),
    ),
    "sync queue": (no_dealer("sync queue"),),
    "sync preview": (no_dealer("sync preview"),),
    "sync report": (Wrong(f"sync report {NONE}", f"run {NONE}"),),
    "inventory export": (no_dealer("inventory export"),),
    "part explain": (
        Wrong(f"part explain A-1 --dealer {NONE}", f"dealer {NONE} does not exist"),
        Wrong("part explain ' ' --dealer {own}", "the part number is missing"),
    ),
    "webstore search": (Wrong(f"webstore search --dealer {NONE} seat", "does not exist"),),
    "webstore reindex": (no_dealer("webstore reindex"),),
    "credentials reseal": OF_ALL,
}
# Of the frameworks: they change the schema or serve on this machine, and know no dealer.
FRAMEWORKS: Final = ("db", "run", "shell", "routes")
