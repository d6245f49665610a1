"""The error tree: each says what was found and what to do, in both languages.

    MercerError
    ├── Invalid          a value was refused; names the row and the field      400  exit 2
    │   └── TooLarge     a body, a file or a list over its limit               413  exit 2
    ├── Unauthorised     no key, or an unknown one                             401  exit 3
    ├── Forbidden        the key's role may not do this                        403  exit 3
    ├── NotFound         no such shop, customer, model, job                    404  exit 4
    ├── Conflict         somebody else is doing it, or it was done otherwise   409  exit 5
    ├── TooMany          over the rate limit                                   429  exit 5
    ├── NotReady         a model has to be trained first                       503  exit 6
    ├── MissingExtra     a library has to be installed first                   501  exit 6
    └── Unavailable      the database or the disk does not answer              503  exit 7

Interfaces map the tree once: an exit code, an HTTP status with problem+json, an MCP error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mercer.core.phrase import Phrase, same


@dataclass(frozen=True, slots=True)
class Fault:
    """One refused value: where it stood, what was found there, what would be right."""

    field: str
    found: str
    remedy: Phrase
    row: int | None = None


class MercerError(Exception):
    """Anything Mercer refuses or cannot do, with what was found and what to do about it.

    ``message`` says what was found; ``hint`` says what to do. Plain strings are taken as they are in every
    language: use a Phrase for anything a person reads.
    """

    code = "error"
    status = 500
    exit_code = 1
    retry_after: float | None = None

    def __init__(self, message: Phrase | str, hint: Phrase | str = "", faults: Sequence[Fault] = ()) -> None:
        self.message = same(message) if isinstance(message, str) else message
        self.hint = same(hint) if isinstance(hint, str) else hint
        self.faults = tuple(faults)
        super().__init__(self.message.en)


class Invalid(MercerError):
    """A value was refused at the boundary."""

    code, status, exit_code = "invalid", 400, 2


class TooLarge(Invalid):
    """A body, a file or a list is over its limit."""

    code, status = "too_large", 413


class Unauthorised(MercerError):
    """No key was given, or nobody knows it."""

    code, status, exit_code = "unauthorised", 401, 3


class Forbidden(MercerError):
    """The key is known, but its role may not do this."""

    code, status, exit_code = "forbidden", 403, 3


class NotFound(MercerError):
    """There is no such thing."""

    code, status, exit_code = "not_found", 404, 4


class Conflict(MercerError):
    """Somebody else is doing it, or it was done otherwise before."""

    code, status, exit_code = "conflict", 409, 5


class TooMany(MercerError):
    """Over the rate limit; ``retry_after`` says for how many seconds."""

    code, status, exit_code = "too_many", 429, 5

    def __init__(self, message: Phrase | str, hint: Phrase | str = "", retry_after: float = 1.0) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after


class NotReady(MercerError):
    """A model has to be trained first."""

    code, status, exit_code = "not_ready", 503, 6


class MissingExtra(MercerError):
    """A library has to be installed first."""

    code, status, exit_code = "missing_extra", 501, 6


class Unavailable(MercerError):
    """The database, the disk or the object store does not answer."""

    code, status, exit_code = "unavailable", 503, 7


def missing_extra(extra: str, what: str) -> MissingExtra:
    """The error for something that needs ``pip install mercer[extra]``."""
    return MissingExtra(
        Phrase("{what} needs the extra '{extra}'", "{what} 需要附加组件“{extra}”").format(what=what, extra=extra),
        Phrase("pip install 'mercer[{extra}]'", "请运行 pip install 'mercer[{extra}]'").format(extra=extra),
    )
