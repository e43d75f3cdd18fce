"""How the simulated service behaves: one field for each row of the table in docs/lightspeed-3pa.md.

The defaults are a service in good order. A setting that does not exist is refused when it is set, also on a
running simulator, because a switch that silently does nothing would make a test pass for nothing.
"""

from dataclasses import asdict, dataclass, field, fields
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

FaultKind = Literal[
    "error_500",
    "json_string",
    "html",
    "truncated",
    "short_body",
    "control_character",
    "timeout",
    "reset",
    "empty_body",
    "silent_empty",
    "endless",
    "bomb",
    "nested",
    "row_inserted",
    "row_removed",
    "row_repeated",
]


@dataclass(frozen=True, eq=False)
class Fault:
    """What goes wrong at a page (from 1) of a supplier code (None: any), and how often (None: always).

    `truncated` is half of the JSON in a well-formed answer; `short_body` ends the connection before the
    length it promised; `endless` never stops sending; `bomb` is small and inflates to 64 MB; `nested` is an
    array in an array and so on, 100,000 deep. `row_inserted`, `row_removed` and `row_repeated` change the
    dealer's parts just before the page is read.
    """

    kind: FaultKind
    code: str | None = None
    page: int = 1
    times: int | None = 1

    def __post_init__(self) -> None:
        for name in ("kind", "code", "page", "times"):
            refuse_wrong(Fault, name, getattr(self, name))


@dataclass
class Behavior:
    """Every setting, times in seconds; assign to a field, or give the simulator another `Switches`."""

    top_limit: Literal["clamp", "serve_all"] = "clamp"
    rows_per_page: int = 0  # at most so many rows of what `$top` asks for; 0: as many as asked for
    short_pages: Literal["always", "now_and_then"] = "always"  # now and then: half of the answers, by chance
    unsupported_option: Literal["ignore", "error_500"] = "ignore"
    unknown_cmf: Literal["404", "403"] = "404"
    not_enabled: list[str] = field(default_factory=list)  # CMFs that answer 403
    requests_per_minute: int = 200
    over_rate: Literal["nothing", "429", "429_retry_after", "503", "slow"] = "nothing"
    rate_window: float = 60.0
    retry_after: str | None = None  # the header's text; None: the seconds until there is room again
    slow_seconds: float = 2.0
    slow_dealers: list[str] = field(default_factory=list)  # CMFs whose every answer takes slow_seconds more
    numbers: Literal["numbers", "strings", "null", "negative", "fractional"] = "numbers"
    strings: Literal["clean", "padded", "null", "null_part_number"] = "clean"
    dates: Literal["as_stored", "fraction", "null", "year_1", "year_1900"] = "as_stored"
    odd_every: int = 1  # the three above change every n-th record only
    order: Literal["stable", "shuffled"] = "stable"
    field_names: Literal["insensitive", "sensitive"] = "insensitive"
    text_comparison: Literal["exact", "loose"] = "exact"  # loose: no case, no trailing blanks, as SQL Server
    filtering: Literal["applied", "ignored"] = "applied"  # ignored: read, checked, and then not used
    gzip: Literal["content_encoding", "bare", "ignored"] = "content_encoding"
    faults: list[Fault] = field(default_factory=list)
    timeout_seconds: float = 120.0
    password_state: Literal["right", "wrong", "rotated"] = "right"
    rotate_after: int = 1  # requests that the old password still opens
    keys: Literal["documented", "unknown_added", "optional_absent"] = "documented"
    cmf: Literal["own", "other_in_one", "other", "absent", "null"] = "own"  # in one: the last row of a page
    latency: float = 0.0
    latency_jitter: float = 0.0  # up to this much more
    seed: int = 1

    def __setattr__(self, name: str, value: Any) -> None:
        refuse_wrong(Behavior, name, value)
        super().__setattr__(name, value)

    def change(self, settings: dict[str, Any]) -> None:
        """Set several at once, all or none; ValueError names the first that is wrong."""
        settings = dict(settings)
        if isinstance(settings.get("faults"), list):
            settings["faults"] = [_fault(one) for one in settings["faults"]]
        for name, value in settings.items():
            refuse_wrong(Behavior, name, value)
        for name, value in settings.items():
            setattr(self, name, value)

    def as_json(self) -> dict[str, Any]:
        """All settings as plain JSON values; `change` accepts what this gives."""
        return asdict(self)


SWITCH_NAMES = tuple(one.name for one in fields(Behavior))
_KINDS: dict[Any, str] = {
    int: "a whole number",
    int | None: "a whole number or nothing",
    float: "a number",
    str: "a text",
    str | None: "a text or nothing",
}


def _fault(given: Any) -> Fault:
    if isinstance(given, Fault):
        return given
    if not isinstance(given, dict) or "kind" not in given or set(given) - {"kind", "code", "page", "times"}:
        raise ValueError("a fault is an object with kind, and perhaps code, page, times")
    return Fault(**given)


def refuse_wrong(owner: type, name: str, value: Any) -> None:
    """ValueError, naming the field and what it takes, unless `value` fits the annotation of `owner.name`."""
    hints = _hints(owner)
    if name not in hints:
        raise ValueError(f"no such switch: {name}")
    wanted = hints[name]
    if get_origin(wanted) is Literal:
        if value not in get_args(wanted):
            raise ValueError(f"{name} is one of {', '.join(get_args(wanted))}, not {value!r}")
        return
    if not _fits(value, wanted):
        raise ValueError(f"{name} is {_KINDS.get(wanted, 'a list')}, not {value!r}")


def _fits(value: Any, wanted: Any) -> bool:
    if get_origin(wanted) is list:
        (inner,) = get_args(wanted)
        return isinstance(value, list) and all(isinstance(one, inner) for one in value)
    kinds = get_args(wanted) or (wanted,)
    if isinstance(value, bool):
        return False
    return isinstance(value, kinds) or (float in kinds and isinstance(value, int))


@cache
def _hints(owner: type) -> dict[str, Any]:
    return get_type_hints(owner)
