"""Configurable behavior of the simulated service: one field per row of the table in docs/lightspeed-3pa.md.

The defaults are a healthy service. An unknown setting is rejected when it is set, also on a running
simulator: a setting without effect would make a test pass that proves nothing.
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
    """A fault at a page (from 1) of a supplier code (None: any), and how often (None: always).

    `truncated` is half of the JSON in a well-formed response; `short_body` closes the connection before the
    announced length; `endless` never stops sending; `bomb` is small and inflates to 64 MB; `nested` is an
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
    """All settings, times in seconds; assign to a field, or give the simulator another `Behavior`."""

    top_limit: Literal["clamp", "serve_all"] = "clamp"
    rows_per_page: int = 0  # Maximum number of rows per page, below `$top`; 0: no maximum.
    short_pages: Literal["always", "now_and_then"] = "always"  # Sometimes: half of the responses, at random.
    unsupported_option: Literal["ignore", "error_500"] = "ignore"
    unknown_cmf: Literal["404", "403"] = "404"
    not_enabled: list[str] = field(default_factory=list)  # CMFs that return 403.
    requests_per_minute: int = 200
    over_rate: Literal["nothing", "429", "429_retry_after", "503", "slow"] = "nothing"
    rate_window: float = 60.0
    retry_after: str | None = None  # The header's text; None: the seconds until there is capacity again.
    slow_seconds: float = 2.0
    slow_dealers: list[str] = field(default_factory=list)  # CMFs whose responses all take slow_seconds more.
    numbers: Literal["numbers", "strings", "null", "negative", "fractional"] = "numbers"
    strings: Literal["clean", "padded", "null", "null_part_number"] = "clean"
    dates: Literal["as_stored", "fraction", "null", "year_1", "year_1900"] = "as_stored"
    odd_every: int = 1  # The three above change only every n-th record.
    order: Literal["stable", "shuffled"] = "stable"
    field_names: Literal["insensitive", "sensitive"] = "insensitive"
    text_comparison: Literal["exact", "loose"] = (
        "exact"  # loose: case-insensitive, ignores trailing blanks, as SQL Server.
    )
    filtering: Literal["applied", "ignored"] = "applied"  # ignored: parsed, validated, and then not applied.
    gzip: Literal["content_encoding", "bare", "ignored"] = "content_encoding"
    faults: list[Fault] = field(default_factory=list)
    timeout_seconds: float = 120.0
    password_state: Literal["right", "wrong", "rotated"] = "right"
    rotate_after: int = 1  # Number of requests accepted with the old password.
    keys: Literal["documented", "unknown_added", "optional_absent"] = "documented"
    cmf: Literal["own", "other_in_one", "other", "absent", "null"] = (
        "own"  # One in so many: the last row of a page.
    )
    latency: float = 0.0
    latency_jitter: float = 0.0  # Random additional delay up to this.
    seed: int = 1

    def __setattr__(self, name: str, value: Any) -> None:
        refuse_wrong(Behavior, name, value)
        super().__setattr__(name, value)

    def change(self, settings: dict[str, Any]) -> None:
        """Set several at once, all or none; ValueError names the first invalid one."""
        settings = dict(settings)
        if isinstance(settings.get("faults"), list):
            settings["faults"] = [_fault(one) for one in settings["faults"]]
        for name, value in settings.items():
            refuse_wrong(Behavior, name, value)
        for name, value in settings.items():
            setattr(self, name, value)

    def as_json(self) -> dict[str, Any]:
        """Return all settings as plain JSON values; `change` accepts the result."""
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
    """Raise ValueError, naming the field and its type, unless `value` fits the annotation of `owner.name`."""
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
