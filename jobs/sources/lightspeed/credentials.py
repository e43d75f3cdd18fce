"""The login of one dealer or organization for the 3PA service."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """A 3PA username and password.

    Both stay out of `repr` and `str`, which end up in logs and tracebacks: the password is the secret, and
    the username of a dealer-direct login is the first half of it.
    """

    username: str = field(repr=False)
    password: str = field(repr=False)
